/**
 * Hands over to the agent with the chunks of MAC addresses that it may lack. It says which ones it wants where that was a mistake, and gets them; one
 * that nobody has any more is left out, with all of its link: the agent keeps what it has there.
 */
import type { FleetHandover, FleetReceipt } from '../../agent/answers/fleet.ts'

export interface ChunkParts {
  readonly handOver: (handover: FleetHandover) => Promise<FleetReceipt>
  /** The text of a chunk, where it is known. */
  readonly textOf: (hash: string) => string | undefined
}

/** The agent wants chunks again and again. */
export class NeverEnough extends Error {
  override readonly name = 'NeverEnough'
}

export class WithChunks {
  readonly #parts: ChunkParts
  /** Hashes of what the agent took last. */
  #known: ReadonlySet<string> = new Set()

  constructor(parts: ChunkParts) {
    this.#parts = parts
  }

  /** Rejects as `handOver` does. */
  async send(handover: FleetHandover): Promise<FleetReceipt> {
    const { handOver } = this.#parts
    let links = handover.links
    let known = this.#known
    for (let attempt = 0; attempt < 3; attempt += 1) {
      const chunks = this.#textsOf([...hashesIn(links)].filter((hash) => !known.has(hash)))
      // Even if no answer comes it may have taken them; else it says so.
      this.#known = hashesIn(links)
      const receipt = await handOver({ ...handover, links, ...(Object.keys(chunks).length > 0 && { chunks }) })
      if (receipt.wants === undefined) {
        return receipt
      }
      const wants = new Set(receipt.wants)
      known = new Set([...hashesIn(links)].filter((hash) => !wants.has(hash)))
      const lost = receipt.wants.filter((hash) => this.#parts.textOf(hash) === undefined)
      links = lost.length === 0 ? links : withoutChunks(links, new Set(lost))
    }
    this.#known = new Set()
    throw new NeverEnough('the agent wants chunks of MAC addresses that it was given: look at its log, and at its disk')
  }

  #textsOf(hashes: readonly string[]): Record<string, string> {
    const texts = hashes.flatMap((hash) => {
      const text = this.#parts.textOf(hash)
      return text === undefined ? [] : [[hash, text] as const]
    })
    return Object.fromEntries(texts)
  }
}

function hashesIn(links: FleetHandover['links']): Set<string> {
  return new Set(Object.values(links).flatMap(({ macs }) => macs?.chunks ?? []))
}

function withoutChunks(links: FleetHandover['links'], lost: ReadonlySet<string>): FleetHandover['links'] {
  return Object.fromEntries(
    Object.entries(links).map(([name, { macs, ...link }]) => [
      name,
      macs === undefined || macs.chunks.some((hash) => lost.has(hash)) ? link : { ...link, macs },
    ]),
  )
}
