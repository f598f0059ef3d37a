/** Lines of the log on how the desired files stand. */
import type { Logger } from 'pino'
import type { Enforcing } from '../answers/desired-status.ts'
import { countIssues, formatIssue } from '../desired/issue.ts'
import { type FilesReading, issuesOf, isValid } from './files-reading.ts'

const enforcedWords: Readonly<Record<Enforcing, string>> = {
  current: 'it is in force',
  'last valid': 'the last valid one stays in force',
  trial: 'the one on trial stays in force',
  'rolled back': 'the one from before stays in force, since it was rolled back',
  confirmed: 'the one that was confirmed stays in force',
  none: 'there is no earlier one to enforce',
}

/** A line for each issue, and one for the whole. */
export function logFiles(log: Logger, reading: FilesReading, enforcing: Enforcing): void {
  const issues = issuesOf(reading)
  for (const issue of issues) {
    const { severity, code, file, line, column } = issue
    log[severity === 'error' ? 'error' : 'warn']({ code, file, line, column }, formatIssue(issue))
  }
  if (isValid(reading)) {
    const level = enforcing === 'current' ? 'info' : 'warn'
    log[level]({ files: reading.files.length }, `desired state is valid; ${enforcedWords[enforcing]}`)
  } else {
    const errors = countIssues(issues, 'error')
    log.error({ errors }, `desired state is invalid; ${enforcedWords[enforcing]}`)
  }
}
