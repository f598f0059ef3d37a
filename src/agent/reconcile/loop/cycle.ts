/** One cycle: plan, apply, read back, and again until nothing is left that can be done now. */
import type { Path } from '../../desired/finding.ts'
import { overlayOf } from '../../desired/overlay.ts'
import type { DesiredState } from '../../desired/schema.ts'
import type { SurveyMemory } from '../../kernel/survey-memory.ts'
import { type ApplyContext, apply, type Outcome } from '../apply/apply.ts'
import { confirmCreated } from '../apply/confirm-created.ts'
import type { Action, Plan } from '../plan/action.ts'
import { describeAction } from '../plan/describe-action.ts'
import { linkItself, type Part, partsOf, withoutParts } from '../plan/parts.ts'
import { planSurveyed } from '../plan-surveyed.ts'
import { type GuestsRecorded, noteReturning, recordGuests } from './guests.ts'
import { type CycleFailure, PartFailures } from './part-failures.ts'
import type { Scope } from './scope.ts'

/** Actions may call for more of them: a link made may be another's underlay. A plan that still grows then is a fight with someone. */
export const maxRounds = 8

/** What a cycle asks of the loop around it. */
export interface CyclePolicy {
  /** Told before each round: what was lost is dumped again. Rejects when the kernel cannot be asked. */
  prepare(): Promise<void>
  /** Objects that are to be looked at, besides those of the rounds before. */
  takeScope(): Scope
  /** Parts of an object that must not be tried yet. */
  held(name: string): ReadonlySet<Part>
  /** Why a due object is not to be touched in this cycle after all; undefined: go on. Asked once a cycle. */
  veto(name: string): Error | undefined
  /** What is remembered of surveys from cycle to cycle. */
  readonly memory?: SurveyMemory
  /** Told after each round. */
  onDone(results: readonly Outcome[]): Promise<void>
  /** Told before each round of other programs' links in bridges that vxagent made. */
  onGuests?(recorded: GuestsRecorded): void
  /** Told before each round's requests are sent. */
  onRequest(actions: readonly Action[]): void
}

/** How a cycle ended. */
export interface CycleEnd {
  /** The objects that were looked at. */
  readonly scope: Scope
  /** What is still to be done for these, and what stands in the way. */
  readonly plan: Plan
  /** The objects for which something is still to be done. */
  readonly unfinished: ReadonlySet<string>
  readonly outcomes: readonly Outcome[]
  /** By object: those that were tried. */
  readonly failures: ReadonlyMap<string, readonly CycleFailure[]>
}

/** Runs one. Rejects when the kernel cannot be asked, or the record of what is ours cannot be written; never for one object's sake. */
export async function runCycle(
  desired: DesiredState,
  applyContext: ApplyContext,
  policy: CyclePolicy,
): Promise<CycleEnd> {
  const { observer, ownership, release } = applyContext
  const { links, ports } = overlayOf(desired)
  const outcomes: Outcome[] = []
  const failures = new PartFailures((name) => policy.held(name))
  const done = new DoneActions()
  let scope: Scope = policy.takeScope()
  for (let round = 1; ; round += 1) {
    await policy.prepare()
    await observer.drain()
    confirmCreated(ownership, observer)
    // Before a bridge may go: afterwards nobody knows who was in it.
    policy.onGuests?.(await recordGuests(desired, applyContext))
    scope = scope.with(policy.takeScope())
    const { plan, notSurveyed } = await planSurveyed(desired, applyContext, ownership, {
      release,
      due: (actions) => failures.due(actions),
      ...(policy.memory !== undefined && { memory: policy.memory }),
      ...(applyContext.replace !== undefined && { replace: applyContext.replace }),
      ...scope.asOption,
    })
    for (const [name, { action, error }] of notSurveyed) {
      failures.add(name, { error, parts: [linkItself], ...pathOf(action) })
    }
    const due = failures.due(plan.actions)
    for (const [name, failure] of objections(due, done, round, policy)) {
      failures.add(name, failure)
    }
    const next = failures.due(due)
    if (next.length === 0 || round > maxRounds) {
      for (const action of next) {
        if (!failures.has(action.link)) {
          const error = new Unfinished(next.filter(({ link }) => link === action.link))
          failures.add(action.link, { error, parts: [linkItself], ...pathOf(action) })
        }
      }
      const unfinished = new Set(plan.actions.map(({ link }) => link))
      return { scope, plan, unfinished, outcomes, failures: failures.byObject }
    }
    policy.onRequest(next)
    const touched = new Set(next.map(({ link }) => link))
    const some = <T>(objects: ReadonlyMap<string, T>): T[] =>
      [...touched].flatMap((name) => {
        const object = objects.get(name)
        return object === undefined ? [] : [object]
      })
    noteReturning(ownership, next)
    ownership.noteApplying(some(links), some(ports))
    const results = await apply(next, applyContext)
    for (const { action, error, path, failed: parts = [] } of results) {
      if (error === undefined) {
        done.add(action)
      } else {
        failures.add(action.link, { error, parts, ...pathOf(action), ...(path !== undefined && { path }) })
      }
    }
    await policy.onDone(results)
    outcomes.push(...results)
  }
}

function pathOf({ path }: Action): { readonly path?: Path } {
  return path === undefined ? {} : { path }
}

function objections(
  due: readonly Action[],
  done: DoneActions,
  round: number,
  policy: CyclePolicy,
): [name: string, failure: CycleFailure][] {
  const found: [string, CycleFailure][] = []
  for (const action of due) {
    const again = done.again(action)
    if (again !== undefined) {
      found.push([action.link, { error: new DidNotTake(action), parts: [...partsOf(again)], ...pathOf(action) }])
    }
  }
  for (const link of new Set(round === 1 ? due.map((action) => action.link) : [])) {
    const error = policy.veto(link)
    if (error !== undefined) {
      found.push([link, { error, parts: [linkItself] }])
    }
  }
  return found
}

/** What was done in this cycle, so that it shows when it has to be done again. */
class DoneActions {
  readonly #lines = new Set<string>()
  /** Entries, by link, table and kind of action. */
  readonly #entries = new Map<string, (readonly { readonly key: string }[])[]>()

  add(action: Action): void {
    if (!('entries' in action)) {
      this.#lines.add(describeAction(action))
      return
    }
    const name = nameOf(action)
    this.#entries.set(name, [...(this.#entries.get(name) ?? []), action.entries])
  }

  /** What of an action was done already. */
  again(action: Action): Action | undefined {
    if (!('entries' in action)) {
      return this.#lines.has(describeAction(action)) ? action : undefined
    }
    const done = this.#entries.get(nameOf(action))
    if (done === undefined) {
      return undefined
    }
    // Only now, when there is more to do of a kind that was done: a hundred thousand keys are rarely looked at.
    const keys = new Set(done.flatMap((entries) => entries.map(({ key }) => key)))
    const fresh = action.entries.flatMap(({ key }) => (keys.has(key) ? [] : [`${action.table} ${key}`]))
    return withoutParts(action, new Set(fresh))
  }
}

function nameOf({ kind, table, link }: Extract<Action, { readonly table: unknown }>): string {
  return `${kind} ${table} ${link}`
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
