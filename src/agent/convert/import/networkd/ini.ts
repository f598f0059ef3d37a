/** Files in the syntax of systemd → sections of assignments, with their places. Source: systemd.syntax(7), config_parse() in conf-parser.c. */
import { type Fault, ImportError, mostFaults, type Place, type Setting, type SourceText } from '../source.ts'

/** `Key=value`. The setting's name is `[Section] Key=`; an empty text resets what the key was. */
export interface Assignment {
  readonly key: string
  readonly setting: Setting
}

export interface Section {
  readonly name: string
  readonly at: Place
  readonly assignments: readonly Assignment[]
}

/** The sections of one file, in its order; one that is repeated is there more than once. Throws ImportError with every fault. */
export function parseIni({ file, text }: SourceText): Section[] {
  const sections: { name: string; at: Place; assignments: Assignment[] }[] = []
  const faults: Fault[] = []
  for (const { content, line, column } of logicalLines(text)) {
    if (faults.length === mostFaults) {
      break
    }
    const at = { file, line, column }
    const [, name] = /^\[(.+)\]$/.exec(content) ?? []
    const equals = content.indexOf('=')
    const section = sections.at(-1)
    if (name !== undefined) {
      sections.push({ name, at, assignments: [] })
    } else if (content.startsWith('[')) {
      faults.push({ ...at, message: 'the name of a section ends with ]' })
    } else if (equals < 1) {
      faults.push({ ...at, message: 'a line is [Section], Key=value, or a comment that begins with # or ;' })
    } else if (section === undefined) {
      faults.push({ ...at, message: 'this stands before the first [Section]' })
    } else {
      const key = content.slice(0, equals).trimEnd()
      const setting = { name: `[${section.name}] ${key}=`, text: content.slice(equals + 1).trim(), at }
      section.assignments.push({ key, setting })
    }
  }
  if (faults.length > 0) {
    throw new ImportError(faults)
  }
  return sections
}

interface LogicalLine {
  readonly content: string
  /** Where its first character stands. */
  readonly line: number
  readonly column: number
}

/** Lines without comments and empty ones; a backslash at the end of one joins the next to it. */
function* logicalLines(text: string): Generator<LogicalLine> {
  let parts: string[] = []
  let first: { line: number; column: number } | undefined
  const finish = (): LogicalLine | undefined => {
    const content = parts.join(' ').trim()
    const place = first
    parts = []
    first = undefined
    return place === undefined || content === '' ? undefined : { content, ...place }
  }
  for (const [index, raw] of text
    .replace(/^\ufeff/, '')
    .split(/\r?\n/)
    .entries()) {
    const content = raw.trim()
    // A comment may stand between the parts of a continued line.
    if (content.startsWith('#') || content.startsWith(';')) {
      continue
    }
    first ??= { line: index + 1, column: raw.length - raw.trimStart().length + 1 }
    const isContinued = /(?<!\\)(\\\\)*\\$/.test(raw)
    parts.push(isContinued ? raw.slice(0, -1) : raw)
    if (!isContinued) {
      const whole = finish()
      if (whole !== undefined) {
        yield whole
      }
    }
  }
  const rest = finish()
  if (rest !== undefined) {
    yield rest
  }
}
