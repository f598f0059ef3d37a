/** Desired-state files → one desired state, or every issue in all of them at once. */
import type { Readable } from 'node:stream'
import { hashOf } from './canonical.ts'
import { checkDesired } from './checks.ts'
import type { Declaration } from './declaration.ts'
import { type DesiredDocument, parseDocument } from './document.ts'
import { errorAt, type Finding, formatPath, type Path } from './finding.ts'
import { excerpt, InvalidDesiredState, type Issue, visible } from './issue.ts'
import { parseJsonDocument } from './json-document.ts'
import { listFiles, type ReadFault, readSource, readStandardInput } from './read.ts'
import type { BridgeSpec, DesiredState, VxlanSpec } from './schema.ts'
import { readShape } from './shape.ts'
import type { Span } from './span.ts'
import { writtenPath } from './written-path.ts'

/** A place in a file; both numbers count from 1. */
export interface Position {
  readonly file: string
  readonly line: number
  readonly column: number
}

export interface LoadedDesired {
  readonly state: DesiredState
  /** The files that were read, in the order in which they were. */
  readonly files: readonly string[]
  readonly warnings: readonly Issue[]
  /** Where the value at a path such as `['vxlans', 'vxlan0', 'ttl']` stands; for a link, its name. Undefined for a link that no file names. */
  locate(path: Path): Position | undefined
  /** `hashOf` the state: equal states have equal hashes, in whatever files and order they stand. */
  readonly hash: string
}

/** A file as it was read. */
interface SourceText {
  readonly file: string
  readonly text: string
}

interface Source extends SourceText {
  readonly document: DesiredDocument
}

/** A link and the file that has it. */
interface Sourced {
  readonly source: Source
  readonly declaration: Declaration
}

/**
 * Reads files, and directories of files, and merges them by link name. Throws InvalidDesiredState with every error and warning
 * when there is an error in any. With `standardInput`, the path `-` stands for that.
 */
export async function loadDesired(paths: readonly string[], standardInput?: Readable): Promise<LoadedDesired> {
  const issues: Issue[] = []
  const sources: Source[] = []
  const input = standardInput !== undefined && paths.includes('-') ? await readStandardInput(standardInput) : undefined
  const found = await listFiles(paths.filter((path) => path !== '-' || input === undefined))
  for (const file of [...(input === undefined ? [] : [input]), ...found]) {
    const read = typeof file === 'string' ? await readSource(file) : 'code' in file ? { fault: file } : file
    if (read !== undefined && 'fault' in read) {
      issues.push(readIssue(read.fault))
    } else if (read !== undefined) {
      sources.push({ ...read, document: documentOf(read) })
    }
  }
  const links = new Map<string, Sourced>()
  issues.push(...sources.flatMap((source) => readLinks(source, links)))

  const sourceOf = (path: Path): Source | undefined => links.get(String(path[1]))?.source
  const declarations = [...links.values()].map(({ declaration }) => declaration)
  for (const finding of checkDesired(declarations, (path) => place(sourceOf(path), path))) {
    const source = sourceOf(finding.path)
    if (source !== undefined) {
      issues.push(issueOf(source, finding))
    }
  }
  inReadingOrder(
    issues,
    found.map((file) => (typeof file === 'string' ? file : file.file)),
  )
  if (issues.some(({ severity }) => severity === 'error')) {
    throw new InvalidDesiredState(issues)
  }
  const state = stateOf(declarations)
  return {
    state,
    files: sources.map(({ file }) => file),
    warnings: issues,
    locate: locator(links),
    hash: hashOf(state),
  }
}

function documentOf({ file, text }: SourceText): DesiredDocument {
  return /\.json$/su.test(file) ? parseJsonDocument(text) : parseDocument(text)
}

/** Finds places by the texts alone: what was read of them takes several times their memory, and is rarely asked for. */
function locator(links: ReadonlyMap<string, Sourced>): LoadedDesired['locate'] {
  const texts = new Map<string, SourceText>()
  const textByLink = new Map<string, SourceText>()
  for (const [name, { source }] of links) {
    const { file, text } = source
    const known = texts.get(file) ?? { file, text }
    texts.set(file, known)
    textByLink.set(name, known)
  }
  const documents = new WeakMap<SourceText, WeakRef<DesiredDocument>>()
  return (path) => {
    const text = textByLink.get(String(path[1]))
    if (text === undefined) {
      return undefined
    }
    const document = documents.get(text)?.deref() ?? documentOf(text)
    documents.set(text, new WeakRef(document))
    return positionOf({ ...text, document }, path, path.length > 2 ? 'value' : 'key')
  }
}

/** The issues of one file by itself. Its links go to `links`. */
function readLinks(source: Source, links: Map<string, Sourced>): Issue[] {
  const { file, document } = source
  if (document.faults.length > 0) {
    return document.faults.map(({ code, start, end, message, suggestion, other }) => {
      const collision = other === undefined ? '' : `; the first is at ${file}:${document.position(other).line}`
      return makeIssue(source, { severity: 'error', code, message: message + collision, suggestion }, [], {
        start,
        end,
      })
    })
  }
  const { declarations, findings } = readShape(document.value)
  const issues = findings.map((finding) => issueOf(source, finding))
  for (const declaration of declarations) {
    const path: Path = [declaration.section, declaration.name]
    const first = links.get(declaration.name)
    if (first === undefined) {
      links.set(declaration.name, { source, declaration })
    } else {
      const message = `${declaration.name} is defined a second time; the first is at ${place(first.source, [first.declaration.section, declaration.name])}`
      issues.push(issueOf(source, errorAt('name-twice', path, 'key', message, 'remove or rename one of the two')))
    }
  }
  return issues
}

function issueOf(source: Source, finding: Finding): Issue {
  return makeIssue(source, finding, finding.path, spanIn(source, finding.path, finding.at))
}

function makeIssue(
  { file, text, document }: Source,
  {
    severity,
    code,
    message,
    suggestion,
  }: Pick<Finding, 'severity' | 'code' | 'message'> & { suggestion?: string | undefined },
  path: Path,
  { start, end }: { start: number; end: number },
): Issue {
  return {
    severity,
    code,
    file,
    ...document.position(start),
    path: visible(formatPath(path)),
    text: excerpt(text.slice(start, end).trimEnd()),
    message: visible(message),
    ...(suggestion !== undefined && { suggestion: visible(suggestion) }),
  }
}

function readIssue({ file, code, message, suggestion, line, column }: ReadFault): Issue {
  const text = ''
  return {
    severity: 'error',
    code,
    file,
    line,
    column,
    path: '',
    text,
    message: visible(message),
    ...(suggestion !== undefined && { suggestion }),
  }
}

function positionOf(source: Source, path: Path, at: 'key' | 'value'): Position {
  const { file, document } = source
  return { file, ...document.position(spanIn(source, path, at).start) }
}

function spanIn({ document }: Source, path: Path, at: 'key' | 'value'): Span {
  return document.span(writtenPath(document.value, path), at)
}

function place(source: Source | undefined, path: Path): string {
  if (source === undefined) {
    return 'another file'
  }
  const { file, line } = positionOf(source, path, 'key')
  return `${file}:${line}`
}

/** The order of files as given, and of lines within each. */
function inReadingOrder(issues: Issue[], files: readonly string[]): void {
  const order = new Map(files.map((file, index) => [file, index]))
  const rank = ({ file }: Issue): number => order.get(file) ?? 0
  issues.sort((left, right) => rank(left) - rank(right) || left.line - right.line || left.column - right.column)
}

function stateOf(declarations: readonly Declaration[]): DesiredState {
  const vxlans: Record<string, VxlanSpec> = Object.create(null)
  const bridges: Record<string, BridgeSpec> = Object.create(null)
  for (const { section, name, spec } of declarations) {
    // Without errors each spec is whole.
    if (section === 'vxlans') {
      vxlans[name] = spec
    } else {
      bridges[name] = spec
    }
  }
  return { vxlans, bridges }
}
