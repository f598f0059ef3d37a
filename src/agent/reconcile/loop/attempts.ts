/** Which objects failed, how often, and when each may be tried again. */
import type { Path } from '../../desired/finding.ts'
import { backoffMs } from './backoff.ts'
import { TooManyRepairs } from './repair-pace.ts'

/** An object that failed. */
export interface Failure {
  /** Failed attempts in a row. */
  readonly attempts: number
  readonly error: Error
  /** Where the files ask for what failed. */
  readonly path?: Path
  /** Milliseconds on the clock given to {@link Attempts}. */
  readonly retryAt: number
}

/** The failures of all objects, by name. */
export class Attempts {
  readonly #failures = new Map<string, Failure>()
  readonly #now: () => number

  /** @param now milliseconds on a clock that nobody sets */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now
  }

  get(name: string): Failure | undefined {
    return this.#failures.get(name)
  }

  /** Counts one more failure. A pause of repairs ends when it says so; what else failed waits longer each time. */
  fail(name: string, failure: Pick<Failure, 'error' | 'path'>): void {
    const attempts = (this.#failures.get(name)?.attempts ?? 0) + 1
    const waitMs = failure.error instanceof TooManyRepairs ? failure.error.waitMs : backoffMs(attempts)
    this.#failures.set(name, { attempts, ...failure, retryAt: this.#now() + waitMs })
  }

  /** Objects that failed and may be tried now. */
  get due(): string[] {
    return [...this.#failures.keys()].filter((name) => this.isDue(name))
  }

  /** Whether the object may be tried now. */
  isDue(name: string): boolean {
    return (this.#failures.get(name)?.retryAt ?? Number.NEGATIVE_INFINITY) <= this.#now()
  }

  /** Makes what failed due at once, since what was in the way may be gone; the count stays. */
  hurry(name?: string): void {
    for (const [key, failure] of this.#failures) {
      if (name === undefined || key === name) {
        this.#failures.set(key, { ...failure, retryAt: Number.NEGATIVE_INFINITY })
      }
    }
  }

  /** When the object is tried again, on the wall clock as it is set now. */
  nextAttempt({ retryAt }: Failure): Date {
    return new Date(Date.now() + Math.max(0, retryAt - this.#now()))
  }

  /** Milliseconds until the next retry; undefined when nothing failed. */
  nextInMs(): number | undefined {
    const times = Array.from(this.#failures.values(), ({ retryAt }) => retryAt)
    return times.length === 0 ? undefined : Math.max(0, Math.min(...times) - this.#now())
  }

  /** Forgets the failures of all other objects: they are as desired, or nobody's business any more. */
  retain(isUnfinished: (name: string) => boolean): void {
    for (const name of this.#failures.keys()) {
      if (!isUnfinished(name)) {
        this.#failures.delete(name)
      }
    }
  }
}
