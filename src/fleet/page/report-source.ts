/** The report of the fleet process, asked for once for all who look, and kept while the fleet process is silent: with its age. */
import { setTimeout as delay } from 'node:timers/promises'
import type { FleetReport, NoFleet } from '../run/report.ts'

/** What was heard last. */
export interface Heard {
  readonly report?: FleetReport | NoFleet
  /** Milliseconds since it was said. */
  readonly msAgo?: number
  readonly silence?: { readonly forMs: number; readonly reason: string }
}

export interface ReportSourceOptions {
  readonly ask: () => Promise<FleetReport | NoFleet>
  /** Milliseconds for which an answer serves all who ask. */
  readonly freshMs?: number
  /** Milliseconds after which those who ask are given the last answer, and its age, rather than kept waiting. */
  readonly patienceMs?: number
  /** Milliseconds on a clock that nobody sets. */
  readonly now?: () => number
}

export class ReportSource {
  readonly #options: Required<ReportSourceOptions>
  #last: { readonly report: FleetReport | NoFleet; readonly at: number } | undefined
  #silence: { readonly since: number; readonly reason: string } | undefined
  #asking: { readonly since: number; readonly done: Promise<void> } | undefined

  constructor(options: ReportSourceOptions) {
    this.#options = { freshMs: 2500, patienceMs: 2000, now: () => performance.now(), ...options }
  }

  /** What is known, as fresh as it can be had soon. Never rejects: silence is an answer, with its reason. */
  async hear(): Promise<Heard> {
    const { freshMs, patienceMs, now } = this.#options
    if (this.#last === undefined || this.#silence !== undefined || now() - this.#last.at >= freshMs) {
      this.#asking ??= { since: now(), done: this.#ask() }
      await Promise.race([this.#asking.done, delay(patienceMs, undefined, { ref: false })])
    }
    const at = now()
    const silence = this.#silence ?? this.#slowness(at)
    return {
      ...(this.#last !== undefined && { report: this.#last.report, msAgo: at - this.#last.at }),
      ...(silence !== undefined && { silence: { forMs: at - silence.since, reason: silence.reason } }),
    }
  }

  /** A fleet process that has been asked and takes its time is silent, too. */
  #slowness(at: number): { readonly since: number; readonly reason: string } | undefined {
    const { patienceMs } = this.#options
    return this.#asking !== undefined && at - this.#asking.since >= patienceMs
      ? { since: this.#asking.since, reason: 'it has been asked and has not answered yet' }
      : undefined
  }

  async #ask(): Promise<void> {
    const { ask, now } = this.#options
    try {
      this.#last = { report: await ask(), at: now() }
      this.#silence = undefined
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      this.#silence = { since: this.#silence?.since ?? now(), reason }
    } finally {
      this.#asking = undefined
    }
  }
}
