/** Who is told of what: messages of the kernel, the work of the reconciler, and events of the overlay. */
import type { Logger } from 'pino'
import type { UndecodableMessage } from '../../rtnetlink/index.ts'
import { countOf } from '../facts/count-of.ts'
import type { EventLog } from '../insight/events/event-log.ts'
import type { History } from '../insight/events/history.ts'
import type { Observer } from '../kernel/observer.ts'
import type { Metrics } from '../publish/metrics/metrics.ts'
import type { StateFile } from '../publish/state-file.ts'
import type { Reconciler } from '../reconcile/loop/reconciler.ts'
import type { Notify } from '../systemd/notify.ts'
import { asStatus, statusSentence } from '../systemd/status-sentence.ts'
import type { EnforcedState } from '../trial/enforced-state.ts'
import type { Enforcer } from '../trial/enforcer.ts'

/** The parts of an agent that have something to tell, or are told. */
export interface TellingParts {
  readonly observer: Observer
  readonly reconciler: Reconciler
  readonly enforcer: Enforcer
  readonly enforcedState: EnforcedState
  readonly events: EventLog
  readonly history: History
  readonly metrics: Metrics
  readonly stateFile: StateFile
  readonly notify: Notify
  readonly log: Logger
  readonly onUndecodable: (message: UndecodableMessage) => void
  /** Whether the first pass is over. */
  readonly isReady: () => boolean
}

/** Joins the parts, which are all there by now, and begins to follow the kernel. Throws SystemCallError. */
export function tellEachOther(parts: TellingParts): void {
  const { observer, reconciler, enforcer, enforcedState, events, history, metrics, stateFile } = parts
  const { notify, log, onUndecodable, isReady } = parts
  events.onEach((draft) => metrics.noteEvent(draft))
  reconciler.listen({
    onActions(actions, isDrift) {
      if (!isReady()) {
        notify(asStatus(`Starting: ${countOf(actions.length, 'change')} to make`))
      }
      history.noteActions(actions)
      metrics.noteActions(actions, isDrift)
    },
    onOutcomes(outcomes, isDrift) {
      history.noteOutcomes(outcomes, isDrift)
      metrics.noteOutcomes(outcomes, isDrift)
    },
    onGuestsLost: (lost) => history.noteGuestsLost(lost),
    onCycle(tookMs, error) {
      history.noteCycleEnd()
      metrics.noteCycle(tookMs, error)
    },
    onStatus(changes) {
      history.noteStatusChanges([...enforcedState.takeChanges(), ...changes])
      stateFile.touch()
      notify(asStatus(statusSentence(enforcer.status())))
    },
  })
  observer.follow({
    onChange(change) {
      metrics.noteChange(change)
      history.noteChange(change)
      reconciler.noticeChange(change)
      stateFile.touch()
    },
    onResync: (before) => history.noteResync(before),
    onOverrun() {
      log.warn('the kernel dropped events: the receive buffer overflowed; resynchronising')
      history.noteOverrun()
      reconciler.noticeOverrun()
    },
    onUndecodable,
  })
}
