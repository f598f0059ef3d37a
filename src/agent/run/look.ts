/** A look at the overlay of this host without a daemon. Takes no privileges. */
import { setTimeout as delay } from 'node:timers/promises'
import type { HealthReport } from '../answers/health.ts'
import { EventLog } from '../insight/events/event-log.ts'
import { History } from '../insight/events/history.ts'
import { CounterWatch } from '../insight/health/counter-watch.ts'
import { HealthLook } from '../insight/health/health-look.ts'
import { Inspector } from '../insight/inspector.ts'
import { openKernel, withKernelAsItIs } from './open-kernel.ts'

/** Calls `use` with an inspector of the kernel as it is now. Rejects as the client does. */
export function withInspector<T>(use: (inspector: Inspector) => Promise<T>): Promise<T> {
  return withKernelAsItIs(({ client, observer, release }) => use(new Inspector({ client, tables: observer, release })))
}

/** For how long counters are watched where no daemon has, in milliseconds. */
const countersWatchedMs = 2000

/** What the checks find in the kernel as it is now. Counters are read twice. Rejects as the client does. */
export function examineHealth(): Promise<HealthReport> {
  return withKernelAsItIs(async ({ client, observer, release }) => {
    const counters = new CounterWatch({ isOneLook: true })
    const look = new HealthLook({ client, tables: observer, release, counters }, false)
    await look.look()
    await delay(countersWatchedMs)
    return (await look.look()).report
  })
}

/** Events of this host from now on, without a daemon. */
export interface OwnWatch {
  readonly log: EventLog
  close(): void
}

/**
 * Begins to watch. What is lost is looked up again.
 * @param onTrouble told when the kernel cannot be asked
 */
export async function watchEvents(onTrouble: (error: Error) => void): Promise<OwnWatch> {
  const log = new EventLog()
  const kernel = openKernel()
  const { observer } = kernel
  const history = new History(log, observer)
  const close = (): void => {
    history.close()
    kernel.close()
  }
  try {
    observer.follow({
      onChange: (change) => history.noteChange(change),
      onResync: (before) => history.noteResync(before),
      onOverrun() {
        history.noteOverrun()
        observer.resync({ fdb: true }).catch(onTrouble)
      },
    })
    await observer.resync({ fdb: true })
  } catch (error) {
    close()
    throw error
  }
  return { log, close }
}
