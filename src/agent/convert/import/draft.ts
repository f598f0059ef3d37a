/** The keys of one object while its settings are being gathered: nothing gets in that the schema of the desired state refuses. */
import type * as z from 'zod'
import type { Notes, Setting } from './source.ts'

type Shape<Key extends string> = Readonly<Record<Key, z.ZodType>>
type Plain = Readonly<Record<string, unknown>>

/** A key's value, and the settings that stated it; of a list, one for each entry. */
interface Stated {
  readonly value: unknown
  readonly settings: Setting[]
}

export class Draft<Key extends string> {
  readonly #shape: Shape<Key>
  readonly #notes: Notes
  readonly #stated = new Map<Key, Stated>()
  /** Entries of lists, each with its key: a list may be long, and holds none twice. */
  readonly #entries = new Set<string>()

  constructor(shape: Shape<Key>, notes: Notes) {
    this.#shape = shape
    this.#notes = notes
  }

  /** States `key`, in place of what it was. A value that the schema refuses is noted and left out. */
  set(key: Key, value: unknown, setting: Setting): void {
    const canonical = this.#read(key, value, setting)
    if (canonical !== undefined) {
      this.#stated.set(key, { value: canonical, settings: [setting] })
    }
  }

  /** Adds to the list that `key` is, unless the entry is there. */
  add(key: Key, entry: unknown, setting: Setting): void {
    const [canonical] = (this.#read(key, [entry], setting) ?? []) as unknown[]
    const identity = `${key} ${JSON.stringify(canonical)}`
    if (canonical === undefined || this.#entries.has(identity)) {
      return
    }
    this.#entries.add(identity)
    const { value, settings } = this.#stated.get(key) ?? { value: [], settings: [] }
    const list = value as unknown[]
    list.push(canonical)
    settings.push(setting)
    this.#stated.set(key, { value: list, settings })
  }

  /** States a setting under /proc/sys/net, by the kernel's name. */
  setSysctl(family: 'ipv4' | 'ipv6', name: string, value: number, setting: Setting): void {
    const key = 'sysctl' as Key
    const stated = (this.get(key) ?? {}) as Record<string, Plain>
    this.set(key, { ...stated, [family]: { ...stated[family], [name]: value } }, setting)
  }

  /** States what the other tool does without being told, where it was not told otherwise. */
  setDefault(key: Key, value: unknown): void {
    if (!this.has(key)) {
      this.#stated.set(key, { value, settings: [] })
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
    const { value, settings } = this.#stated.get(key) ?? { value: undefined, settings: [] }
    const isEntry = index !== undefined && Array.isArray(value) && value.length > 1 && value.length === settings.length
    if (isEntry) {
      this.#stated.set(key, { value: value.toSpliced(index, 1), settings: settings.toSpliced(index, 1) })
    } else {
      this.#stated.delete(key)
    }
    this.#notes.allLeftOut(isEntry ? settings.slice(index, index + 1) : settings, why)
  }

  get isEmpty(): boolean {
    return this.#stated.size === 0
  }

  /** What is stated, in the order in which the schema has the keys. */
  toSpec(): Record<string, unknown> {
    const keys = Object.keys(this.#shape) as Key[]
    return Object.fromEntries(keys.filter((key) => this.has(key)).map((key) => [key, this.get(key)]))
  }

  #read(key: Key, value: unknown, setting: Setting): unknown {
    const { success, data, error } = this.#shape[key].safeParse(value)
    if (!success) {
      this.#notes.leftOut(setting, `${key} must ${error.issues[0]?.message}`)
    }
    return data
  }
}
