/** Time as this room needs it: monotonic, and chance for jitter. Both are injected, so that tests decide them. */

/** A monotonic clock; the origin does not matter. */
export interface Clock {
  /** Milliseconds. */
  now(): number
}

/** A number from 0 to below 1, as Math.random. */
export type Random = () => number
