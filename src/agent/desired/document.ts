/** The text of a YAML file → plain data, and the way back from a path in the data to its place in the text. */
import { Composer, type CST, type Document, Lexer, Parser } from 'yaml'
import { deepest, limitsFor, longestPart, mostIssuesOfFile, mostKeys, type ReadLimits } from './limits.ts'
import { LineIndex } from './line-index.ts'
import { nodeFinder } from './node-finder.ts'
import { type FaultList, type SourceFault, toPlainData } from './plain-data.ts'
import { type Finder, nowhere } from './span.ts'
import { tooManyKeys } from './too-many-keys.ts'
import { cutRuns, findRun, putRunsBack, spanInRun, withRuns } from './yaml-runs.ts'

export interface DesiredDocument extends FaultList, Finder {
  /** What the file says; null for an empty one. Of no use when there are faults. */
  readonly value: unknown
  /** Line and column, both from 1, of an offset. */
  position(offset: number): { line: number; column: number }
}

/** Larger texts keep no tree of nodes, but are read once more if a place is asked for. */
const largestKept = 1024 * 1024

/** Reads one file of YAML, which JSON is too. Never throws, whatever the text. */
export function parseDocument(text: string, limits = limitsFor()): DesiredDocument {
  const lines = new LineIndex(text)
  const position = (offset: number) => lines.position(offset)
  const { value, faults, omitted, parsedLength, finder } = parseShortened(text, limits) ?? parseWhole(text, limits)
  const held = parsedLength > largestKept ? looselyHeld(text, finder, limits) : finder
  return { value, faults, omitted, ...held, position }
}

interface Parsed extends FaultList {
  readonly value: unknown
  readonly finder: Finder
  /** Characters that there is a tree of. */
  readonly parsedLength: number
}

interface ParsedWhole extends Parsed {
  readonly hasAliases: boolean
}

function looselyHeld(text: string, finder: Finder, limits: ReadLimits): Finder {
  let held = new WeakRef(finder)
  const find = (): Finder => {
    let known = held.deref()
    if (known === undefined) {
      known = (parseShortened(text, limits) ?? parseWhole(text, limits)).finder
      held = new WeakRef(known)
    }
    return known
  }
  return { span: (path, at) => find().span(path, at), entries: (path) => find().entries(path) }
}

/** Reads a text with long runs of plain entries. Undefined when there are none, and when anything else in it is out of the ordinary. */
function parseShortened(text: string, limits: ReadLimits): Parsed | undefined {
  const shortened = cutRuns(text)
  if (shortened === undefined) {
    return undefined
  }
  const { runs, toWhole } = shortened
  const parsed = parseWhole(shortened.text, limits)
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
    omitted: 0,
    parsedLength: shortened.text.length,
    finder: {
      span(path, at) {
        const place = findRun(parsed.value, path, runs)
        if ('run' in place) {
          const key = place.rest.at(0)?.toString()
          return spanInRun(text, place.run, place.index, key, place.rest.length > 1 ? 'key' : at)
        }
        const { start, end } = parsed.finder.span(place.path, at)
        return { start: toWhole(start), end: toWhole(end) }
      },
      entries(path) {
        const place = findRun(parsed.value, path, runs)
        return 'run' in place ? [] : withRuns(parsed.finder.entries(place.path), place.part, { runs, toWhole })
      },
    },
  }
}

function parseWhole(text: string, limits: ReadLimits): ParsedWhole {
  const composed = composeDocuments(text, limits)
  if ('fault' in composed) {
    return refusedFor([composed.fault])
  }
  const { documents, isCut } = composed
  const [first] = documents
  const root = first?.contents ?? null
  // What comes after the cut is missing in what comes before it.
  const faults = (isCut ? documents.slice(0, 1) : documents).flatMap(syntaxFaults)
  const second = documents[1]
  if (second !== undefined) {
    const start = second.contents?.range?.[0] ?? second.range[0]
    const message = 'a second YAML document begins here; a file holds one'
    faults.push({ code: 'several-documents', start, end: start, message, suggestion: 'move it to a file of its own' })
  }
  if (faults.length > 0) {
    return refusedFor(faults)
  }
  const { value, faults: dataFaults, omitted, targets } = toPlainData(root, limits.values)
  const parsedLength = text.length
  return {
    value,
    faults: dataFaults,
    omitted,
    parsedLength,
    finder: nodeFinder(root, targets),
    hasAliases: targets.size > 0,
  }
}

/** A function of its own, so that the tokens, half of the memory, can be freed before anything is made of the documents. */
function composeDocuments(
  text: string,
  limits: ReadLimits,
): { documents: Document.Parsed[]; isCut: boolean } | { fault: SourceFault } {
  const read = readTokens(text, limits)
  if ('fault' in read) {
    return read
  }
  const { tokens, isCut } = read
  const tooDeep = tokens.map(findTooDeep).find((offset) => offset !== undefined)
  if (tooDeep !== undefined) {
    return { fault: tooDeepAt(tooDeep) }
  }
  const composer = new Composer({
    prettyErrors: false,
    stringKeys: true,
    uniqueKeys: false, // toPlainData names both places
    resolveKnownTags: false,
    logLevel: 'silent',
  })
  return { documents: withoutStacks(() => [...composer.compose(tokens)]) as Document.Parsed[], isCut }
}

function refusedFor(faults: readonly SourceFault[]): ParsedWhole {
  const omitted = Math.max(0, faults.length - mostIssuesOfFile)
  return {
    value: null,
    faults: faults.slice(0, mostIssuesOfFile),
    omitted,
    parsedLength: 0,
    finder: nowhere,
    hasAliases: false,
  }
}

function tooDeepAt(start: number): SourceFault {
  const message = `more than ${deepest} levels of nesting; links stand at the second`
  return { code: 'too-deep', start, end: start + 1, message }
}

/** A second document is looked at as far as this many parts, for a place to name. */
const partsOfSecond = 1000

/**
 * The tokens of a text, document by document. Given up as soon as there are too many, or too deep ones: the parser keeps a stack, but
 * what takes its tokens recurses, and so deep that V8 can abort the process (seen with Node 20 and yaml 2.9).
 */
function readTokens(
  text: string,
  limits: ReadLimits,
): { tokens: CST.Token[]; isCut: boolean } | { fault: SourceFault } {
  const parser = new Parser()
  const tokens: CST.Token[] = []
  let parts = 0
  let documents = 0
  let cutAt = Number.POSITIVE_INFINITY
  for (const lexeme of new Lexer().lex(text)) {
    parts += 1
    if (parts > cutAt) {
      tokens.push(...parser.end())
      return { tokens, isCut: true }
    }
    if (parts > limits.yamlParts) {
      const start = Math.min(parser.offset, text.length)
      const crowded = crowdedMapping(parser.stack)
      if (crowded !== undefined) {
        return { fault: { ...tooManyKeys(crowded), start, end: start } }
      }
      const message = `more than ${limits.yamlParts} keys, values, signs and lines, long lists of plain entries apart: too many to read as YAML`
      const suggestion = 'write it as .json, split it, or state a larger --max-file-size'
      return { fault: { code: 'too-many-values', start, end: start, message, suggestion } }
    }
    if (lexeme.length > longestPart) {
      const message = `one key, value or comment of ${lexeme.length} characters; no more than ${longestPart} are read`
      const suggestion = 'no value of a desired state is nearly as long'
      return { fault: { code: 'too-large', start: parser.offset, end: parser.offset + 1, message, suggestion } }
    }
    for (const token of parser.next(lexeme)) {
      tokens.push(token)
      documents += token.type === 'document' ? 1 : 0
    }
    if (parser.stack.length > deepest + 1) {
      return { fault: tooDeepAt(parser.stack[deepest + 1]?.offset ?? parser.offset) }
    }
    if (cutAt === Number.POSITIVE_INFINITY && documents > 0 && parser.stack[0]?.type === 'document') {
      cutAt = parts + partsOfSecond
    }
  }
  tokens.push(...parser.end())
  return { tokens, isCut: false }
}

/** How deep the first of the mappings that are being read stands that has more keys than any may have; undefined when none has. */
function crowdedMapping(stack: readonly CST.Token[]): number | undefined {
  const mappings = stack.filter((token) => token.type === 'block-map' || token.type === 'flow-collection')
  const depth = mappings.findIndex(({ items }) => items.length > mostKeys)
  return depth < 0 ? undefined : depth
}

/** The yaml package makes an Error of each fault, and there may be a million: without stack traces they take a tenth of the time. */
function withoutStacks<T>(work: () => T): T {
  const before = Error.stackTraceLimit
  Error.stackTraceLimit = 0
  try {
    return work()
  } finally {
    Error.stackTraceLimit = before
  }
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
