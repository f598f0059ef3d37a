/** An explanation as numbered steps, and the plain answer. */
import type { Explanation } from '../../agent/answers/explanation.ts'
import type { Paint } from '../colour.ts'
import { paragraph } from '../paragraph.ts'
import { printable } from '../printable.ts'
import { type Column, tableLines } from '../table.ts'
import { age } from './age.ts'

export interface ExplainViewOptions {
  readonly paint: Paint
  readonly width: number | undefined
  readonly now: Date
}

const columns: readonly Column[] = [
  { header: 'STEP', align: 'right' },
  { header: 'TABLE' },
  { header: 'WHAT IT SAYS', isFlexible: true },
]

/** The lines of `vxagent explain`. */
export function* explainLines(explanation: Explanation, { paint, width, now }: ExplainViewOptions): Generator<string> {
  const { steps, since, changes, answer, fate } = explanation
  const rows = steps.map(({ table, text, isProblem }, at) => {
    const words = printable(text)
    return [`${at + 1}`, table, isProblem ? { text: words, style: paint.bad } : words]
  })
  if (rows.length > 0) {
    yield* tableLines(columns, rows, { width, headerStyle: paint.quiet })
    yield '\n'
  }
  if (since !== undefined) {
    yield* paragraph(`So since ${since}, ${age(since, now)} ago.`, width)
  }
  for (const change of changes) {
    yield* paragraph(`What would change it: ${printable(change)}.`, width)
  }
  if (since !== undefined || changes.length > 0) {
    yield '\n'
  }
  const style = fate === 'dropped' ? paint.bad : paint.strong
  for (const line of paragraph(printable(answer), width)) {
    yield `${style(line.trimEnd())}\n`
  }
}
