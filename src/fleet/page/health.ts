/** How one direction of a tunnel is: of all that is known of it one word, for a cell of the matrix. Pure; server and browser share it. */
import type { Direction } from '../members/pairs.ts'
import type { ProbeDirection } from '../probe/directions.ts'

/**
 * `absent`: one of the two is not there, or it is no direction. `passes`: the entry is there, and a probe has passed. `entry`: the entry is
 * there; whether frames pass has not been looked at. `lossy`, `smaller`, `silent`: what probes show that is not well. `missing`: the owner of
 * the kernel says that it lacks the entry. `unknown`: nobody says.
 */
export const healths = ['absent', 'passes', 'entry', 'unknown', 'lossy', 'smaller', 'silent', 'missing'] as const

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
  /** A sign, so that no colour is needed to tell it from the others; none for what most are. */
  readonly sign: string
  readonly word: string
  /** Behind a number: `2 missing`. */
  readonly short: string
  readonly means: string
  readonly tone: Tone
}

export const wordsOf: Readonly<Record<Health, HealthWords>> = {
  absent: {
    ...{ letter: '-', sign: '', tone: 'unknown', word: 'not looked at', short: 'not looked at' },
    means: 'One of the two hosts is gone, leaving, evicted or unreadable.',
  },
  passes: {
    ...{ letter: 'p', sign: '•', tone: 'good', word: 'entry there, probe passed', short: 'probed' },
    means: 'The owner of the kernel says that it has the entry, and one of the two that a probe passed lately.',
  },
  entry: {
    ...{ letter: 'e', sign: '', tone: 'good', word: 'entry there', short: 'with the entry' },
    means: 'The owner of the kernel says that it has the entry. Whether frames pass has not been looked at lately.',
  },
  unknown: {
    ...{ letter: 'u', sign: '?', tone: 'unknown', word: 'unknown', short: 'unknown' },
    means: 'The owner of the kernel does not say whether it has the entry, or not for the latest record of the other.',
  },
  lossy: {
    ...{ letter: 'l', sign: '▲', tone: 'warning', word: 'probes lost', short: 'lossy' },
    means: 'Some of the last probes were not answered: they, or the answers, were lost.',
  },
  smaller: {
    ...{ letter: 's', sign: '◥', tone: 'bad', word: 'full size does not pass', short: 'undersized' },
    means: 'Small probes pass, and those as large as the VNI carries do not.',
  },
  silent: {
    ...{ letter: 'n', sign: '!', tone: 'bad', word: 'probes do not pass', short: 'not reached' },
    means: 'The entry is there or not known; none of the last probes was answered, and the other host heard none.',
  },
  missing: {
    ...{ letter: 'm', sign: '✕', tone: 'bad', word: 'entry missing', short: 'missing' },
    means: 'The owner of the kernel says that it lacks the entry, or there can be none.',
  },
}

/** What is told first. */
export const worstFirst: readonly Health[] = [
  'missing',
  'silent',
  'smaller',
  'lossy',
  'unknown',
  'entry',
  'passes',
  'absent',
]

/** Whether it is worth a look. */
export function isAmiss(health: Health): boolean {
  const { tone } = wordsOf[health]
  return tone === 'bad' || tone === 'warning'
}

/**
 * The health of one direction. An entry that is missing explains why probes do not pass, and an entry that nobody vouches for stays unknown
 * though a probe has passed: frames to addresses that are learned need none.
 */
export function healthOf(
  { entry }: Pick<Direction, 'entry'>,
  probe: Pick<ProbeDirection, 'state' | 'fails' | 'lost'> | undefined,
): Health {
  if (entry === 'missing') {
    return 'missing'
  }
  const shown = probe === undefined ? undefined : shownBy(probe)
  if (shown !== undefined && shown !== 'passes') {
    return shown
  }
  return entry === 'unknown' ? 'unknown' : (shown ?? 'entry')
}

function shownBy({
  state,
  fails,
  lost = 0,
}: Pick<ProbeDirection, 'state' | 'fails' | 'lost'>): 'silent' | 'smaller' | 'lossy' | 'passes' | undefined {
  switch (state) {
    case 'unreachable':
      return 'silent'
    case 'reachable':
      return fails !== undefined ? 'smaller' : lost > 0 ? 'lossy' : 'passes'
    default:
      return undefined
  }
}
