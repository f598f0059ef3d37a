/** The keys of one object while its settings are being gathered: nothing gets in that the schema of the desired state refuses. */
import type * as z from 'zod'
import { type Notes, overriddenBy, type Setting } from './source.ts'

type Shape<Key extends string> = Readonly<Record<Key, z.ZodType>>
type Plain = Readonly<Record<string, unknown>>

/** A key's value, and the settings that state it: by entry of a list, by name of a sysctl, or all together under the empty text. */
interface Stated {
  readonly value: unknown
  readonly sources: Map<string, Setting[]>
}

const whole = ''

export class Draft<Key extends string> {
  readonly #shape: Shape<Key>
  readonly #notes: Notes
  readonly #stated = new Map<Key, Stated>()

  constructor(shape: Shape<Key>, notes: Notes) {
    this.#shape = shape
    this.#notes = notes
  }

  /** States `key`, in place of what it was. False for a value that the schema refuses, which is noted and left out. */
  set(key: Key, value: unknown, setting: Setting): boolean {
    const canonical = this.#read(key, value, setting)
    if (canonical === undefined) {
      return false
    }
    this.#state(key, whole, canonical, isSame(canonical, this.get(key)), setting)
    return true
  }

  /** Adds to the list that `key` is, unless the entry is there. False for an entry that the schema refuses. */
  add(key: Key, entry: unknown, setting: Setting): boolean {
    const [canonical] = (this.#read(key, [entry], setting) ?? []) as unknown[]
    if (canonical === undefined) {
      return false
    }
    const { value, sources } = this.#stated.get(key) ?? { value: [], sources: new Map<string, Setting[]>() }
    const identity = JSON.stringify(canonical)
    const settings = sources.get(identity)
    if (settings === undefined) {
      const list = value as unknown[]
      list.push(canonical)
      sources.set(identity, [setting])
    } else {
      settings.push(setting)
    }
    this.#stated.set(key, { value, sources })
    return true
  }

  /** States a setting under /proc/sys/net, by the kernel's name. False for one that the schema refuses. */
  setSysctl(family: 'ipv4' | 'ipv6', name: string, value: number, setting: Setting): boolean {
    const key = 'sysctl' as Key
    const stated = (this.get(key) ?? {}) as Record<string, Plain>
    const canonical = this.#read(key, { ...stated, [family]: { ...stated[family], [name]: value } }, setting)
    if (canonical === undefined) {
      return false
    }
    this.#state(key, `${family} ${name}`, canonical, stated[family]?.[name] === value, setting)
    return true
  }

  /** States what the other tool does without being told, where it was not told otherwise. */
  setDefault(key: Key, value: unknown): void {
    if (!this.has(key)) {
      this.#stated.set(key, { value, sources: new Map() })
    }
  }

  has(key: Key): boolean {
    return this.#stated.has(key)
  }

  get(key: Key): unknown {
    return this.#stated.get(key)?.value
  }

  /** Takes `key` back, or one entry of its list. The settings that had stated it are named. */
  withdraw(key: Key, why: string, index?: number): void {
    const { value, sources } = this.#stated.get(key) ?? { value: undefined, sources: new Map<string, Setting[]>() }
    const isEntry = index !== undefined && Array.isArray(value) && value.length > 1 && value.length === sources.size
    if (isEntry) {
      const remaining = new Map([...sources].toSpliced(index, 1))
      this.#stated.set(key, { value: value.toSpliced(index, 1), sources: remaining })
    } else {
      this.#stated.delete(key)
    }
    const taken = isEntry ? [...sources.values()].slice(index, index + 1) : [...sources.values()]
    this.#notes.allLeftOut(taken.flat(), why)
  }

  get isEmpty(): boolean {
    return this.#stated.size === 0
  }

  /** The settings that state what is stated now. */
  get settings(): readonly Setting[] {
    return [...this.#stated.values()].flatMap(({ sources }) => [...sources.values()].flat())
  }

  /** What is stated, in the order in which the schema has the keys. */
  toSpec(): Record<string, unknown> {
    const keys = Object.keys(this.#shape) as Key[]
    return Object.fromEntries(keys.filter((key) => this.has(key)).map((key) => [key, this.get(key)]))
  }

  /** States a part of a key. What stated another value of that part is named as overridden. */
  #state(key: Key, part: string, value: unknown, isAsBefore: boolean, setting: Setting): void {
    const sources = this.#stated.get(key)?.sources ?? new Map<string, Setting[]>()
    const settings = sources.get(part) ?? []
    if (!isAsBefore) {
      for (const former of settings.splice(0)) {
        this.#notes.withoutEffect(former, overriddenBy(setting))
      }
    }
    sources.set(part, [...settings, setting])
    this.#stated.set(key, { value, sources })
  }

  #read(key: Key, value: unknown, setting: Setting): unknown {
    const { success, data, error } = this.#shape[key].safeParse(value)
    if (!success) {
      this.#notes.leftOut(setting, `${key} must ${error.issues[0]?.message}`)
    }
    return data
  }
}

function isSame(left: unknown, right: unknown): boolean {
  return JSON.stringify(left) === JSON.stringify(right)
}
