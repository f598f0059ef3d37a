/** What a replacement or a deletion takes away for good, in the log: before it happens what is known by then, and afterwards what could not be put back. */
import type { Logger } from 'pino'
import { countOf } from '../../facts/count-of.ts'
import { NotPutBack } from '../apply/perform-put-back.ts'
import { type Action, lossesBy } from '../plan/action.ts'
import { describeAction, describeTakenAlong } from '../plan/describe-action.ts'
import type { LostGuest } from './guests.ts'

/** So many objects that could not be put back on one link are named. */
const mostNamed = 20

/** Before it happens: afterwards nobody can look up what was there. */
export function warnOfLosses(log: Logger, actions: readonly Action[]): void {
  for (const action of actions) {
    const lost = lossesBy(action)
    if (lost.length > 0) {
      const takesAlong = lost.map(({ description }) => description)
      const doing = action.kind === 'replaceLink' ? 'replacing' : 'deleting'
      log.warn({ link: action.link, takesAlong }, `${doing} ${action.link} ${describeTakenAlong(lost)}`)
    }
  }
}

/** Another program's link has lost its place in a bridge of ours. */
export function warnOfLostGuests(log: Logger, lost: readonly LostGuest[]): void {
  for (const { name, bridge } of lost) {
    log.warn(
      { link: bridge, port: name },
      `${name} has lost its place in ${bridge}, which went; it comes back if vxagent makes ${bridge} again`,
    )
  }
}

/** What others had on a replaced link is on no record: no later plan tries it again, and no status tells of it. */
export function warnOfUnreturned(log: Logger, action: Action, error: Error): void {
  const isPutBack = action.kind === 'putBack' || (action.kind === 'addEntries' && action.isKept)
  if (!isPutBack) {
    return
  }
  const { link } = action
  const all = error instanceof NotPutBack ? error.lost : [{ object: describeAction(action), error }]
  for (const lost of all.slice(0, mostNamed)) {
    const reason = lost.error.message
    log.warn({ link, object: lost.object, reason }, `not put back on ${link}: ${lost.object}: ${reason}`)
  }
  if (all.length > mostNamed) {
    log.warn({ link }, `not put back on ${link}: ${countOf(all.length - mostNamed, 'more object')}`)
  }
}
