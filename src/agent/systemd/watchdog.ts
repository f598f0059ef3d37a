/** Tells systemd regularly that the agent is well, as long as it is, and that work which takes long goes on. Source: sd_notify(3). */
import type { Logger } from 'pino'
import type { Notify } from './notify.ts'

/** How a watchdog is made. */
export interface WatchdogOptions {
  readonly notify: Notify
  /** systemd restarts the service when it hears nothing for so long; undefined where it does not watch. */
  readonly limitMs: number | undefined
  /** What is wrong, a sentence each; takes `deadlineMs` at most. */
  readonly examine: (deadlineMs: number) => Promise<readonly string[]>
  readonly log: Logger
}

/** Where systemd does not watch, it still has limits for a start, a reload and a stop. */
const unwatchedLimitMs = 30_000

export class Watchdog {
  readonly #options: WatchdogOptions
  readonly #limitMs: number
  #timer: NodeJS.Timeout | undefined
  #longWork = 0
  #complaints = ''
  #isClosed = false

  constructor(options: WatchdogOptions) {
    this.#options = options
    this.#limitMs = options.limitMs ?? unwatchedLimitMs
    this.#wait()
  }

  /** Has systemd extend its limit for a start, a reload or a stop while this lasts, and all is well. */
  async during<T>(work: Promise<T>): Promise<T> {
    this.#longWork += 1
    try {
      return await work
    } finally {
      this.#longWork -= 1
    }
  }

  close(): void {
    this.#isClosed = true
    clearTimeout(this.#timer)
  }

  #wait(): void {
    // Of three beats, two may come late.
    this.#timer = setTimeout(() => void this.#beat(), this.#limitMs / 3)
  }

  async #beat(): Promise<void> {
    const { notify, limitMs, examine } = this.#options
    const complaints = await examine(this.#limitMs / 6)
    if (this.#isClosed) {
      return
    }
    this.#tell(complaints)
    if (complaints.length === 0) {
      const extension = this.#longWork > 0 ? [`EXTEND_TIMEOUT_USEC=${this.#limitMs * 1000}`] : []
      const assignments = [...(limitMs === undefined ? [] : ['WATCHDOG=1']), ...extension]
      if (assignments.length > 0) {
        notify(...assignments)
      }
    }
    this.#wait()
  }

  /** When it changes, not each time. */
  #tell(complaints: readonly string[]): void {
    const { log, limitMs } = this.#options
    const text = complaints.join('; ')
    // How long it has been so is part of the sentence, and no news.
    const kind = text.replace(/\d+/g, '')
    if (kind === this.#complaints) {
      return
    }
    this.#complaints = kind
    if (text === '') {
      log.info('well again')
    } else {
      const outlook =
        limitMs === undefined ? '' : `; systemd starts the agent anew if it stays so for ${limitMs / 1000} s`
      log.error(`not well: ${text}${outlook}`)
    }
  }
}

/**
 * After how many milliseconds of silence systemd takes this process for hung: `$WATCHDOG_USEC`, unless `$WATCHDOG_PID` is another's.
 * Undefined when it does not watch.
 */
export function watchdogLimitMs(env: Readonly<Record<string, string | undefined>>, pid: number): number | undefined {
  const { WATCHDOG_USEC: microseconds, WATCHDOG_PID: watched } = env
  const isMeant = watched === undefined || watched === String(pid)
  return isMeant && microseconds !== undefined && /^[1-9]\d*$/.test(microseconds)
    ? Number(microseconds) / 1000
    : undefined
}
