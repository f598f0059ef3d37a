/** Walks the settings of one interface of VyOS by a table; what is not in the table is named. */
import type { Notes, Setting } from '../source.ts'
import type { ConfigNode } from './config-tree.ts'

/** One setting as it stands in the tree. */
export interface Leaf {
  /** The setting without a value, for a flag; or for one that stands without the value that it needs. */
  readonly setting: Setting
  /** Its values, in the order in which they were set. */
  readonly values: readonly Setting[]
  readonly node: ConfigNode
  readonly notes: Notes
}

export type Row = (leaf: Leaf) => void

/** What is done with each setting, by its path below the interface: `parameters ip ttl`. */
export type Rows = Readonly<Record<string, Row>>

/** A setting with one value; as on VyOS the last that was set counts. */
export function single(read: (value: Setting) => void): Row {
  return each((value, { values, notes }) => {
    const last = values.at(-1) as Setting
    if (value === last) {
      read(value)
    } else {
      notes.withoutEffect(value, `${last.text} is set after it`)
    }
  })
}

/** A setting with any number of values. */
export function each(read: (value: Setting, leaf: Leaf) => void): Row {
  return (leaf) => {
    for (const value of valuesOf(leaf)) {
      read(value, leaf)
      const extra = leaf.node.children.get(value.text)
      for (const setting of settingsIn(extra, `${value.name} ${value.text}`)) {
        leaf.notes.leftOut(setting, 'nothing is expected behind the value')
      }
    }
  }
}

/** The values of a setting that needs one. */
export function valuesOf({ setting, values, notes }: Leaf): readonly Setting[] {
  if (values.length === 0) {
    notes.leftOut(setting, 'it has no value')
  }
  return values
}

/** A setting that is there or not. */
export function flag(read: (setting: Setting) => void): Row {
  return (leaf) => {
    read(leaf.setting)
    for (const value of leaf.values) {
      leaf.notes.leftOut(value, 'nothing is expected behind it')
    }
  }
}

/** A flag that in VyOS 1.2 had a value: `words` says what each stands for. */
export function formerlyValued(
  words: Readonly<Record<string, boolean>>,
  read: (isOn: boolean, setting: Setting) => void,
): Row {
  return (leaf) => {
    const value = leaf.values.at(-1)
    const isOn = value === undefined || !Object.hasOwn(words, value.text) ? undefined : words[value.text]
    if (value === undefined || isOn === undefined) {
      flag((setting) => read(true, setting))(leaf)
    } else {
      for (const other of leaf.values.slice(0, -1)) {
        leaf.notes.withoutEffect(other, `${value.text} is set after it`)
      }
      read(isOn, value)
    }
  }
}

/** A setting that there is nothing for. All that stands below it is named with it. */
export function leftOut(why: string): Row {
  return ({ setting, node, notes }) => {
    const settings = settingsIn(node, setting.name)
    for (const inner of settings.length === 0 ? [setting] : settings) {
      notes.leftOut(inner, why)
    }
  }
}

/** Does what `rows` say with each setting below `node`, and `otherwise` with the rest. `name` is the path that leads to `node`. */
export function readSettings(
  node: ConfigNode,
  name: string,
  rows: Rows,
  notes: Notes,
  otherwise: Row = leftOut('this import does not know it'),
): void {
  readBelow(node, name, '')

  function readBelow(parent: ConfigNode, parentName: string, path: string): void {
    for (const [word, child] of parent.children) {
      const childPath = path === '' ? word : `${path} ${word}`
      const childName = `${parentName} ${word}`
      const row = Object.hasOwn(rows, childPath) ? rows[childPath] : undefined
      if (row !== undefined) {
        row(leafOf(child, childName, notes))
      } else if (Object.keys(rows).some((known) => known.startsWith(`${childPath} `))) {
        if (child.children.size === 0) {
          // A block without anything in it.
          notes.accountFor({ name: childName, text: '', at: child.at, parts: child.ends })
        }
        readBelow(child, childName, childPath)
      } else {
        otherwise(leafOf(child, childName, notes))
      }
    }
  }
}

function leafOf(node: ConfigNode, name: string, notes: Notes): Leaf {
  const values = [...node.children].map(([text, { at, ends }]): Setting => ({ name, text, at, parts: ends }))
  return { setting: { name, text: '', at: node.at, parts: node.ends }, values, node, notes }
}

/** Every path from below `node` to its end, as settings. */
function settingsIn(node: ConfigNode | undefined, name: string): Setting[] {
  return [...(node?.children ?? [])].flatMap(([word, child]) =>
    child.children.size === 0
      ? [{ name, text: word, at: child.at, parts: child.ends }]
      : settingsIn(child, `${name} ${word}`),
  )
}
