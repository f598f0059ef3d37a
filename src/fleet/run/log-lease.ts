/** Lines in the log about the lease that this host's records are on. */
import type { Logger } from 'pino'
import type { LeaseKeeperEvent } from '../etcd/lease-keeper-event.ts'

export function logLease(log: Logger, event: LeaseKeeperEvent): void {
  switch (event.kind) {
    case 'granted':
      log.info({ seconds: event.ttl }, 'the store granted a lease')
      break
    case 'lost':
      log.warn('the lease has ended at the store; asking for another, and writing this host’s record again')
      break
    case 'written':
      break
    case 'taken':
      log.warn(
        { key: event.key },
        'the record of this id is of another host, or of before a reboot; waiting for it to go',
      )
      break
    case 'failing':
      log.warn({ err: event.error }, 'cannot keep this host’s record in the store; trying again')
      break
    case 'recovered':
      log.info({ failingMs: Math.round(event.failingMs) }, 'this host’s record is kept in the store again')
      break
    default:
      event satisfies never
  }
}
