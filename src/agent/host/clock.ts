/** Time that nobody can set: which boot this is, and how long it has lasted. */
import { readFileSync } from 'node:fs'

/** A clock that goes on evenly within one boot, and means nothing in another. */
export interface Clock {
  readonly bootId: string
  /** Milliseconds on CLOCK_MONOTONIC: the same in all processes, and that of Node's timers. */
  now(): number
}

/** The kernel's. */
export function systemClock(): Clock {
  return {
    bootId: readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim(),
    now: () => Number(process.hrtime.bigint() / 1_000_000n),
  }
}
