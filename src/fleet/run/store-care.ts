/** Asks now and then how the store is: versions, leader, alarms. */
import type { Logger } from 'pino'
import type { Store, StoreStatus } from '../etcd/store.ts'

const everyMs = 60_000

export class StoreCare {
  readonly #store: Store
  readonly #log: Logger
  readonly #onChange: () => void
  #timer: NodeJS.Timeout | undefined
  #status: StoreStatus | undefined
  #isClosed = false

  constructor(store: Store, log: Logger, onChange: () => void) {
    this.#store = store
    this.#log = log
    this.#onChange = onChange
  }

  /** As of the last look; undefined before the first. */
  get status(): StoreStatus | undefined {
    return this.#status
  }

  start(): void {
    this.look()
      .catch((error: unknown) => this.#log.error({ err: error }, 'cannot ask how the store is'))
      .then(
        () => this.#later(),
        () => {},
      )
  }

  /** Asks now. Never rejects: an endpoint that does not answer is part of the status. */
  async look(): Promise<StoreStatus> {
    const status = await this.#store.status()
    this.#status = status
    if (!this.#isClosed) {
      this.#onChange()
    }
    return status
  }

  /** Not all hosts of a fleet at once. */
  #later(): void {
    if (!this.#isClosed) {
      this.#timer = setTimeout(() => this.start(), everyMs * (0.75 + Math.random() / 2))
    }
  }

  close(): void {
    this.#isClosed = true
    clearTimeout(this.#timer)
  }
}
