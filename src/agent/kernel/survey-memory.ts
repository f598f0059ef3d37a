/** What surveys found, for links that are not replaced since something would be lost: asked for once, until something is heard of the link. */
import { constants, type RouteMessage } from '../../rtnetlink/index.ts'
import type { Attachments } from './attachments.ts'

/**
 * Nothing tells of most of what hangs on a link (qdiscs, routes, nexthops), so this may be out of date. Good enough for leaving a link as it
 * is until the next resync, and never for replacing it.
 */
export class SurveyMemory {
  readonly #known = new Map<number, Attachments>()
  /** ifindexes of links of which something came while the survey under way asked the kernel. */
  #heard: Set<number> | undefined

  /** By ifindex. */
  get known(): ReadonlyMap<number, Attachments> {
    return this.#known
  }

  /** Keeps what a survey finds, unless something comes of the link meanwhile. One at a time. */
  async during<T extends ReadonlyMap<number, Attachments | Error>>(survey: () => Promise<T>): Promise<T> {
    const heard = new Set<number>()
    this.#heard = heard
    try {
      const found = await survey()
      for (const [index, each] of found) {
        if (!(each instanceof Error || heard.has(index))) {
          this.#known.set(index, each)
        }
      }
      return found
    } finally {
      this.#heard = undefined
    }
  }

  /** A change of the kernel's: the link that it is about, or on, is looked at again. */
  noteChange(message: RouteMessage): void {
    const index = linkOf(message)
    if (index !== undefined) {
      this.#heard?.add(index)
      this.#known.delete(index)
    }
  }

  /** Everything is looked at again. */
  forgetAll(): void {
    this.#known.clear()
  }
}

/** Entries of its tables, of which thousands may come in a second, do not hang on a link: all but the addresses that it answers for. */
function linkOf(message: RouteMessage): number | undefined {
  switch (message.object) {
    case 'link':
    case 'bridgeLink':
    case 'address':
      return message.value.index
    case 'neighbour':
      return (message.value.flags & constants.NTF_PROXY) === 0 ? undefined : message.value.ifindex
    default:
      return undefined
  }
}
