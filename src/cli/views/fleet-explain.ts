/** A frame followed across hosts, as two tables of steps with a verdict each. */
import { countOf } from '../../agent/facts/count-of.ts'
import type { Direction, End, FleetExplanation } from '../../fleet/explain/answer.ts'
import type { Paint } from '../colour.ts'
import { paragraph } from '../paragraph.ts'
import { printable } from '../printable.ts'
import { type Column, tableLines } from '../table.ts'

export interface FleetExplainViewOptions {
  readonly paint: Paint
  readonly width: number | undefined
}

const columns: readonly Column[] = [
  { header: 'STEP', align: 'right' },
  { header: 'NODE' },
  { header: 'TABLE' },
  { header: 'WHAT IT SAYS', isFlexible: true },
]

/** The lines of `vxagent fleet explain`. */
export function* fleetExplainLines(
  { vni, from, to, there, back, unseen }: FleetExplanation,
  options: FleetExplainViewOptions,
): Generator<string> {
  yield* directionLines(`${endText(from)} → ${endText(to)}, VNI ${vni}`, there, options)
  yield '\n'
  yield* directionLines(`Back: ${endText(to)} → ${endText(from)}, VNI ${vni}`, back, options)
  for (const { node, unconfirmed } of [from, to]) {
    if (unconfirmed !== undefined) {
      yield '\n'
      yield* paragraph(printable(`What is said of ${node} is taken from its record: ${unconfirmed}.`), options.width)
    }
  }
  if (unseen.length > 0) {
    yield '\nNot looked at:\n'
    for (const each of unseen) {
      yield* paragraph(`- ${printable(each)}`, options.width)
    }
  }
}

/** `10.0.1.7 (port eth2 of vyos01)`. */
function endText({ asked, node, place, ip }: End): string {
  const where =
    place === undefined ? undefined : place.kind === 'port' ? `port ${place.dev} of ${node}` : `${place.dev} of ${node}`
  const notes = [
    ...(where === undefined ? (asked === node ? [] : [node]) : asked === node ? [place?.dev ?? ''] : [where]),
    ...(ip !== undefined && ip !== asked ? [ip] : []),
  ]
  return printable(notes.length === 0 ? asked : `${asked} (${notes.join(', ')})`)
}

function* directionLines(
  title: string,
  { hops, outcome, verdict, otherCopies }: Direction,
  { paint, width }: FleetExplainViewOptions,
): Generator<string> {
  yield `${paint.strong(title)}\n\n`
  const rows = hops.map(({ node, table, text, isProblem }, at) => {
    const words = printable(text)
    return [`${at + 1}`, printable(node), printable(table), isProblem ? { text: words, style: paint.bad } : words]
  })
  if (rows.length > 0) {
    yield* tableLines(columns, rows, { width, headerStyle: paint.quiet })
    yield '\n'
  }
  if (otherCopies > 0) {
    yield* paragraph(
      `${countOf(otherCopies, 'other copy', 'other copies')} of the frame ${otherCopies === 1 ? 'goes' : 'go'} to other VTEPs: not followed.`,
      width,
    )
  }
  const style = { arrives: paint.good, dies: paint.bad, unknown: paint.warning }[outcome]
  const word = { arrives: 'Arrives', dies: 'Dies', unknown: 'Unknown' }[outcome]
  for (const line of paragraph(printable(`${word}: ${verdict}.`.replace(/\.\.$/, '.')), width)) {
    yield `${style(line.trimEnd())}\n`
  }
}
