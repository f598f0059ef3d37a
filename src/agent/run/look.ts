/** A look at the overlay of this host without a daemon. Takes no privileges. */
import { EventLog } from '../insight/events/event-log.ts'
import { History } from '../insight/events/history.ts'
import { Inspector } from '../insight/inspector.ts'
import { openKernel, withKernelAsItIs } from './open-kernel.ts'

/** Calls `use` with an inspector of the kernel as it is now. Rejects as the client does. */
export function withInspector<T>(use: (inspector: Inspector) => Promise<T>): Promise<T> {
  return withKernelAsItIs(({ client, observer, release }) => use(new Inspector({ client, tables: observer, release })))
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
