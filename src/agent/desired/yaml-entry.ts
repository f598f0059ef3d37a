/** One entry of a list in a YAML text, if it is of a plain form: about which there is no doubt, whatever stands around it. */
import type { Span } from './span.ts'

/** Blank lines, and those of a comment alone. */
export const ignored = /(?:[ \t]*(?:#[^\n]*)?\r?\n)*/y

/** A key and its value, and where they stand. */
interface Pair {
  readonly key: string
  readonly value: unknown
  readonly keySpan: Span
  readonly valueSpan: Span
}

/** An entry that is a mapping, or a value alone. */
export interface Entry {
  readonly pairs?: readonly Pair[]
  readonly value?: unknown
  readonly end: number
  /** The offset after its last line. */
  readonly next: number
}

const scalarSource = String.raw`"[\w.:/-]*"|'[\w.:/-]*'|[\w.:/-]+`
const pairPattern = new RegExp(String.raw`([a-z]\w*|"[a-z]\w*"|'[a-z]\w*')(: +)(${scalarSource})`, 'y')
const scalarPattern = new RegExp(scalarSource, 'y')
const lineEnd = / *(?: #[^\n]*)?\r?(?:\n|$)/y
/** Entries with more keys are left to the parser: each key is compared with those before it. */
const mostPairs = 32
const opening = /\{ */y
const separator = / *, */y
const closing = / *\}/y

/** The entry whose text begins at `at`, after the dash, with `margin` characters before it. Undefined when it is none of the plain forms. */
export function readEntry(text: string, at: number, margin: number): Entry | undefined {
  const pairs: Pair[] = []
  const inBraces = isAt(opening, text, at)
  let start = inBraces ? opening.lastIndex : at
  for (let pair = readPair(text, start, pairs); pair !== undefined; pair = readPair(text, start, pairs)) {
    pairs.push(pair)
    const { end } = pair.valueSpan
    if (inBraces && isAt(separator, text, end)) {
      start = separator.lastIndex
      continue
    }
    const last = inBraces ? endOf(closing, text, end) : end
    const next = inBraces && last === end ? undefined : nextAfter(text, last)
    if (next === undefined) {
      return undefined
    }
    const line = endOf(ignored, text, next)
    // A key of the same mapping stands right below this one.
    if (inBraces || text.slice(line, line + margin + 1).search(/[^ ]/) !== margin) {
      return { pairs, end: last, next }
    }
    start = line + margin
  }
  return inBraces || pairs.length > 0 ? undefined : readValueAlone(text, at)
}

function readValueAlone(text: string, at: number): Entry | undefined {
  const value = readScalar(matchAt(scalarPattern, text, at)?.[0] ?? '')
  const end = scalarPattern.lastIndex
  const next = value === undefined ? undefined : nextAfter(text, end)
  return next === undefined ? undefined : { value, end, next }
}

/** The offset of the next line, where nothing but a comment comes before it. */
function nextAfter(text: string, at: number): number | undefined {
  return isAt(lineEnd, text, at) ? lineEnd.lastIndex : undefined
}

/** Undefined for a pair that is not plain, or a key that is there. */
function readPair(text: string, at: number, before: readonly Pair[]): Pair | undefined {
  const [whole, quotedKey = '', colon = '', valueText = ''] = matchAt(pairPattern, text, at) ?? []
  const value = whole === undefined ? undefined : readScalar(valueText)
  const key = /^["']/.test(quotedKey) ? quotedKey.slice(1, -1) : quotedKey
  if (value === undefined || before.length === mostPairs || before.some((pair) => pair.key === key)) {
    return undefined
  }
  const keyEnd = at + quotedKey.length
  const valueStart = keyEnd + colon.length
  return {
    key,
    value,
    keySpan: { start: at, end: keyEnd },
    valueSpan: { start: valueStart, end: valueStart + valueText.length },
  }
}

/** What an entry says. */
export function dataOf({ pairs, value }: Entry): unknown {
  if (pairs === undefined) {
    return value
  }
  const mapping: Record<string, unknown> = {}
  for (const pair of pairs) {
    mapping[pair.key] = pair.value
  }
  return mapping
}

const words: ReadonlyMap<string, boolean | undefined> = new Map([
  ['true', true],
  ['false', false],
  // Null, and what other versions of YAML have for true and false: for the parser to say what they are.
  ...['null', 'yes', 'no', 'on', 'off', 'y', 'n'].map((word) => [word, undefined] as const),
])

/** A scalar about whose meaning there is no doubt: a word, a decimal number, an Ethernet or IP address. */
function readScalar(text: string): string | number | boolean | undefined {
  if (/^(?:0|[1-9]\d{0,14})$/.test(text)) {
    return Number(text)
  }
  if (/^["']/.test(text)) {
    return text.slice(1, -1)
  }
  if (/^[A-Za-z][\w-]*$/.test(text)) {
    return words.has(text.toLowerCase()) ? words.get(text) : text
  }
  const isAddress = /^[0-9a-fA-F]{1,4}(?::{1,2}[0-9a-fA-F]{1,4})+(?:\/\d+)?$|^\d+(?:\.\d+){3}(?:\/\d+)?$/.test(text)
  return isAddress ? text : undefined
}

/** A match of a sticky pattern that begins at `at`. */
export function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | undefined {
  pattern.lastIndex = at
  return pattern.exec(text) ?? undefined
}

/** Whether there is one. To say only that takes half the time. */
function isAt(pattern: RegExp, text: string, at: number): boolean {
  pattern.lastIndex = at
  return pattern.test(text)
}

/** Where a match that begins at `at` ends; `at` itself where there is none. */
export function endOf(pattern: RegExp, text: string, at: number): number {
  return isAt(pattern, text, at) ? pattern.lastIndex : at
}
