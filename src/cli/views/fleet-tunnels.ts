/** Pairs of hosts as a table: one row a pair and VNI, both directions. */
import { briefSpan } from '../../agent/facts/brief-span.ts'
import { countOf } from '../../agent/facts/count-of.ts'
import type { Direction, Pair } from '../../fleet/members/pairs.ts'
import { directionIn, type ProbeDirection } from '../../fleet/probe/directions.ts'
import type { FleetReport } from '../../fleet/run/report.ts'
import type { Paint } from '../colour.ts'
import { printable } from '../printable.ts'
import { type Cell, type Column, tableLines } from '../table.ts'
import { age } from './age.ts'
import { ageText } from './fleet-probe.ts'
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
  { header: 'PROBE A TO B' },
  { header: 'PROBE B TO A' },
  { header: 'WHY', isFlexible: true, isOptional: true },
]

/** Of more pairs than these only those are shown in which something is not `yes`, unless somebody asks for some of them. */
export const mostPairs = 200

/** A pair, and what probes show of its directions. */
export interface ProbedPair extends Pair {
  readonly probes: { readonly aToB: ProbeDirection; readonly bToA: ProbeDirection }
}

/** Puts to each pair what probes show. */
export function probedPairs({ probes, nodes }: FleetReport, pairs: readonly Pair[]): ProbedPair[] {
  const known = directionIn(probes.directions, nodes)
  return pairs.map((pair) => {
    const { vni, a, b } = pair
    return { ...pair, probes: { aToB: known(vni, a, b), bToA: known(vni, b, a) } }
  })
}

/** The lines of `vxagent fleet tunnels`. */
export function* fleetTunnelsLines(
  report: FleetReport,
  pairs: readonly ProbedPair[],
  options: FleetTunnelsViewOptions,
): Generator<string> {
  const { paint, width, isNarrowed } = options
  const open = pairs.filter((pair) => !hasEntries(pair) || isBad(pair.probes.aToB) || isBad(pair.probes.bToA))
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
  yield `${summary(pairs, options)}\n`
  if (isShort) {
    yield `${paint.quiet('Pairs with both entries are not shown; --node and --vni show them.')}\n`
  }
  yield* notes(report, options)
}

function summary(pairs: readonly ProbedPair[], { paint, isNarrowed }: FleetTunnelsViewOptions): string {
  if (pairs.length === 0) {
    return isNarrowed
      ? 'There are no such pairs.'
      : 'There are no pairs: no two hosts that are present have a VNI in common.'
  }
  const both = pairs.filter(hasEntries).length
  const text = `${countOf(pairs.length, 'pair')}: ${both} with an entry both ways`
  const entries =
    both === pairs.length ? paint.good(text) : `${text}, ${paint.warning(`${pairs.length - both} without, or unknown`)}`
  const directions = pairs.flatMap(({ probes }) => [probes.aToB, probes.bToA])
  const bad = directions.filter(isBad).length
  const reached = directions.filter(({ state }) => state === 'reachable').length
  const probed = `probes pass in ${reached} of ${countOf(directions.length, 'direction')}`
  return `${entries}; ${bad === 0 ? probed : `${probed}, ${paint.bad(`${bad} fail, or not with the full size`)}`}`
}

function hasEntries({ aToB, bToA }: Pair): boolean {
  return aToB.entry === 'yes' && bToA.entry === 'yes'
}

function isBad({ state, fails }: ProbeDirection): boolean {
  return state === 'unreachable' || fails !== undefined
}

function* notes(
  { nodes, mode, since, reason, store }: FleetReport,
  { paint, now }: FleetViewOptions,
): Generator<string> {
  const others = nodes.filter(({ state }) => state !== 'present')
  if (others.length > 0) {
    const names = others.slice(0, mostNamed).map(({ node, state }) => `${node} (${state})`)
    const more = others.length > mostNamed ? ` and ${others.length - mostNamed} more` : ''
    yield `${paint.warning(printable(`Not shown: ${names.join(', ')}${more}.`))}\n`
  }
  if (mode === 'stale') {
    const text = `The store has been silent for ${age(since, now)}: ${reason ?? 'no reason is known'}; this is what was known then`
    yield `${paint.warning(printable(text))}\n`
  }
  if (store.statesError !== undefined) {
    yield `${paint.warning(printable(`The states of hosts cannot be read: ${store.statesError}`))}\n`
  }
  yield `${paint.quiet('Entries in kernels, as their owners reported them; probes with the age of the last one. sudo vxagent fleet probe sends some now.')}\n`
}

/** Hosts that are named. */
const mostNamed = 6

function row({ vni, a, b, aToB, bToA, probes }: ProbedPair, paint: Paint): Cell[] {
  return [
    `${vni}`,
    printable(a),
    printable(b),
    entryCell(aToB, paint),
    entryCell(bToA, paint),
    probeCell(probes.aToB, paint),
    probeCell(probes.bToA, paint),
    whyText(a, b, aToB, bToA),
  ]
}

function entryCell({ entry }: Direction, paint: Paint): Cell {
  return { text: entry, style: { yes: paint.good, missing: paint.bad, unknown: paint.warning }[entry] }
}

function probeCell(
  { state, ageSeconds, mostAgeSeconds, sinceSeconds, passes, fails }: ProbeDirection,
  paint: Paint,
): Cell {
  const old = ageSeconds === undefined ? '' : ` ${ageText(ageSeconds, mostAgeSeconds)}`
  switch (state) {
    case 'reachable':
      return fails === undefined
        ? { text: `yes${old}`, style: paint.good }
        : { text: `max ${passes ?? '?'}${old}`, style: paint.bad }
    case 'unreachable':
      return { text: `no, for ${briefSpan(sinceSeconds ?? 0)}`, style: paint.bad }
    default:
      return undefined
  }
}

function whyText(a: string, b: string, aToB: Direction, bToA: Direction): string | undefined {
  const whys = [
    ...(aToB.why === undefined ? [] : [`${a}: ${aToB.why}`]),
    ...(bToA.why === undefined ? [] : [`${b}: ${bToA.why}`]),
  ]
  return whys.length === 0 ? undefined : printable(whys.join('; '))
}
