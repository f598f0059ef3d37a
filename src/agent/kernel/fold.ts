/** (Observed, message) → Observed: takes one message of the kernel into the tables. */

import { type BridgeLink, constants, type RouteMessage, type Tunnel } from '../../rtnetlink/index.ts'
import { noteLeftBehind } from './left-behind.ts'
import { addressKey, fdbKey, fdbOwner, neighbourKey, type Observed } from './observed.ts'
import { remoteOf } from './vxlan-link.ts'

/** Takes one message in, and gives what was known of its object until then, where there is such a thing. */
export function fold(observed: Observed, message: RouteMessage): RouteMessage['value'] | undefined {
  const isNew = message.verb === 'new'
  switch (message.object) {
    case 'link': {
      const { index } = message.value
      const before = observed.links.get(index)
      if (isNew) {
        if (before !== undefined) {
          noteLeftBehind(observed, before, message.value)
        }
        observed.links.set(index, message.value)
      } else {
        for (const table of Object.values(observed)) {
          table.delete(index)
        }
      }
      return before
    }
    case 'bridgeLink':
      // Its deletion means that the port left the bridge, not that it is gone.
      if (isNew) {
        observed.bridgeLinks.set(message.value.index, message.value)
        foldPort(observed, message.value)
      } else {
        observed.bridgeLinks.delete(message.value.index)
      }
      return undefined
    case 'tunnel':
      foldVnis(observed, message.value, isNew)
      return undefined
    case 'address':
      return put(observed.addresses, message.value.index, addressKey(message.value), isNew ? message.value : undefined)
    case 'neighbour':
      if (message.value.family === constants.AF_BRIDGE) {
        if (!isNew) {
          observed.leftBehind.get(message.value.ifindex)?.delete(fdbKey(message.value))
        }
        return put(observed.fdb, fdbOwner(message.value), fdbKey(message.value), isNew ? message.value : undefined)
      }
      return put(
        observed.neighbours,
        message.value.ifindex,
        neighbourKey(message.value),
        isNew ? message.value : undefined,
      )
    case 'route':
    case 'mdb':
    case 'nexthop':
    case 'qdisc':
    case 'filter':
      // Ways are asked for when somebody wants to know: nothing here follows the routing tables.
      return undefined
    default:
      return message satisfies never
  }
}

/** Of a change to a port's options by its bridge the kernel tells with this message alone. */
function foldPort({ links }: Observed, { index, attributes: { protinfo } }: BridgeLink): void {
  const link = links.get(index)
  const { linkinfo } = link?.attributes ?? {}
  if (link !== undefined && linkinfo?.slaveKind === 'bridge' && protinfo !== undefined) {
    const attributes = { ...link.attributes, linkinfo: { ...linkinfo, slaveData: protinfo } }
    links.set(index, { ...link, attributes })
  }
}

function put<T>(tables: Map<number, Map<string, T>>, index: number, key: string, value: T | undefined): T | undefined {
  let table = tables.get(index)
  const before = table?.get(key)
  if (value === undefined) {
    table?.delete(key)
    return before
  }
  if (table === undefined) {
    table = new Map()
    tables.set(index, table)
  }
  table.set(key, value)
  return before
}

/** The kernel tells single VNIs in events, and ranges in dumps. */
function foldVnis({ vnis }: Observed, { ifindex, attributes }: Tunnel, isNew: boolean): void {
  const table = vnis.get(ifindex) ?? new Map<number, string | undefined>()
  for (const { start = 0, end = start, ...destination } of attributes.entries ?? []) {
    for (let vni = start; vni <= end; vni += 1) {
      if (isNew) {
        table.set(vni, remoteOf(destination))
      } else {
        table.delete(vni)
      }
    }
  }
  vnis.set(ifindex, table)
}
