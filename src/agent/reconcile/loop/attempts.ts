/** Which parts of which objects failed, how often, and when each may be tried again. */
import type { Path } from '../../desired/finding.ts'
import { linkItself, type Part } from '../plan/parts.ts'
import { backoffMs } from './backoff.ts'
import { TooManyRepairs } from './repair-pace.ts'

/** Parts that failed together. */
export interface Failure {
  /** Failed attempts in a row. */
  readonly attempts: number
  readonly error: Error
  /** Where the files ask for what failed. */
  readonly path?: Path
  /** Milliseconds on the clock given to {@link Attempts}. */
  readonly retryAt: number
}

type Failures = Map<Part, Failure>

const noParts: ReadonlySet<Part> = new Set()

/** The failures of all objects, by name and part. */
export class Attempts {
  readonly #failures = new Map<string, Failures>()
  readonly #now: () => number

  /** @param now milliseconds on a clock that nobody sets */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now
  }

  /** What failed of an object; nothing: nothing did. */
  of(name: string): readonly Failure[] {
    return [...new Set(this.#failures.get(name)?.values())]
  }

  /** Counts one more failure of these parts. A pause of repairs ends when it says so; what else failed waits longer each time. */
  fail(
    name: string,
    { parts = [linkItself], ...failure }: Pick<Failure, 'error' | 'path'> & { readonly parts?: readonly Part[] },
  ): void {
    const failures: Failures = this.#failures.get(name) ?? new Map()
    this.#failures.set(name, failures)
    let before = 0
    for (const part of parts) {
      before = Math.max(before, failures.get(part)?.attempts ?? 0)
    }
    const attempts = before + 1
    const waitMs = failure.error instanceof TooManyRepairs ? failure.error.waitMs : backoffMs(attempts)
    const now = { attempts, ...failure, retryAt: this.#now() + waitMs }
    for (const part of parts) {
      failures.set(part, now)
    }
  }

  /** Objects of which something failed and may be tried now. */
  get due(): string[] {
    return [...this.#failures.keys()].filter((name) => this.of(name).some((failure) => this.#isDue(failure)))
  }

  /** Parts of an object that must not be tried yet. */
  held(name: string): ReadonlySet<Part> {
    const failures = this.#failures.get(name)
    return failures === undefined
      ? noParts
      : new Set([...failures].flatMap(([part, failure]) => (this.#isDue(failure) ? [] : [part])))
  }

  /** Makes what failed due at once, since what was in the way may be gone; the count stays. */
  hurry(name?: string): void {
    for (const [key, failures] of this.#failures) {
      if (name === undefined || key === name) {
        const hurried = new Map(
          this.of(key).map((failure) => [failure, { ...failure, retryAt: Number.NEGATIVE_INFINITY }]),
        )
        for (const [part, failure] of failures) {
          failures.set(part, hurried.get(failure) ?? failure)
        }
      }
    }
  }

  /** When the object is tried again, on the wall clock as it is set now. */
  nextAttempt({ retryAt }: Failure): Date {
    return new Date(Date.now() + Math.max(0, retryAt - this.#now()))
  }

  /** Milliseconds until the next retry; undefined when nothing failed. */
  nextInMs(): number | undefined {
    let next: number | undefined
    for (const failures of this.#failures.values()) {
      for (const { retryAt } of failures.values()) {
        next = Math.min(next ?? retryAt, retryAt)
      }
    }
    return next === undefined ? undefined : Math.max(0, next - this.#now())
  }

  /** Forgets all other failures: these parts are as desired, or nobody's business any more. */
  retain(isKept: (name: string, part: Part) => boolean): void {
    for (const [name, failures] of this.#failures) {
      for (const part of failures.keys()) {
        if (!isKept(name, part)) {
          failures.delete(part)
        }
      }
      if (failures.size === 0) {
        this.#failures.delete(name)
      }
    }
  }

  #isDue({ retryAt }: Failure): boolean {
    return retryAt <= this.#now()
  }
}
