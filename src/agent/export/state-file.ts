/** `state.json` beside the socket: what `/v1/status`, `/v1/links` and `/v1/fdb` say, as a file for those who would rather read one. */
import type { Logger } from 'pino'
import { writeFileAtomically } from '../service/files.ts'

/** At most so often. */
const leastIntervalMs = 100
/** A large table takes long to write; then it is written more rarely, so that it costs a twentieth of the time at most. */
const shareOfTime = 20

/** Keeps a file up to date, writing changes that come close together at once. */
export class StateFile {
  readonly #path: string
  readonly #content: () => unknown
  readonly #log: Logger
  #timer: NodeJS.Timeout | undefined
  #notBefore = 0
  #hasFailed = false

  constructor(path: string, content: () => unknown, log: Logger) {
    this.#path = path
    this.#content = content
    this.#log = log
  }

  /** Something changed: it will be written soon. */
  touch(): void {
    if (this.#timer === undefined) {
      const delay = Math.max(0, this.#notBefore - performance.now())
      this.#timer = setTimeout(() => this.write(), delay)
    }
  }

  /** Writes it now. A failure is logged when it begins and when it ends; it stops nothing. */
  write(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const began = performance.now()
    try {
      writeFileAtomically(this.#path, `${JSON.stringify(this.#content())}\n`, { mode: 0o640, isDurable: false })
      if (this.#hasFailed) {
        this.#log.info({ path: this.#path }, 'writing the state file again')
      }
      this.#hasFailed = false
    } catch (error) {
      if (!this.#hasFailed) {
        this.#log.error({ err: error }, 'cannot write the state file; going on without')
      }
      this.#hasFailed = true
    }
    const took = performance.now() - began
    this.#notBefore = performance.now() + Math.max(leastIntervalMs, took * shareOfTime)
  }

  /** Writes what is still to be written. */
  close(): void {
    if (this.#timer !== undefined) {
      this.write()
    }
  }
}
