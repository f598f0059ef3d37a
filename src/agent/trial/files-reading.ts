/** One reading of the desired files: a state, or what is wrong with them. */
import type { Logger } from 'pino'
import type { Enforcing } from '../answers/desired-status.ts'
import { countIssues, formatIssue, InvalidDesiredState, type Issue } from '../desired/issue.ts'
import type { ReadLimits } from '../desired/limits.ts'
import { type LoadedDesired, loadDesired } from '../desired/load.ts'

export type FilesReading = LoadedDesired | { readonly issues: readonly Issue[] }

/** Reads a file, or a directory of files. */
export async function readFiles(path: string, limits?: ReadLimits): Promise<FilesReading> {
  try {
    return await loadDesired([path], undefined, limits)
  } catch (error) {
    if (error instanceof InvalidDesiredState) {
      return { issues: error.issues }
    }
    throw error
  }
}

export function isValid(reading: FilesReading): reading is LoadedDesired {
  return 'state' in reading
}

/** Errors, or the warnings of a valid state. */
export function issuesOf(reading: FilesReading): readonly Issue[] {
  return isValid(reading) ? reading.warnings : reading.issues
}

const inForceWords: Readonly<Record<Enforcing, string>> = {
  current: 'it is in force',
  'last valid': 'the last valid one stays in force',
  trial: 'the one on trial stays in force',
  'rolled back': 'the one from before stays in force, since it was rolled back',
  confirmed: 'the one that was confirmed stays in force',
  none: 'there is no earlier one to enforce',
}

/** Logs each issue when it is new, and says when they are gone. */
export class FilesReport {
  readonly #log: Logger
  #reported = ''

  constructor(log: Logger) {
    this.#log = log
  }

  tell(reading: FilesReading, enforcing: Enforcing): void {
    const issues = issuesOf(reading)
    const report = [isValid(reading), enforcing, ...issues.map(formatIssue)].join('\n')
    if (report === this.#reported) {
      return
    }
    this.#reported = report
    for (const issue of issues) {
      const { severity, code, file, line, column } = issue
      this.#log[severity === 'error' ? 'error' : 'warn']({ code, file, line, column }, formatIssue(issue))
    }
    if (isValid(reading)) {
      const level = enforcing === 'current' ? 'info' : 'warn'
      this.#log[level]({ files: reading.files.length }, `desired state is valid; ${inForceWords[enforcing]}`)
    } else {
      const errors = countIssues(issues, 'error')
      this.#log.error({ errors }, `desired state is invalid; ${inForceWords[enforcing]}`)
    }
  }
}
