/** A reload that systemd is told of (Type=notify-reload): when it begins, and when it is done. */
import { monotonicMicroseconds, type Notify } from '../systemd/notify.ts'

export class AnnouncedReload {
  readonly #notify: Notify
  readonly #reload: () => Promise<unknown>
  #underWay = 0
  #isStopping = false

  /** @param reload reads the files again and reconciles */
  constructor(notify: Notify, reload: () => Promise<unknown>) {
    this.#notify = notify
    this.#reload = reload
  }

  /** Does nothing once the agent is stopping. */
  async run(): Promise<void> {
    if (this.#isStopping) {
      return
    }
    this.#underWay += 1
    this.#notify('RELOADING=1', `MONOTONIC_USEC=${monotonicMicroseconds()}`)
    try {
      await this.#reload()
    } finally {
      this.#underWay -= 1
      // The earlier of two is done before what the later one was asked for is.
      if (this.#underWay === 0) {
        this.#notify('READY=1')
      }
    }
  }

  stop(): void {
    this.#isStopping = true
  }
}
