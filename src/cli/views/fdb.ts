/** Forwarding entries as a table: which MAC address is behind which VTEP. */
import { nexthopGroupName } from '../../agent/facts/nexthop-group.ts'
import { entryKind } from '../../agent/publish/iproute2/entry-kind.ts'
import type { Iproute2FdbEntry } from '../../agent/publish/iproute2/iproute2-fdb.ts'
import type { Paint } from '../colour.ts'
import { printable } from '../printable.ts'
import { type Cell, type Column, tableLines } from '../table.ts'

export interface FdbViewOptions {
  /** How many entries are there and not among those given. */
  readonly hidden: number
  readonly paint: Paint
  readonly width: number | undefined
}

const columns: readonly Column[] = [
  { header: 'MAC' },
  { header: 'DEV' },
  { header: 'VLAN', align: 'right', isOptional: true },
  { header: 'TO', isOptional: true },
  { header: 'VIA', isOptional: true },
  { header: 'PORT', align: 'right', isOptional: true },
  { header: 'VNI', align: 'right', isOptional: true },
  { header: 'SOURCE VNI', align: 'right', isOptional: true },
  { header: 'BRIDGE', isOptional: true },
  { header: 'KIND' },
]

/** The lines of `vxagent fdb`. */
export function* fdbLines(
  entries: readonly Iproute2FdbEntry[],
  { hidden, paint, width }: FdbViewOptions,
): Generator<string> {
  if (entries.length > 0) {
    yield* tableLines(columns, entries.map(row), { width, headerStyle: paint.quiet })
  } else {
    yield 'There are no such forwarding entries.\n'
  }
  if (hidden > 0) {
    const others = hidden === 1 ? '1 other entry' : `${hidden} other entries`
    yield `${paint.quiet(`${others} not shown; --all shows every entry`)}\n`
  }
}

function row(entry: Iproute2FdbEntry): Cell[] {
  const { mac, ifname = '', dst, vlan, viaIf, viaIfIndex, port, vni, src_vni, nhid, master } = entry
  return [
    mac,
    printable(ifname),
    vlan?.toString(),
    dst ?? (nhid === undefined ? undefined : nexthopGroupName(nhid)),
    viaIf === undefined ? viaIfIndex?.toString() : printable(viaIf),
    port?.toString(),
    vni?.toString(),
    src_vni?.toString(),
    master === undefined ? undefined : printable(master),
    entryKind(entry),
  ]
}
