/** The sockets by which this host answers probes: one for each address of each link, opened and closed as links come and go. */
import type { Logger } from 'pino'
import { Allowances } from './rate.ts'
import { answerRates, Responder, type ResponderParts } from './responder.ts'
import type { ProbeLink } from './targets.ts'

export interface ListeningParts extends Pick<ResponderParts, 'self' | 'senderAt' | 'onHeard' | 'now'> {
  readonly log: Logger
}

export class Listening {
  /** Requests of others since the start. */
  readonly requests = { answered: 0, refused: 0 }
  readonly #parts: ListeningParts
  readonly #allowances: Allowances
  readonly #responders = new Map<string, Responder>()
  /** By link: why its socket could not be opened. */
  readonly #refused = new Map<string, { readonly link: string; readonly vni: number; readonly why: string }>()

  constructor(parts: ListeningParts) {
    this.#parts = parts
    this.#allowances = new Allowances(answerRates.perPeer, answerRates.inAll, parts.now())
  }

  /** Links on which it cannot, and why. */
  get refused(): readonly { readonly link: string; readonly vni: number; readonly why: string }[] {
    return [...this.#refused.values()]
  }

  /** The addresses of a link at which it answers; undefined: none. */
  addressesOn(link: string): readonly string[] | undefined {
    return this.#responders.get(link)?.link.place.addresses
  }

  /** Takes up the links as they are now. */
  take(links: readonly ProbeLink[], port: number): void {
    const wanted = new Map(links.map((link) => [link.name, link]))
    for (const [name, responder] of this.#responders) {
      if (placeKey(wanted.get(name)) !== placeKey(responder.link)) {
        responder.close()
        this.#responders.delete(name)
      }
    }
    for (const name of this.#refused.keys()) {
      if (!wanted.has(name)) {
        this.#refused.delete(name)
      }
    }
    for (const link of links) {
      if (!this.#responders.has(link.name)) {
        this.#open(link, port)
      }
    }
  }

  close(): void {
    for (const responder of this.#responders.values()) {
      responder.close()
    }
    this.#responders.clear()
  }

  #open(link: ProbeLink, port: number): void {
    const { self, senderAt, onHeard, now } = this.#parts
    try {
      const responder = new Responder({
        ...{ self, link, port, senderAt, onHeard, now },
        allowances: this.#allowances,
        onDone: (done) => {
          this.requests[done] += 1
        },
        onError: (error) => {
          this.#responders.get(link.name)?.close()
          this.#responders.delete(link.name)
          this.#note(link, error, 'a socket for probes has failed; it is opened again when the agent shows its links')
        },
      })
      this.#responders.set(link.name, responder)
      this.#refused.delete(link.name)
    } catch (error) {
      this.#note(link, error as Error, 'cannot answer probes on this link; trying again when the agent shows its links')
    }
  }

  #note({ name, vni }: ProbeLink, error: Error, text: string): void {
    if (this.#refused.get(name)?.why !== error.message) {
      this.#parts.log.warn({ err: error, link: name }, text)
    }
    this.#refused.set(name, { link: name, vni, why: error.message })
  }
}

/** A link whose key is another one needs another socket. */
function placeKey(link: ProbeLink | undefined): string {
  return link === undefined ? '' : JSON.stringify([link.vni, link.place.device, link.place.index, link.place.addresses])
}
