/** Walks the keys of one netplan definition by a table; what is not in the table is named. */
import type { Notes, Setting } from '../source.ts'
import { headOf, isNothing, type NetplanNode, settingOf } from './tree.ts'

export type Row = (node: NetplanNode, notes: Notes) => void

/** What is done with each key of a definition. */
export type Rows = Readonly<Record<string, Row>>

/** Does what `rows` say with each key of `node`. */
export function readKeys(node: NetplanNode, rows: Rows, notes: Notes): void {
  if (node.map === undefined && !isNothing(node)) {
    notes.leftOut(settingOf(node), 'it must be a mapping')
  } else {
    notes.accountFor(headOf(node))
  }
  for (const [key, value] of node.map ?? []) {
    const row = Object.hasOwn(rows, key) ? rows[key] : undefined
    if (row === undefined) {
      notes.leftOut(settingOf(value), 'this import does not know it')
    } else if (isNothing(value)) {
      notes.leftOut(settingOf(value), 'it has no value')
    } else {
      row(value, notes)
    }
  }
}

/** A key with a scalar. */
export function scalar(read: (setting: Setting) => unknown): Row {
  return (node, notes) => {
    if (node.text === undefined) {
      notes.leftOut(settingOf(node), 'it must be a single value')
    } else {
      read(settingOf(node))
    }
  }
}

/** A key that is true or false. */
export function boolean(read: (value: boolean, setting: Setting) => unknown): Row {
  return (node, notes) => {
    const value = booleans.get(node.text?.toLowerCase() ?? '')
    if (value === undefined) {
      notes.leftOut(settingOf(node), 'it must be true or false')
    } else {
      read(value, settingOf(node))
    }
  }
}

/** A key with a list; each of its entries is read. */
export function list(read: (entry: NetplanNode) => void): Row {
  return (node, notes) => {
    if (node.list === undefined) {
      notes.leftOut(settingOf(node), 'it must be a list')
      return
    }
    notes.accountFor(headOf(node))
    node.list.forEach(read)
  }
}

/** A key with a list of these words. */
export function words(meaning: Readonly<Record<string, (setting: Setting) => unknown>>): Row {
  return (node, notes) =>
    list((entry) => {
      const setting = settingOf(entry)
      const word = entry.text ?? ''
      const read = Object.hasOwn(meaning, word) ? meaning[word] : undefined
      if (read === undefined) {
        notes.leftOut(setting, `it must be one of ${Object.keys(meaning).join(', ')}`)
      } else {
        read(setting)
      }
    })(node, notes)
}

/** A key that there is nothing for. */
export function leftOut(why: string): Row {
  return (node, notes) => notes.leftOut(settingOf(node), why)
}

/** A key that asks for something only when it is true; false is how it is anyway. */
export function leftOutIfTrue(why: string): Row {
  return (node, notes) =>
    boolean((value, setting) => (value ? notes.leftOut(setting, why) : notes.accountFor(setting)))(node, notes)
}

/** A key that decides what the links are, so that the state as a whole has it. */
export const decisive: Row = (node, notes) => notes.accountFor(settingOf(node))

/** As libnetplan reads them: YAML 1.1, and more. */
const booleans: ReadonlyMap<string, boolean> = new Map([
  ...['true', 'yes', 'on', 'y', '1'].map((word) => [word, true] as const),
  ...['false', 'no', 'off', 'n', '0'].map((word) => [word, false] as const),
])
