/** The text of a JSON file: what is wrong with it, and where things stand in it. No tree is made; 10 MB take a tenth of a second. */
import { type LongLists, Reader, Unreadable } from './json-reader.ts'
import { limitsFor } from './limits.ts'
import type { FaultList } from './plain-data.ts'
import type { Finder, Span } from './span.ts'

/**
 * Everything that stands in the way of JSON.parse, of which there is at most one, or keys that stand twice.
 * @param mostValues keys and entries that the text may have
 */
export function jsonFaults(
  text: string,
  mostValues = limitsFor().values,
): FaultList & { readonly longLists: LongLists } {
  const longLists: LongLists = new Map()
  const reader = new Reader(text, mostValues, longLists)
  try {
    reader.readDocument()
  } catch (error) {
    if (error instanceof Unreadable) {
      return { faults: [error.fault], omitted: 0, longLists }
    }
    throw error
  }
  const { duplicates, omitted } = reader
  return { faults: duplicates, omitted, longLists }
}

/**
 * Finds where things stand in a text without faults.
 * @param longLists what is known of the text: these lists are not gone through again
 */
export function jsonFinder(text: string, longLists: LongLists): Finder {
  const reader = new Reader(text, Number.POSITIVE_INFINITY, longLists)
  return {
    span(path, at) {
      reader.rewind()
      let key: Span | undefined
      for (const [depth, segment] of path.entries()) {
        const found = reader.enter(segment)
        if (found === undefined) {
          return key ?? reader.spanOfValue()
        }
        const isLast = depth === path.length - 1
        key = isLast && at === 'value' ? undefined : found.key
      }
      return key ?? reader.spanOfValue()
    },
    entries(path) {
      reader.rewind()
      return path.every((segment) => reader.enter(segment) !== undefined) ? reader.entriesHere() : []
    },
  }
}
