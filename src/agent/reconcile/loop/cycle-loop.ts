/** When cycles run: one at a time, another one when it was asked for meanwhile, and when a retry is due. Knows nothing of what a cycle does. */

/**
 * `due`: a cycle starts as soon as what has come is read. `due again`: one is under way, and another one follows it. `stopped`: that under way,
 * if any, is the last.
 */
type Phase = 'idle' | 'due' | 'cycling' | 'due again' | 'stopped'

/** What it runs. */
export interface LoopBody<T> {
  /** One cycle. Must not reject. */
  run(): Promise<readonly T[]>
  /** Asked after a cycle: milliseconds until the next one has something to do; undefined: nothing by itself. */
  retryInMs(): number | undefined
}

export class CycleLoop<T> {
  readonly #body: LoopBody<T>
  #phase: Phase = 'idle'
  #underWay: Promise<readonly T[]> | undefined
  #retryTimer: NodeJS.Timeout | undefined

  constructor(body: LoopBody<T>) {
    this.#body = body
  }

  /** Whether a cycle is under way. */
  get isBusy(): boolean {
    return this.#underWay !== undefined
  }

  /** Asks for a cycle: after the one under way, or soon. */
  want(): void {
    if (this.#phase === 'cycling') {
      this.#phase = 'due again'
    } else if (this.#phase === 'idle') {
      this.#phase = 'due'
      // Not at once: a burst of messages is one reason, and the rest of it has been read by then.
      queueMicrotask(() => {
        if (this.#phase === 'due') {
          void this.#start()
        }
      })
    }
  }

  /**
   * Runs a cycle after the one under way, and gives what came of it and of those that followed at once; nothing when stopped.
   * @param onTurn called right before it starts
   */
  async runNow(onTurn: () => void): Promise<readonly T[]> {
    // Of several callers that waited for one cycle, the first to go on has started the next.
    while (this.#underWay !== undefined && !this.#isStopped) {
      await this.#underWay
    }
    onTurn()
    return this.#isStopped ? [] : this.#start()
  }

  /** Lets the cycle under way end, and starts none any more. */
  async stop(): Promise<void> {
    this.#phase = 'stopped'
    clearTimeout(this.#retryTimer)
    await this.#underWay
  }

  get #isStopped(): boolean {
    return this.#phase === 'stopped'
  }

  #start(): Promise<readonly T[]> {
    const cycles = this.#runCycles()
    this.#underWay = cycles
    return cycles
  }

  async #runCycles(): Promise<readonly T[]> {
    const results: T[] = []
    do {
      this.#phase = 'cycling'
      clearTimeout(this.#retryTimer)
      results.push(...(await this.#body.run()))
    } while (this.#end() === 'due again')
    this.#underWay = undefined
    this.#scheduleRetry()
    return results
  }

  /** Gives the phase that the cycle ended in. */
  #end(): Phase {
    const phase = this.#phase
    if (phase === 'cycling') {
      this.#phase = 'idle'
    }
    return phase
  }

  #scheduleRetry(): void {
    const delayMs = this.#body.retryInMs()
    if (delayMs !== undefined && !this.#isStopped) {
      this.#retryTimer = setTimeout(() => this.want(), delayMs)
    }
  }
}
