/** Where things stand in the text of a file. */
import type { Path } from './finding.ts'

/** Offsets into the text of a file. */
export interface Span {
  readonly start: number
  readonly end: number
}

/** The way from a path in the data of a file to a place in its text. */
export interface Finder {
  /** Where the key or the value at `path` stands; the nearest thing around it where there is no such. Looks it up only when called. */
  span(path: Path, at: 'key' | 'value'): Span
  /** The offset at which each entry of the list at `path` begins: all at once, since a list may have 100,000. Empty where there is no list. */
  entries(path: Path): readonly number[]
}

/** Of a text with nothing in it to be found. */
export const nowhere: Finder = { span: () => ({ start: 0, end: 0 }), entries: () => [] }
