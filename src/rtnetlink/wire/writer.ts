/** A buffer that grows as a message is written into it. */
export class Writer {
  #bytes: Buffer
  #length = 0

  constructor(capacity = 512) {
    this.#bytes = Buffer.alloc(capacity)
  }

  /** Bytes written so far; also the offset of the next one. */
  get length(): number {
    return this.#length
  }

  /** Appends `size` zero bytes and gives the buffer and the offset at which they start, to be filled at once. */
  reserve(size: number): { readonly bytes: Buffer; readonly at: number } {
    const at = this.#length
    const needed = at + size
    if (needed > this.#bytes.length) {
      const larger = Buffer.alloc(Math.max(needed, this.#bytes.length * 2))
      this.#bytes.copy(larger, 0, 0, at)
      this.#bytes = larger
    }
    this.#length = needed
    return { bytes: this.#bytes, at }
  }

  /** Appends a copy of `payload`. */
  append(payload: Uint8Array): void {
    const { bytes, at } = this.reserve(payload.length)
    bytes.set(payload, at)
  }

  /** The buffer itself, for mending a length that was not known when its place was reserved. */
  get bytes(): Buffer {
    return this.#bytes
  }

  /** A copy of what has been written. */
  finish(): Buffer {
    return Buffer.from(this.#bytes.subarray(0, this.#length))
  }

  /** Forgets what has been written, so that another message can be. */
  clear(): void {
    this.#bytes.fill(0, 0, this.#length)
    this.#length = 0
  }
}

/** Rounds up to the 4-byte boundary on which netlink messages and attributes start. Source: NLMSG_ALIGN, linux/netlink.h. */
export function align(length: number): number {
  return (length + 3) & ~3
}
