/** Walks the options of an interface by a table; what is not in the table is named. */
import type { Notes, Setting } from '../source.ts'
import type { Option } from './interfaces-file.ts'

/** What is done with an option. `values` are its occurrences, at least one. */
export type Row = (values: readonly Setting[], notes: Notes) => void

/** By option, with hyphens. */
export type Rows = Readonly<Record<string, Row>>

export function readOptions(options: readonly Option[], rows: Rows, notes: Notes): void {
  const values = new Map<string, Setting[]>()
  for (const { setting } of options.filter((option) => option.setting.text === '')) {
    notes.leftOut(setting, 'it has no value')
  }
  for (const { key, setting } of options.filter((option) => option.setting.text !== '')) {
    values.set(key, [...(values.get(key) ?? []), setting])
  }
  for (const [key, settings] of values) {
    const row = Object.hasOwn(rows, key) ? rows[key] : leftOut('this import does not know it')
    row?.(settings, notes)
  }
}

/** An option with one value: the first counts. Source: get_attr_value_first() of ifupdown2. */
export function single(read: (setting: Setting, notes: Notes) => unknown): Row {
  return ([first, ...others], notes) => {
    if (first !== undefined) {
      read(first, notes)
      for (const other of others) {
        notes.withoutEffect(other, `${first.text} is stated before it, and the first counts`)
      }
    }
  }
}

/** An option whose occurrences add up. */
export function each(read: (setting: Setting, notes: Notes) => unknown): Row {
  return (values, notes) => {
    for (const value of values) {
      read(value, notes)
    }
  }
}

/** An option that is on or off. */
export function boolean(read: (value: boolean, setting: Setting, notes: Notes) => unknown): Row {
  return single((setting, notes) => {
    const value = readSwitch(setting.text)
    if (value === undefined) {
      notes.leftOut(setting, 'it must be on or off')
    } else {
      read(value, setting, notes)
    }
  })
}

export function readSwitch(text: string): boolean | undefined {
  const word = text.toLowerCase()
  return ['on', 'yes', 'true', '1'].includes(word)
    ? true
    : ['off', 'no', 'false', '0'].includes(word)
      ? false
      : undefined
}

/** An option that there is nothing for. */
export function leftOut(why: string): Row {
  return each((setting, notes) => notes.leftOut(setting, why))
}

/** An option that decides what the links are, or that says what holds in any case. */
export const decisive: Row = each((setting, notes) => notes.accountFor(setting))

/** Words between white space or commas; at least one. */
export function wordsOf({ text }: Setting): string[] {
  const words = text.split(/[\s,]+/).filter((word) => word !== '')
  return words.length === 0 ? [text] : words
}
