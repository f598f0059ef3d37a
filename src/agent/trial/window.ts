/** The time within which a state on trial is to be confirmed. */
import type { Clock } from '../host/clock.ts'

/** Seconds that a window may last: up to a day. */
export const shortestWindow = 1
export const longestWindow = 86_400

/** On the monotonic clock: a time server that sets the wall clock must neither cut a window short nor stretch it. */
export interface Window {
  readonly bootId: string
  /** Milliseconds on the monotonic clock. */
  readonly endsAtMs: number
  /** How long it was to last. */
  readonly seconds: number
}

/** A window that begins now. */
export function openWindow(seconds: number, clock: Clock): Window {
  return { bootId: clock.bootId, endsAtMs: clock.now() + seconds * 1000, seconds }
}

/** Milliseconds until it ends, at least 1; 0 when it has ended. A restart of the host ends it. */
export function leftMs({ bootId, endsAtMs, seconds }: Window, clock: Clock): number {
  const left = endsAtMs - clock.now()
  // More than all of it: the clock began anew with the same boot id, as in a container that was moved or restarted.
  return bootId !== clock.bootId || left > seconds * 1000 ? 0 : Math.max(0, left)
}
