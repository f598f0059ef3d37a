/** (Observed, message) → Change: takes one message of the kernel into the tables. */
import { type BridgeLink, constants, type Neighbour, type RouteMessage, type Tunnel } from '../../rtnetlink/index.ts'
import type { Change } from './change.ts'
import { noteLeftBehind } from './left-behind.ts'
import { addressKey, fdbKey, fdbOwner, neighbourKey, type Observed } from './observed.ts'
import { remoteOf } from './vxlan-link.ts'

/** Takes one message in. */
export function fold(observed: Observed, message: RouteMessage): Change {
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
      return { ...message, before }
    }
    case 'bridgeLink':
      // Its deletion means that the port left the bridge, not that it is gone.
      if (isNew) {
        observed.bridgeLinks.set(message.value.index, message.value)
        foldPort(observed, message.value)
      } else {
        observed.bridgeLinks.delete(message.value.index)
      }
      return { ...message, before: undefined }
    case 'tunnel':
      foldVnis(observed, message.value, isNew)
      return { ...message, before: undefined }
    case 'address':
      return {
        ...message,
        before: put(
          observed.addresses,
          message.value.index,
          addressKey(message.value),
          isNew ? message.value : undefined,
        ),
      }
    case 'neighbour':
      return { ...message, before: putNeighbour(observed, message.value, isNew) }
    case 'route':
    case 'mdb':
    case 'nexthop':
    case 'qdisc':
    case 'filter':
      // Ways are asked for when somebody wants to know: nothing here follows the routing tables.
      return { ...message, before: undefined }
    default:
      return message satisfies never
  }
}

function putNeighbour(observed: Observed, entry: Neighbour, isNew: boolean): Neighbour | undefined {
  const value = isNew ? entry : undefined
  if (entry.family !== constants.AF_BRIDGE) {
    return put(observed.neighbours, entry.ifindex, neighbourKey(entry), value)
  }
  const key = fdbKey(entry)
  if (!isNew) {
    observed.leftBehind.get(entry.ifindex)?.delete(key)
  }
  return put(observed.fdb, fdbOwner(entry), key, value)
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
