/** What a word is: one key of the desired file, and how it is read from the kernel and written to it. */
import type { LinkNames } from '../kernel/link-names.ts'

/** One key. `From` is the part of a kernel object in which it is found, `To` that of a request which states it. */
export interface Word<Key extends string, From, To> {
  readonly key: Key
  /** Whether the kernel can change it on a live link (measured, Linux 6.18; since 4.12 or so). */
  readonly isLive: boolean
  /** What the kernel takes when nothing is stated; undefined for an address or a device: none. */
  readonly fallback: unknown
  /** The first kernel release that knows it, where that is later than 5.10. Older ones pass over it without a word. */
  readonly since?: readonly [major: number, minor: number]
  /** False when the kernel does not tell the value, so that what was last written is all that is known of it. */
  readonly isShown?: false
  readonly read: (from: From, names: LinkNames) => unknown
  readonly write: (value: never, names: LinkNames) => To
}
