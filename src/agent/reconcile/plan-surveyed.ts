/** The plan, with what hangs on links that it replaces looked up: only a replacement costs these questions to the kernel. */
import type { RtnetlinkClient } from '../../rtnetlink/index.ts'
import type { DesiredState } from '../desired/schema.ts'
import { inSlices } from '../host/slices.ts'
import type { Attachments } from '../kernel/attachments.ts'
import type { Observed } from '../kernel/observed.ts'
import { survey } from '../kernel/survey.ts'
import type { SurveyMemory } from '../kernel/survey-memory.ts'
import type { Owned } from '../record/owned.ts'
import type { ActionOf, Plan } from './plan/action.ts'
import { type DiffOptions, diffSteps } from './plan/diff.ts'

/** The kernel, as it was last heard and to be asked. */
export interface Surveyed {
  readonly client: RtnetlinkClient
  /** Read anew each time: events may come while the kernel is asked. */
  readonly observer: { readonly observed: Observed }
}

/** How it is planned. */
export interface SurveyOptions extends Omit<DiffOptions, 'attached'> {
  /** What earlier surveys found. It may say that a link is not to be replaced; what is to be replaced is looked up afresh. */
  readonly memory?: SurveyMemory
}

/** The kernel did not say what hangs on a link, so the link must not be replaced. */
export class NotSurveyed extends Error {
  override readonly name = 'NotSurveyed'
  /** The errno's symbol, when the kernel refused. */
  readonly code: string | undefined

  constructor({ link }: Pick<ActionOf<'replaceLink'>, 'link'>, cause: Error) {
    super(`cannot find out what a replacement of ${link} would take along: ${cause.message}`, { cause })
    this.code = 'code' in cause ? String(cause.code) : undefined
  }
}

/** A plan, and the replacements in it that must not be carried out, by object. */
export interface SurveyedPlan {
  readonly plan: Plan
  readonly notSurveyed: ReadonlyMap<string, { readonly action: ActionOf<'replaceLink'>; readonly error: NotSurveyed }>
}

/** As `diff`, in slices and with `attached` filled in. Rejects with ClosedError. */
export async function planSurveyed(
  desired: DesiredState,
  { client, observer }: Surveyed,
  owned: Owned,
  { due = (actions) => actions, memory, ...options }: SurveyOptions,
): Promise<SurveyedPlan> {
  const found = new Map<number, Attachments>()
  const notSurveyed = new Map<string, { action: ActionOf<'replaceLink'>; error: NotSurveyed }>()
  for (;;) {
    const attached = new Map([...(memory?.known ?? []), ...found])
    const plan = await inSlices(diffSteps(desired, observer.observed, owned, { ...options, due, attached }))
    const replacements = due(
      plan.actions.filter(
        (action): action is ActionOf<'replaceLink'> =>
          action.kind === 'replaceLink' && !found.has(action.ifindex) && !notSurveyed.has(action.link),
      ),
    )
    if (replacements.length === 0) {
      return { plan, notSurveyed }
    }
    const ask = () =>
      survey(
        client,
        replacements.map(({ ifindex }) => ifindex),
      )
    const answers = await (memory === undefined ? ask() : memory.during(ask))
    for (const action of replacements) {
      const answer = answers.get(action.ifindex)
      if (answer instanceof Error) {
        notSurveyed.set(action.link, { action, error: new NotSurveyed(action, answer) })
      } else if (answer !== undefined) {
        found.set(action.ifindex, answer)
      }
    }
  }
}
