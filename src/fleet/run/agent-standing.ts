/** How far the agent of this host is with what it was handed over. */
import type { Logger } from 'pino'
import type { FleetReceipt } from '../../agent/answers/fleet.ts'
import { countOf, someOf } from '../../agent/facts/count-of.ts'
import type { FleetFinding } from '../members/finding.ts'

/** What a person is shown of it. */
export interface AgentReport {
  /** Why the agent does not answer; undefined when it does. */
  readonly error?: string
  readonly handedOverSecondsAgo?: number
}

export class AgentStanding {
  readonly #log: Logger
  readonly #now: () => number
  #failure: string | undefined
  #handedOverAt: number | undefined
  #applied = 0
  /** Why the kernel is not up to date with the last revision. */
  #notDone: string | undefined

  /** @param now milliseconds of a clock that never goes back */
  constructor(log: Logger, now: () => number) {
    this.#log = log
    this.#now = now
  }

  /** The last revision that the kernel is up to date with; 0 before the first. */
  get applied(): number {
    return this.#applied
  }

  get report(): AgentReport {
    return {
      ...(this.#failure !== undefined && { error: this.#failure }),
      ...(this.#handedOverAt !== undefined && {
        handedOverSecondsAgo: Math.round((this.#now() - this.#handedOverAt) / 1000),
      }),
    }
  }

  findings(self: string): FleetFinding[] {
    const message = `the agent has not brought its kernel to what follows from the store: ${this.#notDone}; vxagent status says more`
    return this.#notDone === undefined ? [] : [{ code: 'missing-entry', severity: 'error', message, nodes: [self] }]
  }

  /** The agent has taken a handover, and says how far its kernel is. */
  taken(taken: FleetReceipt): void {
    if (this.#failure !== undefined) {
      this.#failure = undefined
      this.#log.info('the agent takes what the fleet says again')
    }
    this.#handedOverAt = this.#now()
    const isDone = taken.unused === undefined && Object.keys({ ...taken.failures, ...taken.missing }).length === 0
    this.#applied = isDone ? taken.revision : this.#applied
    this.#notDone = isDone ? undefined : reasonOf(taken)
  }

  /** A handover could not be given. */
  failed(error: Error): void {
    if (this.#failure !== error.message) {
      this.#failure = error.message
      this.#log.warn({ err: error }, 'cannot hand over to the agent; trying again')
    }
  }

  /** The agent shows its links no longer. */
  silent(error: Error): void {
    this.#failure = error.message
  }
}

/** Why the agent has not done what was handed over. */
function reasonOf({ unused, failures, missing }: FleetReceipt): string {
  const failed = Object.entries(failures).map(([link, why]) => `${link}: ${why}`)
  const lacking = Object.entries(missing).map(([link, count]) => `${link} lacks ${countOf(count, 'entry', 'entries')}`)
  return someOf([...(unused === undefined ? [] : [unused]), ...failed, ...lacking])
}
