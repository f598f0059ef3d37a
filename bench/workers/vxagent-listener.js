/**
 * Our subscription as a program that keeps a table of forwarding entries by the events alone, and heals it by a dump when
 * events were lost. Its first parameter is the receive buffer in bytes; by default the library's own.
 */

import { constants, openNetlinkSocket, RtnetlinkClient, subscribe } from '../../dist/rtnetlink/index.js'
import { burst } from '../support/burst.js'
import { answerQuestions } from '../support/child.js'
import { time } from '../support/timing.js'

const [receiveBuffer] = process.argv.slice(2)
const groups = [constants.RTNLGRP_NEIGH]

/** @type {Map<string, string>} */
let table = new Map()
let overruns = 0
const events = burst()

subscribe(
  groups,
  {
    onMessage({ object, verb, value }) {
      if (object === 'neighbour' && verb === 'new') {
        events.count()
        table.set(value.attributes.lladdr ?? '', value.attributes.dst ?? '')
      }
    },
    onOverrun() {
      overruns += 1
    },
  },
  receiveBuffer === undefined ? undefined : openNetlinkSocket({ groups, receiveBuffer: Number(receiveBuffer) }),
)
const client = new RtnetlinkClient()

answerQuestions({
  ready: () => true,
  begin() {
    events.begin()
    overruns = 0
    return true
  },
  async end() {
    return { ...(await events.end()), overruns }
  },
  async heal({ index }) {
    const { seconds } = await time(async () => {
      const entries = await client.listFdb({ index })
      table = new Map(entries.map(({ attributes }) => [attributes.lladdr ?? '', attributes.dst ?? '']))
    })
    return { seconds }
  },
  table: () => [...table],
})
