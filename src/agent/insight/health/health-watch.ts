/** The daemon's watch over the health of the overlay: looks when something changed, and now and then, as often as a look is cheap. */
import type { HealthReport, HealthStatus } from '../../answers/health.ts'
import { NotPossibleNow } from '../../trial/not-possible-now.ts'
import type { HealthLook, LookedAt } from './health-look.ts'
import type { HealthChange } from './standing.ts'

/** How often it looks. */
export interface HealthPace {
  /** At rest, in milliseconds, at least and at most. */
  readonly restMs: number
  readonly longestRestMs: number
  /** How long after a change, so that what comes together is looked at together. */
  readonly afterChangeMs: number
}

export const healthPace: HealthPace = { restMs: 5000, longestRestMs: 60_000, afterChangeMs: 300 }

/** Looks take at most one part in so many of the time: half a percent of a processor at rest, and one while things change. */
const restShare = 200
const changeShare = 100

/** Whoever asks gets the last report for as many times as long as it took, so that asking over and over costs no more than a tenth of a processor. */
const freshShare = 10

/** Findings that `status` shows at most; `doctor` shows all. */
const mostInStatus = 50

/** What a watch tells. */
export interface HealthWatchListener {
  /** A look is over. `change`: what came and went. */
  onLook(report: HealthReport, change: HealthChange): void
  onError(error: Error): void
}

export class HealthWatch {
  readonly #looker: HealthLook
  readonly #pace: HealthPace
  #listener: HealthWatchListener | undefined
  #report: HealthReport | undefined
  /** Under way, or the last one. */
  #looking: Promise<LookedAt> | undefined
  #endedMs = 0
  #tookMs = 0
  #timer: NodeJS.Timeout | undefined
  #dueMs = Number.POSITIVE_INFINITY
  #hasStarted = false
  #isStopped = false

  constructor(looker: HealthLook, pace: HealthPace = healthPace) {
    this.#looker = looker
    this.#pace = pace
  }

  /** Tells from now on what is found. */
  listen(listener: HealthWatchListener): void {
    this.#listener = listener
  }

  /** Begins, once the tables are read and the first pass over them is done: a first look soon, then one after the other. */
  start(): void {
    this.#hasStarted = true
    this.#schedule(this.#pace.afterChangeMs)
  }

  /** Something has changed that a check may look at. Cheap: may be called for each of many changes. */
  notice(): void {
    if (this.#hasStarted) {
      this.#schedule(Math.max(this.#pace.afterChangeMs, this.#endedMs + changeShare * this.#tookMs - performance.now()))
    }
  }

  /** The last report, for `status`; undefined before the first look. Of the links that are meant. */
  status(isMeant: (link: string) => boolean): HealthStatus | undefined {
    if (this.#report === undefined) {
      return undefined
    }
    const findings = this.#report.checks
      .flatMap((check) => check.findings)
      .filter(({ links }) => links.length === 0 || links.some(isMeant))
      .toSorted((a, b) => Number(a.severity === 'warning') - Number(b.severity === 'warning'))
    const faults = findings.filter(({ severity }) => severity === 'fault').length
    return {
      verdict: faults > 0 ? 'impaired' : 'no fault seen',
      checkedAt: this.#report.at,
      faults,
      warnings: findings.length - faults,
      findings: findings.slice(0, mostInStatus),
    }
  }

  /** A look of now, for whoever asks; of one under way, or just over, its answer. Rejects as the client does, and with NotPossibleNow before the start. */
  async now(): Promise<HealthReport> {
    if (!this.#hasStarted) {
      throw new NotPossibleNow('the kernel is being read for the first time: ask again in a moment')
    }
    const isFresh = performance.now() - this.#endedMs < freshShare * this.#tookMs
    return this.#report !== undefined && isFresh ? this.#report : (await this.#look()).report
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    clearTimeout(this.#timer)
    await this.#looking?.catch(() => undefined)
  }

  #schedule(inMs: number): void {
    const dueMs = performance.now() + inMs
    if (this.#isStopped || dueMs >= this.#dueMs) {
      return
    }
    clearTimeout(this.#timer)
    this.#dueMs = dueMs
    this.#timer = setTimeout(() => {
      this.#dueMs = Number.POSITIVE_INFINITY
      this.#look().catch((error: Error) => this.#listener?.onError(error))
    }, inMs)
    this.#timer.unref()
  }

  #look(): Promise<LookedAt> {
    this.#looking ??= this.#lookOnce().finally(() => {
      this.#looking = undefined
    })
    return this.#looking
  }

  async #lookOnce(): Promise<LookedAt> {
    const began = performance.now()
    try {
      const looked = await this.#looker.look()
      this.#report = looked.report
      this.#listener?.onLook(looked.report, looked.change)
      return looked
    } finally {
      this.#endedMs = performance.now()
      this.#tookMs = this.#endedMs - began
      const { restMs, longestRestMs } = this.#pace
      this.#schedule(Math.min(longestRestMs, Math.max(restMs, restShare * this.#tookMs)))
    }
  }
}
