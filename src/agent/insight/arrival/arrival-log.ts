/** The steps of a frame that arrives, and how its way ends. */
import type { Arrival } from '../../answers/arrival.ts'
import { StepLog } from '../explain/step-log.ts'

/** The way ends here. */
export type ArrivalEnd = Pick<Arrival, 'fate' | 'answer' | 'ports' | 'isForHost'>

export class ArrivalLog {
  readonly #log = new StepLog()
  /** What this host cannot see of it. */
  readonly unseen: string[] = []

  get steps(): Arrival['steps'] {
    return this.#log.steps
  }

  note(table: string, text: string): void {
    this.#log.note(table, text)
  }

  /** Something that may stand in the way of some frames. */
  warn(table: string, text: string): void {
    this.#log.warn(table, text)
  }

  /** Nobody gets it: why, as a sentence about this host. */
  drop(table: string, text: string): ArrivalEnd {
    this.#log.warn(table, text)
    return { fate: 'dropped', answer: `drops the frame: ${text}`, ports: [], isForHost: false }
  }

  /** This host itself gets it. */
  deliver(table: string, text: string): ArrivalEnd {
    this.#log.note(table, text)
    return { fate: 'local', answer: `takes the frame itself: ${text}`, ports: [], isForHost: true }
  }
}

/** Whether something is the end of the way. */
export function isEnd<T extends object>(value: T | ArrivalEnd): value is ArrivalEnd {
  return 'fate' in value && 'isForHost' in value
}
