/** One cycle: plan, apply, read back, and again until nothing is left that can be done now. */
import { apply, type Outcome, type Workplace } from '../apply/apply.ts'
import type { DesiredState } from '../desired/schema.ts'
import { isOurs } from '../model/owned.ts'
import { type Action, describeAction, type Plan } from '../plan/action.ts'
import { diff } from '../plan/diff.ts'

/** Actions may call for more of them: a link made may be another's underlay. A plan that still grows then is a fight with someone. */
export const maxRounds = 8

/** What a cycle asks of the loop around it. */
export interface CyclePolicy {
  /** Whether the object may be tried now. */
  isDue(name: string): boolean
  /** Why a due object is not to be touched in this cycle after all; undefined: go on. Asked once a cycle. */
  veto(name: string): Error | undefined
  /** Told after each round. */
  onDone(results: readonly Outcome[]): void
  /** Told before each round's requests are sent. */
  onRequest(): void
}

/** How a cycle ended. */
export interface CycleEnd {
  /** What is still to be done, and what stands in the way. */
  readonly plan: Plan
  readonly outcomes: readonly Outcome[]
  /** By object: why it is not as desired, for those that were tried. */
  readonly failures: ReadonlyMap<string, Error>
}

/** Runs one. Rejects when the kernel cannot be asked, or the record of what is ours cannot be written; never for one object's sake. */
export async function runCycle(desired: DesiredState, workplace: Workplace, policy: CyclePolicy): Promise<CycleEnd> {
  const { observer, ownership } = workplace
  const outcomes: Outcome[] = []
  const failures = new Map<string, Error>()
  const done = new Set<string>()
  for (let round = 1; ; round += 1) {
    observer.drain()
    confirmCreated(workplace)
    const plan = diff(desired, observer.observed, ownership)
    const due = plan.actions.filter(({ link }) => policy.isDue(link) && !failures.has(link))
    for (const [name, error] of objections(due, done, round, policy)) {
      failures.set(name, error)
    }
    const next = due.filter(({ link }) => !failures.has(link))
    if (next.length === 0 || round > maxRounds) {
      for (const { link } of next) {
        failures.set(link, new Unfinished(next.filter((action) => action.link === link)))
      }
      return { plan, outcomes, failures }
    }
    policy.onRequest()
    const touched = new Set(next.map(({ link }) => link))
    ownership.noteApplying(Object.entries(desired.vxlans).filter(([name]) => touched.has(name)))
    const results = await apply(next, workplace)
    for (const { action, error } of results) {
      if (error === undefined) {
        done.add(describeAction(action))
      } else {
        failures.set(action.link, error)
      }
    }
    policy.onDone(results)
    outcomes.push(...results)
  }
}

function objections(
  due: readonly Action[],
  done: ReadonlySet<string>,
  round: number,
  policy: CyclePolicy,
): Map<string, Error> {
  const found = new Map<string, Error>()
  for (const action of due) {
    if (done.has(describeAction(action))) {
      found.set(action.link, new DidNotTake(action))
    }
  }
  for (const link of new Set(round === 1 ? due.map((action) => action.link) : [])) {
    const veto = policy.veto(link)
    if (veto !== undefined) {
      found.set(link, veto)
    }
  }
  return found
}

/** Gives records written before their link was made the link's ifindex: right after its creation, or after a crash in between. */
function confirmCreated({ observer, ownership }: Workplace): void {
  const waiting = Object.entries(ownership.links).filter(([, record]) => record.ifindex === undefined)
  if (waiting.length === 0) {
    return
  }
  const byName = new Map(Array.from(observer.observed.links.values(), (link) => [link.attributes.ifname, link]))
  const created = waiting.flatMap(([name, record]) => {
    const link = byName.get(name)
    return link !== undefined && isOurs(record, link) ? [{ name, ifindex: link.index }] : []
  })
  ownership.confirm(created)
}

/** The kernel reported success, and the difference is still there. */
export class DidNotTake extends Error {
  override readonly name = 'DidNotTake'

  constructor(action: Action) {
    super(
      `${describeAction(action)}: the kernel accepted it, yet it did not take, or something took it back at once; see what vxagent links says, and whether another program manages ${action.link}`,
    )
  }
}

/** The plan grew as fast as it was carried out. */
class Unfinished extends Error {
  override readonly name = 'Unfinished'

  constructor(actions: readonly Action[]) {
    super(`still to be done after ${maxRounds} rounds: ${actions.map(describeAction).join('; ')}`)
  }
}
