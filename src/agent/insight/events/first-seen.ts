/** Since when each remote is known, link by link. */

/** As many remotes are kept for one link; of more the one that was noted longest ago is forgotten. */
export const mostRemotes = 20_000

export class FirstSeen {
  readonly #byLink = new Map<number, Map<string, number>>()

  /** An entry of the link leads there, from `atMs` on at the latest. */
  note(link: number, remote: string, atMs: number): void {
    let remotes = this.#byLink.get(link)
    if (remotes === undefined) {
      remotes = new Map()
      this.#byLink.set(link, remotes)
    }
    if (remotes.has(remote)) {
      return
    }
    remotes.set(remote, atMs)
    if (remotes.size > mostRemotes) {
      remotes.delete(remotes.keys().next().value as string)
    }
  }

  /** The link is no more. */
  forget(link: number): void {
    this.#byLink.delete(link)
  }

  /** Milliseconds since 1970. */
  at(link: number, remote: string): number | undefined {
    return this.#byLink.get(link)?.get(remote)
  }
}
