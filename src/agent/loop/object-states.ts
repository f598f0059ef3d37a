/** How each object stands, since when, and what of that is worth a line in the log. */
import type { Logger } from 'pino'
import type { DesiredState } from '../desired/schema.ts'
import type { ObjectStatus } from '../model/status.ts'
import type { LinkNames } from '../model/vxlan-words.ts'
import type { Plan } from '../plan/action.ts'
import type { Attempts } from './attempts.ts'

/** What a cycle ended with. */
export interface CycleEnd {
  readonly desired: DesiredState
  /** What is still to be done, and what stands in the way. */
  readonly plan: Plan
  readonly attempts: Attempts
  readonly names: LinkNames
}

/** The states of all objects. */
export class ObjectStates {
  readonly #log: Logger
  #objects = new Map<string, ObjectStatus>()
  /** Objects that have been as the present desired state wants them: from then on a difference is drift. */
  readonly #settled = new Set<string>()
  readonly #repairs = new Map<string, { readonly at: string; readonly what: readonly string[] }>()

  constructor(log: Logger) {
    this.#log = log
  }

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

  /** Takes in how a cycle ended, and logs what has changed. */
  update(end: CycleEnd): void {
    const names = new Set([...Object.keys(end.desired.vxlans), ...end.plan.actions.map(({ link }) => link)])
    const objects = new Map<string, ObjectStatus>()
    for (const name of names) {
      const before = this.#objects.get(name)
      const now = this.#describe(name, end)
      const isSameState = before?.state === now.state
      objects.set(name, { ...now, since: isSameState ? before.since : now.since })
      if (now.state === 'converged') {
        this.#settled.add(name)
      }
      this.#logChange(before, now)
    }
    for (const name of this.#objects.keys()) {
      if (!objects.has(name)) {
        this.#settled.delete(name)
        this.#repairs.delete(name)
        this.#log.info({ link: name }, 'no longer managed')
      }
    }
    this.#objects = objects
  }

  #describe(name: string, { plan, attempts, names }: CycleEnd): ObjectStatus {
    const warnings = plan.notices.filter(({ link }) => link === name).map(({ message }) => message)
    const lastRepair = this.#repairs.get(name)
    const ifindex = indexOf(names, name)
    const base = {
      name,
      kind: 'vxlan' as const,
      warnings,
      since: new Date().toISOString(),
      ...(ifindex !== undefined && { ifindex }),
      ...(lastRepair !== undefined && { lastRepair }),
    }
    const failure = attempts.get(name)
    if (failure !== undefined) {
      const nextAttempt = attempts.nextAttempt(failure).toISOString()
      return { ...base, state: 'failing', reason: failure.error.message, attempts: failure.attempts, nextAttempt }
    }
    const obstacle = plan.obstacles.find(({ link }) => link === name)
    if (obstacle !== undefined) {
      return { ...base, state: obstacle.kind, reason: obstacle.reason }
    }
    return { ...base, state: 'converged' }
  }

  #logChange(before: ObjectStatus | undefined, now: ObjectStatus): void {
    const log = this.#log.child({ link: now.name })
    if (before?.state !== now.state || before.reason !== now.reason) {
      if (now.state === 'converged') {
        log.info('converged')
      } else {
        log.warn({ state: now.state }, now.reason)
      }
    }
    for (const warning of now.warnings) {
      if (before?.warnings.includes(warning) !== true) {
        log.warn(warning)
      }
    }
  }
}

function indexOf(names: LinkNames, name: string): number | undefined {
  try {
    return names.indexOf(name)
  } catch {
    return undefined
  }
}
