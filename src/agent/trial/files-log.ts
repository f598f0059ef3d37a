/** Lines of the log on how the desired files stand. */
import type { Logger } from 'pino'
import type { Enforcing } from '../answers/desired-status.ts'
import { describeLosses } from '../answers/losses.ts'
import type { FilesChange } from '../answers/status-change.ts'
import { countIssues, formatIssue } from '../desired/issue.ts'
import { type FilesReading, issuesOf, isValid } from './files-reading.ts'

const enforcedWords: Readonly<Record<Enforcing, string>> = {
  current: 'it is in force',
  'last valid': 'the last valid one stays in force',
  trial: 'the one on trial stays in force',
  'rolled back': 'the one from before stays in force, since it was rolled back',
  confirmed: 'the one that was confirmed stays in force',
  held: 'the one before stays in force, since this one would delete much: vxagent apply carries it out',
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

/** A line for each deletion that waits. */
export function logWaiting(log: Logger, changes: readonly FilesChange[]): void {
  for (const change of changes) {
    if (change.what === 'held') {
      log.warn(`held: the desired files would delete ${describeLosses(change.losses)}; vxagent apply carries it out`)
    } else if (change.what === 'to be deleted') {
      log.info({ link: change.name }, 'no desired file names it any more: it waits to be deleted')
    }
  }
}
