/** How each object stands, and since when. */
import type { ObjectStatus } from '../../answers/status.ts'
import { type ObjectChange, objectChanges } from '../../answers/status-change.ts'
import type { Path } from '../../desired/finding.ts'
import type { Position } from '../../desired/load.ts'
import { overlayOf } from '../../desired/overlay.ts'
import type { DesiredState } from '../../desired/schema.ts'
import { countOf } from '../../facts/count-of.ts'
import type { Steps } from '../../facts/steps.ts'
import type { LinkNames } from '../../kernel/link-names.ts'
import { indexIfThere } from '../../kernel/link-names.ts'
import { type Action, emptyPlan, type Notice, type Obstacle, type Plan } from '../plan/action.ts'
import type { Attempts } from './attempts.ts'
import type { Scope } from './scope.ts'

/** What a cycle ended with. */
export interface CycleResult {
  readonly desired: DesiredState
  /** The objects that were looked at. */
  readonly scope: Scope
  /** What is still to be done for these, and what stands in the way. */
  readonly plan: Plan
  readonly attempts: Attempts
  readonly names: LinkNames
  /** Where in the files something stands. */
  readonly locate: (path: Path) => Position | undefined
}

/** The states of all objects. */
export class ObjectStates {
  #objects = new Map<string, ObjectStatus>()
  /** Objects that have been as the present desired state wants them: from then on a difference is drift. */
  readonly #settled = new Set<string>()
  readonly #repairs = new Map<string, { readonly at: string; readonly what: readonly string[] }>()

  list(): readonly ObjectStatus[] {
    return [...this.#objects.values()]
  }

  isSettled(name: string): boolean {
    return this.#settled.has(name)
  }

  /** What these objects were is no measure any more, since they are wanted otherwise. */
  forgetSettled(isOtherwise: (name: string) => boolean): void {
    for (const name of this.#settled) {
      if (isOtherwise(name)) {
        this.#settled.delete(name)
      }
    }
  }

  /** Notes that drift was mended; repairs within one second are told as one. */
  noteRepair(name: string, what: string): void {
    const at = new Date().toISOString()
    const last = this.#repairs.get(name)
    const isSameRepair = last !== undefined && Date.parse(at) - Date.parse(last.at) < 1000 && !last.what.includes(what)
    this.#repairs.set(name, { at, what: isSameRepair ? [...last.what, what] : [what] })
  }

  /**
   * Takes in how a cycle ended, and gives what has changed. Objects that it did not look at stay as they were. The states change when
   * all are known, not one by one.
   * @param isCurrent whether `end.desired` is still what is wanted: else its objects are no measure of drift
   */
  *update(end: CycleResult, isCurrent: () => boolean): Steps<readonly ObjectChange[]> {
    const { links, ports } = overlayOf(end.desired)
    const byLink = groupByLink(end.plan)
    const objects = new Map<string, ObjectStatus>()
    const converged: string[] = []
    for (const name of new Set([...links.keys(), ...ports.keys(), ...byLink.keys()])) {
      yield
      const before = this.#objects.get(name)
      if (before !== undefined && !end.scope.has(name)) {
        objects.set(name, before)
        continue
      }
      const kind = links.get(name)?.kind ?? (ports.has(name) ? 'port' : (before?.kind ?? 'vxlan'))
      const now = this.#describe(name, kind, byLink.get(name) ?? emptyPlan, end)
      const isSameState = before?.state === now.state
      objects.set(name, { ...now, since: isSameState ? before.since : now.since })
      if (now.state === 'converged') {
        converged.push(name)
      }
    }
    const changes = yield* objectChanges(this.#objects, objects)
    for (const change of changes) {
      if (change.what === 'object gone') {
        this.#settled.delete(change.name)
        this.#repairs.delete(change.name)
      }
    }
    for (const name of isCurrent() ? converged : []) {
      this.#settled.add(name)
    }
    this.#objects = objects
    return changes
  }

  #describe(
    name: string,
    kind: ObjectStatus['kind'],
    { obstacles, notices }: Plan,
    { attempts, names, locate }: CycleResult,
  ): ObjectStatus {
    const lastRepair = this.#repairs.get(name)
    const ifindex = indexIfThere(names, name)
    const base = {
      name,
      kind,
      warnings: notices.map(({ message }) => message),
      since: new Date().toISOString(),
      ...(ifindex !== undefined && { ifindex }),
      ...(lastRepair !== undefined && { lastRepair }),
    }
    const place = (path: Path | undefined): { source?: Position } => {
      const source = path === undefined ? undefined : locate(path)
      return source === undefined ? {} : { source }
    }
    const failures = attempts.of(name).map((failure) => ({
      reason: failure.error.message,
      ...place(failure.path),
      attempts: failure.attempts,
      nextAttempt: attempts.nextAttempt(failure).toISOString(),
    }))
    const missing = obstacles.find(({ waitsFor }) => waitsFor?.isDeclared === false)?.waitsFor?.link
    const waits = missing === undefined ? {} : { missing }
    const [first] = failures
    if (first !== undefined) {
      const reasons = [...failures.map(({ reason }) => reason), ...obstacles.map(({ reason }) => reason)]
      const { source } = first
      return {
        ...base,
        state: 'failing',
        reason: someOf(reasons),
        ...waits,
        ...(source !== undefined && { source }),
        attempts: Math.max(...failures.map((each) => each.attempts)),
        nextAttempt: failures.map((each) => each.nextAttempt).sort()[0] ?? first.nextAttempt,
        failures,
      }
    }
    const obstacle = obstacles.find(({ kind: each }) => each === 'conflict') ?? obstacles[0]
    if (obstacle !== undefined) {
      const reason = obstacles.map((each) => each.reason).join('; ')
      return { ...base, state: obstacle.kind, reason, ...waits, ...place(obstacle.path) }
    }
    return { ...base, state: 'converged' }
  }
}

/** So many reasons are told in one sentence. */
const mostReasons = 4

function someOf(reasons: readonly string[]): string {
  const more = reasons.length - mostReasons
  return [...reasons.slice(0, mostReasons), ...(more > 0 ? [`and ${countOf(more, 'more failure')}`] : [])].join('; ')
}

/** The parts of a plan, by object. */
function groupByLink(plan: Plan): Map<string, Plan> {
  const groups = new Map<string, { actions: Action[]; obstacles: Obstacle[]; notices: Notice[] }>()
  const groupOf = (link: string) => {
    const group = groups.get(link) ?? { actions: [], obstacles: [], notices: [] }
    groups.set(link, group)
    return group
  }
  for (const action of plan.actions) {
    groupOf(action.link).actions.push(action)
  }
  for (const obstacle of plan.obstacles) {
    groupOf(obstacle.link).obstacles.push(obstacle)
  }
  for (const notice of plan.notices) {
    groupOf(notice.link).notices.push(notice)
  }
  return groups
}
