/** What is in force in place of the desired files' state. */
import type { DesiredStatus } from '../../agent/answers/desired-status.ts'
import { printable } from '../printable.ts'
import { until } from './age.ts'

/** A sentence that says so, and what to do about it; undefined while nothing is. */
export function enforcedSentence(desired: DesiredStatus, now: Date): string | undefined {
  const { enforcing, isInForce, path, why, candidate } = desired
  switch (enforcing) {
    case 'trial': {
      const what = candidate === undefined ? '' : ` is what ${candidate} says`
      const left = until(desired.until ?? '', now)
      return printable(`On trial${what}: the state before returns in ${left} unless vxagent confirm comes first.`)
    }
    case 'rolled back':
      return printable(
        isInForce
          ? `Rolled back (${why}): the state before is in force, which is what ${path} says.`
          : `Rolled back (${why}): the state before is in force, not what ${path} says, and stays until that changes. vxagent apply --confirm SECONDS tries it out again.`,
      )
    case 'confirmed':
      return printable(
        candidate === undefined
          ? `Confirmed: the state is in force, and stays until ${path} changes, which says something else by now. vxagent apply --confirm SECONDS tries that out.`
          : `Confirmed: what ${candidate} said is in force, and stays until ${path} changes. To keep it beyond that, move ${candidate} there in place of what it is to replace.`,
      )
    default:
      return undefined
  }
}
