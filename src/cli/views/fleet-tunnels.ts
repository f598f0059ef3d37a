/** Pairs of hosts as a table: one row a pair and VNI, both directions. */
import { countOf } from '../../agent/facts/count-of.ts'
import type { Direction, Pair } from '../../fleet/members/pairs.ts'
import type { FleetReport } from '../../fleet/run/report.ts'
import type { Paint } from '../colour.ts'
import { printable } from '../printable.ts'
import { type Cell, type Column, tableLines } from '../table.ts'
import { age } from './age.ts'
import type { FleetViewOptions } from './fleet-status.ts'

export interface FleetTunnelsViewOptions extends FleetViewOptions {
  /** Whether these are those that were asked for, of more. */
  readonly isNarrowed: boolean
}

const columns: readonly Column[] = [
  { header: 'VNI', align: 'right' },
  { header: 'A' },
  { header: 'B' },
  { header: 'A TO B' },
  { header: 'B TO A' },
  { header: 'WHY', isFlexible: true, isOptional: true },
]

/** Of more pairs than these only those are shown in which something is not `yes`, unless somebody asks for some of them. */
export const mostPairs = 200

/** The lines of `vxagent fleet tunnels`. */
export function* fleetTunnelsLines(
  report: FleetReport,
  pairs: readonly Pair[],
  options: FleetTunnelsViewOptions,
): Generator<string> {
  const { paint, width, isNarrowed } = options
  const open = pairs.filter(({ aToB, bToA }) => aToB.entry !== 'yes' || bToA.entry !== 'yes')
  const isShort = !isNarrowed && pairs.length > mostPairs
  const shown = isShort ? open : pairs
  if (shown.length > 0) {
    yield* tableLines(
      columns,
      shown.map((pair) => row(pair, paint)),
      { width, headerStyle: paint.quiet },
    )
    yield '\n'
  }
  yield `${summary(pairs, open, options)}\n`
  if (isShort) {
    yield `${paint.quiet('Those with both entries are left out; --node and --vni show them.')}\n`
  }
  yield* notes(report, options)
}

function summary(
  pairs: readonly Pair[],
  open: readonly Pair[],
  { paint, isNarrowed }: FleetTunnelsViewOptions,
): string {
  if (pairs.length === 0) {
    return isNarrowed
      ? 'There are no such pairs.'
      : 'There are no pairs: no two hosts that are present have a VNI in common.'
  }
  const both = pairs.length - open.length
  const text = `${countOf(pairs.length, 'pair')}: ${both} with an entry both ways`
  return open.length === 0 ? paint.good(text) : `${text}, ${paint.warning(`${open.length} without, or unknown`)}`
}

function* notes(
  { nodes, mode, since, reason, store }: FleetReport,
  { paint, now }: FleetViewOptions,
): Generator<string> {
  const others = nodes.filter(({ state }) => state !== 'present')
  if (others.length > 0) {
    const names = others.slice(0, mostNamed).map(({ node, state }) => `${node} (${state})`)
    const more = others.length > mostNamed ? ` and ${others.length - mostNamed} more` : ''
    yield `${paint.warning(printable(`Not among them: ${names.join(', ')}${more}.`))}\n`
  }
  if (mode === 'stale') {
    const text = `As of ${age(since, now)} ago, since when the store is silent: ${reason ?? 'no reason is known'}`
    yield `${paint.warning(printable(text))}\n`
  }
  if (store.statesError !== undefined) {
    yield `${paint.warning(printable(`What hosts say of themselves is not known: ${store.statesError}`))}\n`
  }
  yield `${paint.quiet('Entries in kernels, as their owners reported them; whether frames arrive is not looked at.')}\n`
}

/** Hosts that are named. */
const mostNamed = 6

function row({ vni, a, b, aToB, bToA }: Pair, paint: Paint): Cell[] {
  return [
    `${vni}`,
    printable(a),
    printable(b),
    entryCell(aToB, paint),
    entryCell(bToA, paint),
    whyText(a, b, aToB, bToA),
  ]
}

function entryCell({ entry }: Direction, paint: Paint): Cell {
  return { text: entry, style: { yes: paint.good, missing: paint.bad, unknown: paint.warning }[entry] }
}

function whyText(a: string, b: string, aToB: Direction, bToA: Direction): string | undefined {
  const whys = [
    ...(aToB.why === undefined ? [] : [`${a}: ${aToB.why}`]),
    ...(bToA.why === undefined ? [] : [`${b}: ${bToA.why}`]),
  ]
  return whys.length === 0 ? undefined : printable(whys.join('; '))
}
