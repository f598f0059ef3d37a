/** Who is told of what: messages of the kernel, the work of the reconciler, and events of the overlay. */
import type { Logger } from 'pino'
import { constants, type Neighbour, type UndecodableMessage } from '../../rtnetlink/index.ts'
import { countOf } from '../facts/count-of.ts'
import { zeroMac } from '../facts/zero-mac.ts'
import type { Fleet } from '../fleet/fleet.ts'
import type { MacWatch } from '../fleet/mac-watch.ts'
import type { EventLog } from '../insight/events/event-log.ts'
import { fleetEvents } from '../insight/events/fleet-events.ts'
import type { History } from '../insight/events/history.ts'
import { pushedNews } from '../insight/events/pushed-news.ts'
import { healthEvents, healthLines } from '../insight/health/health-events.ts'
import type { HealthWatch } from '../insight/health/health-watch.ts'
import type { Change } from '../kernel/change.ts'
import type { Observer } from '../kernel/observer.ts'
import type { FleetWatch } from '../publish/api/fleet-watch.ts'
import type { Metrics } from '../publish/metrics/metrics.ts'
import type { StateFile } from '../publish/state-file.ts'
import type { Reconciler } from '../reconcile/loop/reconciler.ts'
import type { Notify } from '../systemd/notify.ts'
import { asStatus, statusSentence } from '../systemd/status-sentence.ts'
import type { EnforcedState } from '../trial/enforced-state.ts'
import type { PushedTaker } from '../trial/pushed-taker.ts'
import type { StatusTeller } from './agent-status.ts'

/** The parts of an agent that have something to tell, or are told. */
export interface TellingParts {
  readonly observer: Observer
  readonly reconciler: Reconciler
  readonly teller: StatusTeller
  readonly enforcedState: EnforcedState
  readonly events: EventLog
  readonly history: History
  readonly healthWatch: HealthWatch
  readonly metrics: Metrics
  readonly stateFile: StateFile
  readonly fleet: Fleet
  readonly fleetWatch: FleetWatch
  readonly pushed: PushedTaker
  readonly macWatch: MacWatch
  readonly notify: Notify
  readonly log: Logger
  readonly onUndecodable: (message: UndecodableMessage) => void
  /** Whether the first pass is over. */
  readonly isReady: () => boolean
}

/** Joins the parts, which are all there by now, and begins to follow the kernel. Throws SystemCallError. */
export function tellEachOther(parts: TellingParts): void {
  const { observer, reconciler, teller, enforcedState, events, history, healthWatch, metrics, stateFile } = parts
  const { notify, log, onUndecodable, isReady, fleet, fleetWatch, macWatch, pushed } = parts
  let told = fleet.handover
  fleet.follow(() => {
    const now = fleet.handover
    for (const draft of now === undefined ? [] : fleetEvents(told, now)) {
      events.append(draft)
    }
    told = now
    fleetWatch.notice()
    stateFile.touch()
  })
  pushed.onSettled((standing) => {
    const { level, text, draft } = pushedNews(standing)
    log[level]({ file: standing.name, revision: standing.revision }, text)
    events.append(draft)
    fleetWatch.notice()
    stateFile.touch()
  })
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
      healthWatch.notice()
      fleetWatch.notice()
      macWatch.notice()
      stateFile.touch()
      notify(asStatus(statusSentence(teller.status())))
    },
  })
  observer.follow({
    onChange(change) {
      metrics.noteChange(change)
      history.noteChange(change)
      reconciler.noticeChange(change)
      macWatch.noticeChange(change)
      if (concernsHealth(change)) {
        healthWatch.notice()
      }
      if (concernsFleet(change)) {
        fleetWatch.notice()
      }
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
  healthWatch.listen({
    onLook(report, change) {
      metrics.noteHealth(report)
      for (const draft of healthEvents(change)) {
        events.append(draft)
      }
      for (const { level, fields, text } of healthLines(change)) {
        log[level](fields, text)
      }
      if (change.came.length + change.went.length > 0) {
        stateFile.touch()
        notify(asStatus(statusSentence(teller.status())))
      }
    },
    onError: (error) => log.warn({ err: error }, 'cannot look at the health of the overlay; tried again soon'),
  })
}

/**
 * Links, addresses, and next hops that fall silent or answer again. Others become stale and are confirmed all the time; and of forwarding
 * entries there may be 100,000 a second. Those are looked at now and then.
 */
export function concernsHealth(change: Pick<Change, 'object' | 'value' | 'before'>): boolean {
  switch (change.object) {
    case 'link':
    case 'address':
      return true
    case 'neighbour': {
      const { value, before } = change as Extract<Change, { object: 'neighbour' }>
      return value.family !== constants.AF_BRIDGE && [value, before].some((entry) => isSilent(entry?.state))
    }
    default:
      return false
  }
}

/** Links and addresses, and the entries that frames without one are sent by. */
export function concernsFleet({ object, value, before }: Pick<Change, 'object' | 'value' | 'before'>): boolean {
  if (object !== 'neighbour') {
    return object === 'link' || object === 'address'
  }
  return [value, before].some((entry) => (entry as Neighbour | undefined)?.attributes.lladdr === zeroMac)
}

function isSilent(state = 0): boolean {
  return (state & (constants.NUD_FAILED | constants.NUD_INCOMPLETE)) !== 0
}
