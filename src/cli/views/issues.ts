/** Issues of desired-state files, as editors and people read them. */
import { countIssues as countOfSeverity, formatIssue, type Issue } from '../../agent/desired/issue.ts'
import { countOf } from '../../agent/facts/count-of.ts'
import { printable } from '../printable.ts'

/** Each issue, on a line that an editor can jump to, followed by its indented details. */
export function issueLines(issues: readonly Issue[]): string[] {
  return issues.map((issue) => `${formatIssue(issue).split('\n').map(printable).join('\n')}\n`)
}

/** `2 errors, 1 warning`; empty without any. */
export function countIssues(issues: readonly Issue[]): string {
  const severities = (['error', 'warning'] as const).map((severity) => ({
    severity,
    count: countOfSeverity(issues, severity),
  }))
  return severities
    .filter(({ count }) => count > 0)
    .map(({ severity, count }) => countOf(count, severity))
    .join(', ')
}
