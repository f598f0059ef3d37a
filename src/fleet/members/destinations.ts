/**
 * A short word for a set of destinations: two hosts that speak of the same set have the same one. It is the exclusive or of a hash of each, so
 * that "all but this one" follows from "all" without looking at every other one.
 */
import { createHash } from 'node:crypto'

/** A set that can be told from others. */
export class DestinationSet {
  readonly #members = new Set<string>()
  readonly #sum = Buffer.alloc(8)

  constructor(addresses: Iterable<string> = []) {
    for (const address of addresses) {
      this.add(address)
    }
  }

  get size(): number {
    return this.#members.size
  }

  /** Adding one a second time changes nothing. */
  add(address: string): void {
    if (!this.#members.has(address)) {
      this.#members.add(address)
      mix(this.#sum, address)
    }
  }

  /** 64 bits, in hexadecimal. */
  get hash(): string {
    return this.#sum.toString('hex')
  }

  /** The hash of the set without these. Those that are not in it do not count. */
  hashWithout(addresses: Iterable<string>): string {
    const sum = Buffer.from(this.#sum)
    for (const address of new Set(addresses)) {
      if (this.#members.has(address)) {
        mix(sum, address)
      }
    }
    return sum.toString('hex')
  }
}

function mix(sum: Buffer, address: string): void {
  const hash = createHash('sha256').update(address).digest()
  for (let index = 0; index < sum.length; index += 1) {
    sum[index] = (sum[index] ?? 0) ^ (hash[index] ?? 0)
  }
}
