/** Walks the assignments of a section by a table; what is not in the table is named. */
import { readDecimal } from '../read-number.ts'
import type { Notes, Setting } from '../source.ts'
import type { Assignment } from './ini.ts'
import { readBoolean } from './values.ts'

/** What is done with a key. `values` are its assignments since it was last reset by an empty one; at least one. */
export type Row = (values: readonly Setting[], notes: Notes) => void

/** By key. */
export type Rows = Readonly<Record<string, Row>>

/** Does what `rows` say with each key that is assigned a value. */
export function readAssignments(assignments: readonly Assignment[], rows: Rows, notes: Notes): void {
  const values = new Map<string, Setting[]>()
  for (const { key, setting } of effective(assignments)) {
    const settings = values.get(key) ?? []
    settings.push(setting)
    values.set(key, settings)
  }
  for (const [key, settings] of values) {
    const row = Object.hasOwn(rows, key) ? rows[key] : leftOut('this import does not know it')
    row?.(settings, notes)
  }
}

/** The assignments that count: those of a key behind its last empty one. */
export function effective(assignments: readonly Assignment[]): Assignment[] {
  const reset = new Set<string>()
  return assignments
    .toReversed()
    .filter(({ key, setting }) => {
      if (setting.text === '') {
        reset.add(key)
      }
      return !reset.has(key)
    })
    .toReversed()
}

/** The assignments of all sections of this name, one after the other. */
export function joined(
  sections: readonly { readonly name: string; readonly assignments: readonly Assignment[] }[],
  name: string,
): Assignment[] {
  return sections.filter((section) => section.name === name).flatMap(({ assignments }) => assignments)
}

/** The settings that the assignments make. */
export function settingsOf(assignments: readonly Assignment[]): Setting[] {
  return effective(assignments).map(({ setting }) => setting)
}

/** A key with one value: the last assignment counts. */
export function single(read: (setting: Setting, notes: Notes) => void): Row {
  return (values, notes) => each(read)(values.slice(-1), notes)
}

/** A key whose assignments add up. */
export function each(read: (setting: Setting, notes: Notes) => void): Row {
  return (values, notes) => {
    for (const value of values) {
      read(value, notes)
    }
  }
}

/** A key that is true or false. */
export function boolean(read: (value: boolean, setting: Setting, notes: Notes) => unknown): Row {
  return single((setting, notes) => {
    const value = readBoolean(setting.text)
    if (value === undefined) {
      notes.leftOut(setting, 'it must be a boolean, such as yes or no')
    } else {
      read(value, setting, notes)
    }
  })
}

/** A key with a number. */
export function number(read: (value: number | string, setting: Setting) => void): Row {
  return single((setting) => read(readDecimal(setting.text), setting))
}

/** A key with one of these words. */
export function word<T>(meaning: ReadonlyMap<string, T>, read: (value: T, setting: Setting) => void): Row {
  return single((setting, notes) => {
    const value = meaning.get(setting.text)
    if (value === undefined) {
      notes.leftOut(setting, `it must be one of ${[...meaning.keys()].join(', ')}`)
    } else {
      read(value, setting)
    }
  })
}

/** Keys that there is nothing for. */
export function leftOut(why: string): Row {
  return each((setting, notes) => notes.leftOut(setting, why))
}

/** A key that asks for something only when it is true; false is how it is anyway. */
export function leftOutIfTrue(why: string): Row {
  return boolean((value, setting, notes) => value && notes.leftOut(setting, why))
}

/** A key without a meaning for the link itself. */
export function withoutEffect(why: string): Row {
  return each((setting, notes) => notes.remark(setting.at, `${setting.name} has no meaning here: ${why}`))
}
