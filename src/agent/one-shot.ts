/** One look or one reconcile without a daemon. */
import { release } from 'node:os'
import type { Logger } from 'pino'
import { RtnetlinkClient } from '../rtnetlink/index.ts'
import { appliedActions } from './apply/applied-actions.ts'
import { Ownership } from './apply/ownership.ts'
import { writeSysctl } from './apply/sysctls.ts'
import type { Issue } from './desired/issue.ts'
import { loadDesired } from './desired/load.ts'
import { Reconciler } from './loop/reconciler.ts'
import type { AgentStatus, ApplyReport } from './model/status.ts'
import { Observer } from './observe/observer.ts'
import type { Plan } from './plan/action.ts'
import { diff } from './plan/diff.ts'
import { requireNetAdmin, requireVxlan } from './service/privileges.ts'
import { lockStateDirectory } from './service/state-directory.ts'

/** Where the desired state and the record of what is ours lie. */
export interface OneShotOptions {
  readonly desired: string
  readonly stateDir: string
}

const silent = { onChange: () => {}, onOverrun: () => {}, onUndecodable: () => {} }
const never = 2 ** 31 - 1

/** What would be done now. Changes nothing. Throws InvalidDesiredState. */
export async function planOnce({
  desired,
  stateDir,
}: OneShotOptions): Promise<{ plan: Plan; warnings: readonly Issue[] }> {
  const { state, warnings } = await loadDesired([desired])
  const ownership = Ownership.load(stateDir)
  const client = new RtnetlinkClient()
  const observer = new Observer(client, silent)
  try {
    await observer.resync({ fdb: true })
    return { plan: diff(state, observer.observed, ownership, { release: release() }), warnings }
  } finally {
    observer.close()
    client.close()
  }
}

/** Reconciles once. Throws InvalidDesiredState, or StartupError when a daemon holds the state directory. */
export async function applyOnce(
  { desired, stateDir, version }: OneShotOptions & { readonly version: string },
  log: Logger,
): Promise<ApplyReport> {
  const startedAt = new Date().toISOString()
  requireNetAdmin()
  const { state, files, warnings, locate } = await loadDesired([desired])
  const lock = lockStateDirectory(stateDir)
  const ownership = Ownership.load(stateDir)
  const client = new RtnetlinkClient(undefined, { nameOfLink: (index) => observer.names.nameOf(index) })
  const observer: Observer = new Observer(client, silent)
  const workplace = { client, observer, ownership, release: release(), writeSysctl }
  const reconciler = new Reconciler({ workplace, log, resyncIntervalMs: never, onStatus: () => {} })
  try {
    await requireVxlan(client)
    reconciler.setDesired(state, locate)
    const outcomes = await reconciler.reconcileNow()
    if (reconciler.trouble !== undefined) {
      throw reconciler.trouble
    }
    const { reconciles, repairs, resyncs, overruns } = reconciler.counters
    const { requests, dumps } = client.counters
    const status: AgentStatus = {
      version,
      pid: process.pid,
      startedAt,
      converged: reconciler.objects.every((object) => object.state === 'converged'),
      desired: {
        path: desired,
        isValid: true,
        issues: warnings,
        files,
        enforcing: 'current',
        enforcedSince: startedAt,
      },
      objects: reconciler.objects,
      counters: { reconciles, repairs, resyncs, overruns, events: observer.events, requests, dumps },
    }
    return { actions: appliedActions(outcomes), status }
  } finally {
    await reconciler.stop()
    observer.close()
    client.close()
    lock.release()
  }
}
