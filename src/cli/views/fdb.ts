/** Forwarding entries as a table: which MAC address is behind which VTEP. */
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

/** The MAC address that stands for every one without an entry of its own. Source: vxlan_find_mac, drivers/net/vxlan/vxlan_core.c. */
const allZeros = '00:00:00:00:00:00'

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

/**
 * How the entry came to be, in words: `flood` (where frames without an entry of their own go), `learned` (from traffic; it ages),
 * `static`, `permanent`, and `extern_learn` beside it when a control plane such as FRR put it there.
 */
export function entryKind({ mac, flags, state, dst, nhid }: Iproute2FdbEntry): string {
  const isFlood = mac === allZeros && (dst !== undefined || nhid !== undefined)
  const kind = isFlood ? 'flood' : state === '' || state === 'stale' ? 'learned' : state
  const notes = flags.filter(
    (flag) => flag === 'extern_learn' || flag === 'sticky' || flag === 'offload' || flag === 'router',
  )
  return [notes.includes('extern_learn') && kind === 'learned' ? undefined : kind, ...notes].filter(Boolean).join(' ')
}

function row(entry: Iproute2FdbEntry): Cell[] {
  const { mac, ifname = '', dst, vlan, viaIf, viaIfIndex, port, vni, src_vni, nhid, master } = entry
  return [
    mac,
    printable(ifname),
    vlan?.toString(),
    dst ?? (nhid === undefined ? undefined : `nexthop group ${nhid}`),
    viaIf === undefined ? viaIfIndex?.toString() : printable(viaIf),
    port?.toString(),
    vni?.toString(),
    src_vni?.toString(),
    master === undefined ? undefined : printable(master),
    entryKind(entry),
  ]
}
