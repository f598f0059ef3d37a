/** Metrics of whether the overlay carries traffic, as far as this host sees. */
import { Gauge, type Registry } from 'prom-client'
import { type HealthReport, healthChecks } from '../../answers/health.ts'
import type { AgentStatus } from '../../answers/status.ts'

export interface HealthMetrics {
  /** Takes in what the checks found. */
  noteHealth(report: HealthReport): void
  /** Takes in the verdict on the declared links. */
  read(status: Pick<AgentStatus, 'health'>): void
}

export function healthMetrics(registry: Registry): HealthMetrics {
  const registers = [registry]
  const healthy = new Gauge({
    name: 'vxagent_healthy',
    help: 'Whether the checks found no fault that concerns a declared link: 1, or 0. Absent until the first look.',
    registers,
  })
  const findings = new Gauge({
    name: 'vxagent_health_findings',
    help: 'What the checks of `vxagent doctor` found on this host, by check and severity: fault, warning.',
    labelNames: ['check', 'severity'] as const,
    registers,
  })
  const checked = new Gauge({
    name: 'vxagent_health_checked_timestamp_seconds',
    help: 'When the checks last ran, in seconds since 1970.',
    registers,
  })
  const took = new Gauge({
    name: 'vxagent_health_check_duration_seconds',
    help: 'How long the checks took the last time.',
    registers,
  })
  healthy.remove()
  return {
    noteHealth({ at, tookMs, checks }) {
      checked.set(Date.parse(at) / 1000)
      took.set(tookMs / 1000)
      for (const check of Object.keys(healthChecks)) {
        for (const severity of ['fault', 'warning'] as const) {
          findings.set({ check, severity }, 0)
        }
      }
      for (const { check, severity } of checks.flatMap((each) => each.findings)) {
        findings.inc({ check, severity })
      }
    },
    read({ health }) {
      if (health !== undefined) {
        healthy.set(Number(health.verdict === 'no fault seen'))
      }
    },
  }
}
