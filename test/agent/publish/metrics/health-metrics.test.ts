/** The metrics of health. */
import { expect, test } from 'vitest'
import { type HealthReport, type HealthStatus, healthChecks } from '../../../../src/agent/answers/health.ts'
import { createMetrics } from '../../../../src/agent/publish/metrics/metrics.ts'
import { finding } from '../../insight/health/support.ts'
import { agentStatus, metricsSource, scrape } from './support.ts'

function report(findings: HealthReport['checks'][number]['findings']): HealthReport {
  return {
    ...{
      at: '2026-01-01T00:00:00.500Z',
      tookMs: 12.5,
      watchedSeconds: 0,
      faults: 0,
      warnings: 0,
      unseen: [],
      links: [],
      vteps: [],
    },
    checks: [{ check: 'route', question: '', result: 'ok', lookedAt: '', findings }],
  }
}

/** The values of a metric, by its labels. */
async function values(metrics: ReturnType<typeof createMetrics>, name: string): Promise<Map<string, number>> {
  const samples = (await scrape(metrics)).get(name)?.samples ?? []
  return new Map(samples.map(({ labels, value }) => [Object.values(labels).join(' '), value]))
}

const health = (verdict: HealthStatus['verdict']): HealthStatus => ({
  verdict,
  checkedAt: '',
  faults: 0,
  warnings: 0,
  findings: [],
})

test.each([
  { health: undefined, expected: [] },
  { health: health('no fault seen'), expected: [1] },
  { health: health('impaired'), expected: [0] },
])('vxagent_healthy is $expected', async ({ health: of, expected }) => {
  const metrics = createMetrics(metricsSource({ status: agentStatus(of === undefined ? {} : { health: of }) }))
  expect([...(await values(metrics, 'vxagent_healthy')).values()]).toEqual(expected)
  metrics.close()
})

test('findings are counted by check and severity, and those that went are 0', async () => {
  const metrics = createMetrics(metricsSource())
  metrics.noteHealth(
    report([finding({ check: 'route' }), finding({ check: 'route' }), finding({ check: 'mtu', severity: 'warning' })]),
  )
  const all = await values(metrics, 'vxagent_health_findings')
  expect(all.size).toBe(Object.keys(healthChecks).length * 2)
  expect([...all].filter(([, count]) => count > 0)).toEqual([
    ['route fault', 2],
    ['mtu warning', 1],
  ])
  metrics.noteHealth(report([]))
  expect([...(await values(metrics, 'vxagent_health_findings')).values()].filter((count) => count > 0)).toEqual([])
  expect([...(await values(metrics, 'vxagent_health_checked_timestamp_seconds')).values()]).toEqual([1_767_225_600.5])
  expect([...(await values(metrics, 'vxagent_health_check_duration_seconds')).values()]).toEqual([0.0125])
  metrics.close()
})
