/** Joins and leaves of single members, by turns ours and the peer's: the time from the origin to the flood entry in each kernel. */
import { setTimeout as sleep } from 'node:timers/promises'

/**
 * @typedef {object} Times in seconds, one for each sample and kernel
 * @property {number[]} join
 * @property {number[]} leave
 */

/**
 * One who can join and leave, and whose joining shows.
 * @typedef {object} Side
 * @property {string} dst address that is to appear
 * @property {readonly import('./child.js').Child[]} listeners
 * @property {() => Promise<string>} join gives when it began, in nanoseconds
 * @property {() => Promise<string>} leave
 * @property {() => Promise<unknown>} before what is done before, and not timed
 * @property {() => Promise<unknown>} after
 */

/**
 * Samples all sides by turns.
 * @param {readonly Side[]} sides
 * @param {{ samples: number, random: () => number }} options `random`: from 0 to below 1
 * @returns {Promise<Times[]>} one for each side
 */
export async function sampleByTurns(sides, { samples, random }) {
  /** @type {Times[]} */
  const times = sides.map(() => ({ join: [], leave: [] }))
  for (let sample = 0; sample < samples; sample += 1) {
    for (const [number, side] of sides.entries()) {
      // Not in step with any timer under test.
      await sleep(100 + 300 * random())
      await side.before()
      times[number]?.join.push(...(await timed(side, 'new', side.join)))
      await sleep(100 + 300 * random())
      times[number]?.leave.push(...(await timed(side, 'delete', side.leave)))
      await side.after()
    }
  }
  return times
}

/**
 * @param {Side} side
 * @param {'new' | 'delete'} verb
 * @param {() => Promise<string>} act
 */
async function timed({ dst, listeners }, verb, act) {
  await Promise.all(listeners.map((listener) => listener.ask({ do: 'begin' })))
  const began = BigInt(await act())
  const ends = await Promise.all(listeners.map((listener) => listener.ask({ do: 'at', verb, dst })))
  return ends.map((end) => secondsBetween(began, end))
}

/**
 * @param {bigint} began
 * @param {string} end
 */
export function secondsBetween(began, end) {
  return Number(BigInt(end) - began) / 1e9
}
