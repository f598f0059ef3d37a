/** (Observed, message) → Observed: takes one message of the kernel into the tables. */
import { constants, type RouteMessage } from '../../rtnetlink/index.ts'
import { addressKey, fdbKey, fdbOwner, type Observed } from '../model/observed.ts'

/** Takes one message in. Messages about other tables (ARP and ND neighbours, a bridge's view of its ports) change nothing. */
export function fold(observed: Observed, message: RouteMessage): void {
  const isNew = message.verb === 'new'
  switch (message.object) {
    case 'link': {
      const { family, index } = message.value
      // A bridge tells of its ports with family AF_BRIDGE; its DELLINK means that the port left the bridge, not that it is gone.
      if (family !== constants.AF_UNSPEC) {
        return
      }
      if (isNew) {
        observed.links.set(index, message.value)
      } else {
        observed.links.delete(index)
        observed.addresses.delete(index)
        observed.fdb.delete(index)
      }
      return
    }
    case 'address':
      put(observed.addresses, message.value.index, addressKey(message.value), isNew ? message.value : undefined)
      return
    case 'neighbour':
      if (message.value.family === constants.AF_BRIDGE) {
        put(observed.fdb, fdbOwner(message.value), fdbKey(message.value), isNew ? message.value : undefined)
      }
      return
    default:
      message satisfies never
  }
}

function put<T>(tables: Map<number, Map<string, T>>, index: number, key: string, value: T | undefined): void {
  let table = tables.get(index)
  if (value === undefined) {
    table?.delete(key)
    return
  }
  if (table === undefined) {
    table = new Map()
    tables.set(index, table)
  }
  table.set(key, value)
}
