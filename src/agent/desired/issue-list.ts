/** Issues as they are found, of which so many are kept: 300,000 of one file would drown those of the others. */
import type { Issue, Severity } from './issue.ts'
import { mostIssues, mostIssuesOfFile } from './limits.ts'

/** What was found in one file, of one severity. */
interface Kept {
  readonly issues: Issue[]
  /** How many more there are. */
  more: number
  /** The first of these. */
  next?: Issue
}

/** Gathers issues of several files. */
export class IssueList {
  readonly #found = { error: new Map<string, Kept>(), warning: new Map<string, Kept>() }

  /**
   * Adds an issue.
   * @param make is called only if the issue is kept: to look up its place takes its time
   */
  add(file: string, severity: Severity, make: () => Issue): void {
    const kept = this.#of(file, severity)
    if (kept.issues.length < mostIssuesOfFile) {
      kept.issues.push(make())
    } else {
      kept.next ??= make()
      kept.more += 1
    }
  }

  /** Counts errors of a file beyond those that were added. */
  addOmitted(file: string, count: number): void {
    if (count > 0) {
      this.#of(file, 'error').more += count
    }
  }

  get hasErrors(): boolean {
    return this.#found.error.size > 0
  }

  /** The order of files as given, and of lines within each; in the place of what is left out, one that says how much that is. */
  inReadingOrder(files: readonly string[]): Issue[] {
    const order = new Map(files.map((file, index) => [file, index]))
    const rank = ({ file }: Issue): number => order.get(file) ?? 0
    const isMore = ({ code }: Issue): number => (code === 'more-issues' ? 1 : 0)
    return [...shown(this.#found.error, order), ...shown(this.#found.warning, order)].sort(
      (left, right) =>
        rank(left) - rank(right) ||
        isMore(left) - isMore(right) ||
        left.line - right.line ||
        left.column - right.column,
    )
  }

  #of(file: string, severity: Severity): Kept {
    const byFile = this.#found[severity]
    const kept = byFile.get(file) ?? { issues: [], more: 0 }
    byFile.set(file, kept)
    return kept
  }
}

/** As many of each file as there is room for: each has at least one, as far as that goes. */
function shown(found: ReadonlyMap<string, Kept>, order: ReadonlyMap<string, number>): Issue[] {
  const files = [...found].sort(([left], [right]) => (order.get(left) ?? 0) - (order.get(right) ?? 0))
  const share = shareOf(files.map(([, { issues }]) => issues.length))
  const [named, others] = [files.slice(0, mostIssues), files.slice(mostIssues)]
  return [
    ...named.flatMap(([, kept]) => {
      const { issues, more, next } = kept
      const left = issues.length - share
      const [last] = issues
      const count = more + Math.max(0, left)
      const at = issues[share] ?? next ?? last
      return count === 0 || at === undefined
        ? issues
        : [...issues.slice(0, share), moreIssues(at, count, 'in this file')]
    }),
    ...moreFiles(others.map(([, kept]) => kept)),
  ]
}

/** The most that each may show so that all together do not show too many. */
function shareOf(counts: readonly number[]): number {
  let share = mostIssuesOfFile
  while (share > 1 && counts.reduce((sum, count) => sum + Math.min(count, share), 0) > mostIssues) {
    share -= 1
  }
  return share
}

function moreFiles(kept: readonly Kept[]): Issue[] {
  const [first] = kept.flatMap(({ issues }) => issues.slice(0, 1))
  const count = kept.reduce((sum, { issues, more }) => sum + issues.length + more, 0)
  const files = kept.length === 1 ? 'in this file' : `in this file and ${kept.length - 1} others`
  return first === undefined ? [] : [moreIssues(first, count, files)]
}

function moreIssues({ severity, file, line, column }: Issue, count: number, where: string): Issue {
  const noun = count === 1 ? severity : `${severity}s`
  const message = `and ${count.toLocaleString('en')} more ${noun} ${where}`
  return { severity, code: 'more-issues', file, line, column, path: '', text: '', message, count }
}
