/** The names of the links in the tables, always as last heard. */
import type { Link } from '../../rtnetlink/index.ts'
import { type LinkNames, NoSuchLink } from './link-names.ts'

export class ObservedNames implements LinkNames {
  readonly #links: () => ReadonlyMap<number, Link>
  /** Made when asked for. */
  #indexByName: ReadonlyMap<string | undefined, number> | undefined

  /** @param links the present ones, by ifindex */
  constructor(links: () => ReadonlyMap<number, Link>) {
    this.#links = links
  }

  nameOf(index: number): string | undefined {
    return this.#links().get(index)?.attributes.ifname
  }

  indexOf(name: string): number {
    this.#indexByName ??= new Map(Array.from(this.#links().values(), (link) => [link.attributes.ifname, link.index]))
    const index = this.#indexByName.get(name)
    if (index === undefined) {
      throw new NoSuchLink(name)
    }
    return index
  }

  /** Links have come, gone or changed. */
  forget(): void {
    this.#indexByName = undefined
  }
}
