/** The order of the forwarding table. Pure. */
import { zeroMac } from '../../../facts/zero-mac.ts'
import { addressKey } from './addresses.ts'
import type { Row } from './search.ts'

/** The columns that the table can be sorted by. */
export const columns = ['mac', 'link', 'vlan', 'to', 'kind'] as const

export type Column = (typeof columns)[number]

/** How the table is sorted; by no column: the order that is useful to most. */
export interface RowOrder {
  readonly column: Column | undefined
  readonly isDescending: boolean
}

export const defaultOrder: RowOrder = { column: undefined, isDescending: false }

/** After a column's heading was pressed: up, down, and the default again. */
export function nextOrder({ column, isDescending }: RowOrder, pressed: Column): RowOrder {
  if (column !== pressed) {
    return { column: pressed, isDescending: false }
  }
  return isDescending ? defaultOrder : { column, isDescending: true }
}

/** Unicast, then multicast, then the zero MAC address: whoever looks for a machine does not wade through floods. */
function rank({ mac }: Row): number {
  return mac === zeroMac ? 2 : (Number.parseInt(mac.slice(0, 2), 16) & 1) === 1 ? 1 : 0
}

/**
 * The rows sorted, as a new array. By default, and by MAC address, multicast and the zero MAC address come last, in either direction. The
 * column of destinations is sorted as addresses, that of VLANs as numbers; rows that have none come last, in either direction. Rows that are
 * equal there keep the default order.
 */
export function sorted(rows: readonly Row[], { column, isDescending }: RowOrder): Row[] {
  // A table has few destinations and many rows.
  const keys = new Map<string, string>()
  const keyOf = (to: string): string => {
    const known = keys.get(to)
    if (known !== undefined) {
      return known
    }
    const [address = '', ...rest] = to.split(' via ')
    const key = [addressKey(address), ...rest].join(' ')
    keys.set(to, key)
    return key
  }
  const compare: Readonly<Record<Column, (a: Row, b: Row) => number>> = {
    mac: (a, b) => order(a.mac, b.mac),
    link: (a, b) => order(a.link, b.link),
    vlan: (a, b) => Number(a.vlan) - Number(b.vlan),
    to: (a, b) => order(keyOf(a.to), keyOf(b.to)),
    kind: (a, b) => order(a.kind, b.kind),
  }
  const byDefault = (a: Row, b: Row): number =>
    rank(a) - rank(b) || order(a.link, b.link) || order(a.mac, b.mac) || compare.vlan(a, b) || compare.to(a, b)
  if (column === undefined) {
    return rows.toSorted(byDefault)
  }
  const direction = isDescending ? -1 : 1
  const byColumn = compare[column]
  const last = column === 'mac' ? rank : (row: Row) => Number(row[column] === '')
  return rows.toSorted((a, b) => last(a) - last(b) || direction * byColumn(a, b) || byDefault(a, b))
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
