/** Walks the arguments of a command by a table: a keyword, and as many values as it takes. */
import type { Notes, Setting } from '../source.ts'
import type { Word } from './shell.ts'

export interface Row {
  /** How many values follow. */
  readonly count: number
  read(setting: Setting, values: readonly string[]): unknown
}

/** By keyword. */
export type Rows = Readonly<Record<string, Row>>

/** A keyword without a value. */
export function flag(read: (setting: Setting) => unknown): Row {
  return { count: 0, read }
}

/** A keyword with a value, which is the setting's text. */
export function value(read: (setting: Setting) => unknown): Row {
  return { count: 1, read }
}

/** A keyword that is on or off. */
export function onOff(read: (isOn: boolean, setting: Setting, notes: Notes) => unknown, notes: Notes): Row {
  return value((setting) => {
    const isOn = ['on', '1'].includes(setting.text) ? true : ['off', '0'].includes(setting.text) ? false : undefined
    return isOn === undefined ? notes.leftOut(setting, 'it must be on or off') : read(isOn, setting, notes)
  })
}

/** A keyword that there is nothing for. */
export function leftOut(count: number, why: string, notes: Notes): Row {
  return { count, read: (setting) => notes.leftOut(setting, why) }
}

/** Does what `rows` say with each keyword. `command` begins the names of settings: `ip link add vxlan0`. */
export function readArguments(command: string, words: readonly Word[], rows: Rows, notes: Notes): void {
  for (let index = 0; index < words.length; index++) {
    const { text, at } = words[index] as Word
    const row = Object.hasOwn(rows, text) ? rows[text] : undefined
    const values = words.slice(index + 1, index + 1 + (row?.count ?? 0))
    const setting: Setting = {
      name: `${command} ${text}`,
      text: values.map((each) => each.text).join(' '),
      at,
      parts: values.map((each) => each.at),
    }
    if (row === undefined) {
      notes.leftOut(setting, 'this import does not know it')
    } else if (values.length < row.count) {
      notes.leftOut(setting, 'it has no value')
    } else {
      row.read(
        setting,
        values.map((each) => each.text),
      )
    }
    index += values.length
  }
}
