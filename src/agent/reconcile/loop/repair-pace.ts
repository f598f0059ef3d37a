/** Keeps a fight with another program from eating the machine: so many repairs of one object in so much time, then a pause. */

/** A person with a keyboard, or a flapping underlay, stays below this; a program that undoes each repair does not. */
export const repairsPerWindow = 20
const windowMs = 10_000

/** When each object was repaired of late. */
export class RepairPace {
  readonly #repairs = new Map<string, number[]>()
  readonly #now: () => number

  /** @param now milliseconds on a clock that nobody sets */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now
  }

  /** Counts one more repair, if there is room for it; false when the object has had its share for now. */
  allow(name: string): boolean {
    const now = this.#now()
    const recent = (this.#repairs.get(name) ?? []).filter((at) => now - at < windowMs)
    const isAllowed = recent.length < repairsPerWindow
    this.#repairs.set(name, isAllowed ? [...recent, now] : recent)
    return isAllowed
  }

  /** Milliseconds until there is room for one more. */
  waitMs(name: string): number {
    const recent = this.#repairs.get(name) ?? []
    const next = recent.at(-repairsPerWindow)
    return next === undefined ? 0 : Math.max(0, next + windowMs - this.#now())
  }

  /** Forgets an object that is no longer declared. */
  forget(name: string): void {
    this.#repairs.delete(name)
  }
}

/** Why a repair has to wait. */
export class TooManyRepairs extends Error {
  override readonly name = 'TooManyRepairs'

  /** @param waitMs milliseconds until it may be repaired again */
  constructor(
    name: string,
    readonly waitMs: number,
  ) {
    super(
      `repairs are paused: ${name} was repaired ${repairsPerWindow} times within ${windowMs / 1000} s, since another program keeps changing it; find it (ip monitor link address; for forwarding entries bridge monitor fdb; journalctl) and stop it, or take ${name} out of the desired state`,
    )
  }
}
