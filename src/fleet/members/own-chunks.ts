/**
 * Spreads the lines of this host over chunks, so that one change rewrites one chunk. The number of chunks grows and shrinks by one at a time, and
 * each time the lines of one chunk alone are spread anew: linear hashing (Litwin, 1980). A chunk with more lines than a key may have is written as
 * several pieces. Pure.
 */
import { hashOfMac } from '../../agent/facts/host-mac.ts'
import { type MacLine, mostLines } from '../records/mac-record.ts'

/** Lines a chunk on average. In a chunk that is not split yet there may be twice as many. */
const usual = { least: 12, most: 50 }

/** Chunks of one host in one VNI. */
export const mostChunks = 8192

export class OwnChunks {
  readonly #chunks: Map<string, MacLine>[] = [new Map()]
  /** Pieces that each chunk was written as. */
  readonly #pieces: number[] = []
  readonly #dirty = new Set<number>()
  #size = 0

  get size(): number {
    return this.#size
  }

  /** All lines. */
  *lines(): Generator<MacLine> {
    for (const chunk of this.#chunks) {
      yield* chunk.values()
    }
  }

  get(mac: string): MacLine | undefined {
    return this.#chunks[this.#placeOf(mac)]?.get(mac)
  }

  put(line: MacLine): void {
    const place = this.#placeOf(line.mac)
    const chunk = this.#chunkAt(place)
    this.#size += chunk.has(line.mac) ? 0 : 1
    chunk.set(line.mac, line)
    this.#dirty.add(place)
    while (this.#size > usual.most * this.#chunks.length && this.#chunks.length < mostChunks) {
      this.#grow()
    }
  }

  delete(mac: string): void {
    const place = this.#placeOf(mac)
    if (this.#chunkAt(place).delete(mac)) {
      this.#size -= 1
      this.#dirty.add(place)
      while (this.#chunks.length > 1 && this.#size < usual.least * this.#chunks.length) {
        this.#shrink()
      }
    }
  }

  /**
   * What an earlier run of this host has in the store is written over, also where this one has nothing there: a key that is deleted is gone to the
   * others, who keep its lines for the grace, and an empty one says that they are over.
   */
  adopt(names: Iterable<string>): void {
    for (const name of names) {
      const [place = 0, piece = 0] = name.split('.').map(Number)
      this.#pieces[place] = Math.max(this.#pieces[place] ?? 0, piece + 1)
      this.#dirty.add(place)
    }
  }

  /** All of it is to be written again. */
  distrust(): void {
    for (const place of [...this.#chunks.keys(), ...this.#pieces.keys()]) {
      this.#dirty.add(place)
    }
  }

  /** What is to be written since this was asked last: the lines by the name of each piece. */
  takeChanges(): Map<string, readonly MacLine[]> {
    const changes = new Map<string, readonly MacLine[]>()
    for (const place of this.#dirty) {
      const lines = [...(this.#chunks[place]?.values() ?? [])]
      const pieces = Math.max(1, Math.ceil(lines.length / mostLines))
      for (let piece = 0; piece < Math.max(pieces, this.#pieces[place] ?? 0); piece += 1) {
        const name = piece === 0 ? `${place}` : `${place}.${piece}`
        changes.set(name, lines.slice(piece * mostLines, (piece + 1) * mostLines))
      }
      this.#pieces[place] = Math.max(pieces, this.#pieces[place] ?? 0)
    }
    this.#dirty.clear()
    return changes
  }

  #chunkAt(place: number): Map<string, MacLine> {
    return this.#chunks[place] as Map<string, MacLine>
  }

  /** Chunks below the first power of two that is not reached yet are split already, or are not; the hash says where a line is in either case. */
  #placeOf(mac: string): number {
    const count = this.#chunks.length
    const whole = 2 ** Math.ceil(Math.log2(count))
    const place = hashOfMac(mac) % whole
    return place < count ? place : place - whole / 2
  }

  #grow(): void {
    const added = this.#chunks.length
    this.#chunks.push(new Map())
    const split = added - 2 ** Math.floor(Math.log2(added))
    for (const line of [...this.#chunkAt(split).values()]) {
      const place = this.#placeOf(line.mac)
      if (place !== split) {
        this.#chunkAt(split).delete(line.mac)
        this.#chunkAt(place).set(line.mac, line)
      }
    }
    this.#dirty.add(split)
    this.#dirty.add(added)
  }

  #shrink(): void {
    const removed = this.#chunks.pop()
    this.#dirty.add(this.#chunks.length)
    for (const line of removed?.values() ?? []) {
      const place = this.#placeOf(line.mac)
      this.#chunkAt(place).set(line.mac, line)
      this.#dirty.add(place)
    }
  }
}
