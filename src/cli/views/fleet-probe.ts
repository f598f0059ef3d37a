/** What probes of other members came to: a row for each direction. */
import { briefSpan } from '../../agent/facts/brief-span.ts'
import { countOf } from '../../agent/facts/count-of.ts'
import { directionIn, type ProbeDirection } from '../../fleet/probe/directions.ts'
import type { ProbeChoice, ProbeResult } from '../../fleet/run/probe-parts.ts'
import type { FleetReport } from '../../fleet/run/report.ts'
import type { Paint } from '../colour.ts'
import { printable } from '../printable.ts'
import { type Cell, type Column, tableLines } from '../table.ts'

/** One direction, as probed now. */
export interface ProbeRow extends ProbeDirection {
  /** Of the small probes just sent; those of the other direction are the answers to them. */
  readonly roundTrip?: { readonly minMs: number; readonly avgMs: number; readonly maxMs: number }
  /** The size that had to pass; absent of a member that does not answer probes. */
  readonly wanted?: number
}

/** Both directions of each member that was probed, and of those that could not be. */
export function probeRows(
  report: FleetReport,
  results: readonly ProbeResult[],
  silent: ProbeChoice['silent'],
): ProbeRow[] {
  const known = directionIn(report.probes.directions, report.nodes)
  const self = report.node
  const probed = results.flatMap((result) => [
    thereOf(known(result.vni, self, result.node), result),
    backOf(known(result.vni, result.node, self), result),
  ])
  const others = silent.flatMap(({ vni, node, why }): ProbeRow[] => [
    { vni, from: self, to: node, way: 'overlay', state: 'unknown', why },
    known(vni, node, self),
  ])
  return [...probed, ...others]
}

/** Whether every direction is reachable, and what had to pass does. */
export function areAllWell(rows: readonly ProbeRow[]): boolean {
  return rows.every(isWell)
}

function isWell({ state, passes, wanted }: ProbeRow): boolean {
  return state === 'reachable' && wanted !== undefined && passes !== undefined && passes >= wanted
}

function thereOf(direction: ProbeDirection, result: ProbeResult): ProbeRow {
  return withNow(direction, result, { passes: result.sizes?.passes, fails: result.sizes?.fails })
}

function backOf(direction: ProbeDirection, result: ProbeResult): ProbeRow {
  return withNow(direction, result, { passes: result.sizes?.backPasses, fails: result.sizes?.backFails })
}

/** What was found now counts before what is in the report, which may be of another size. */
function withNow(
  direction: ProbeDirection,
  { state, size, sent, roundTripsMs, error }: ProbeResult,
  { passes, fails }: { readonly passes: number | undefined; readonly fails: number | undefined },
): ProbeRow {
  const { passes: _, fails: __, roundTripMs: ___, sent: ____, lost: _____, ...rest } = direction
  const answered = roundTripsMs.length
  const why = direction.why ?? (error === undefined ? undefined : `the kernel of this host says ${error}`)
  return {
    ...rest,
    wanted: size,
    ...{ sent, lost: sent - answered },
    ...(state === 'up' && {
      ...{ state: 'reachable', ageSeconds: 0 },
      roundTrip: {
        minMs: Math.min(...roundTripsMs),
        avgMs: roundTripsMs.reduce((sum, each) => sum + each, 0) / answered,
        maxMs: Math.max(...roundTripsMs),
      },
    }),
    ...(passes !== undefined && { passes }),
    ...(fails !== undefined && { fails }),
    ...(why !== undefined && state !== 'up' && { why }),
  }
}

const columns: readonly Column[] = [
  { header: 'VNI', align: 'right' },
  { header: 'FROM' },
  { header: 'TO' },
  { header: 'RESULT' },
  { header: 'MIN/AVG/MAX MS' },
  { header: 'LOST', align: 'right' },
  { header: 'PASSES', align: 'right' },
  { header: 'WHY', isFlexible: true, isOptional: true },
]

export function* probeLines(
  rows: readonly ProbeRow[],
  without: ProbeChoice['without'],
  { paint, width }: { readonly paint: Paint; readonly width: number | undefined },
): Generator<string> {
  yield* tableLines(
    columns,
    rows.map((row) => cellsOf(row, paint)),
    { width, headerStyle: paint.quiet },
  )
  const bad = rows.filter((row) => !isWell(row)).length
  const text = `${countOf(rows.length, 'direction')}: ${rows.length - bad} reachable with the full size`
  yield `\n${bad === 0 ? paint.good(text) : `${text}, ${paint.bad(`${bad} not, or unknown`)}`}\n`
  for (const { link, vni, why } of without) {
    yield `${paint.warning(printable(`Not probed on ${link} (VNI ${vni}): ${why}.`))}\n`
  }
}

function cellsOf(row: ProbeRow, paint: Paint): Cell[] {
  const { vni, from, to, state, roundTrip, sent, lost, passes, fails } = row
  const style = { reachable: paint.good, unreachable: paint.bad, unknown: paint.warning }[state]
  return [
    `${vni}`,
    printable(from),
    printable(to),
    { text: state, style },
    roundTrip && `${fixed(roundTrip.minMs)}/${fixed(roundTrip.avgMs)}/${fixed(roundTrip.maxMs)}`,
    sent === undefined ? undefined : `${lost}/${sent}`,
    passes === undefined ? undefined : { text: `${passes}`, style: fails === undefined ? paint.good : paint.bad },
    whyOf(row),
  ]
}

function whyOf({
  state,
  why,
  witness,
  ageSeconds,
  mostAgeSeconds,
  sinceSeconds,
  passes,
  fails,
}: ProbeRow): string | undefined {
  const parts = [
    ...(state === 'unreachable' && sinceSeconds !== undefined ? [`not for ${briefSpan(sinceSeconds)}`] : []),
    ...(state === 'reachable' && (ageSeconds ?? 0) > 0 && witness !== undefined
      ? [`${witness} says so, ${ageText(ageSeconds ?? 0, mostAgeSeconds)} ago`]
      : []),
    ...(fails === undefined ? [] : [`${fails} bytes do not pass${passes === undefined ? '' : `, ${passes} do`}`]),
    ...(why === undefined ? [] : [why]),
  ]
  return parts.length === 0 ? undefined : printable(parts.join('; '))
}

/** How old something is, where that is known to a span only: `12s-1m`. */
export function ageText(least: number, most: number | undefined): string {
  const [low, high] = [briefSpan(least), briefSpan(most ?? least)]
  return low === high ? low : `${low}-${high}`
}

function fixed(ms: number): string {
  return ms < 10 ? ms.toFixed(2) : ms.toFixed(0)
}
