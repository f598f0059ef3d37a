/** What the processes of a fleet cost while something goes on. */
import { cpuSecondsOf, memoryOf } from './process-cost.js'
import { median, time } from './timing.js'

/** Name of the agent that has no fleet, for comparison. */
export const withoutFleet = 'agent, as many static remotes'

/**
 * @typedef {object} Processes
 * @property {readonly import('./real-host.js').RealHost[]} fleet
 * @property {readonly Meter[]} agent
 * @property {readonly Meter[]} plain
 * @property {readonly { pid: number }[]} etcd
 *
 * @typedef {{ cpuSeconds: () => number, memory: () => { now: number } }} Meter
 */

/**
 * Does the work, and gives its value and what each kind of process cost meanwhile: the median of those of one kind.
 * @template T
 * @param {string} state what goes on
 * @param {Processes} processes
 * @param {() => Promise<T>} work
 * @returns {Promise<{ value: T, costs: import('./result.js').Cost[] }>}
 */
export async function measureCosts(state, { fleet, agent, plain, etcd }, work) {
  /** @type {readonly (readonly [string, readonly Meter[]])[]} */
  const kinds = [
    ['fleet process', fleet],
    ['agent', agent],
    [withoutFleet, plain],
    [
      'etcd, each member',
      etcd.map(({ pid }) => ({ cpuSeconds: () => cpuSecondsOf(pid), memory: () => memoryOf(pid) })),
    ],
  ]
  const before = kinds.map(([, meters]) => meters.map((meter) => meter.cpuSeconds()))
  const { seconds, value } = await time(work)
  const heap = median(await Promise.all(fleet.map((each) => each.heap())))
  const costs = kinds.map(([process, meters], kind) => ({
    ...{ state, process, seconds },
    cpuSeconds: median(meters.map((meter, each) => meter.cpuSeconds() - (before[kind]?.[each] ?? 0))),
    memory: median(meters.map((meter) => meter.memory().now)),
    ...(process === 'fleet process' && { heap }),
  }))
  return { value, costs }
}
