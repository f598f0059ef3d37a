/** The steps of an explanation, gathered on the way. */
import type { ExplainStep, Explanation, Fate } from '../../answers/explanation.ts'

/** The way ends here. */
export interface Ending {
  readonly fate: Fate
  readonly answer: string
}

export class StepLog {
  readonly steps: ExplainStep[] = []

  note(table: string, text: string): void {
    this.steps.push({ table, text })
  }

  warn(table: string, text: string): void {
    this.steps.push({ table, text, isProblem: true })
  }

  /** Ends the way with a problem: the step is the answer too. */
  stop(table: string, text: string): Ending {
    this.warn(table, text)
    return { fate: 'dropped', answer: `The frame does not leave: ${text}.` }
  }

  /** Ends the way on this host. */
  keep(table: string, text: string): Ending {
    this.note(table, text)
    return { fate: 'local', answer: `The frame does not enter a tunnel: ${text}.` }
  }
}

/** Whether something is the end of the way. */
export function isEnding<T extends object>(value: T | Ending): value is Ending {
  return 'fate' in value && 'answer' in value
}

/** An explanation that ended early. */
export function ended(
  base: Pick<Explanation, 'target' | 'mac' | 'ip' | 'dev'>,
  { fate, answer }: Ending,
  log: StepLog,
): Explanation {
  return { ...base, fate, steps: log.steps, packets: [], changes: [], answer }
}
