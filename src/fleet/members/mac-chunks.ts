/**
 * What follows from others' MAC addresses for the agent, in chunks that are known by the hash of their text: of a hundred thousand addresses, the
 * agent is sent again what has changed. Pure.
 */
import { createHash } from 'node:crypto'
import { hashOfMac } from '../../agent/facts/host-mac.ts'

/** Lines a chunk on average, beyond which there are twice as many chunks. */
const mostOnAverage = 256

/** Makes the line of a MAC address; undefined: there is none. */
export type LineOf = (mac: string) => string | undefined

interface Chunk {
  readonly macs: Set<string>
  /** Undefined: to be made. */
  text?: string
  hash?: string
  count: number
}

export class MacChunks {
  readonly #lineOf: LineOf
  #chunks: Chunk[] = [emptyChunk()]
  #size = 0

  constructor(lineOf: LineOf) {
    this.#lineOf = lineOf
  }

  /** A MAC address of which something may have changed. @param isThere whether anybody claims it */
  touch(mac: string, isThere: boolean): void {
    const chunk = this.#chunkOf(mac)
    const hadIt = chunk.macs.has(mac)
    if (isThere) {
      chunk.macs.add(mac)
    } else {
      chunk.macs.delete(mac)
    }
    this.#size += Number(isThere) - Number(hadIt)
    if (isThere || hadIt) {
      delete chunk.text
    }
    if (this.#size > mostOnAverage * this.#chunks.length) {
      this.#spread(this.#chunks.length * 2)
    } else if (this.#chunks.length > 1 && this.#size < (mostOnAverage / 8) * this.#chunks.length) {
      this.#spread(this.#chunks.length / 2)
    }
  }

  /** All lines may have changed. */
  touchAll(): void {
    for (const chunk of this.#chunks) {
      delete chunk.text
    }
  }

  /** Hashes of all chunks, and how many lines they have. Empty ones are left out. */
  get summary(): { readonly chunks: readonly string[]; readonly count: number } {
    const made = this.#chunks.map((chunk) => this.#made(chunk)).filter(({ count }) => count > 0)
    return { chunks: made.map(({ hash = '' }) => hash), count: made.reduce((sum, { count }) => sum + count, 0) }
  }

  /** The texts of all chunks, by hash. */
  *texts(): Generator<[hash: string, text: string]> {
    for (const chunk of this.#chunks) {
      const { hash = '', text = '', count } = this.#made(chunk)
      if (count > 0) {
        yield [hash, text]
      }
    }
  }

  /** The text of the chunk with this hash, if it is one of them. */
  textOf(hash: string): string | undefined {
    return this.#chunks.find((chunk) => chunk.hash === hash && chunk.text !== undefined)?.text
  }

  #chunkOf(mac: string): Chunk {
    return this.#chunks[hashOfMac(mac) % this.#chunks.length] as Chunk
  }

  #spread(count: number): void {
    const macs = this.#chunks.flatMap((chunk) => [...chunk.macs])
    this.#chunks = Array.from({ length: count }, emptyChunk)
    for (const mac of macs) {
      this.#chunkOf(mac).macs.add(mac)
    }
  }

  #made(chunk: Chunk): Chunk {
    if (chunk.text === undefined) {
      const lines = [...chunk.macs].sort().flatMap((mac) => this.#lineOf(mac) ?? [])
      chunk.text = lines.join('\n')
      chunk.hash = hashOfChunk(chunk.text)
      chunk.count = lines.length
    }
    return chunk
  }
}

function emptyChunk(): Chunk {
  return { macs: new Set(), count: 0 }
}

function hashOfChunk(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32)
}
