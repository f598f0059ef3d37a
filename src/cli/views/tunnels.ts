/** Tunnels as a table: one row a remote. */

import type { Tunnel, Tunnels } from '../../agent/answers/tunnel.ts'
import { tunnelKnowledge, tunnelProblem } from '../../agent/answers/tunnel-state.ts'
import { countOf } from '../../agent/facts/count-of.ts'
import type { Paint } from '../colour.ts'
import { printable } from '../printable.ts'
import { type Cell, type Column, tableLines } from '../table.ts'
import { age, until } from './age.ts'

export interface TunnelsViewOptions {
  readonly paint: Paint
  readonly width: number | undefined
  readonly now: Date
  /** Whether the daemon told, which knows since when. */
  readonly isOfDaemon: boolean
  /** Whether these are those that were asked for, of more. */
  readonly isNarrowed: boolean
}

const columns: readonly Column[] = [
  { header: 'VNI', align: 'right' },
  { header: 'DEV' },
  { header: 'REMOTE' },
  { header: 'PORT', align: 'right', isOptional: true },
  { header: 'KNOWN BY', isFlexible: true },
  { header: 'MACS', align: 'right' },
  { header: 'FLOOD', isOptional: true },
  { header: 'VIA', isOptional: true },
  { header: 'NEXT HOP', isOptional: true },
  { header: 'KNOWN', align: 'right', isOptional: true },
  { header: 'HEARD', align: 'right', isOptional: true },
  { header: 'STATE', isFlexible: true },
]

/** The lines of `vxagent tunnels`. */
export function* tunnelsLines({ tunnels, vnis, fleet }: Tunnels, options: TunnelsViewOptions): Generator<string> {
  const { paint, width, now, isOfDaemon, isNarrowed } = options
  if (tunnels.length === 0) {
    yield isNarrowed ? 'There are no such tunnels.\n' : 'There are no tunnels: no vxlan link has a remote.\n'
    return
  }
  yield* tableLines(
    columns,
    tunnels.map((tunnel) => row(tunnel, options)),
    { width, headerStyle: paint.quiet },
  )
  const told = vnis.filter(({ traffic }) => traffic.rxPackets + traffic.txPackets > 0)
  if (told.length > 0) {
    yield '\n'
  }
  for (const { ifname, vni, traffic } of told) {
    const { rxPackets, rxBytes, txPackets, txBytes } = traffic
    const text = `VNI ${vni} (${printable(ifname)}): received ${amount(rxPackets, rxBytes)}, sent ${amount(txPackets, txBytes)}`
    yield `${paint.quiet(text)}\n`
  }
  if (fleet !== undefined && fleet.mode !== 'live') {
    const what =
      fleet.mode === 'stale' ? 'The store of the fleet has been silent' : 'Removals of members have been held'
    yield `${paint.warning(printable(`${what} for ${age(fleet.since, now)}: ${fleet.reason ?? 'no reason is known'}`))}\n`
  }
  if (!isOfDaemon) {
    yield `${paint.quiet('As the kernel has it: since when learned ones are known, only a running daemon can tell.')}\n`
  }
}

function row(tunnel: Tunnel, { paint, now }: TunnelsViewOptions): Cell[] {
  const { vni, ifname, remote, isGroup, dstport, sources, macs, isFloodedTo, underlay, firstSeen, lastSeen, node } =
    tunnel
  return [
    `${vni}`,
    printable(ifname),
    node === undefined ? remote : `${remote} (${printable(node)})`,
    `${dstport}`,
    sources.join(' '),
    isGroup ? undefined : `${macs}`,
    isFloodedTo ? 'yes' : undefined,
    viaText(tunnel),
    isGroup ? undefined : nextHop(underlay),
    firstSeen && age(firstSeen, now),
    lastSeen && age(lastSeen, now),
    stateCell(tunnel, paint, now),
  ]
}

function stateCell(tunnel: Tunnel, paint: Paint, now: Date): Cell {
  const problem = tunnelProblem(tunnel)
  const gone = goneText(tunnel, now)
  const told = [problem, gone].filter((text) => text !== undefined)
  return told.length === 0
    ? { text: tunnelKnowledge(tunnel, (moment) => age(moment, now)), style: paint.good }
    : { text: printable(told.join('; ')), style: problem === undefined ? paint.warning : paint.bad }
}

/** Of a member that is gone from the store of the fleet: since when, and for how long its entry stays. */
function goneText({ goneSince, removedAt }: Tunnel, now: Date): string | undefined {
  const end = removedAt === undefined ? 'not removed for now' : `removed in ${until(removedAt, now)}`
  return goneSince && `gone from the fleet for ${age(goneSince, now)}, ${end}`
}

function viaText({ underlay: { dev, gateway } }: Tunnel): string | undefined {
  return dev === undefined ? undefined : printable(gateway === undefined ? dev : `${dev} by ${gateway}`)
}

function nextHop({ nextHopMac, neighbour }: Tunnel['underlay']): string | undefined {
  return nextHopMac ?? (neighbour === 'none' ? undefined : neighbour)
}

function amount(packets: number, bytes: number): string {
  return `${countOf(packets, 'packet')} (${bytesText(bytes)})`
}

const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB']

/** `76 B`, `1.2 MB`: powers of 1000, as interfaces are measured. */
export function bytesText(bytes: number): string {
  let value = bytes
  let unit = 0
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000
    unit += 1
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`
}
