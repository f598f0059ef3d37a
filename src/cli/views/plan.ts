/** Plans, and what became of them. */
import type { AppliedAction, ApplyReport } from '../../agent/answers/status.ts'
import { type Action, lossesBy, type Plan, type TakenAlong } from '../../agent/reconcile/plan/action.ts'
import {
  actionSign,
  describeAction,
  describeEntry,
  describeTakenAlong,
} from '../../agent/reconcile/plan/describe-action.ts'
import type { Paint, Style } from '../colour.ts'
import { printable } from '../printable.ts'

/** What the kernel has where there is nothing to do. */
export const declared = 'what is declared'

/** The same where another state stands in place of the files at this path. */
export function inForceInstead(path: string): string {
  return `the state in force, which is not what ${path} says`
}

/** The plan: a line an action, then what stands in the way, then what is to be known. @param comparedWith the state that it is for */
export function planLines(plan: Plan, paint: Paint, comparedWith = declared): string[] {
  const created = new Set(plan.actions.filter(({ kind }) => kind === 'createLink').map(({ link }) => link))
  const lines = [
    ...plan.actions.flatMap((action) => [
      actionLine(actionSign(action), describeAction(action), paint),
      ...takenAlongLines(lossesBy(action), paint),
      ...entryLines(action, paint),
    ]),
    ...plan.obstacles.map(({ link, kind, reason, waitsFor }) =>
      waitsFor !== undefined && created.has(waitsFor.link)
        ? signed('', `then: ${link}, as soon as ${waitsFor.link} is there`, paint.quiet)
        : signed('!', `${link}: ${kind}: ${reason}`, paint.warning),
    ),
    ...plan.notices.map(({ link, message }) => signed('', `note: ${link}: ${message}`, paint.quiet)),
  ]
  return isDone(plan) ? [...lines, `Nothing to do: the kernel has ${printable(comparedWith)}.\n`] : lines
}

/** So many entries of one action are shown; `--json` has all of them. */
const mostEntries = 10

/** The entries of an action on many, the first few of them. */
function entryLines(action: Action, paint: Paint): string[] {
  if (!('entries' in action) || action.entries.length === 1) {
    return []
  }
  const shown = action.entries.slice(0, mostEntries).map((entry) => {
    const request = 'request' in entry ? entry.request : entry.present
    return signed('', describeEntry(action.table, request), paint.quiet)
  })
  const more = action.entries.length - shown.length
  return more === 0 ? shown : [...shown, signed('', `… and ${more} more`, paint.quiet)]
}

/** Whether nothing is left to do, and nothing stands in the way of it. */
export function isDone({ actions, obstacles }: Plan): boolean {
  return actions.length === 0 && obstacles.length === 0
}

/** What was done, and what failed. */
export function reportLines({ actions, status }: Pick<ApplyReport, 'actions' | 'status'>, paint: Paint): string[] {
  const lines = actions.flatMap((action) => appliedLines(action, paint))
  const { isInForce, path } = status.desired
  return status.converged && actions.length === 0
    ? [`Nothing to do: the kernel has ${printable(isInForce ? declared : inForceInstead(path))}.\n`]
    : lines
}

/** What was done, and why it failed if it did. */
export function appliedLines({ sign, description, takesAlong = [], error }: AppliedAction, paint: Paint): string[] {
  const lost = takesAlong.map((each) => ({ description: each }))
  const lines = [actionLine(sign, description, paint), ...takenAlongLines(lost, paint)]
  return error === undefined ? lines : [...lines, signed('', `failed: ${error}`, paint.bad)]
}

/** What a replacement or a deletion takes along, below its line. */
function takenAlongLines(lost: readonly Pick<TakenAlong, 'description'>[], paint: Paint): string[] {
  return lost.length === 0 ? [] : [signed('', describeTakenAlong(lost), paint.bad)]
}

function actionLine(sign: AppliedAction['sign'], description: string, paint: Paint): string {
  const styles: Record<AppliedAction['sign'], Style> = {
    '+': paint.good,
    '~': paint.warning,
    '-/+': paint.bad,
    '-': paint.bad,
  }
  return signed(sign, description, styles[sign])
}

function signed(sign: string, text: string, style: Style): string {
  return sign === '' ? `    ${style(printable(text))}\n` : `${style(sign.padEnd(3))} ${printable(text)}\n`
}
