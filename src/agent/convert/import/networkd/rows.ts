/** Walks the assignments of a section by a table; what is not in the table is named. */
import { readDecimal } from '../read-number.ts'
import { type Notes, overriddenBy, type Setting } from '../source.ts'
import { each, type Row, type Rows, readValues } from '../value-rows.ts'
import type { Assignment } from './ini.ts'
import { readBoolean } from './values.ts'

export { each, leftOut, type Row, type Rows } from '../value-rows.ts'

/** Does what `rows` say with each key that is assigned a value since it was last reset by an empty one, and names what was reset. */
export function readAssignments(assignments: readonly Assignment[], rows: Rows, notes: Notes): void {
  nameReset(assignments, notes)
  readValues(effective(assignments), rows, notes)
}

/** The assignments that count: those of a key behind its last empty one. */
export function effective(assignments: readonly Assignment[]): Assignment[] {
  const reset = resetsIn(assignments)
  return assignments.filter(({ key }, index) => index > (reset.get(key) ?? -1))
}

/** Names the assignments that an empty one resets; that one states nothing itself. */
export function nameReset(assignments: readonly Assignment[], notes: Notes): void {
  const reset = resetsIn(assignments)
  for (const [index, { key, setting }] of assignments.entries()) {
    if (setting.text === '') {
      notes.accountFor(setting)
    } else if (index < (reset.get(key) ?? -1)) {
      notes.withoutEffect(setting, `${key}= without a value, after it, resets it`)
    }
  }
}

/** By key, the index of its last empty assignment. */
function resetsIn(assignments: readonly Assignment[]): ReadonlyMap<string, number> {
  return new Map(
    [...assignments.entries()].flatMap(([index, { key, setting }]) => (setting.text === '' ? [[key, index]] : [])),
  )
}

/** The assignments of all sections of this name, one after the other. */
export function joined(
  sections: readonly { readonly name: string; readonly assignments: readonly Assignment[] }[],
  name: string,
): Assignment[] {
  return sections.filter((section) => section.name === name).flatMap(({ assignments }) => assignments)
}

/** Leaves out what the assignments say, for one reason. */
export function leaveOutAll(assignments: readonly Assignment[], why: string, notes: Notes): void {
  nameReset(assignments, notes)
  for (const { setting } of effective(assignments)) {
    notes.leftOut(setting, why)
  }
}

/** A key with one value: the last that is valid counts. `read` gives false for one that is not, and says why. */
export function single(read: (setting: Setting, notes: Notes) => unknown): Row {
  return (values, notes) => {
    const last = values.findLastIndex((value) => read(value, notes) !== false)
    const taken = values[last]
    for (const value of taken === undefined ? [] : values.slice(0, last)) {
      notes.withoutEffect(value, overriddenBy(taken as Setting))
    }
  }
}

/** A key that is true or false. */
export function boolean(read: (value: boolean, setting: Setting, notes: Notes) => unknown): Row {
  return single((setting, notes) => {
    const value = readBoolean(setting.text)
    return value === undefined
      ? refuse(setting, 'it must be a boolean, such as yes or no', notes)
      : read(value, setting, notes)
  })
}

/** A key with a number. */
export function number(read: (value: number | string, setting: Setting) => unknown): Row {
  return single((setting) => read(readDecimal(setting.text), setting))
}

/** A key with one of these words. */
export function word<T>(meaning: ReadonlyMap<string, T>, read: (value: T, setting: Setting) => unknown): Row {
  return single((setting, notes) =>
    meaning.has(setting.text)
      ? read(meaning.get(setting.text) as T, setting)
      : refuse(setting, `it must be one of ${[...meaning.keys()].join(', ')}`, notes),
  )
}

function refuse(setting: Setting, why: string, notes: Notes): false {
  notes.leftOut(setting, why)
  return false
}

/** A key that decides what the links and their ports are, so that the state as a whole has it. */
export const decisive: Row = single((setting, notes) => notes.accountFor(setting))

/** A key that asks for something only when it is true; false is how it is anyway. */
export function leftOutIfTrue(why: string): Row {
  return boolean((value, setting, notes) => {
    if (value) {
      notes.leftOut(setting, why)
    } else {
      notes.accountFor(setting)
    }
  })
}

/** A key without a meaning for the link itself. */
export function withoutEffect(why: string): Row {
  return each((setting, notes) => notes.remark(setting.at, `${setting.name} has no meaning here: ${why}`))
}
