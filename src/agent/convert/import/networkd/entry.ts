/** One section that is one entry of a list, such as [Address]: its values, and the assignments behind them. */
import { type Notes, overriddenBy, type Setting } from '../source.ts'

export class Entry {
  readonly #notes: Notes
  readonly #values = new Map<string, { readonly value: unknown; readonly setting: Setting }>()
  readonly #settings: Setting[] = []

  constructor(notes: Notes) {
    this.#notes = notes
  }

  /** States a part of the entry. undefined: the assignment states what is so in any case. */
  set(key: string, value: unknown, setting: Setting): void {
    const former = this.#values.get(key)
    if (former !== undefined) {
      this.#notes.withoutEffect(former.setting, overriddenBy(setting))
    }
    this.#settings.push(setting)
    if (value !== undefined) {
      this.#values.set(key, { value, setting })
    }
  }

  settingOf(key: string): Setting | undefined {
    return this.#values.get(key)?.setting
  }

  toSpec(): Record<string, unknown> {
    return Object.fromEntries([...this.#values].map(([key, { value }]) => [key, value]))
  }

  /** `setting`, with all that the entry was made of as its parts. */
  partsOf(setting: Setting): Setting {
    return { ...setting, parts: this.#settings.map(({ at }) => at) }
  }
}
