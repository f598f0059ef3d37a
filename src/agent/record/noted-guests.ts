/** The guests of bridges on record, and whether the file lags behind in them: that keeps nothing else from being done. */
import type { Guest } from './owned.ts'

export class NotedGuests {
  #all: readonly Guest[]
  #isBehind = false

  /** @param all as the file has them */
  constructor(all: readonly Guest[]) {
    this.#all = all
  }

  get all(): readonly Guest[] {
    return this.#all
  }

  /** Whether the file does not have them yet. */
  get isBehind(): boolean {
    return this.#isBehind
  }

  take(guests: readonly Guest[]): void {
    this.#isBehind ||= !areSame(guests, this.#all)
    this.#all = guests
  }

  /** They are in the file. */
  noteWritten(): void {
    this.#isBehind = false
  }
}

/** Most are the same objects: what did not change is not read again. */
function areSame(left: readonly Guest[], right: readonly Guest[]): boolean {
  const isSame = (guest: Guest, at: number): boolean =>
    guest === right[at] || JSON.stringify(guest) === JSON.stringify(right[at])
  return left.length === right.length && left.every(isSame)
}
