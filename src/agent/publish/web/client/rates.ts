/** Rates over the last minutes, from counters that are read now and then. Pure. */
import type { Traffic } from '../../../answers/tunnel.ts'

/** As far back as curves go, in milliseconds. */
export const spanMs = 5 * 60_000
/** The agent may answer from memory for a while: readings closer together than this would show what is not so. */
const leastApartMs = 1500

/** Counters at a moment, in milliseconds since 1970. */
export interface Reading {
  readonly atMs: number
  readonly traffic: Traffic
}

/** What went through between two readings, per second. */
export interface Rate {
  /** Of the later reading. */
  readonly atMs: number
  readonly rxBytes: number
  readonly txBytes: number
  readonly rxPackets: number
  readonly txPackets: number
}

/** The readings with one more; those that are too old are left out. Counters that went back belong to another link: they begin again. */
export function withReading(readings: readonly Reading[], next: Reading): readonly Reading[] {
  const last = readings.at(-1)
  if (last === undefined || hasRestarted(last.traffic, next.traffic)) {
    return [next]
  }
  if (next.atMs - last.atMs < leastApartMs) {
    return readings
  }
  return [...readings.filter(({ atMs }) => next.atMs - atMs <= spanMs), next]
}

/** One rate between each two readings, the newest last. */
export function ratesOf(readings: readonly Reading[]): Rate[] {
  return readings.slice(1).map(({ atMs, traffic }, at) => {
    const before = readings[at] as Reading
    const per = (key: keyof Traffic): number => ((traffic[key] - before.traffic[key]) * 1000) / (atMs - before.atMs)
    return {
      atMs,
      rxBytes: per('rxBytes'),
      txBytes: per('txBytes'),
      rxPackets: per('rxPackets'),
      txPackets: per('txPackets'),
    }
  })
}

function hasRestarted(before: Traffic, after: Traffic): boolean {
  return (Object.keys(before) as (keyof Traffic)[]).some((key) => after[key] < before[key])
}

/** Size of a curve in pixels, and what its edges stand for. */
export interface CurveFrame {
  readonly width: number
  readonly height: number
  /** The right edge, in milliseconds since 1970; the left one is `spanMs` before it. */
  readonly nowMs: number
  /** The upper edge. */
  readonly most: number
}

/** The path of a curve, empty for fewer than two values. What is outside of the frame is drawn on its edge. */
export function curvePath(
  points: readonly { readonly atMs: number; readonly value: number }[],
  { width, height, nowMs, most }: CurveFrame,
): string {
  if (points.length < 2) {
    return ''
  }
  const within = (value: number, upper: number): string => Math.min(upper, Math.max(0, value)).toFixed(1)
  return points
    .map(({ atMs, value }, at) => {
      const x = within(width * (1 - (nowMs - atMs) / spanMs), width)
      const y = within(most === 0 ? height : height * (1 - value / most), height)
      return `${at === 0 ? 'M' : 'L'}${x} ${y}`
    })
    .join('')
}

const prefixes = ['', 'k', 'M', 'G', 'T']

/** `1.2 Mbit/s`. @param bytes per second */
export function bitRate(bytes: number): string {
  return scaled(bytes * 8, 'bit/s')
}

/** `830 packets/s`, `1.2 kpackets/s`. @param packets per second */
export function packetRate(packets: number): string {
  return scaled(packets, 'packets/s')
}

function scaled(value: number, unit: string): string {
  // What is rounded to 1000 has the next prefix.
  const power = value < 999.5 ? 0 : Math.min(prefixes.length - 1, Math.floor(Math.log10(value * 1.0005) / 3))
  const number = value / 1000 ** power
  const rounded = number < 9.95 ? Math.round(number * 10) / 10 : Math.round(number)
  return `${rounded} ${prefixes[power]}${unit}`
}
