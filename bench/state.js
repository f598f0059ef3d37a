/** Bench `state`: a desired state of 100,000 forwarding entries, by the daemon. Runs in a network namespace of its own. */
import { setTimeout as sleep } from 'node:timers/promises'
import { answerQuestions } from './support/child.js'
import { startDaemon } from './support/daemon.js'
import { bridgeBatch, macOf, vtepOf } from './support/forwarding-entries.js'
import { runProgram, timeProgram } from './support/timing.js'
import { makeVxlan } from './support/vxlan.js'

const entries = 100_000
const changed = entries / 100
const links = 1000
const link = 'vxb0'
/** What is written beside the answer (state.json) is done by then, and memory given back. */
const quietMs = 3000
const settledMs = 30_000

/**
 * @param {{ runs: number }} options
 * @returns {Promise<import('./support/result.js').Result>}
 */
async function state({ runs }) {
  const { seconds, memories } = await large(runs)
  const peer = bridge(runs)
  const idle = await manyLinks(runs)
  const job = `${entries.toLocaleString('en')} entries`
  const change = `${changed.toLocaleString('en')} of ${job} changed`
  const all = { peerName: 'bridge -batch, all', peer: peer.all }
  return {
    comparisons: [
      { job: `${job} from empty, file read`, ours: seconds.all, ...all },
      { job: `${job} from empty, file to kernel`, ours: seconds.allWithFile, ...all },
      { job: `${change}, file read`, ours: seconds.change, ...all },
      { job: `${change}, file to kernel`, ours: seconds.changeWithFile, ...all },
      { job: `${change}, file read`, ours: seconds.change, peerName: 'bridge -batch, these', peer: peer.change },
      { job: `${job} and ${links} links, nothing to do, file read`, ...idle },
    ],
    bursts: [],
    memories,
  }
}

/**
 * The state of the file: some entries, of which the first ones may lead elsewhere.
 * @param {number} count
 * @param {number} [moved] all of a hundred lead to this VTEP
 * @param {object} [others] links beside it
 */
function desired(count, moved, others = {}) {
  const fdb = Array.from({ length: count }, (_, number) => ({
    mac: macOf(number),
    dst: moved !== undefined && number % 100 === 0 ? `198.51.100.${moved}` : vtepOf(number),
  }))
  return JSON.stringify({ vxlans: { [link]: { id: 1, local: '192.0.2.254', dstport: 4789, fdb }, ...others } })
}

/** @param {number} runs */
async function large(runs) {
  /** @type {Record<'all' | 'allWithFile' | 'change' | 'changeWithFile', number[]>} */
  const seconds = { all: [], allWithFile: [], change: [], changeWithFile: [] }
  const daemon = await startDaemon()
  try {
    await daemon.apply(desired(entries))
    await sleep(settledMs)
    const memories = [{ job: `${entries.toLocaleString('en')} entries`, ...daemon.memory() }]
    for (let run = 0; run < runs; run += 1) {
      await daemon.apply(desired(0))
      await sleep(quietMs)
      const all = await daemon.apply(desired(entries))
      seconds.all.push(all.reconcileSeconds)
      seconds.allWithFile.push(all.seconds)
      expectEntries(vtepOf(100), vtepOf(101))
      // The first apply after so many additions dumps the table, to see what others have added meanwhile.
      await sleep(quietMs)
      await daemon.apply(desired(entries, 1))
      await sleep(quietMs)
      const change = await daemon.apply(desired(entries, 2))
      seconds.change.push(change.reconcileSeconds)
      seconds.changeWithFile.push(change.seconds)
      expectEntries('198.51.100.2', vtepOf(101))
    }
    await sleep(settledMs)
    memories.push({ job: `the same after ${runs * 4} changes of all, none or some`, ...daemon.memory() })
    await daemon.apply('{"vxlans":{}}')
    return { seconds, memories }
  } finally {
    await daemon.stop()
  }
}

/** @param {number} runs */
function bridge(runs) {
  /** @type {Record<'all' | 'change', number[]>} */
  const seconds = { all: [], change: [] }
  const batch = bridgeBatch(link, entries)
  const change = Array.from(
    { length: changed },
    (_, number) => `fdb replace ${macOf(number * 100)} dev ${link} dst 198.51.100.2 self permanent\n`,
  ).join('')
  for (let run = 0; run < runs; run += 1) {
    makeVxlan(link, 1)
    seconds.all.push(timeProgram('bridge', ['-batch', '-'], batch))
    seconds.change.push(timeProgram('bridge', ['-batch', '-'], change))
    expectEntries('198.51.100.2', vtepOf(101))
    runProgram('ip', ['link', 'delete', link])
  }
  return seconds
}

/**
 * Nothing to do, beside what reading the same takes a script.
 * @param {number} runs
 */
async function manyLinks(runs) {
  const others = Object.fromEntries(
    Array.from({ length: links }, (_, number) => [
      `vxb${number + 1}`,
      { id: number + 2, local: '192.0.2.254', dstport: 4789 },
    ]),
  )
  const text = desired(entries, undefined, others)
  /** @type {number[]} */
  const ours = []
  /** @type {number[]} */
  const peer = []
  const daemon = await startDaemon()
  try {
    await daemon.apply(text)
    await sleep(quietMs)
    await daemon.apply(text)
    for (let run = 0; run < runs; run += 1) {
      await sleep(quietMs)
      ours.push((await daemon.apply(text)).reconcileSeconds)
      const ip = timeProgram('ip', ['-d', '-j', 'link', 'show'])
      peer.push(ip + timeProgram('bridge', ['-d', '-j', 'fdb', 'show']))
    }
    await daemon.apply('{"vxlans":{}}')
  } finally {
    await daemon.stop()
  }
  return { ours, peerName: 'ip link, bridge fdb show', peer }
}

/**
 * Not timed: that the whole table is there, with these VTEPs behind entries 100 and 101.
 * @param {string} first
 * @param {string} second
 */
function expectEntries(first, second) {
  /** @type {{ mac: string, dst?: string }[]} */
  const table = JSON.parse(runProgram('bridge', ['-j', 'fdb', 'show', 'dev', link]))
  const dst = new Map(table.map((entry) => [entry.mac, entry.dst]))
  if (dst.size !== entries || dst.get(macOf(100)) !== first || dst.get(macOf(101)) !== second) {
    throw new Error(
      `${dst.size} of ${entries} entries are there, the first two looked at by ${dst.get(macOf(100))} and ${dst.get(macOf(101))}`,
    )
  }
}

answerQuestions({ run: state })
