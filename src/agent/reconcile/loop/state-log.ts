/** Lines of the log on how objects stand. */
import type { Logger } from 'pino'
import type { ObjectChange } from '../../answers/status-change.ts'
import type { Steps } from '../../facts/steps.ts'

/** A line for each change. */
export function* logObjectChanges(log: Logger, changes: readonly ObjectChange[]): Steps<void> {
  for (const change of changes) {
    yield
    switch (change.what) {
      case 'object': {
        const { name, state, reason } = change.object
        if (state === 'converged') {
          log.info({ link: name }, 'converged')
        } else {
          log.warn({ link: name, state }, reason)
        }
        break
      }
      case 'warning':
        log.warn({ link: change.name }, change.warning)
        break
      case 'object gone':
        log.info({ link: change.name }, 'no longer managed')
        break
      default:
        change satisfies never
    }
  }
}
