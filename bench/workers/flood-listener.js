/**
 * When the kernel of this namespace gets a flood entry, or loses it, by its own notifications. Times are of CLOCK_MONOTONIC, which all
 * processes of a machine share.
 */
import { constants, subscribe } from '../../dist/rtnetlink/index.js'
import { answerQuestions } from '../support/child.js'

const zeroMac = '00:00:00:00:00:00'
/** When each was first seen since `begin`, by `new 10.0.0.1` or `delete 10.0.0.1`. */
const seen = new Map()
/** @type {Set<() => void>} */
const waiting = new Set()
let news = 0

subscribe([constants.RTNLGRP_NEIGH], {
  onMessage({ object, verb, value }) {
    if (object === 'neighbour' && value.attributes.lladdr === zeroMac && value.attributes.dst !== undefined) {
      const what = `${verb} ${value.attributes.dst}`
      if (!seen.has(what)) {
        seen.set(what, process.hrtime.bigint())
      }
      news += verb === 'new' ? 1 : 0
      for (const look of waiting) {
        look()
      }
    }
  },
  onOverrun() {
    throw new Error('the listener lost notifications of the kernel')
  },
})

/**
 * @param {() => any} answer undefined: not yet
 * @returns {Promise<any>}
 */
function once(answer) {
  return new Promise((resolve) => {
    const look = () => {
      const given = answer()
      if (given !== undefined) {
        waiting.delete(look)
        resolve(given)
      }
    }
    waiting.add(look)
    look()
  })
}

answerQuestions({
  ready: () => true,
  begin() {
    seen.clear()
    news = 0
    return true
  },
  /** The time in nanoseconds, as text: IPC is JSON. @param {{ verb: string, dst: string }} question */
  at: ({ verb, dst }) => once(() => seen.get(`${verb} ${dst}`)?.toString()),
  /** The same of the last of so many entries since `begin`. @param {{ count: number }} question */
  count: ({ count }) => once(() => (news >= count ? process.hrtime.bigint().toString() : undefined)),
})
