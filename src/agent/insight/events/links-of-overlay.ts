/** Which links are of the overlay, kept link by link: of thousands that come or go at once not all are looked at each time. */
import type { Link } from '../../../rtnetlink/index.ts'
import { overlayLinks } from '../../kernel/overlay-links.ts'
import { isVxlan, vxlanData } from '../../kernel/vxlan-link.ts'

export class LinksOfOverlay {
  readonly #links: () => ReadonlyMap<number, Link>
  /** Made when asked for, dropped when it cannot be kept. */
  #members: Set<number> | undefined
  /** How many vxlans stand on a link. */
  readonly #standing = new Map<number, number>()
  /** All that are there and have been members: of a link that goes, its vxlan has gone before. */
  readonly #everMembers = new Set<number>()

  /** @param links all that there are now, by ifindex */
  constructor(links: () => ReadonlyMap<number, Link>) {
    this.#links = links
  }

  /** By ifindex. */
  get members(): ReadonlySet<number> {
    this.#members ??= this.#count()
    return this.#members
  }

  /** Everything may be otherwise. */
  forget(): void {
    this.#members = undefined
  }

  /** A link is there, or another one than before. */
  noteLink(link: Link, before: Link | undefined): void {
    const { index, attributes } = link
    const lower = vxlanData(link)?.link
    if (before !== undefined) {
      if (
        before.attributes.master !== attributes.master ||
        isVxlan(before) !== isVxlan(link) ||
        vxlanData(before)?.link !== lower
      ) {
        this.forget()
      }
    } else if (attributes.master !== undefined) {
      this.forget()
    } else if (isVxlan(link) && this.#members !== undefined) {
      this.#join(index)
      this.#stand(lower)
    }
  }

  /** A link has gone. Whether it has been of the overlay. */
  noteGone(link: Link): boolean {
    const { index, attributes } = link
    const lower = vxlanData(link)?.link
    const remaining = lower === undefined ? 0 : (this.#standing.get(lower) ?? 0) - 1
    const isAlone = attributes.master === undefined && !this.#standing.has(index)
    if (isVxlan(link) && isAlone && (lower === undefined || remaining > 0)) {
      this.#members?.delete(index)
      if (lower !== undefined) {
        this.#standing.set(lower, remaining)
      }
    } else if (this.#members?.has(index)) {
      this.forget()
    }
    return this.#everMembers.delete(index)
  }

  #count(): Set<number> {
    const links = this.#links()
    this.#standing.clear()
    for (const link of links.values()) {
      const lower = vxlanData(link)?.link
      if (lower !== undefined) {
        this.#standing.set(lower, (this.#standing.get(lower) ?? 0) + 1)
      }
    }
    const members = overlayLinks(links)
    for (const index of members) {
      this.#everMembers.add(index)
    }
    return members
  }

  #stand(lower: number | undefined): void {
    if (lower !== undefined) {
      this.#standing.set(lower, (this.#standing.get(lower) ?? 0) + 1)
      this.#join(lower)
    }
  }

  #join(index: number): void {
    this.#members?.add(index)
    this.#everMembers.add(index)
  }
}
