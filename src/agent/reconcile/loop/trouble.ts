/** What keeps whole cycles from being done: no answer from the kernel, a state directory that cannot be written. Logged when it changes. */
import type { Logger } from 'pino'
import { backoffMs } from './backoff.ts'

export class Trouble {
  readonly #log: Logger
  /** And how often in a row it did. */
  #present: { readonly error: Error; readonly attempts: number } | undefined

  constructor(log: Logger) {
    this.#log = log
  }

  get error(): Error | undefined {
    return this.#present?.error
  }

  /** Milliseconds until the next attempt; undefined without trouble. */
  get retryInMs(): number | undefined {
    return this.#present && backoffMs(this.#present.attempts)
  }

  meet(error: Error): void {
    const isNews = this.#present?.error.message !== error.message
    this.#present = { error, attempts: (this.#present?.attempts ?? 0) + 1 }
    if (isNews) {
      this.#log.error({ err: error }, 'cannot reconcile; trying again')
    }
  }

  clear(): void {
    if (this.#present !== undefined) {
      this.#log.info({ attempts: this.#present.attempts }, 'reconciling again')
      this.#present = undefined
    }
  }
}
