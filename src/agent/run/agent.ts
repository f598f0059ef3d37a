/** The agent: builds the parts and joins them. The only place that does. */

import { dirname, join } from 'node:path'
import type { Logger } from 'pino'
import { RtnetlinkClient, type UndecodableMessage } from '../../rtnetlink/index.ts'
import type { AgentStatus } from '../answers/status.ts'
import type { ReadLimits } from '../desired/limits.ts'
import type { DesiredState } from '../desired/schema.ts'
import { watchDesired } from '../desired/watch.ts'
import type { ReplacePolicy } from '../facts/replace-policy.ts'
import { heardProbes } from '../fleet/heard-probes.ts'
import { MacWatch } from '../fleet/mac-watch.ts'
import { memberIn } from '../fleet/member-at.ts'
import { requireNetAdmin, requireVxlan } from '../host/privileges.ts'
import { lockStateDirectory } from '../host/state-directory.ts'
import { userIdOf } from '../host/user-id.ts'
import { EventFile, recallEvents } from '../insight/events/event-file.ts'
import { EventLog } from '../insight/events/event-log.ts'
import { History } from '../insight/events/history.ts'
import { CounterWatch } from '../insight/health/counter-watch.ts'
import type { HealthFacts } from '../insight/health/facts.ts'
import { HealthLook } from '../insight/health/health-look.ts'
import { HealthWatch } from '../insight/health/health-watch.ts'
import { Inspector } from '../insight/inspector.ts'
import type { Observed } from '../kernel/observed.ts'
import { FleetWatch } from '../publish/api/fleet-watch.ts'
import { routesTo } from '../publish/api/routes.ts'
import { type ListenAddress, startReadOnlyServer, startServer } from '../publish/api/server.ts'
import type { Routes } from '../publish/api/zod-routes.ts'
import { fdbPieces, linkPieces } from '../publish/iproute2/kernel-tables.ts'
import { createMetrics } from '../publish/metrics/metrics.ts'
import { StateFile } from '../publish/state-file.ts'
import { Reconciler } from '../reconcile/loop/reconciler.ts'
import { Ownership } from '../record/ownership.ts'
import { type Notify, notifier } from '../systemd/notify.ts'
import { asStatus, statusSentence } from '../systemd/status-sentence.ts'
import { Watchdog, watchdogLimitMs } from '../systemd/watchdog.ts'
import type { DeletionPolicy } from '../trial/deletion-policy.ts'
import { EnforcedState } from '../trial/enforced-state.ts'
import { Enforcer } from '../trial/enforcer.ts'
import { planLines } from '../trial/plan-lines.ts'
import { PushedTaker } from '../trial/pushed-taker.ts'
import { withHealth } from './agent-status.ts'
import { AnnouncedReload } from './announced-reload.ts'
import { applyContextHere } from './apply-context.ts'
import { fleetOf, fleetPictureOf } from './fleet-of.ts'
import { Health } from './health.ts'
import { openKernel } from './open-kernel.ts'
import { tellEachOther } from './tell-each-other.ts'

/** How the agent is run. */
export interface AgentOptions {
  /** A directory of desired-state files, or one file. */
  readonly desired: string
  readonly stateDir: string
  /** Path of the Unix socket; `state.json` lies beside it. */
  readonly socket: string
  readonly resyncIntervalMs: number
  /** How much is read of the files. */
  readonly limits: ReadLimits
  /** Whether links may be replaced for which no file says so. */
  readonly replace: ReplacePolicy
  /** When deletions wait that the files ask for. */
  readonly deletions: DeletionPolicy
  /** Whether changed files are taken up at once; else at a start, a reload, and an apply. */
  readonly watchesFiles: boolean
  /** Where what can be read is served besides the socket. */
  readonly listen?: ListenAddress
  /** A file to which events are written, and from which those of earlier runs are read. */
  readonly eventFile?: string
  /** The user that the fleet process runs as: it may hand over what the fleet says. */
  readonly fleetUser: string
  readonly version: string
}

/** A running agent. */
export interface Agent {
  /** Reads the desired files again and reconciles. */
  reload(): Promise<void>
  /** Ends it and leaves the overlay in place. */
  stop(): Promise<void>
}

/** Starts the agent; resolves when it serves its socket and has tried to reconcile once. Throws StartupError. */
export async function startAgent(options: AgentOptions, log: Logger): Promise<Agent> {
  const opened = new OpenedParts()
  const notify = notifier(process.env['NOTIFY_SOCKET'])
  try {
    notify(asStatus(`Starting: reading ${options.desired}`))
    return await build(options, { log, notify }, opened)
  } catch (error) {
    notify(asStatus(`Cannot start: ${(error as Error).message}`))
    await opened.close()
    throw error
  }
}

/** What is to be closed when the agent stops, or cannot start: last opened, first closed. */
class OpenedParts {
  readonly #parts: (() => unknown)[] = []

  add<T>(part: T, close: (part: T) => unknown): T {
    this.#parts.push(() => close(part))
    return part
  }

  async close(): Promise<void> {
    for (const close of this.#parts.splice(0).toReversed()) {
      await close()
    }
  }
}

/** The text of `state.json`. */
function* statePieces(status: AgentStatus, observed: Observed): Generator<string> {
  // All of it as of one moment, though it is read piece by piece.
  const [links, fdb] = [linkPieces(observed), fdbPieces(observed)]
  yield `{"status":${JSON.stringify(status)},"links":`
  yield* links
  yield ',"fdb":'
  yield* fdb
  yield '}\n'
}

/** Whom the agent tells what it does. */
interface Told {
  readonly log: Logger
  readonly notify: Notify
}

async function build(options: AgentOptions, { log, notify }: Told, opened: OpenedParts): Promise<Agent> {
  let isReady = false
  requireNetAdmin()
  opened.add(lockStateDirectory(options.stateDir, options.socket), (lock) => lock.release())
  const ownership = Ownership.open(options.stateDir)
  const enforcedState = new EnforcedState({
    path: options.desired,
    stateDir: options.stateDir,
    log,
    limits: options.limits,
    deletions: options.deletions,
    madeLinks: () => Object.keys(ownership.links),
  })
  const onUndecodable = ({ error, bytes }: UndecodableMessage): void => {
    log.warn({ err: error, bytes: bytes.toString('hex') }, 'passed over a kernel message that could not be read')
  }
  const { client, observer, release } = opened.add(openKernel({ onUndecodable }), (part) => part.close())
  await requireVxlan(client)

  const events = new EventLog()
  keepEvents(options, events, log, opened)
  const history = opened.add(new History(events, observer), (part) => part.close())
  const applyContext = applyContextHere({ client, observer, ownership, release }, options.replace)
  const reconciler = new Reconciler({ applyContext, log, resyncIntervalMs: options.resyncIntervalMs })
  const fleet = fleetOf(options.stateDir, log)
  const enforcer = new Enforcer({
    enforcedState,
    fleet,
    reconciler,
    applyContext,
    version: options.version,
    log,
    keepsWindow: true,
  })
  const pushed = new PushedTaker({
    ...{ enforcedState, enforcer, log },
    planLines: (state) => planLines(state, { fleet, applyContext }),
  })
  // On a socket of their own: who looks does not wait behind changes, and is no sign that those get on.
  const nameOfLink = (index: number): string | undefined => observer.names.nameOf(index)
  const looking = opened.add(new RtnetlinkClient(undefined, { onUndecodable, nameOfLink }), (part) => part.close())
  const desired = (): DesiredState | undefined => enforcer.desired
  const probes = (): HealthFacts['probes'] => heardProbes(fleet, enforcer.desired)
  const counters = new CounterWatch()
  const sources = { client: looking, tables: observer, release, counters, log: events, desired, probes }
  const healthWatch = opened.add(new HealthWatch(new HealthLook(sources, true)), (part) => part.stop())
  const teller = withHealth(enforcer, healthWatch)
  const metrics = opened.add(
    createMetrics({ teller, observer, client, log: events, version: options.version, release }),
    (part) => part.close(),
  )

  const health = new Health({ client, observer, enforcer })
  const watchdog = new Watchdog({
    notify,
    limitMs: watchdogLimitMs(process.env, process.pid),
    examine: (deadlineMs) => health.examine(deadlineMs),
    log,
  })
  opened.add(watchdog, (part) => part.close())

  const reload = new AnnouncedReload(notify, () => watchdog.during(enforcer.reload()))
  const stateFile = new StateFile(
    join(dirname(options.socket), 'state.json'),
    () => statePieces(teller.status(), observer.observed),
    log,
  )
  opened.add(stateFile, (part) => part.close())
  opened.add(enforcer, (part) => part.stop())
  const fleetWatch = opened.add(
    new FleetWatch(() => fleetPictureOf({ enforcedState, enforcer, fleet, observer, pushed })),
    (part) => part.close(),
  )
  const macWatch = opened.add(new MacWatch(() => enforcedState.state, observer), (part) => part.close())
  tellEachOther({
    ...{
      observer,
      reconciler,
      teller,
      enforcedState,
      events,
      history,
      healthWatch,
      metrics,
      stateFile,
      fleet,
      fleetWatch,
      pushed,
      macWatch,
    },
    ...{ notify, log, onUndecodable, isReady: () => isReady },
  })
  const tables = {
    client: looking,
    tables: observer,
    release,
    history: { log: events, firstSeen: history.firstSeen },
    fleet: () => {
      const handover = enforcedState.state && fleet.usedBy(enforcedState.state)
      return handover && { ...handover, memberAt: memberIn(handover) }
    },
  }
  const inspector = new Inspector(tables)
  const readings = {
    ...{
      enforcer,
      teller,
      observer,
      inspector,
      healthWatch,
      fleetWatch,
      macWatch,
      fleetChunks: fleet.chunks,
      log: events,
      ...{ metrics, pushed },
    },
    isReady: () => isReady,
  }
  const routes = routesTo(readings, options.version)
  await serve(options, routes, log, opened)
  watchFiles(options, enforcer, log, opened)
  await watchdog.during(enforcer.reload())
  isReady = true
  pushed.begin()
  healthWatch.start()
  // What was told during the first pass said that it was not over.
  stateFile.touch()
  notify('READY=1', asStatus(statusSentence(teller.status())))
  log.info({ version: options.version, desired: options.desired, socket: options.socket }, 'ready')

  return {
    reload: () => reload.run(),
    async stop() {
      reload.stop()
      notify('STOPPING=1', asStatus('Stopping: the overlay stays in place'))
      // Before the server: to close that may take a moment, in which no drift is to be repaired any more.
      await watchdog.during(enforcer.stop())
      await opened.close()
      log.info('stopped; the overlay stays in place')
      if (enforcedState.trial !== undefined) {
        log.warn('a state is on trial, and nobody ends its window until the next start')
      }
    },
  }
}

/** Events of earlier runs are read, and those of this one written, where there is a file for them. */
function keepEvents({ eventFile }: AgentOptions, events: EventLog, log: Logger, opened: OpenedParts): void {
  if (eventFile !== undefined) {
    events.recall(recallEvents(eventFile, events.capacity))
    opened.add(new EventFile(eventFile, events, log), (part) => part.close())
  }
}

/** On the socket, and for reading on an address, if there is to be one. */
async function serve(options: AgentOptions, routes: Routes, log: Logger, opened: OpenedParts): Promise<void> {
  const fleetUser = userIdOf(options.fleetUser)
  opened.add(await startServer(options.socket, routes, log, fleetUser), (part) => part.close())
  if (options.listen !== undefined) {
    opened.add(await startReadOnlyServer(options.listen, routes, log), (part) => part.close())
  }
}

/** Changed files are taken up at once, if they are to be. */
function watchFiles(options: AgentOptions, enforcer: Enforcer, log: Logger, opened: OpenedParts): void {
  if (options.watchesFiles) {
    const watch = watchDesired(
      options.desired,
      () => {
        enforcer.reload().catch((error: unknown) => log.error({ err: error }, 'cannot reload'))
      },
      ({ message }) => log.warn(`${message}; changes may be seen late, or only by systemctl reload (SIGHUP)`),
    )
    opened.add(watch, (part) => part.close())
  }
}
