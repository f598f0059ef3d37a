/** What a replacement or a deletion takes away for good, in the log: before it happens what is known by then, and afterwards what could not be put back. */
import type { Logger } from 'pino'
import { countOf } from '../../facts/count-of.ts'
import { NotPutBack } from '../apply/perform-put-back.ts'
import { type Action, lossesBy } from '../plan/action.ts'
import { describeAction, describeTakenAlong } from '../plan/describe-action.ts'
import { type LostGuest, whyForgotten } from './guests.ts'

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

/** Tells of other programs' links in bridges of ours. */
export class GuestLog {
  readonly #log: Logger
  /** Said once, as long as it lasts. */
  #unrecorded: string | undefined

  constructor(log: Logger) {
    this.#log = log
  }

  /** @param error why the record could not be written */
  note(lost: readonly LostGuest[], error: Error | undefined): void {
    for (const { name, bridge, isForgotten } of lost) {
      const hope = isForgotten === true ? whyForgotten : `it comes back if vxagent makes ${bridge} again`
      this.#log.warn({ link: bridge, port: name }, `${name} has lost its place in ${bridge}, which went; ${hope}`)
    }
    if (error !== undefined && error.message !== this.#unrecorded) {
      this.#log.warn(
        { reason: error.message },
        `cannot record which ports other programs put into bridges: ${error.message}`,
      )
    }
    this.#unrecorded = error?.message
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
