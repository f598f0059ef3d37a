/** Metrics of the talk with the kernel. */
import { Counter, type Registry } from 'prom-client'
import { constants, type RequestCounters, type RouteMessage } from '../../../rtnetlink/index.ts'
import { setCounter } from './set-counter.ts'

const { AF_BRIDGE } = constants

/** What a message is about, as the label has it. */
const labels = {
  link: 'link',
  bridgeLink: 'bridge_port',
  tunnel: 'vni',
  address: 'address',
  neighbour: 'neighbour',
  route: 'route',
} as const satisfies Partial<Record<RouteMessage['object'], string>>

/** One message serves both ARP/ND neighbours and forwarding entries. */
const objects = [...Object.values(labels), 'fdb'] as const

/** What is only ever asked for, as filters are, comes in no notification. */
function labelOf(object: RouteMessage['object']): string {
  return object in labels ? labels[object as keyof typeof labels] : object
}

export interface NetlinkMetrics {
  /** Counts one message that was taken in. There may be 100,000 a second. */
  noteChange(message: RouteMessage): void
  /** @param overruns times that the kernel dropped notifications */
  read(requests: Readonly<RequestCounters>, overruns: number): void
}

export function netlinkMetrics(registry: Registry): NetlinkMetrics {
  const registers = [registry]
  const messages = new Counter({
    name: 'vxagent_netlink_messages_total',
    help: 'Notifications of the kernel taken in, by what they are about and what happened to it: new (made or changed), or delete.',
    labelNames: ['object', 'verb'] as const,
    registers,
  })
  const requests = new Counter({
    name: 'vxagent_netlink_requests_total',
    help: 'Requests sent to the kernel.',
    registers,
  })
  const dumps = new Counter({
    name: 'vxagent_netlink_dumps_total',
    help: 'Of these, as many as asked for a whole table.',
    registers,
  })
  const interruptedDumps = new Counter({
    name: 'vxagent_netlink_interrupted_dumps_total',
    help: 'Dumps that were repeated, since the table changed under them.',
    registers,
  })
  const overruns = new Counter({
    name: 'vxagent_netlink_overruns_total',
    help: 'Times that a receive buffer overflowed: of the socket for events (a resync follows), and of that for requests (answers lost are asked for anew).',
    labelNames: ['socket'] as const,
    registers,
  })
  const counts = { new: new Map<string, number>(), delete: new Map<string, number>() }
  for (const object of objects) {
    counts.new.set(object, 0)
    counts.delete.set(object, 0)
  }

  return {
    noteChange({ object, verb, value }) {
      const label = object === 'neighbour' && value.family === AF_BRIDGE ? 'fdb' : labelOf(object)
      const table = counts[verb]
      table.set(label, (table.get(label) ?? 0) + 1)
    },
    read(counters, eventOverruns) {
      messages.reset()
      for (const verb of ['new', 'delete'] as const) {
        for (const [object, count] of counts[verb]) {
          messages.inc({ object, verb }, count)
        }
      }
      setCounter(requests, counters.requests)
      setCounter(dumps, counters.dumps)
      setCounter(interruptedDumps, counters.interruptedDumps)
      overruns.reset()
      overruns.inc({ socket: 'events' }, eventOverruns)
      overruns.inc({ socket: 'requests' }, counters.overruns)
    },
  }
}
