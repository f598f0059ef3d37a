/** Tables of what is done with each key of a tool whose keys may be stated several times. */
import type { Notes, Setting } from './source.ts'

/** What is done with a key. `values` are the settings that state it; at least one. */
export type Row = (values: readonly Setting[], notes: Notes) => void

/** By key. */
export type Rows = Readonly<Record<string, Row>>

/** Does what `rows` say with each key that is stated, once, with all its settings. */
export function readValues(
  stated: readonly { readonly key: string; readonly setting: Setting }[],
  rows: Rows,
  notes: Notes,
): void {
  const values = new Map<string, Setting[]>()
  for (const { key, setting } of stated) {
    const settings = values.get(key) ?? []
    settings.push(setting)
    values.set(key, settings)
  }
  for (const [key, settings] of values) {
    const row = Object.hasOwn(rows, key) ? rows[key] : leftOut('this import does not know it')
    row?.(settings, notes)
  }
}

/** A key whose values add up. */
export function each(read: (setting: Setting, notes: Notes) => unknown): Row {
  return (values, notes) => {
    for (const value of values) {
      read(value, notes)
    }
  }
}

/** Keys that there is nothing for. */
export function leftOut(why: string): Row {
  return each((setting, notes) => notes.leftOut(setting, why))
}
