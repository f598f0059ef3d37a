/** How one direction of a tunnel is: of all that is known of it one word, for a cell of the matrix. Pure; server and browser share it. */
import type { Direction } from '../members/pairs.ts'

/**
 * `entry`: the kernel has the entry; no more is claimed. `missing`: its owner says that the kernel lacks it. `unknown`: nobody says.
 * `absent`: one of the two is not there, or it is no direction.
 */
export const healths = ['absent', 'entry', 'unknown', 'missing'] as const

export type Health = (typeof healths)[number]

/** Its place in `healths`: what a cell of the grid holds. */
export function codeOf(health: Health): number {
  return healths.indexOf(health)
}

/** How it stands with what a host is there for. */
export type Tone = 'good' | 'unknown' | 'warning' | 'bad'

/** What is shown of one health. */
export interface HealthWords {
  /** The letter of the compact form. */
  readonly letter: string
  /** A sign, so that no colour is needed to tell it from the others; none for what is as it should be. */
  readonly sign: string
  readonly word: string
  /** Behind a number: `2 missing`. */
  readonly short: string
  readonly means: string
  readonly tone: Tone
}

export const wordsOf: Readonly<Record<Health, HealthWords>> = {
  absent: {
    letter: '-',
    sign: '',
    word: 'not looked at',
    short: 'not looked at',
    means: 'one of the two hosts is gone, leaving, evicted or unreadable',
    tone: 'unknown',
  },
  entry: {
    letter: 'e',
    sign: '',
    word: 'has the entry',
    short: 'with the entry',
    means: 'the owner of the kernel says that it has the entry',
    tone: 'good',
  },
  unknown: {
    letter: 'u',
    sign: '?',
    word: 'unknown',
    short: 'unknown',
    means: 'its owner does not say, or not for this record',
    tone: 'unknown',
  },
  missing: {
    letter: 'm',
    sign: '✕',
    word: 'entry missing',
    short: 'missing',
    means: 'its owner says that the kernel lacks the entry, or there can be none',
    tone: 'bad',
  },
}

/** From the worst to the best: what is told first. */
export const worstFirst: readonly Health[] = ['missing', 'unknown', 'entry', 'absent']

/** Whether it is worth a look. */
export function isAmiss(health: Health): boolean {
  const { tone } = wordsOf[health]
  return tone === 'bad' || tone === 'warning'
}

/** The health of one direction. */
export function healthOf({ entry }: Pick<Direction, 'entry'>): Health {
  return entry === 'yes' ? 'entry' : entry
}
