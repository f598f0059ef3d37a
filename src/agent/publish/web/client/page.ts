/** The page: joins its parts, and keeps them up to date. */
import type { OverlayEvent } from '../../../answers/overlay-event.ts'
import type { AgentStatus } from '../../../answers/status.ts'
import type { Tunnels } from '../../../answers/tunnel.ts'
import { ask } from './ask.ts'
import { showAbsence, showStatus } from './declared.ts'
import { byId } from './dom.ts'
import { EventList } from './event-list.ts'
import { explain } from './explanation.ts'
import { ForwardingTable } from './forwarding-table.ts'
import { mostMacs, Overlay } from './overlay.ts'
import { followEvents } from './stream.ts'

/** How soon after an event the views are asked for again, and how often in any case, in milliseconds. */
const soonMs = 400
const regularlyMs = 10_000
/** A large table is fetched again less often. */
const largeTable = 20_000
const largeTableMs = 10_000

const events = new EventList()
const table = new ForwardingTable({
  onMac: (mac, link) => void explain(mac, link),
  onMacs: (remote, macs, count) => overlay.tellMacs(remote, macs, count),
})
const overlay = new Overlay((remote) => table.askMacs(remote, mostMacs))

/** Runs `work` soon, once for all that ask meanwhile, and not again before it is done and `pauseMs()` is over. */
function lazily(work: () => unknown, pauseMs: () => number): () => void {
  let isScheduled = false
  let isWanted = false
  const run = async (): Promise<void> => {
    isWanted = false
    await work()
    setTimeout(() => {
      isScheduled = false
      if (isWanted) {
        schedule()
      }
    }, pauseMs())
  }
  const schedule = (): void => {
    isWanted = true
    if (!isScheduled) {
      isScheduled = true
      setTimeout(() => void run(), soonMs)
    }
  }
  return schedule
}

async function look(): Promise<void> {
  try {
    showStatus(await ask<AgentStatus>('/v1/status'))
    overlay.show((await ask<Tunnels>('/v1/tunnels')).tunnels)
  } catch (error) {
    showAbsence(error instanceof TypeError ? 'No answer: the connection is lost' : (error as Error).message)
  }
}

const lookSoon = lazily(look, () => 1000)
const loadSoon = lazily(
  () => table.load(),
  () => (table.size > largeTable ? largeTableMs : 1000),
)

/** Events that say nothing about the forwarding table. */
const beside: ReadonlySet<OverlayEvent['kind']> = new Set([
  'state',
  'applied',
  'overrun',
  'started',
  'address-added',
  'address-deleted',
])

const connection = byId('connection')
followEvents({
  onState(isLive) {
    connection.textContent = isLive ? 'live' : 'not live: connecting again'
    lookSoon()
    if (isLive) {
      loadSoon()
    }
  },
  onEvent(event) {
    events.add(event)
    lookSoon()
    if (!beside.has(event.kind)) {
      loadSoon()
    }
  },
})
setInterval(lookSoon, regularlyMs)
lookSoon()
loadSoon()
