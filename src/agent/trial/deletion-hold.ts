/** Deletions that files ask for and that wait: some for a moment, and a change of very many until somebody says that it is meant. */
import type { Loss, PendingDeletion } from '../answers/desired-status.ts'
import type { DesiredState } from '../desired/schema.ts'
import type { Clock } from '../host/clock.ts'
import type { DeletionPolicy } from './deletion-policy.ts'
import { type HashedState, hashed } from './hashed-state.ts'
import { deletedLinks, excessiveLinkLoss, excessiveLosses, linkNames } from './losses.ts'
import { withHeldDown } from './with-held-down.ts'

/** What of a change may be enforced now: all but some deletions, or nothing, for what would be lost. */
export type Admission = { readonly state: HashedState } | { readonly losses: readonly Loss[] }

export class DeletionHold {
  readonly #policy: DeletionPolicy | undefined
  readonly #clock: Clock
  readonly #madeLinks: () => readonly string[]
  /** By name: when they are to be deleted, on the monotonic clock. */
  #pending: ReadonlyMap<string, number> = new Map()
  /** The change that is held as a whole: the hash of its state, and since when this process holds it. */
  #change: { readonly hash: string; readonly sinceMs: number } | undefined

  /**
   * @param policy undefined: nothing waits
   * @param madeLinks names of the links that vxagent has made, which count where it is not known what was in force
   */
  constructor(policy: DeletionPolicy | undefined, clock: Clock, madeLinks: () => readonly string[]) {
    this.#policy = policy
    this.#madeLinks = madeLinks
    this.#clock = clock
  }

  /** Links that wait to be deleted. */
  get pending(): readonly PendingDeletion[] {
    return Array.from(this.#pending, ([name, dueMs]) => ({ name, at: this.#asDate(dueMs) }))
  }

  /** When the held change is carried out all the same: ISO 8601, UTC. */
  get until(): string | undefined {
    const dueMs = this.#changeDueMs
    return dueMs === undefined ? undefined : this.#asDate(dueMs)
  }

  /** Milliseconds until something is to be done; undefined when nothing waits for a time. */
  get leftMs(): number | undefined {
    const due = [...this.#pending.values(), ...(this.#changeDueMs === undefined ? [] : [this.#changeDueMs])]
    return due.length === 0 ? undefined : Math.max(0, Math.min(...due) - this.#clock.now())
  }

  /** Whether the held change with this hash has waited for as long as it is to. The time begins anew when the agent is started. */
  isOver(hash: string): boolean {
    this.keep(hash)
    const dueMs = this.#changeDueMs
    return dueMs !== undefined && dueMs <= this.#clock.now()
  }

  /** Holds a change as a whole. */
  keep(hash: string): void {
    this.#pending = new Map()
    if (this.#change?.hash !== hash) {
      this.#change = { hash, sinceMs: this.#clock.now() }
    }
  }

  /** Nothing waits any more. */
  clear(): void {
    this.#pending = new Map()
    this.#change = undefined
  }

  /**
   * What may be enforced of the files' state. Links for which the time is over are deleted with it.
   * @param before what is in force; undefined: that is not known
   */
  admit(before: DesiredState | undefined, files: HashedState): Admission {
    this.#change = undefined
    if (this.#policy === undefined) {
      return { state: files }
    }
    const { share, delayMs } = this.#policy
    const losses = share === undefined ? [] : this.#losses(before, files.state, share)
    if (losses.length > 0) {
      this.keep(files.hash)
      return { losses }
    }
    return { state: before === undefined ? files : this.#holdDown(before, files, delayMs) }
  }

  #holdDown(before: DesiredState, files: HashedState, delayMs: number): HashedState {
    const now = this.#clock.now()
    const due = new Map(
      deletedLinks(linkNames(before), files.state).map((name) => [name, this.#pending.get(name) ?? now + delayMs]),
    )
    const waiting = [...due].filter(([, dueMs]) => dueMs > now)
    if (waiting.length === 0) {
      this.#pending = new Map()
      return files
    }
    const { state, held } = withHeldDown(
      files.state,
      before,
      waiting.map(([name]) => name),
    )
    const isHeld = new Set(held)
    this.#pending = new Map(waiting.filter(([name]) => isHeld.has(name)))
    return held.length === 0 ? files : hashed(state)
  }

  #losses(before: DesiredState | undefined, files: DesiredState, share: number): readonly Loss[] {
    if (before !== undefined) {
      return excessiveLosses(before, files, share)
    }
    const made = this.#madeLinks()
    return excessiveLinkLoss(made, deletedLinks(made, files), share)
  }

  get #changeDueMs(): number | undefined {
    const waitMs = this.#policy?.waitMs
    return this.#change === undefined || waitMs === undefined ? undefined : this.#change.sinceMs + waitMs
  }

  #asDate(dueMs: number): string {
    return new Date(Date.now() + dueMs - this.#clock.now()).toISOString()
  }
}
