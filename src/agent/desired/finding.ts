/** What a rule has found, before it is known where in which file that stands. Rules are pure; `load.ts` adds the place. */
import { type IssueCode, type Severity, shortened } from './issue.ts'

/** The way to a value from the top of the desired state: keys, and indexes in lists. */
export type Path = readonly (string | number)[]

/** Where something stands in the files, as text for a message: `overlay.yaml:12`. */
export type Where = (path: Path) => string

export interface Finding {
  readonly severity: Severity
  readonly code: IssueCode
  readonly path: Path
  /** Whether the key or its value is at fault, and so which of the two the issue points at. */
  readonly at: 'key' | 'value'
  readonly message: string
  readonly suggestion?: string
}

/** A finding for which the desired state is refused. */
export function errorAt(
  code: IssueCode,
  path: Path,
  at: 'key' | 'value',
  message: string,
  suggestion?: string,
): Finding {
  return { severity: 'error', code, path, at, message, ...(suggestion !== undefined && { suggestion }) }
}

/** A finding that a person should know of, and that holds nothing up. */
export function warningAt(
  code: IssueCode,
  path: Path,
  at: 'key' | 'value',
  message: string,
  suggestion: string,
): Finding {
  return { severity: 'warning', code, path, at, message, suggestion }
}

/** A path as text: `vxlans.vxlan0.addresses[1]`. A key that holds a dot, a bracket or a quote is quoted: `vxlans."eth0.5".id`. */
export function formatPath(path: Path): string {
  let text = ''
  for (const segment of path) {
    if (typeof segment === 'number') {
      text += `[${segment}]`
    } else {
      // A key that is no key may be megabytes long.
      const short = shortened(segment)
      const key = /^[^.[\]"\s]+$/.test(short) ? short : JSON.stringify(short)
      text += text === '' ? key : `.${key}`
    }
  }
  return text
}
