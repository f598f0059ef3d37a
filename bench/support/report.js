/** What the benches found, as aligned text. */
import { cpus, release } from 'node:os'
import { median, percentile } from './timing.js'

/** The machine that the numbers are of: `Linux 6.18.44, 2 cores, Node 20.20.0`. */
export function machine() {
  const [kernel] = /^\d+(\.\d+)*/.exec(release()) ?? [release()]
  return `Linux ${kernel}, ${cpus().length} cores, Node ${process.versions.node}`
}

/**
 * One line a comparison, medians in seconds; a ratio below 1 means that we are the faster.
 * @param {readonly import('./result.js').Comparison[]} comparisons
 * @returns {string}
 */
export function comparisonTable(comparisons) {
  const rows = comparisons.map(({ job, ours, peerName, peer }) => [
    job,
    formatSeconds(median(ours)),
    peerName,
    formatSeconds(median(peer)),
    (median(ours) / median(peer)).toFixed(2),
    `${ours.length}`,
  ])
  return align([['job', 'ours', 'peer', 'theirs', 'ratio', 'runs'], ...rows])
}

/**
 * One line a listener, over all its runs.
 * @param {readonly import('./result.js').Burst[]} bursts
 * @returns {string}
 */
export function burstTable(bursts) {
  const byListener = groupByListener(bursts)
  const rows = [...byListener].map(([listener, runs]) => {
    const ends = runs.filter(({ end }) => end !== undefined)
    if (ends.length === runs.length) {
      return [listener, `ended by ${ends[0]?.end}`, '-', '-', '-', '-', '-', `${runs.length}`]
    }
    const lived = runs.filter(({ end }) => end === undefined)
    const rates = lived.map(({ received = 0, seconds = 0 }) => (received > 1000 ? received / seconds : Number.NaN))
    const heals = lived.flatMap(({ heal }) => (heal === undefined ? [] : [heal.seconds]))
    return [
      listener,
      formatCount(median(lived.map(({ received = 0 }) => received))),
      lived[0]?.overruns === undefined ? '-' : formatCount(median(lived.map(({ overruns = 0 }) => overruns))),
      rates.some(Number.isNaN) ? '-' : formatCount(median(rates)),
      heals.length === 0 ? '-' : formatSeconds(median(heals)),
      lived[0]?.isTrue === undefined ? '-' : `${lived.filter(({ isTrue }) => isTrue).length} of ${lived.length}`,
      `${median(lived.map(({ next = 0 }) => next))}`,
      `${runs.length}`,
    ]
  })
  const sent = bursts[0]?.sent ?? 0
  const heading = [
    'listener',
    `of ${formatCount(sent)}`,
    'overruns',
    'a second',
    'heal',
    'table true',
    'next 100',
    'runs',
  ]
  return align([heading, ...rows])
}

/**
 * @param {readonly import('./result.js').Memory[]} memories
 * @returns {string}
 */
export function memoryTable(memories) {
  const rows = memories.map(({ job, now, peak }) => [
    job,
    now === undefined ? '-' : `${now.toFixed(0)} MB`,
    `${peak.toFixed(0)} MB`,
  ])
  return align([['resident memory', 'settled', 'peak'], ...rows])
}

/**
 * One line a run.
 * @param {readonly import('./result.js').Learning[]} learnings
 * @returns {string}
 */
export function learningTable(learnings) {
  const rows = learnings.map((each) => [
    formatCount(each.learned),
    formatSeconds(each.seconds),
    formatCount(each.table),
    `${each.overruns}`,
    `${formatCount(each.seen)} + ${formatCount(each.missed)}`,
    `${formatCount(each.slowSeen)} + ${formatCount(each.slowMissed)}`,
    formatSeconds(median(each.scrapes)),
    formatSeconds(Math.max(...each.scrapes)),
    formatSeconds(median(each.full)),
    `${each.memory.before.toFixed(0)} to ${each.memory.during.toFixed(0)} MB`,
  ])
  const heading = [
    'learned',
    'sent in',
    'table',
    'overruns',
    'reader: seen + missed',
    'slow reader',
    'scrape',
    'longest',
    'afterwards',
    'memory',
  ]
  return align([heading, ...rows])
}

/**
 * One line a load.
 * @param {readonly import('./result.js').Silence[]} silences
 * @returns {string}
 */
export function silenceTable(silences) {
  const rows = silences.map(({ load, seconds, wallMs, ownMs }) => [
    load,
    formatSeconds(seconds),
    formatSeconds(wallMs / 1000),
    formatSeconds(ownMs / 1000),
  ])
  return align([['longest silence of the event loop', 'took', 'on the clock', 'its own'], ...rows])
}

/**
 * Two lines a job that has a peer: ours, with the ratios, and the peer's.
 * @param {readonly import('./result.js').Latency[]} latencies
 * @returns {string}
 */
export function latencyTable(latencies) {
  const figures = [50, 99, 100]
  const cells = (/** @type {readonly number[]} */ times) =>
    figures.map((each) => formatSeconds(percentile(times, each)))
  const rows = latencies.flatMap(({ job, ours, peer, load }) => {
    const ratios = figures.map((each) =>
      peer === undefined ? '-' : (percentile(ours, each) / percentile(peer.times, each)).toFixed(2),
    )
    return [
      [job, 'vxagent', ...cells(ours), ratios.join(' / '), `${ours.length}`, load.toFixed(1)],
      ...(peer === undefined ? [] : [['', peer.name, ...cells(peer.times), '', `${peer.times.length}`, '']]),
    ]
  })
  return align([['job', 'whose', 'p50', 'p99', 'max', 'ratios', 'times', 'load'], ...rows])
}

/**
 * One line a process and state.
 * @param {readonly import('./result.js').Cost[]} costs
 * @returns {string}
 */
export function costTable(costs) {
  const rows = costs.map(({ state, process, seconds, cpuSeconds, memory, heap }) => [
    state,
    process,
    formatSeconds(seconds),
    formatSeconds(cpuSeconds),
    `${((100 * cpuSeconds) / seconds).toFixed(1)} %`,
    `${memory.toFixed(0)} MB`,
    heap === undefined ? '-' : `${heap.toFixed(0)} MB`,
  ])
  return align([['state', 'process', 'took', 'processor', 'of one core', 'resident', 'heap'], ...rows])
}

/** @param {readonly import('./result.js').Burst[]} bursts */
function groupByListener(bursts) {
  /** @type {Map<string, import('./result.js').Burst[]>} */
  const groups = new Map()
  for (const burst of bursts) {
    groups.set(burst.listener, [...(groups.get(burst.listener) ?? []), burst])
  }
  return groups
}

/** @param {number} seconds */
function formatSeconds(seconds) {
  return `${seconds.toFixed(3)} s`
}

/** @param {number} count */
function formatCount(count) {
  return Math.round(count).toLocaleString('en')
}

/** @param {readonly (readonly string[])[]} rows */
export function align(rows) {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}
