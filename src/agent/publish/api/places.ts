/** Places that peers take: so many for each, so many for all, and others for those with privileges. */
import { Busy } from './busy.ts'
import type { PlaceLimits } from './limits.ts'
import type { Peer } from './peer.ts'

/** What the places are, for the sentence of a refusal. */
export interface PlaceWords {
  /** What one peer has: `16 event streams`. */
  readonly many: (count: number) => string
  /** What to do about it. */
  readonly remedy: string
}

export class Places {
  readonly #limits: PlaceLimits
  readonly #words: PlaceWords
  readonly #taken = new Map<string, number>()
  #inAll = 0
  #privileged = 0

  constructor(limits: PlaceLimits, words: PlaceWords) {
    this.#limits = limits
    this.#words = words
  }

  /** Takes a place for the peer, and gives what returns it, once. Throws Busy when there is none for it. */
  take(peer: Peer): () => void {
    const { perPeer, inAll, privileged } = this.#limits
    const { many, remedy } = this.#words
    if (peer.isPrivileged) {
      if (this.#privileged >= privileged) {
        throw new Busy(
          429,
          `root and the user of the daemon have ${many(privileged)} already, the most for them; ${remedy}`,
        )
      }
      this.#privileged += 1
      return once(() => {
        this.#privileged -= 1
      })
    }
    const own = this.#taken.get(peer.name) ?? 0
    if (own >= perPeer) {
      throw new Busy(429, `${peer.name} has ${many(perPeer)} already, the most for one ${kindOf(peer)}; ${remedy}`)
    }
    if (this.#inAll >= inAll) {
      throw new Busy(503, `others have all ${many(inAll)} that there are; try again later, or ask as root`)
    }
    this.#taken.set(peer.name, own + 1)
    this.#inAll += 1
    return once(() => {
      const left = (this.#taken.get(peer.name) ?? 1) - 1
      if (left === 0) {
        this.#taken.delete(peer.name)
      } else {
        this.#taken.set(peer.name, left)
      }
      this.#inAll -= 1
    })
  }
}

/** What one peer is, for a sentence. */
export function kindOf({ name }: Peer): 'user' | 'address' {
  return /[.:]/.test(name) ? 'address' : 'user'
}

function once(work: () => void): () => void {
  let isDone = false
  return () => {
    if (!isDone) {
      isDone = true
      work()
    }
  }
}
