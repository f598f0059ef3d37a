/** Reading what an earlier process left behind. */
import type { Logger } from 'pino'

/** What is read; undefined, and an error in the log, where that fails: one more thing that is broken must not keep the agent from starting. */
export function orTell<T>(log: Logger, read: () => T): T | undefined {
  try {
    return read()
  } catch (error) {
    log.error({ err: error }, 'cannot read what an earlier run left in the state directory; going on without it')
    return undefined
  }
}
