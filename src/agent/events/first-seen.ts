/** Since when each remote is known, link by link. */

/** As many remotes as are kept in all; of those beyond, it is not told. */
const mostRemotes = 100_000

export class FirstSeen {
  readonly #byLink = new Map<number, Map<string, number>>()
  #count = 0

  /** An entry of the link leads there, from `atMs` on at the latest. */
  note(link: number, remote: string, atMs: number): void {
    let remotes = this.#byLink.get(link)
    if (remotes === undefined) {
      remotes = new Map()
      this.#byLink.set(link, remotes)
    }
    if (!remotes.has(remote) && this.#count < mostRemotes) {
      remotes.set(remote, atMs)
      this.#count += 1
    }
  }

  /** The link is no more. */
  forget(link: number): void {
    this.#count -= this.#byLink.get(link)?.size ?? 0
    this.#byLink.delete(link)
  }

  /** Milliseconds since 1970. */
  at(link: number, remote: string): number | undefined {
    return this.#byLink.get(link)?.get(remote)
  }
}
