/** The plan, with what hangs on links that it replaces looked up: only a replacement costs these questions to the kernel. */
import type { RtnetlinkClient } from '../../rtnetlink/index.ts'
import type { DesiredState } from '../desired/schema.ts'
import { inSlices } from '../host/slices.ts'
import type { Attachments } from '../kernel/attachments.ts'
import type { Observed } from '../kernel/observed.ts'
import { survey } from '../kernel/survey.ts'
import type { Owned } from '../record/owned.ts'
import type { Plan } from './plan/action.ts'
import { type DiffOptions, diffSteps } from './plan/diff.ts'

/** The kernel, as it was last heard and to be asked. */
export interface Surveyed {
  readonly client: RtnetlinkClient
  /** Read anew each time: events may come while the kernel is asked. */
  readonly observer: { readonly observed: Observed }
}

/** As `diff`, in slices and with `attached` filled in. Rejects as the client does. */
export async function planSurveyed(
  desired: DesiredState,
  { client, observer }: Surveyed,
  owned: Owned,
  options: Omit<DiffOptions, 'attached'>,
): Promise<Plan> {
  const attached = new Map<number, Attachments>()
  for (;;) {
    const plan = await inSlices(diffSteps(desired, observer.observed, owned, { ...options, attached }))
    const unknown = plan.actions.flatMap((action) =>
      action.kind === 'replaceLink' && !attached.has(action.ifindex) ? [action.ifindex] : [],
    )
    if (unknown.length === 0) {
      return plan
    }
    for (const [index, found] of await survey(client, unknown)) {
      attached.set(index, found)
    }
  }
}
