/** Metrics of a made-up host. */

import type { FleetStatus } from '../../../../src/agent/answers/fleet.ts'
import type { HealthStatus } from '../../../../src/agent/answers/health.ts'
import type { AgentStatus, ObjectStatus } from '../../../../src/agent/answers/status.ts'
import { emptyObserved, fdbKey, fdbOwner, type Observed } from '../../../../src/agent/kernel/observed.ts'
import { createMetrics, type Metrics, type MetricsSource } from '../../../../src/agent/publish/metrics/metrics.ts'
import type { Action } from '../../../../src/agent/reconcile/plan/action.ts'
import { constants, KernelError, type Link, type Neighbour } from '../../../../src/rtnetlink/index.ts'
import { device, observed, release, vxlan } from '../../../support/builders.ts'
import { type Family, readMetrics } from '../../../support/prometheus-text.ts'

const { AF_BRIDGE, AF_INET, NTF_SELF, NUD_REACHABLE } = constants

/** A forwarding entry that was learned, unless told otherwise. */
export function fdbEntry(
  ifindex: number,
  attributes: Neighbour['attributes'],
  { state = NUD_REACHABLE, flags = NTF_SELF }: { readonly state?: number; readonly flags?: number } = {},
): Neighbour {
  return { family: AF_BRIDGE, ifindex, state, flags, type: 0, attributes }
}

/** An ARP entry. */
export function arpEntry(ifindex: number, dst: string, state: number): Neighbour {
  return { family: AF_INET, ifindex, state, flags: 0, type: 0, attributes: { dst } }
}

/** Tables with these links and forwarding entries. */
export function tables(links: readonly Link[], entries: readonly Neighbour[]): Observed {
  const all = observed(links)
  for (const entry of entries) {
    const table = all.fdb.get(fdbOwner(entry)) ?? new Map<string, Neighbour>()
    all.fdb.set(fdbOwner(entry), table.set(fdbKey(entry), entry))
  }
  return all
}

/** One vxlan with so many learned entries, to so many VTEPs in turn. */
export function largeTable(entries: number, vteps: number): Observed {
  const octets = (number: number): number[] => [(number >> 16) & 255, (number >> 8) & 255, number & 255]
  const hex = (octet: number): string => octet.toString(16).padStart(2, '0')
  return tables(
    [vxlan(5, 'vxlan42', { id: 42 })],
    Array.from({ length: entries }, (_, number) =>
      fdbEntry(5, {
        lladdr: `02:00:00:${octets(number).map(hex).join(':')}`,
        dst: `10.${octets(number % vteps).join('.')}`,
      }),
    ),
  )
}

export function object(name: string, more: Partial<ObjectStatus> = {}): ObjectStatus {
  return { name, kind: 'vxlan', state: 'converged', warnings: [], since: '2026-01-02T03:04:05.000Z', ...more }
}

export function agentStatus(more: Partial<AgentStatus> = {}): AgentStatus {
  return {
    version: '1.2.3',
    hostname: 'ubuntu',
    pid: 1,
    startedAt: '2026-01-02T03:04:05.500Z',
    stateDir: '/var/lib/vxagent',
    converged: true,
    desired: {
      path: '/etc/vxagent/desired.d',
      isValid: true,
      issues: [],
      files: [],
      enforcing: 'current',
      isInForce: true,
    },
    objects: [],
    counters: { reconciles: 7, repairs: 0, resyncs: 3, overruns: 2, events: 0, requests: 0, dumps: 0 },
    ...more,
  }
}

/** What metrics are read from, of a host with nothing on it unless told otherwise. */
export function metricsSource({
  status = agentStatus(),
  tables = emptyObserved(),
}: {
  readonly status?: AgentStatus
  readonly tables?: Observed
} = {}): MetricsSource {
  return {
    teller: { status: () => status },
    observer: { observed: tables },
    client: { counters: { requests: 11, dumps: 5, interruptedDumps: 1, overruns: 4, heard: 20 } },
    log: { size: 9, followers: 2 },
    version: '1.2.3',
    release,
  }
}

/** What a scrape of metrics reads. */
export async function scrape(metrics: Metrics): Promise<Map<string, Family>> {
  return readMetrics(await metrics.text())
}

/** Metrics of a host on which everything there is a metric for has happened: a sample of every family. */
export function busyMetrics(): Metrics {
  const links = [device(2, 'eth1'), vxlan(5, 'vxlan42', { id: 42, link: 2 })]
  const entries = [
    fdbEntry(5, { lladdr: '00:00:00:00:00:00', dst: '239.1.1.1' }),
    fdbEntry(5, { lladdr: '02:00:00:00:00:02', dst: '10.0.2.254' }),
  ]
  const health: HealthStatus = {
    ...{ verdict: 'no fault seen', checkedAt: '2026-01-02T03:04:05.000Z' },
    ...{ faults: 0, warnings: 0, findings: [] },
  }
  const fleet: FleetStatus = {
    ...{ name: 'lab', links: 1, missing: 0, macs: 0 },
    heard: {
      ...{
        node: 'ubuntu',
        mode: 'live',
        since: health.checkedAt,
        at: health.checkedAt,
        members: 3,
        gone: 0,
        revision: 7,
      },
      ...{ counters: { lists: 1, repairs: 0, leases: 1, failures: 0 }, problems: [], problemCount: 0 },
      probes: {
        ...{ every: 60, staleAfter: 900, answeredRequests: 5, refusedRequests: 0 },
        vnis: [
          {
            ...{ vni: 42, reachable: 1, unreachable: 1, unknown: 0, smaller: 0 },
            ...{ sent: 9, lost: 3, answered: 6, roundTripSeconds: 0.003 },
          },
        ],
      },
    },
  }
  const metrics = createMetrics(
    metricsSource({
      status: agentStatus({ objects: [object('vxlan42')], health, fleet }),
      tables: tables(links, entries),
    }),
  )
  metrics.noteHealth({
    ...{ at: health.checkedAt, tookMs: 3, watchedSeconds: 60, faults: 0, warnings: 0 },
    ...{ checks: [], unseen: [], links: ['vxlan42'], vteps: [] },
  })
  const action: Action = { kind: 'deleteLink', link: 'vxlan42', reason: 'test', madeAs: 'vxlan42', ifindex: 5 }
  metrics.noteActions([action], () => true)
  const error = new KernelError({ operation: 'delete link', code: 'EBUSY' })
  metrics.noteOutcomes([{ action }, { action, error }], () => true)
  metrics.noteCycle(12, undefined)
  metrics.noteEvent({ kind: 'moved', dev: 'vxlan42' })
  return metrics
}
