/** Bench `dump`: a large forwarding table read whole. Runs in a network namespace of its own. */

import { answerQuestions, startChild } from './support/child.js'
import { bridgeBatch } from './support/forwarding-entries.js'
import { runProgram, timeProgram } from './support/timing.js'
import { makeVxlan } from './support/vxlan.js'

const entries = 100_000
/** node-netlink takes time by the square of the table's size. */
const fewEntries = 10_000
const warmUps = 3
const link = 'vxb0'
const ourPath = new URL('workers/vxagent-client.js', import.meta.url).pathname

/**
 * @param {{ runs: number, hasPeers: boolean }} options
 * @returns {Promise<import('./support/result.js').Result>}
 */
async function dump({ runs, hasPeers }) {
  const large = await dumpLarge(runs, hasPeers)
  return { comparisons: hasPeers ? [...large, await dumpSmall(runs)] : large, bursts: [] }
}

/**
 * @param {number} runs
 * @param {boolean} hasPeers
 */
async function dumpLarge(runs, hasPeers) {
  const index = fill(entries)
  const ours = openClient('vxagent-client.js', index, entries)
  const netlink = hasPeers ? openClient('netlink-client.js', index, entries) : undefined
  /** @type {Record<'ours' | 'process' | 'bridge' | 'json' | 'netlink', number[]>} */
  const seconds = { ours: [], process: [], bridge: [], json: [], netlink: [] }
  await warmUp(ours, netlink)
  for (let run = 0; run < runs; run += 1) {
    seconds.ours.push(await ours.dump())
    seconds.bridge.push(timeProgram('bridge', ['fdb', 'show', 'dev', link]))
    seconds.json.push(timeProgram('bridge', ['-j', 'fdb', 'show', 'dev', link]))
    seconds.process.push(timeProgram(process.execPath, [ourPath, 'dump', `${index}`]))
    if (netlink !== undefined) {
      seconds.netlink.push(await netlink.dump())
    }
  }
  await Promise.all([ours.stop(), netlink?.stop()])
  runProgram('ip', ['link', 'delete', link])

  const job = `dump ${entries.toLocaleString('en')} entries`
  const open = { job: `${job}, client open`, ours: seconds.ours }
  const whole = { job: `${job}, whole process`, ours: seconds.process }
  return [
    { ...open, peerName: 'bridge fdb show', peer: seconds.bridge },
    { ...open, peerName: 'bridge -j fdb show', peer: seconds.json },
    { ...whole, peerName: 'bridge fdb show', peer: seconds.bridge },
    { ...whole, peerName: 'bridge -j fdb show', peer: seconds.json },
    ...(hasPeers ? [{ ...open, peerName: 'netlink 0.3.0', peer: seconds.netlink }] : []),
  ]
}

/** @param {number} runs */
async function dumpSmall(runs) {
  const index = fill(fewEntries)
  const ours = openClient('vxagent-client.js', index, fewEntries)
  const nodeNetlink = openClient('node-netlink-client.js', index, fewEntries)
  /** @type {Record<'ours' | 'nodeNetlink', number[]>} */
  const seconds = { ours: [], nodeNetlink: [] }
  await warmUp(ours, nodeNetlink)
  for (let run = 0; run < runs; run += 1) {
    seconds.ours.push(await ours.dump())
    seconds.nodeNetlink.push(await nodeNetlink.dump())
  }
  await Promise.all([ours.stop(), nodeNetlink.stop()])
  return {
    job: `dump ${fewEntries.toLocaleString('en')} entries, client open`,
    ours: seconds.ours,
    peerName: 'node-netlink 0.0.4',
    peer: seconds.nodeNetlink,
  }
}

/**
 * A client held open by a program of its own, so that none disturbs another's memory.
 * @param {string} worker
 * @param {number} index the link's
 * @param {number} expected
 */
function openClient(worker, index, expected) {
  const child = startChild(`workers/${worker}`, { stderr: 'ignore' })
  return {
    async dump() {
      const { seconds, count } = await child.ask({ do: 'dump', index })
      if (count !== expected) {
        throw new Error(`${worker} gave ${count} of ${expected} entries`)
      }
      return /** @type {number} */ (seconds)
    },
    stop: () => child.stop(),
  }
}

/**
 * A client that is open already has dumped before: V8 has compiled it. The whole process shows it cold.
 * @param {readonly (ReturnType<typeof openClient> | undefined)[]} clients
 */
async function warmUp(...clients) {
  for (let round = 0; round < warmUps; round += 1) {
    for (const client of clients) {
      await client?.dump()
    }
  }
}

/**
 * Makes the link and its table.
 * @param {number} count
 * @returns {number} the link's ifindex
 */
function fill(count) {
  const index = makeVxlan(link, 1)
  runProgram('bridge', ['-batch', '-'], bridgeBatch(link, count))
  return index
}

answerQuestions({ run: dump })
