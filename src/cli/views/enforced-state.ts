/** What is in force in place of the desired files' state. */
import type { DesiredStatus } from '../../agent/answers/desired-status.ts'
import { describeLosses } from '../../agent/answers/losses.ts'
import { printable } from '../printable.ts'
import { age, until } from './age.ts'

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
          : `Rolled back (${why}): the state before is in force, not what ${path} says; saving that unchanged alters nothing. To put it in force: vxagent apply --files. To keep the state before: change ${path} to it.`,
      )
    case 'confirmed':
      return printable(
        candidate === undefined
          ? `Confirmed: the state is in force, and stays until ${path} changes, which says something else by now. To put that in force: vxagent apply --files.`
          : `Confirmed: what ${candidate} said is in force, not what ${path} says, until that changes. To put ${path} in force: vxagent apply --files. To keep this for good: move ${candidate} there in place of what it is to replace.`,
      )
    case 'held':
      return printable(heldSentence(desired, now))
    default:
      return pendingSentence(desired, now)
  }
}

function heldSentence({ path, held, enforcedSince, isValid }: DesiredStatus, now: Date): string {
  if (held === undefined) {
    return ''
  }
  const stays = enforcedSince === undefined ? 'Nothing is enforced meanwhile.' : 'The state before stays in force.'
  const otherwise = held.until === undefined ? '' : ` It is carried out in ${until(held.until, now)} all the same.`
  return `Held for ${age(held.since, now)} (since ${held.since}): what ${path} ${isValid ? 'says' : 'said last'} would delete ${describeLosses(held.losses)}. ${stays} To carry it out: ${isValid ? '' : 'mend the files, then '}vxagent apply. To keep them: put the files back.${otherwise}`
}

/** So many links that are about to be deleted have a line of their own. */
const mostPending = 10

function pendingSentence({ toBeDeleted = [], path }: DesiredStatus, now: Date): string | undefined {
  if (toBeDeleted.length === 0) {
    return undefined
  }
  const lines = toBeDeleted
    .slice(0, mostPending)
    .map(
      ({ name, at }) =>
        `${name} is to be deleted in ${until(at, now)} unless a file in ${path} names it again; vxagent apply deletes it now.`,
    )
  const more = toBeDeleted.length - lines.length
  return [...lines, ...(more > 0 ? [`${more} more links are to be deleted.`] : [])].map(printable).join('\n')
}
