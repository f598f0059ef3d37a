/** Searching and ordering the forwarding table. Pure. */
import { nexthopGroupName } from '../../../facts/nexthop-group.ts'
import { entryKind, isFlood } from '../../iproute2/entry-kind.ts'
import type { Iproute2FdbEntry } from '../../iproute2/iproute2-fdb.ts'

/** An entry as the table shows it. */
export interface Row {
  readonly mac: string
  readonly link: string
  readonly vlan: string
  readonly to: string
  readonly kind: string
  /** The VTEP or group that it leads to; undefined for one that leads to a local port. */
  readonly remote: string | undefined
  /** Whether it is for frames that no other entry is for. */
  readonly isFlood: boolean
}

/** As `vxagent fdb` shows it. */
export function rowOf(entry: Iproute2FdbEntry): Row {
  const { mac = '', ifname = '', vlan, dst, nhid, viaIf, master } = entry
  const remote = dst ?? (nhid === undefined ? undefined : nexthopGroupName(nhid))
  const via = viaIf === undefined ? '' : ` via ${viaIf}`
  const to = remote === undefined ? (master === undefined ? '' : `port of ${master}`) : `${remote}${via}`
  return {
    mac,
    link: ifname,
    vlan: vlan === undefined ? '' : `${vlan}`,
    to,
    kind: entryKind(entry),
    remote,
    isFlood: isFlood(entry),
  }
}

/** What a row is searched in. */
export function haystackOf({ mac, link, vlan, to, kind }: Pick<Row, 'mac' | 'link' | 'vlan' | 'to' | 'kind'>): string {
  return `${mac} ${link} ${vlan} ${to} ${kind}`.toLowerCase()
}

/** The rows, by their numbers, that have each of the words. */
export function search(haystacks: readonly string[], query: string): Uint32Array {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean)
  const found = new Uint32Array(haystacks.length)
  let count = 0
  for (let row = 0; row < haystacks.length; row += 1) {
    const text = haystacks[row] as string
    if (words.every((word) => text.includes(word))) {
      found[count] = row
      count += 1
    }
  }
  return found.subarray(0, count)
}

/** MAC addresses behind a remote, in the order of the rows. */
export function macsBehind(rows: readonly Row[], remote: string): string[] {
  return rows.filter((row) => row.remote === remote && !row.isFlood).map(({ mac }) => mac)
}

/** Floods first, then by link and MAC address. */
export function compareRows(a: Row, b: Row): number {
  return Number(b.isFlood) - Number(a.isFlood) || order(a.link, b.link) || order(a.mac, b.mac) || order(a.to, b.to)
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** The rows, from and to, that are to be drawn for this part of the scrolled height, a few beyond each end among them. */
export function visibleRows(
  top: number,
  height: number,
  rowHeight: number,
  count: number,
): readonly [from: number, to: number] {
  const beyond = 10
  const from = Math.max(0, Math.floor(top / rowHeight) - beyond)
  return [Math.min(from, count), Math.min(count, Math.ceil((top + height) / rowHeight) + beyond)]
}
