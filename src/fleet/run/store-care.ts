/** Asks now and then how the store is: versions, leader, alarms. */
import type { Logger } from 'pino'
import { concernsOf } from '../etcd/concerns.ts'
import type { Store, StoreStatus } from '../etcd/store.ts'
import type { FleetFinding } from '../members/finding.ts'

const everyMs = 60_000
const usualDeadlineMs = 5_000

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

  /** What is wrong with the store by the last look. */
  findings(): FleetFinding[] {
    return (this.#status === undefined ? [] : concernsOf(this.#status)).map(({ kind, endpoint = '', message }) => ({
      code: 'store',
      severity: 'warning',
      message,
      nodes: [],
      subject: `${kind} ${endpoint}`,
    }))
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
  async look(deadlineMs = usualDeadlineMs): Promise<StoreStatus> {
    const status = await this.#store.status({ deadlineMs })
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
