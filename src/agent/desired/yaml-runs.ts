/**
 * Long runs of plain list entries in a YAML text, cut out of it and read by themselves. The yaml package takes 3 s and 500 MB for a
 * file of 100,000 forwarding entries; what people and programs write there is a few simple forms over and over.
 */

import type { Path } from './finding.ts'
import type { Span } from './span.ts'
import { dataOf, endOf, ignored, matchAt, readEntry } from './yaml-entry.ts'

/** Consecutive entries of one list. */
export interface Run {
  /** What stands in the shortened text in their place, as the one entry of its line. */
  readonly token: string
  readonly length: number
  /** The offset in the whole text at which each entry begins, after its dash. */
  readonly offsets: readonly number[]
}

export interface Shortened {
  readonly text: string
  readonly runs: ReadonlyMap<string, Run>
  /** What each run's entries say. Apart from the runs, which are kept for as long as places may be asked for. */
  readonly values: ReadonlyMap<Run, readonly unknown[]>
  /** The offset in the whole text of what stands in the shortened one. */
  toWhole(offset: number): number
}

/** Shorter runs are not worth it. A thousand links may have a hundred entries each. */
const leastEntries = 32

/** The text without its long runs; undefined when there are none. What is not of the plainest forms is left to the parser. */
export function cutRuns(text: string, least = leastEntries): Shortened | undefined {
  const tokens = tokenMaker(text)
  // Another version of YAML reads words and numbers otherwise.
  if (tokens === undefined || text.includes('%YAML')) {
    return undefined
  }
  const runs = new Map<string, Run>()
  const values = new Map<Run, readonly unknown[]>()
  const pieces: string[] = []
  const cuts: { readonly after: number; readonly delta: number }[] = []
  let [done, length] = [0, 0]
  for (let at = 0; at < text.length; ) {
    const found = readRun(text, at)
    if (found === undefined || found.values.length < least) {
      at = found?.next ?? nextLine(text, at)
      continue
    }
    const run = { token: tokens(), length: found.values.length, offsets: found.offsets }
    const line = `${' '.repeat(found.indent)}- ${run.token}\n`
    pieces.push(text.slice(done, at), line)
    length += at - done + line.length
    runs.set(run.token, run)
    values.set(run, found.values)
    at = found.next
    done = at
    cuts.push({ after: length, delta: at - length })
  }
  if (runs.size === 0) {
    return undefined
  }
  return {
    text: pieces.join('') + text.slice(done),
    runs,
    values,
    toWhole: (offset) => offset + deltaAt(cuts, offset),
  }
}

/** How far what stands at `offset` was moved: by the last cut before it. */
function deltaAt(cuts: readonly { readonly after: number; readonly delta: number }[], offset: number): number {
  let [low, high] = [0, cuts.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((cuts[middle]?.after ?? 0) <= offset) {
      low = middle + 1
    } else {
      high = middle
    }
  }
  return cuts[low - 1]?.delta ?? 0
}

/** The data of the whole text from that of the shortened one, and how many of the runs were found in it. */
export function putRunsBack(
  value: unknown,
  { runs, values }: Pick<Shortened, 'runs' | 'values'>,
): { value: unknown; used: number } {
  let used = 0
  const putBack = (part: unknown): unknown => {
    if (Array.isArray(part)) {
      return part.flatMap((entry: unknown) => {
        const run = runOf(entry, runs)
        used += run === undefined ? 0 : 1
        return run === undefined ? [putBack(entry)] : (values.get(run) ?? [])
      })
    }
    if (typeof part !== 'object' || part === null) {
      return part
    }
    const mapping: Record<string, unknown> = Object.create(null)
    for (const [key, inner] of Object.entries(part)) {
      mapping[key] = putBack(inner)
    }
    return mapping
  }
  return { value: putBack(value), used }
}

/** What a path into the data of the whole text leads to: an entry of a run and a way within it, or a path in the shortened one, and what is there. */
export function findRun(
  value: unknown,
  path: Path,
  runs: Shortened['runs'],
): { run: Run; index: number; rest: Path } | { path: Path; part: unknown } {
  let part = value
  const inShortened: (string | number)[] = []
  for (const [depth, segment] of path.entries()) {
    let step = segment
    if (Array.isArray(part) && typeof segment === 'number') {
      const { run, index } = findEntry(part, segment, runs)
      if (run !== undefined) {
        return { run, index, rest: path.slice(depth + 1) }
      }
      step = index
    }
    inShortened.push(step)
    part = (part as Readonly<Record<string, unknown>> | null | undefined)?.[step]
  }
  return { path: inShortened, part }
}

/** Entry `index` of the whole list: in which run and at which place of it, or at which place of the shortened list. */
function findEntry(entries: readonly unknown[], index: number, runs: Shortened['runs']): { run?: Run; index: number } {
  let before = 0
  for (const [place, entry] of entries.entries()) {
    const run = runOf(entry, runs)
    const length = run?.length ?? 1
    if (index < before + length) {
      return run === undefined ? { index: place } : { run, index: index - before }
    }
    before += length
  }
  return { index: entries.length }
}

/** The offsets in the whole text of the entries of a list, from those in the shortened one of what stands for them there. */
export function withRuns(
  offsets: readonly number[],
  list: unknown,
  { runs, toWhole }: Pick<Shortened, 'runs' | 'toWhole'>,
): number[] {
  const whole: number[] = []
  for (const [place, offset] of offsets.entries()) {
    const run = Array.isArray(list) ? runOf(list[place], runs) : undefined
    for (const each of run?.offsets ?? [toWhole(offset)]) {
      whole.push(each)
    }
  }
  return whole
}

function runOf(entry: unknown, runs: Shortened['runs']): Run | undefined {
  return typeof entry === 'string' ? runs.get(entry) : undefined
}

/** Where an entry of a run, or a key or value of it, stands. */
export function spanInRun(
  text: string,
  { offsets }: Run,
  index: number,
  key: string | undefined,
  at: 'key' | 'value',
): Span {
  const start = offsets[index] ?? 0
  const entry = readEntry(text, start, start - text.lastIndexOf('\n', start) - 1)
  const pair = entry?.pairs?.find((each) => each.key === key)
  return pair === undefined ? { start, end: entry?.end ?? start } : at === 'key' ? pair.keySpan : pair.valueSpan
}

/** Makes words that do not occur in the text. */
function tokenMaker(text: string): (() => string) | undefined {
  let count = 0
  return text.includes('vxagent-run-') ? undefined : () => `vxagent-run-${count++}`
}

interface FoundRun {
  readonly indent: number
  readonly values: unknown[]
  readonly offsets: number[]
  /** The offset after its last line. */
  readonly next: number
}

const dash = /( *)-( +)/y

/**
 * The run of entries that begins with the line at `at`. A deeper line after it belongs to the last entry: it then makes of the token
 * another text, or an error, so that the run is not found again where it was.
 */
function readRun(text: string, at: number): FoundRun | undefined {
  const indent = matchAt(dash, text, at)?.[1]?.length
  if (indent === undefined) {
    return undefined
  }
  const values: unknown[] = []
  const offsets: number[] = []
  let next = at
  for (let line = at; matchAt(dash, text, line)?.[1]?.length === indent; line = endOf(ignored, text, next)) {
    const start = dash.lastIndex
    const entry = readEntry(text, start, start - line)
    if (entry === undefined) {
      break
    }
    values.push(dataOf(entry))
    offsets.push(start)
    next = entry.next
  }
  return values.length === 0 ? undefined : { indent, values, offsets, next }
}

function nextLine(text: string, at: number): number {
  const end = text.indexOf('\n', at)
  return end < 0 ? text.length : end + 1
}
