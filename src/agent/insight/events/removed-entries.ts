/** Forwarding entries that went without having aged: why shows only by what the kernel tells next. */
import { constants, type Link } from '../../../rtnetlink/index.ts'
import type { EventDraft } from './event-log.ts'

/** How long the kernel's next word is waited for, in milliseconds. It follows within a few; a table of 100,000 takes longer. */
const waitMs = 100

/** As many entries as are flushed at once with an event for each. More would push everything else out of the log: they get one together. */
const mostNamed = 1000

interface RemovedEntry {
  readonly draft: EventDraft
  readonly atMs: number
  readonly isDynamic: boolean
}

/** What is told of a departure when it is clear. */
export type Tell = (draft: EventDraft, atMs: number) => void

export class RemovedEntries {
  readonly #tell: Tell
  readonly #linkOf: (index: number) => Link | undefined
  readonly #waiting = new Map<number, RemovedEntry[]>()
  #timer: NodeJS.Timeout | undefined
  #lastMs = 0

  constructor(tell: Tell, linkOf: (index: number) => Link | undefined) {
    this.#tell = tell
    this.#linkOf = linkOf
  }

  /**
   * An entry went.
   * @param index ifindex of the link whose going would explain it
   * @param isDynamic whether the link's going down would do so too. Source: vxlan_stop(), drivers/net/vxlan/vxlan_core.c
   */
  note(index: number, departure: RemovedEntry): void {
    const waiting = this.#waiting.get(index)
    if (waiting === undefined) {
      this.#waiting.set(index, [departure])
    } else {
      waiting.push(departure)
    }
    this.#lastMs = performance.now()
    this.#timer ??= setTimeout(() => this.#look(), waitMs)
  }

  /** The link went down, and with it what it had learned. Of what else went before, the link's own going may still be the cause. */
  linkDown(index: number): void {
    const others = this.#waiting.get(index)?.filter(({ isDynamic }) => !isDynamic) ?? []
    this.#waiting.set(index, this.#waiting.get(index)?.filter(({ isDynamic }) => isDynamic) ?? [])
    this.#settle(index, 'link down', () => true)
    if (others.length > 0) {
      this.#waiting.set(index, others)
    }
  }

  /** The link went, and with it all its entries. */
  linkGone(index: number, cause: 'link deleted' | 'link replaced'): void {
    this.#settle(index, cause, () => true)
  }

  /** Nothing more is to be waited for. */
  settleAll(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    for (const index of [...this.#waiting.keys()]) {
      const link = this.#linkOf(index)
      // A bridge tells of its port's entries after the port has gone down. Source: br_device_event(), net/bridge/br.c.
      if (link === undefined) {
        this.linkGone(index, 'link deleted')
      } else if ((link.flags & constants.IFF_UP) === 0) {
        this.#settle(index, 'link down', ({ isDynamic }) => isDynamic)
      } else {
        this.#settle(index, undefined, () => false)
      }
    }
  }

  #look(): void {
    this.#timer = undefined
    const leftMs = this.#lastMs + waitMs - performance.now()
    if (leftMs > 0) {
      this.#timer = setTimeout(() => this.#look(), leftMs)
    } else {
      this.settleAll()
    }
  }

  #settle(index: number, cause: string | undefined, isExplained: (departure: RemovedEntry) => boolean): void {
    const waiting = this.#waiting.get(index) ?? []
    this.#waiting.delete(index)
    const flushed = cause === undefined ? [] : waiting.filter(isExplained)
    const isMany = flushed.length > mostNamed
    for (const departure of waiting) {
      const { draft, atMs } = departure
      if (cause === undefined || !isExplained(departure)) {
        this.#tell(draft, atMs)
      } else if (!isMany) {
        this.#tell({ ...draft, kind: 'flushed', cause }, atMs)
      }
    }
    const last = flushed.at(-1)
    if (isMany && cause !== undefined && last !== undefined) {
      const { dev, vni } = last.draft
      const ofLink = { ...(dev !== undefined && { dev }), ...(vni !== undefined && { vni }) }
      this.#tell({ kind: 'flushed', ...ofLink, cause, count: flushed.length }, last.atMs)
    }
  }
}
