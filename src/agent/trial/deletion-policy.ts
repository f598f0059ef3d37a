/** When deletions that files ask for wait, and for how long. */

export interface DeletionPolicy {
  /** A change that would delete all of a kind waits, and so does one that would delete more than this share, 0 to 1, of five or more. Undefined: none waits. */
  readonly share: number | undefined
  /** Milliseconds after which such a change is carried out all the same; undefined: never. */
  readonly waitMs: number | undefined
  /** Milliseconds that any other deletion waits: a stanza may be on its way to another file. */
  readonly delayMs: number
}

/** Of fewer than this the share says little: one link of two is half of them. */
export const fewest = 5

/** In the units of the options: percent, seconds. */
export const defaultShare = 50
export const defaultDelay = 5
