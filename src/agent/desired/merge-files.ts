/** The texts of desired-state files → one desired state, or what is wrong in all of them at once. */
import { hashOf } from './canonical.ts'
import { checkDesired } from './checks.ts'
import type { Declaration, FleetDeclaration } from './declaration.ts'
import { type DesiredDocument, parseDocument } from './document.ts'
import { errorAt, type Finding, formatPath, type Path } from './finding.ts'
import { excerpt, InvalidDesiredState, type Issue } from './issue.ts'
import { IssueList } from './issue-list.ts'
import { parseJsonDocument } from './json-document.ts'
import type { ReadLimits } from './limits.ts'
import { type Places, placesOf } from './places.ts'
import type { FileText, ReadFault } from './read.ts'
import type { BridgeSpec, DesiredState, FleetSpec, VxlanSpec } from './schema.ts'
import { readShape } from './shape.ts'
import type { Span } from './span.ts'
import { visible } from './visible.ts'
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
  /** `hashOfTexts` of the files, where it was taken: files with this hash need not be checked again. */
  readonly textsHash?: string
}

interface Source extends FileText {
  readonly document: DesiredDocument
}

/** A link and the file that has it. */
interface Sourced {
  readonly source: Source
  readonly declaration: Declaration
}

/** The section of the fleet, and the file that has it. */
interface SourcedFleet {
  readonly source: Source
  readonly declaration: FleetDeclaration
}

/** What the files declare. */
interface Stated {
  readonly links: Map<string, Sourced>
  fleet: SourcedFleet | undefined
}

/** What was read: texts, and what could not be read; in the order of the files. */
export type ReadFiles = readonly (FileText | { readonly fault: ReadFault })[]

/** Merges files by link name. Throws InvalidDesiredState with the errors and warnings when there is an error in any. */
export function mergeFiles(read: ReadFiles, limits: ReadLimits): LoadedDesired {
  const { stated, ...merged } = merge(read, limits)
  return { ...merged, locate: locator(stated, limits) }
}

/**
 * The same, with all places looked up at once.
 * @param onFile is called before each file is looked at
 */
export function mergeWithPlaces(
  read: ReadFiles,
  limits: ReadLimits,
  onFile: (file: string) => void = () => {},
): Omit<LoadedDesired, 'locate'> & { readonly places: Places } {
  const { stated, ...merged } = merge(read, limits, onFile)
  const sourceOf = sourceIn(stated)
  const places = placesOf(merged.state, {
    locate: (path) => positionIn(sourceOf(path), path),
    entries: (path) => entriesIn(sourceOf(path), path),
  })
  return { ...merged, places }
}

interface Merged extends Omit<LoadedDesired, 'locate'> {
  readonly stated: Stated
}

function merge(read: ReadFiles, limits: ReadLimits, onFile: (file: string) => void = () => {}): Merged {
  const issues = new IssueList()
  const sources: Source[] = []
  const stated: Stated = { links: new Map(), fleet: undefined }
  let isAllRead = true
  for (const file of read) {
    if (isUnwanted(file, stated)) {
      continue
    }
    if ('fault' in file) {
      isAllRead = false
      issues.add(file.fault.file, 'error', () => readIssue(file.fault))
    } else {
      onFile(file.file)
      const source = { ...file, document: documentOf(file, limits) }
      sources.push(source)
      isAllRead &&= source.document.faults.length === 0
      readStated(source, stated, issues)
    }
  }
  const sourceOf = sourceIn(stated)
  const declarations = [...stated.links.values()].map(({ declaration }) => declaration)
  const fleet = stated.fleet?.declaration ?? (isAllRead ? 'absent' : 'unknown')
  for (const finding of checkDesired(declarations, fleet, (path) => place(sourceOf(path), path))) {
    const source = sourceOf(finding.path)
    if (source !== undefined) {
      issues.add(source.file, finding.severity, () => issueOf(source, finding))
    }
  }
  const inOrder = issues.inReadingOrder(read.map((each) => ('fault' in each ? each.fault.file : each.file)))
  if (issues.hasErrors) {
    throw new InvalidDesiredState(inOrder)
  }
  // Without errors each spec is whole.
  const state = stateOf(declarations, stated.fleet?.declaration.spec as FleetSpec | undefined)
  return { stated, state, files: sources.map(({ file }) => file), warnings: inOrder, hash: hashOf(state) }
}

/** Files of the host come first, so its section is known by then: a host that is not asked accepts no pushed file. */
function isUnwanted(file: ReadFiles[number], { fleet }: Stated): boolean {
  const pushedIn = 'text' in file ? file.fleet : undefined
  const { config, name } = fleet?.declaration.spec ?? {}
  return pushedIn !== undefined && !(config === 'accept' && name === pushedIn)
}

function sourceIn({ links, fleet }: Stated): (path: Path) => Source | undefined {
  return (path) => (path[0] === 'fleet' ? fleet : links.get(String(path[1])))?.source
}

function documentOf({ file, text }: FileText, limits: ReadLimits): DesiredDocument {
  return /\.json$/su.test(file) ? parseJsonDocument(text, limits) : parseDocument(text, limits)
}

/** Finds places by the texts alone: what was read of them takes several times their memory, and is rarely asked for. */
function locator({ links, fleet }: Stated, limits: ReadLimits): LoadedDesired['locate'] {
  const texts = new Map<string, FileText>()
  const textByLink = new Map<string, FileText>()
  const textOf = ({ file, text }: Source): FileText => {
    const known = texts.get(file) ?? { file, text }
    texts.set(file, known)
    return known
  }
  for (const [name, { source }] of links) {
    textByLink.set(name, textOf(source))
  }
  const textOfFleet = fleet && textOf(fleet.source)
  const documents = new WeakMap<FileText, WeakRef<DesiredDocument>>()
  return (path) => {
    const text = path[0] === 'fleet' ? textOfFleet : textByLink.get(String(path[1]))
    if (text === undefined) {
      return undefined
    }
    const document = documents.get(text)?.deref() ?? documentOf(text, limits)
    documents.set(text, new WeakRef(document))
    return positionIn({ ...text, document }, path)
  }
}

function positionIn(source: Source | undefined, path: Path): Position | undefined {
  return source && positionOf(source, path, path.length > (path[0] === 'fleet' ? 1 : 2) ? 'value' : 'key')
}

/** Line and column of each entry of a list, one after the other. */
function entriesIn(source: Source | undefined, path: Path): Uint32Array {
  const offsets = source?.document.entries(path) ?? []
  const places = new Uint32Array(offsets.length * 2)
  for (const [index, offset] of offsets.entries()) {
    const { line, column } = source?.document.position(offset) ?? { line: 1, column: 1 }
    places[index * 2] = line
    places[index * 2 + 1] = column
  }
  return places
}

/** Finds the issues of one file by itself. What it declares goes to `stated`. */
function readStated(source: Source, stated: Stated, issues: IssueList): void {
  const { links } = stated
  const { file, document } = source
  for (const { code, start, end, message, suggestion, other } of document.faults) {
    issues.add(file, 'error', () => {
      const collision = other === undefined ? '' : `; the first is at ${file}:${document.position(other).line}`
      const finding = { severity: 'error', code, message: message + collision, suggestion } as const
      return makeIssue(source, finding, [], { start, end })
    })
  }
  issues.addOmitted(file, document.omitted)
  if (document.faults.length > 0) {
    return
  }
  const { declarations, fleet, findings, omitted } = readShape(document.value, links.size)
  for (const finding of findings) {
    issues.add(file, finding.severity, () => issueOf(source, finding))
  }
  issues.addOmitted(file, omitted)
  for (const declaration of declarations) {
    const first = links.get(declaration.name)
    if (first === undefined) {
      links.set(declaration.name, { source, declaration })
    } else {
      issues.add(file, 'error', () => issueOf(source, definedTwice(declaration, first)))
    }
  }
  if (fleet !== undefined && source.fleet !== undefined) {
    issues.add(file, 'error', () => issueOf(source, fleetInPushed))
  } else if (fleet !== undefined && stated.fleet !== undefined) {
    const { source: first } = stated.fleet
    issues.add(file, 'error', () => issueOf(source, fleetTwice(first)))
  } else if (fleet !== undefined) {
    stated.fleet = { source, declaration: fleet }
  }
}

function definedTwice({ section, name }: Declaration, first: Sourced): Finding {
  const message = `${name} is defined a second time; the first is at ${place(first.source, [first.declaration.section, name])}`
  return errorAt('name-twice', [section, name], 'key', message, 'remove or rename one of the two')
}

/** Where a host finds its fleet, and whether it accepts files, is for its own administrator to say. */
const fleetInPushed = errorAt(
  'fleet-in-pushed',
  ['fleet'],
  'key',
  'a pushed file has a fleet section: only a file of the host itself may say which fleet it is in and what it accepts from there',
  'remove the section',
)

/** A host is in one fleet. */
function fleetTwice(first: Source): Finding {
  const message = `fleet is stated a second time; the first is at ${place(first, ['fleet'])}`
  return errorAt('name-twice', ['fleet'], 'key', message, 'remove one of the two')
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

function stateOf(declarations: readonly Declaration[], fleet: FleetSpec | undefined): DesiredState {
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
  return { vxlans, bridges, ...(fleet !== undefined && { fleet }) }
}
