/** What the agent tells Prometheus: counted as things happen, read where it can be read when a scrape comes. */
import { Registry } from 'prom-client'
import type { RequestCounters, RouteMessage } from '../../../rtnetlink/index.ts'
import type { HealthReport } from '../../answers/health.ts'
import type { AgentStatus } from '../../answers/status.ts'
import type { KernelRelease } from '../../host/kernel-release.ts'
import type { Observed } from '../../kernel/observed.ts'
import { type EventMetrics, type EventReadings, eventMetrics } from './event-metrics.ts'
import { fdbMetrics } from './fdb-metrics.ts'
import { fleetMetrics } from './fleet-metrics.ts'
import { healthMetrics } from './health-metrics.ts'
import { netlinkMetrics } from './netlink-metrics.ts'
import { probeMetrics } from './probe-metrics.ts'
import { processMetrics } from './process-metrics.ts'
import { type ReconcileMetrics, reconcileMetrics } from './reconcile-metrics.ts'
import { statusMetrics } from './status-metrics.ts'

/** What is read at each scrape. */
export interface MetricsSource {
  readonly teller: { status(): AgentStatus }
  readonly observer: { readonly observed: Observed }
  readonly client: { readonly counters: Readonly<RequestCounters> }
  readonly log: EventReadings
  readonly version: string
  /** Of the running kernel. */
  readonly release: KernelRelease
}

/** The metrics of one agent. */
export interface Metrics extends ReconcileMetrics, Pick<EventMetrics, 'noteEvent'> {
  /** Takes in what the checks found. */
  noteHealth(report: HealthReport): void

  /** Counts one message of the kernel. There may be 100,000 a second. */
  noteChange(message: RouteMessage): void
  /** All of them in Prometheus' text format. */
  text(): Promise<string>
  /** Of the text. */
  readonly contentType: string
  close(): void
}

/** Metrics in a registry of their own. */
export function createMetrics({ teller, observer, client, log, version, release }: MetricsSource): Metrics {
  const registry = new Registry()
  const readStatus = statusMetrics(registry)
  const reconciling = reconcileMetrics(registry)
  const netlink = netlinkMetrics(registry)
  const readFdb = fdbMetrics(registry)
  const events = eventMetrics(registry)
  const health = healthMetrics(registry)
  const readFleet = fleetMetrics(registry)
  const readProbes = probeMetrics(registry)
  const ownProcess = processMetrics(registry, { version, kernel: release.text })

  return {
    ...reconciling,
    noteEvent: events.noteEvent,
    noteHealth: health.noteHealth,
    noteChange: netlink.noteChange,
    contentType: registry.contentType,
    async text() {
      const status = teller.status()
      readStatus(status)
      health.read(status)
      readFleet(status)
      readProbes(status)
      netlink.read(client.counters, status.counters.overruns)
      readFdb(observer.observed)
      events.read(log)
      ownProcess.read()
      return registry.metrics()
    },
    close: ownProcess.close,
  }
}
