/** `state.json` beside the socket: what `/v1/status`, `/v1/links` and `/v1/fdb` say, as a file for those who would rather read one. */
import type { Logger } from 'pino'
import { writeInSlices } from '../host/write-in-slices.ts'

/** At most so often. */
const leastIntervalMs = 100
/** A large table takes long to write; then it is written more rarely, so that it costs a twentieth of the time at most. */
const shareOfTime = 20

/** Keeps a file up to date, writing changes that come close together at once. */
export class StateFile {
  readonly #path: string
  readonly #pieces: () => Iterable<string>
  readonly #log: Logger
  #timer: NodeJS.Timeout | undefined
  #writing: Promise<void> | undefined
  /** Whether something changed while it was being written. */
  #isStale = false
  #notBefore = 0
  #hasFailed = false

  /** @param pieces the content at the moment of the call, piece by piece */
  constructor(path: string, pieces: () => Iterable<string>, log: Logger) {
    this.#path = path
    this.#pieces = pieces
    this.#log = log
  }

  /** Something changed: it will be written soon. */
  touch(): void {
    if (this.#writing !== undefined) {
      this.#isStale = true
    } else if (this.#timer === undefined) {
      const delay = Math.max(0, this.#notBefore - performance.now())
      this.#timer = setTimeout(() => void this.#write(), delay)
    }
  }

  /** Writes what is still to be written. */
  async close(): Promise<void> {
    await this.#writing
    if (this.#timer !== undefined) {
      await this.#write()
    }
    clearTimeout(this.#timer)
  }

  /** A failure is logged when it begins and when it ends; it stops nothing. */
  async #write(): Promise<void> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const began = performance.now()
    this.#writing = this.#tryToWrite()
    await this.#writing
    this.#writing = undefined
    const took = performance.now() - began
    this.#notBefore = performance.now() + Math.max(leastIntervalMs, took * shareOfTime)
    if (this.#isStale) {
      this.#isStale = false
      this.touch()
    }
  }

  async #tryToWrite(): Promise<void> {
    try {
      await writeInSlices(this.#path, this.#pieces(), 0o640)
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
  }
}
