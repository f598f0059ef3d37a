/** What each regular resync dumps: small forwarding tables each time, large ones now and then, since that takes a while, and their memory twice. */
import type { Resync } from './demand.ts'

/** Up to so many forwarding entries are dumped with each resync, more with each tenth. */
const smallFdb = 10_000
const fdbEveryResyncs = 10

export class ResyncPace {
  #resyncsWithoutFdb = 0

  /** @param entries forwarding entries of all tables */
  next(entries: number): Resync {
    this.#resyncsWithoutFdb += 1
    if (entries > smallFdb && this.#resyncsWithoutFdb < fdbEveryResyncs) {
      return 'links'
    }
    this.#resyncsWithoutFdb = 0
    return 'all'
  }
}
