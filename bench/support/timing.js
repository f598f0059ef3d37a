/** Times of things done, and what is said of many of them. */
import { spawnSync } from 'node:child_process'
import { performance } from 'node:perf_hooks'

/**
 * The middle of the values; of an even number of them the mean of the two in the middle.
 * @param {readonly number[]} values
 * @returns {number}
 */
export function median(values) {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length / 2
  return ((sorted[Math.floor(middle)] ?? Number.NaN) + (sorted[Math.ceil(middle) - 1] ?? Number.NaN)) / 2
}

/**
 * The value that so many percent of the values do not exceed (nearest rank).
 * @param {readonly number[]} values
 * @param {number} percent above 0, up to 100
 * @returns {number}
 */
export function percentile(values, percent) {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.ceil((percent / 100) * sorted.length) - 1] ?? Number.NaN
}

/**
 * Numbers from 0 to below 1 that are the same for the same seed (mulberry32).
 * @param {number} seed
 * @returns {() => number}
 */
export function seeded(seed) {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

/**
 * How long `work` takes, in seconds, and what it gives.
 * @template T
 * @param {() => Promise<T>} work
 * @returns {Promise<{ seconds: number, value: T }>}
 */
export async function time(work) {
  const start = performance.now()
  const value = await work()
  return { seconds: (performance.now() - start) / 1000, value }
}

/**
 * How long a program takes from its start to its end, in seconds. Its output goes to /dev/null, which costs it least.
 * @param {string} command
 * @param {readonly string[]} parameters
 * @param {string} [input] given to it on its standard input
 * @returns {number}
 */
export function timeProgram(command, parameters, input) {
  const start = performance.now()
  runProgram(command, parameters, input, 'ignore')
  return (performance.now() - start) / 1000
}

/**
 * A program's output. Throws when it fails.
 * @param {string} command
 * @param {readonly string[]} parameters
 * @param {string} [input] given to it on its standard input
 * @param {'pipe' | 'ignore'} [stdout]
 * @returns {string}
 */
export function runProgram(command, parameters, input = '', stdout = 'pipe') {
  const result = spawnSync(command, parameters, {
    input,
    stdio: ['pipe', stdout, 'pipe'],
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  })
  if (result.status !== 0) {
    const reason = result.error?.message ?? (result.stderr.trim() || `ended with ${result.signal ?? result.status}`)
    throw new Error(`${[command, ...parameters].join(' ')}: ${reason}`)
  }
  return result.stdout ?? ''
}
