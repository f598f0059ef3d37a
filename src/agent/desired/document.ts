/** The text of a YAML file → plain data, and the way back from a path in the data to its place in the text. */
import { type Alias, Composer, type CST, type Document, isAlias, isMap, isSeq, type Node, Parser } from 'yaml'
import type { Path } from './finding.ts'
import { LineIndex } from './line-index.ts'
import { isMergeKey, keyOf, type SourceFault, toPlainData } from './plain-data.ts'
import type { Span } from './span.ts'
import { cutRuns, findRun, putRunsBack, spanInRun } from './yaml-runs.ts'

export interface DesiredDocument {
  /** What the file says; null for an empty one. Of no use when there are faults. */
  readonly value: unknown
  readonly faults: readonly SourceFault[]
  /** Where the key or the value at `path` stands; the nearest thing around it where there is no such. Looks it up only when called. */
  span(path: Path, at: 'key' | 'value'): Span
  /** Line and column, both from 1, of an offset. */
  position(offset: number): { line: number; column: number }
}

/** Deeper than any desired state: its depth is 4. The yaml package recurses, and so deep that V8 can abort the process (seen with Node 20 and yaml 2.9). */
const deepest = 64

/** The longest text for the yaml package, which takes a hundred times its size in memory. */
const longestParsed = 16 * 1024 * 1024

/** Larger texts keep no tree of nodes, but are read once more if a place is asked for. */
const largestKept = 1024 * 1024

/** Reads one file of YAML, which JSON is too. Never throws, whatever the text. */
export function parseDocument(text: string): DesiredDocument {
  const lines = new LineIndex(text)
  const position = (offset: number) => lines.position(offset)
  const parsed = parseShortened(text) ?? parseWhole(text)
  return { ...(text.length > largestKept ? looselyHeld(text, parsed) : parsed), position }
}

type Parsed = Pick<DesiredDocument, 'value' | 'faults' | 'span'>

interface ParsedWhole extends Parsed {
  readonly hasAliases: boolean
}

function looselyHeld(text: string, { value, faults, span }: Parsed): Parsed {
  let held = new WeakRef(span)
  return {
    value,
    faults,
    span(path, at) {
      let known = held.deref()
      if (known === undefined) {
        known = (parseShortened(text) ?? parseWhole(text)).span
        held = new WeakRef(known)
      }
      return known(path, at)
    },
  }
}

/** Reads a text with long runs of plain entries. Undefined when there are none, and when anything else in it is out of the ordinary. */
function parseShortened(text: string): Parsed | undefined {
  const shortened = cutRuns(text)
  if (shortened === undefined) {
    return undefined
  }
  const { runs, toWhole } = shortened
  const parsed = parseWhole(shortened.text)
  // What an alias stands for counts each time; and of a fault the place in the whole text must be told.
  if (parsed.faults.length > 0 || parsed.hasAliases) {
    return undefined
  }
  const { value, used } = putRunsBack(parsed.value, shortened)
  if (used !== runs.size) {
    // What looked like entries of a list is part of a text, say.
    return undefined
  }
  return {
    value,
    faults: [],
    span(path, at) {
      const place = findRun(parsed.value, path, runs)
      if ('run' in place) {
        return spanInRun(text, place.run, place.index, place.rest.at(0)?.toString(), place.rest.length > 1 ? 'key' : at)
      }
      const { start, end } = parsed.span(place.path, at)
      return { start: toWhole(start), end: toWhole(end) }
    },
  }
}

function parseWhole(text: string): ParsedWhole {
  const nowhere = () => ({ start: 0, end: 0 })
  if (text.length > longestParsed) {
    const message = `more than ${longestParsed} characters, besides long lists of plain entries, are too much to read as YAML`
    const fault: SourceFault = { code: 'too-large', start: 0, end: 0, message, suggestion: 'write it as .json' }
    return { value: null, faults: [fault], span: nowhere, hasAliases: false }
  }
  const tokens = [...new Parser().parse(text)]
  const tooDeep = tokens.map(findTooDeep).find((offset) => offset !== undefined)
  if (tooDeep !== undefined) {
    const message = `more than ${deepest} levels of nesting; links stand at the second`
    const fault: SourceFault = { code: 'too-deep', start: tooDeep, end: tooDeep + 1, message }
    return { value: null, faults: [fault], span: nowhere, hasAliases: false }
  }
  const composer = new Composer({
    prettyErrors: false,
    stringKeys: true,
    uniqueKeys: false, // toPlainData names both places
    resolveKnownTags: false,
    logLevel: 'silent',
  })
  const documents = [...composer.compose(tokens)]
  const [first] = documents
  const root = first?.contents ?? null
  const faults = documents.flatMap(syntaxFaults)
  const second = documents[1]
  if (second !== undefined) {
    const start = second.contents?.range?.[0] ?? second.range[0]
    const message = 'a second YAML document begins here; a file holds one'
    faults.push({ code: 'several-documents', start, end: start, message, suggestion: 'move it to a file of its own' })
  }
  if (faults.length > 0) {
    return { value: null, faults, span: nowhere, hasAliases: false }
  }
  const { value, faults: dataFaults, targets } = toPlainData(root)
  return { value, faults: dataFaults, span: spanFinder(root, targets), hasAliases: targets.size > 0 }
}

/** The offset at which a token is nested too deep. Does not recurse itself. */
function findTooDeep(token: CST.Token): number | undefined {
  const open: { token: CST.Token; depth: number }[] = [{ token, depth: 0 }]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const depth = next.depth + 1
    for (const inner of tokensIn(next.token)) {
      if (depth > deepest) {
        return inner.offset
      }
      // Scalars, which most tokens are, hold no others.
      if ('items' in inner) {
        open.push({ token: inner, depth })
      }
    }
  }
  return undefined
}

function* tokensIn(token: CST.Token): Generator<CST.Token> {
  if (token.type === 'document' && token.value) {
    yield token.value
  }
  for (const { key, value } of 'items' in token ? token.items : []) {
    if (key) {
      yield key
    }
    if (value) {
      yield value
    }
  }
}

function syntaxFaults(document: Document.Parsed): SourceFault[] {
  // Of several errors at one place the last says most: "must end with a }" comes after a remark on its indentation.
  const faults = new Map([...document.errors, ...document.warnings].map((fault) => [fault.pos[0], fault]))
  return [...faults.values()].map(({ code, message, pos: [start, end] }) =>
    code === 'TAG_RESOLVE_FAILED'
      ? {
          code: 'unknown-tag',
          start,
          end,
          message,
          suggestion: 'remove the tag: values have no types of their own here',
        }
      : { code: 'syntax', start, end, message },
  )
}

interface Entry {
  readonly key: Node
  readonly value: Node | null
}

/** Finds places in a document. Each mapping is indexed when it is first asked for. */
function spanFinder(root: Node | null, targets: ReadonlyMap<Alias, Node>): DesiredDocument['span'] {
  const indexes = new Map<Node, ReadonlyMap<string, Entry>>()

  function follow(node: Node | null): Node | null {
    const target = isAlias(node) ? targets.get(node) : undefined
    return target === undefined ? node : follow(target)
  }

  function entriesOf(node: Node): ReadonlyMap<string, Entry> {
    const known = indexes.get(node)
    if (known !== undefined) {
      return known
    }
    const entries = new Map<string, Entry>()
    indexes.set(node, entries)
    if (isMap<Node, Node | null>(node)) {
      for (const { key, value } of node.items) {
        entries.set(keyOf(key), { key, value })
      }
      const sources = node.items.filter(({ key }) => isMergeKey(key)).map(({ value }) => follow(value))
      for (const source of sources.flatMap((node) => (isSeq<Node>(node) ? node.items.map(follow) : [node]))) {
        for (const [name, entry] of source === null ? [] : entriesOf(source)) {
          entries.set(name, entries.get(name) ?? entry)
        }
      }
    }
    return entries
  }

  return (path, at) => {
    let span = spanOf(root) ?? { start: 0, end: 0 }
    let node = root
    for (const [depth, segment] of path.entries()) {
      const inside = follow(node)
      const isLast = depth === path.length - 1
      if (typeof segment === 'number') {
        node = isSeq<Node>(inside) ? (inside.items[segment] ?? null) : null
        span = spanOf(node) ?? span
        continue
      }
      const entry = inside === null ? undefined : entriesOf(inside).get(segment)
      if (entry === undefined) {
        return span
      }
      node = entry.value
      const wanted = isLast && at === 'value' ? (spanOf(node) ?? spanOf(entry.key)) : spanOf(entry.key)
      span = wanted ?? span
    }
    return span
  }
}

/** Where a node stands; undefined for one without any text, as the value of `ttl:` alone. */
function spanOf(node: Node | null): Span | undefined {
  const [start, end] = node?.range ?? [0, 0]
  return start < end ? { start, end } : undefined
}
