/** How the fake kernel says no. */
import { constants } from 'node:os'

/** Symbols of error numbers: `EEXIST`. */
export type Errno = keyof typeof constants.errno

/** A request is refused with an errno and, mostly, a sentence. */
export class FakeRefusal extends Error {
  readonly errno: number

  constructor(
    readonly code: Errno,
    /** The extended ack's words; undefined where the kernel has none. */
    readonly text: string | undefined,
  ) {
    super(`${code}: ${text ?? ''}`)
    this.errno = constants.errno[code]
  }
}
