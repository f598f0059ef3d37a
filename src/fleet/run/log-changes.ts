/** Lines in the log about what a mirror of the store says. */
import type { Logger } from 'pino'
import type { MirrorEvent } from '../etcd/mirror-event.ts'
import type { Followed } from './follower.ts'

export const what: Readonly<Record<Followed, string>> = {
  nodes: 'records of the hosts',
  roster: 'entries of the roster',
}

/** @param subject what is mirrored, in the plural */
export function logChanges(log: Logger, subject: string, event: MirrorEvent): void {
  switch (event.kind) {
    case 'listed':
      if (event.reason === 'compare' && event.changes.length > 0) {
        log.warn({ keys: event.changes.length }, `a full comparison found changes of the ${subject} that were not told`)
      } else if (event.reason !== 'compare') {
        log.info({ revision: event.revision, why: event.reason }, `the ${subject} were listed`)
      }
      break
    case 'silent':
      log.warn({ err: event.error }, `the ${subject} can no longer be followed; everything stays as it is`)
      break
    case 'resumed':
      log.info({ silentMs: Math.round(event.silentMs) }, `the ${subject} are followed`)
      break
    case 'rewound':
      log.error(
        { known: event.known, found: event.found },
        'the store went back to an earlier revision: its data was wiped, or an old snapshot restored',
      )
      break
    case 'foreign':
      log.error({ known: event.known, found: event.found }, 'another store answers at the endpoints than before')
      break
    case 'changed':
      break
    default:
      event satisfies never
  }
}
