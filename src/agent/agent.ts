/** The agent: builds the parts and joins them. The only place that does. */
import { release } from 'node:os'
import { dirname, join } from 'node:path'
import type { Logger } from 'pino'
import { RtnetlinkClient, type UndecodableMessage } from '../rtnetlink/index.ts'
import { startServer } from './api/server.ts'
import { appliedActions } from './apply/applied-actions.ts'
import type { Outcome } from './apply/apply.ts'
import { Ownership } from './apply/ownership.ts'
import { writeSysctl } from './apply/sysctls.ts'
import { DesiredSource } from './desired/source.ts'
import { watchDesired } from './desired/watch.ts'
import { kernelTables } from './export/kernel-tables.ts'
import { StateFile } from './export/state-file.ts'
import { Reconciler } from './loop/reconciler.ts'
import type { AgentStatus, ApplyReport } from './model/status.ts'
import { Observer, type ObserverListener } from './observe/observer.ts'
import { monotonicMicroseconds, notifier } from './service/notify.ts'
import { requireNetAdmin, requireVxlan } from './service/privileges.ts'
import { lockStateDirectory } from './service/state-directory.ts'

/** How the agent is run. */
export interface AgentOptions {
  /** A directory of desired-state files, or one file. */
  readonly desired: string
  readonly stateDir: string
  /** Path of the Unix socket; `state.json` lies beside it. */
  readonly socket: string
  readonly resyncIntervalMs: number
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
  try {
    return await build(options, log, opened)
  } catch (error) {
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

async function build(options: AgentOptions, log: Logger, opened: OpenedParts): Promise<Agent> {
  const startedAt = new Date().toISOString()
  requireNetAdmin()
  opened.add(lockStateDirectory(options.stateDir), (lock) => lock.release())
  const notify = notifier(process.env['NOTIFY_SOCKET'])
  const ownership = Ownership.load(options.stateDir)
  const source = new DesiredSource(options.desired, options.stateDir, log)
  const onUndecodable = ({ error, bytes }: UndecodableMessage): void => {
    log.warn({ err: error, bytes: bytes.toString('hex') }, 'passed over a kernel message that could not be read')
  }
  const nameOfLink = (index: number): string | undefined => observer.names.nameOf(index)
  const client = opened.add(new RtnetlinkClient(undefined, { onUndecodable, nameOfLink }), (part) => part.close())
  await requireVxlan(client)

  const listener: ObserverListener = {
    onChange(message, before) {
      reconciler.noticeMessage(message, before)
      stateFile.touch()
    },
    onOverrun() {
      log.warn('the kernel dropped events: the receive buffer overflowed; resynchronising')
      reconciler.noticeOverrun()
    },
    onUndecodable,
  }
  const observer: Observer = opened.add(new Observer(client, listener), (part) => part.close())
  const workplace = { client, observer, ownership, release: release(), writeSysctl }
  const reconciler = new Reconciler({
    workplace,
    log,
    resyncIntervalMs: options.resyncIntervalMs,
    onStatus() {
      stateFile.touch()
      notify(`STATUS=${statusSentence(status())}`)
    },
  })

  function status(): AgentStatus {
    const { reconciles, repairs, resyncs, overruns } = reconciler.counters
    const { requests, dumps } = client.counters
    const objects = reconciler.objects
    const problem = reconciler.trouble?.message
    const isConverged =
      source.status.isValid && problem === undefined && objects.every(({ state }) => state === 'converged')
    return {
      version: options.version,
      pid: process.pid,
      startedAt,
      converged: isConverged,
      ...(problem !== undefined && { problem }),
      desired: source.status,
      objects,
      counters: { reconciles, repairs, resyncs, overruns, events: observer.events, requests, dumps },
    }
  }

  // One reload after the other: the later one reads the newer files.
  let reloads: Promise<unknown> = Promise.resolve()
  function loadAndReconcile(): Promise<readonly Outcome[]> {
    const reload = reloads.then(async () => {
      const desired = await source.load()
      if (desired !== undefined) {
        reconciler.setDesired(desired, (path) => source.locate(path))
      }
      return reconciler.reconcileNow()
    })
    reloads = reload.catch(() => {})
    return reload
  }
  async function reload(): Promise<void> {
    notify('RELOADING=1', `MONOTONIC_USEC=${monotonicMicroseconds()}`)
    try {
      await loadAndReconcile()
    } finally {
      notify('READY=1')
    }
  }

  const stateFile = new StateFile(
    join(dirname(options.socket), 'state.json'),
    () => ({ status: status(), ...kernelTables(observer.observed) }),
    log,
  )
  opened.add(stateFile, (part) => part.close())
  opened.add(reconciler, (part) => part.stop())
  const server = await startServer(
    options.socket,
    {
      get: {
        '/v1/status': status,
        '/v1/links': () => kernelTables(observer.observed).links,
        '/v1/fdb': () => kernelTables(observer.observed).fdb,
      },
      post: {
        '/v1/apply': async (): Promise<ApplyReport> => {
          const outcomes = await loadAndReconcile()
          return { actions: appliedActions(outcomes), status: status() }
        },
      },
    },
    log,
  )
  opened.add(server, (part) => part.close())
  const watch = watchDesired(
    options.desired,
    () => {
      loadAndReconcile().catch((error: unknown) => log.error({ err: error }, 'cannot reload'))
    },
    (error) => log.warn({ err: error }, 'cannot watch the desired state; send SIGHUP after changing it'),
  )
  opened.add(watch, (part) => part.close())
  await loadAndReconcile()
  notify('READY=1')
  log.info({ version: options.version, desired: options.desired, socket: options.socket }, 'ready')

  return {
    reload,
    async stop() {
      notify('STOPPING=1')
      await reloads
      // Before the server: to close that may take a moment, in which no drift is to be repaired any more.
      await reconciler.stop()
      await opened.close()
      log.info('stopped; the overlay stays in place')
    },
  }
}

/** What `systemctl status` shows. */
function statusSentence({ converged, problem, desired, objects }: AgentStatus): string {
  if (problem !== undefined) {
    return `Not converged: ${problem}`
  }
  const open = objects.filter(({ state }) => state !== 'converged')
  const files = desired.isValid ? '' : ' (desired files invalid)'
  return converged
    ? `Converged: ${objects.length} links`
    : `Not converged: ${open.length} of ${objects.length} links open${files}`
}
