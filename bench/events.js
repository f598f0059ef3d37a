/** Bench `events`: a burst of forwarding entries written by another process, as listeners hear of it. Runs in a network namespace of its own. */
import { answerQuestions, ChildGone, startChild } from './support/child.js'
import { runProgram } from './support/timing.js'
import { makeVxlan } from './support/vxlan.js'

const entries = 100_000
/** Enough for the slowest listener; one that has gone deaf is not waited for any longer. */
const patienceMs = 30_000
const link = 'vxb0'

/**
 * @typedef {{ name: string, worker: string, parameters?: readonly string[], isStopped?: boolean, isOurs?: boolean }} Listener
 *   `isStopped`: its process is stopped (SIGSTOP) while the events come, the worst that a busy host can do to it
 */

/** @type {readonly Listener[]} */
const ours = [
  { name: 'vxagent', worker: 'vxagent-listener.js', isOurs: true },
  { name: 'vxagent, 208 KiB buffer', worker: 'vxagent-listener.js', parameters: ['212992'], isOurs: true },
  { name: 'vxagent, stopped meanwhile', worker: 'vxagent-listener.js', isStopped: true, isOurs: true },
]
/** @type {readonly Listener[]} */
const peers = [
  { name: 'netlink 0.3.0', worker: 'netlink-listener.js' },
  { name: 'node-netlink 0.0.4', worker: 'node-netlink-listener.js' },
]

/**
 * @param {{ runs: number, hasPeers: boolean }} options
 * @returns {Promise<import('./support/result.js').Result>}
 */
async function events({ runs, hasPeers }) {
  const bursts = []
  for (const listener of hasPeers ? [...ours, ...peers] : ours) {
    for (let run = 0; run < runs; run += 1) {
      bursts.push(await burst(listener))
    }
  }
  return { comparisons: [], bursts }
}

/**
 * @param {Listener} listener
 * @returns {Promise<import('./support/result.js').Burst>}
 */
async function burst({ name, worker, parameters = [], isStopped = false, isOurs = false }) {
  const index = makeVxlan(link, 1)
  const hearing = startChild(`workers/${worker}`, { parameters, stderr: 'ignore' })
  const writing = startChild('workers/vxagent-writer.js')
  /** @type {import('./support/result.js').Burst} */
  const result = {
    listener: name,
    sent: entries,
    received: undefined,
    seconds: undefined,
    overruns: undefined,
    next: undefined,
    heal: undefined,
    isTrue: undefined,
    end: undefined,
  }
  try {
    await hearing.ask({ do: 'ready' })
    await writing.ask({ do: 'ready' })
    await hearing.ask({ do: 'begin' })
    if (isStopped) {
      hearing.signal('SIGSTOP')
    }
    await writing.ask({ do: 'write', index, first: 0, count: entries })
    hearing.signal('SIGCONT')
    Object.assign(result, await hearing.ask({ do: 'end' }, patienceMs))
    if (result.overruns) {
      result.heal = await hearing.ask({ do: 'heal', index })
    }
    await hearing.ask({ do: 'begin' })
    await writing.ask({ do: 'write', index, first: entries, count: 100 })
    result.next = (await hearing.ask({ do: 'end' }, patienceMs)).received
    if (isOurs) {
      result.isTrue = isTruth(await hearing.ask({ do: 'table' }))
    }
  } catch (error) {
    if (!(error instanceof ChildGone)) {
      throw error
    }
    result.end = error.how
  } finally {
    await Promise.all([hearing.stop(), writing.stop()])
    runProgram('ip', ['link', 'delete', link])
  }
  return result
}

/**
 * Whether a listener's table is what bridge(8) shows.
 * @param {readonly (readonly [mac: string, vtep: string])[]} table
 */
function isTruth(table) {
  const shown = JSON.parse(runProgram('bridge', ['-j', 'fdb', 'show', 'dev', link]))
  const truth = new Map(shown.map((/** @type {{ mac: string, dst: string }} */ { mac, dst }) => [mac, dst]))
  return truth.size === table.length && table.every(([mac, vtep]) => truth.get(mac) === vtep)
}

answerQuestions({ run: events })
