/** The text of a JSON file → plain data, by JSON.parse, and the way back from a path in the data to its place in the text. */
import type { DesiredDocument } from './document.ts'
import { jsonFaults, jsonFinder } from './json-text.ts'
import { limitsFor } from './limits.ts'
import { LineIndex } from './line-index.ts'
import { nowhere } from './span.ts'

/** Reads one file of strict JSON. Never throws, whatever the text. 100,000 forwarding entries take a tenth of a second. */
export function parseJsonDocument(text: string, limits = limitsFor()): DesiredDocument {
  const lines = new LineIndex(text)
  const position = (offset: number) => lines.position(offset)
  const { faults, omitted, longLists } = jsonFaults(text, limits.values)
  if (faults.length > 0) {
    return { value: null, faults, omitted, ...nowhere, position }
  }
  // JSON.parse does not take the byte order mark.
  const value: unknown = JSON.parse(text.startsWith('\ufeff') ? text.slice(1) : text)
  return { value, faults, omitted, ...jsonFinder(text, longLists), position }
}
