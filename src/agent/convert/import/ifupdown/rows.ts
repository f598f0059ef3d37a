/** Walks the options of an interface by a table; what is not in the table is named. */
import type { Notes, Setting } from '../source.ts'
import { each, type Row, type Rows, readValues } from '../value-rows.ts'
import type { Option } from './interfaces-file.ts'

export { each, leftOut, type Row, type Rows } from '../value-rows.ts'

/** Does what `rows` say with each option that has a value; rows are by option, with hyphens. */
export function readOptions(options: readonly Option[], rows: Rows, notes: Notes): void {
  for (const { setting } of options.filter((option) => option.setting.text === '')) {
    notes.leftOut(setting, 'it has no value')
  }
  readValues(
    options.filter((option) => option.setting.text !== ''),
    rows,
    notes,
  )
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

/** An option that decides what the links are, or that says what holds in any case. */
export const decisive: Row = each((setting, notes) => notes.accountFor(setting))

/** Words between white space or commas; at least one. */
export function wordsOf({ text }: Setting): string[] {
  const words = text.split(/[\s,]+/).filter((word) => word !== '')
  return words.length === 0 ? [text] : words
}
