import { setTimeout as delay } from 'node:timers/promises'
import fc from 'fast-check'
import { describe, expect, onTestFinished, test } from 'vitest'
import { driftKind, driftKinds } from '../../../../src/agent/publish/metrics/drift-kind.ts'
import { usualCodes } from '../../../../src/agent/publish/metrics/error-code.ts'
import { mostMoveDevices } from '../../../../src/agent/publish/metrics/event-metrics.ts'
import { createMetrics, type Metrics, type MetricsSource } from '../../../../src/agent/publish/metrics/metrics.ts'
import type { Action } from '../../../../src/agent/reconcile/plan/action.ts'
import { constants, KernelError, type RouteMessage } from '../../../../src/rtnetlink/index.ts'
import { device, vxlan } from '../../../support/builders.ts'
import { sampleValue } from '../../../support/prometheus-text.ts'
import { agentStatus, busyMetrics, fdbEntry, largeTable, metricsSource, object, scrape, tables } from './support.ts'

function metricsOf(source: MetricsSource = metricsSource()): Metrics {
  const metrics = createMetrics(source)
  onTestFinished(() => metrics.close())
  return metrics
}

const missing: Action = { kind: 'changeSysctls', link: 'vxlan0', reason: '', changes: [] }
const always = (): boolean => true
const never = (): boolean => false

describe('what the status says', () => {
  test('a converged host', async () => {
    const objects = [object('vxlan0'), object('vxlan1'), object('br0', { kind: 'bridge', state: 'waiting' })]
    const families = await scrape(metricsOf(metricsSource({ status: agentStatus({ objects }) })))
    expect(sampleValue(families, 'vxagent_converged')).toBe(1)
    expect(sampleValue(families, 'vxagent_desired_valid')).toBe(1)
    expect(sampleValue(families, 'vxagent_desired_in_force')).toBe(1)
    expect(sampleValue(families, 'vxagent_objects', { kind: 'vxlan', state: 'converged' })).toBe(2)
    expect(sampleValue(families, 'vxagent_objects', { kind: 'bridge', state: 'waiting' })).toBe(1)
    expect(sampleValue(families, 'vxagent_objects', { kind: 'port', state: 'conflict' })).toBe(0)
    expect(sampleValue(families, 'vxagent_start_time_seconds')).toBe(Date.UTC(2026, 0, 2, 3, 4, 5, 500) / 1000)
    expect(sampleValue(families, 'vxagent_reconciles_total')).toBe(7)
    expect(sampleValue(families, 'vxagent_resyncs_total')).toBe(3)
  })

  test('a host on which deletions wait', async () => {
    const { desired } = agentStatus()
    const losses = [{ what: 'links', count: 6, of: 10, names: [] }] as const
    const toBeDeleted = [{ name: 'vxlan5', at: '2026-01-02T03:04:05Z' }]
    const status = agentStatus({
      desired: { ...desired, held: { since: '2026-01-02T03:04:05Z', losses }, toBeDeleted },
    })
    const families = await scrape(metricsOf(metricsSource({ status })))
    expect(sampleValue(families, 'vxagent_held_deletions', { what: 'links' })).toBe(6)
    expect(sampleValue(families, 'vxagent_held_deletions', { what: 'addresses' })).toBe(0)
    expect(sampleValue(families, 'vxagent_delayed_deletions')).toBe(1)
  })

  test('a host with broken files, after a rollback', async () => {
    const { desired } = agentStatus()
    const status = agentStatus({ converged: false, desired: { ...desired, isValid: false, isInForce: false } })
    const families = await scrape(metricsOf(metricsSource({ status })))
    for (const name of ['vxagent_converged', 'vxagent_desired_valid', 'vxagent_desired_in_force']) {
      expect(sampleValue(families, name)).toBe(0)
    }
  })
})

describe('the reconciler', () => {
  test('drift found counts at the attempt, drift repaired at the success, errors by code', async () => {
    const metrics = metricsOf()
    metrics.noteActions([missing, missing], always)
    const error = new KernelError({ operation: '', code: 'EINVAL' })
    metrics.noteOutcomes([{ action: missing }, { action: missing, error }], always)
    const families = await scrape(metrics)
    expect(sampleValue(families, 'vxagent_drift_found_total', { kind: 'sysctl_differs' })).toBe(2)
    expect(sampleValue(families, 'vxagent_drift_repaired_total', { kind: 'sysctl_differs' })).toBe(1)
    expect(sampleValue(families, 'vxagent_errors_total', { code: 'EINVAL' })).toBe(1)
  })

  test('what a new desired state asks for is no drift', async () => {
    const metrics = metricsOf()
    metrics.noteActions([missing], never)
    metrics.noteOutcomes([{ action: missing }], never)
    const families = await scrape(metrics)
    expect(sampleValue(families, 'vxagent_drift_found_total', { kind: 'sysctl_differs' })).toBe(0)
    expect(sampleValue(families, 'vxagent_drift_repaired_total', { kind: 'sysctl_differs' })).toBe(0)
  })

  test('a cycle is measured, and counts as an error when it failed', async () => {
    const metrics = metricsOf()
    metrics.noteCycle(40, undefined)
    metrics.noteCycle(2000, new Error('no answer'))
    const families = await scrape(metrics)
    const samples = families.get('vxagent_reconcile_duration_seconds')?.samples ?? []
    const sample = (suffix: string): number | undefined => samples.find(({ name }) => name.endsWith(suffix))?.value
    expect(sample('_count')).toBe(2)
    expect(sample('_sum')).toBeCloseTo(2.04)
    expect(samples.find(({ labels }) => labels['le'] === '0.05')?.value).toBe(1)
    expect(sampleValue(families, 'vxagent_errors_total', { code: 'other' })).toBe(1)
  })

  test('every kind of drift has a series from the start, since one that begins at 1 shows no increase', async () => {
    const families = await scrape(metricsOf())
    for (const name of ['vxagent_drift_found_total', 'vxagent_drift_repaired_total']) {
      expect(families.get(name)?.samples.map(({ labels }) => labels['kind'])).toEqual(driftKinds)
    }
  })

  test('so have the codes that the kernel refuses requests with', async () => {
    const samples = (await scrape(metricsOf())).get('vxagent_errors_total')?.samples ?? []
    expect(samples.map(({ labels }) => labels['code'])).toEqual(usualCodes)
    expect(samples.filter(({ value }) => value !== 0)).toEqual([])
  })

  test('entries and neighbours are told apart', () => {
    const entries = { link: 'vxlan0', reason: '', entries: [], isKept: false } as const
    expect(driftKind({ kind: 'addEntries', table: 'fdb', ...entries })).toBe('fdb_missing')
    expect(driftKind({ kind: 'addEntries', table: 'neighbours', ...entries })).toBe('neighbour_missing')
  })
})

describe('netlink', () => {
  test('messages are counted by object, ARP and forwarding entries apart, and by verb', async () => {
    const metrics = metricsOf()
    const value = fdbEntry(5, { lladdr: '02:00:00:00:00:02' })
    const messages: RouteMessage[] = [
      { object: 'neighbour', verb: 'new', value },
      { object: 'neighbour', verb: 'new', value },
      { object: 'neighbour', verb: 'delete', value: { ...value, family: constants.AF_INET } },
      { object: 'link', verb: 'new', value: device(2, 'eth1') },
    ]
    for (const message of messages) {
      metrics.noteChange(message)
    }
    const families = await scrape(metrics)
    const count = (object: string, verb: string): number | undefined =>
      sampleValue(families, 'vxagent_netlink_messages_total', { object, verb })
    expect([count('fdb', 'new'), count('fdb', 'delete')]).toEqual([2, 0])
    expect([count('neighbour', 'new'), count('neighbour', 'delete')]).toEqual([0, 1])
    expect(count('link', 'new')).toBe(1)
  })

  test('requests, dumps and overruns are what the client counted', async () => {
    const families = await scrape(metricsOf())
    expect(sampleValue(families, 'vxagent_netlink_requests_total')).toBe(11)
    expect(sampleValue(families, 'vxagent_netlink_dumps_total')).toBe(5)
    expect(sampleValue(families, 'vxagent_netlink_interrupted_dumps_total')).toBe(1)
    expect(sampleValue(families, 'vxagent_netlink_overruns_total', { socket: 'events' })).toBe(2)
    expect(sampleValue(families, 'vxagent_netlink_overruns_total', { socket: 'requests' })).toBe(4)
  })
})

describe('events', () => {
  test('are counted by kind, moves by device too', async () => {
    const metrics = metricsOf()
    for (const kind of ['moved', 'moved', 'aged-out', 'flapping'] as const) {
      metrics.noteEvent({ kind, dev: 'vxlan0' })
    }
    const families = await scrape(metrics)
    expect(sampleValue(families, 'vxagent_events_total', { kind: 'moved' })).toBe(2)
    expect(sampleValue(families, 'vxagent_events_total', { kind: 'aged-out' })).toBe(1)
    expect(sampleValue(families, 'vxagent_events_total', { kind: 'duplicate' })).toBe(0)
    expect(sampleValue(families, 'vxagent_mac_moves_total', { device: 'vxlan0' })).toBe(2)
    expect(sampleValue(families, 'vxagent_events_kept')).toBe(9)
    expect(sampleValue(families, 'vxagent_event_subscribers')).toBe(2)
  })

  test('of many devices with moves, the later ones are counted together', async () => {
    const metrics = metricsOf()
    for (let number = 0; number < mostMoveDevices + 5; number += 1) {
      metrics.noteEvent({ kind: 'moved', dev: `vxlan${number}` })
    }
    const samples = (await scrape(metrics)).get('vxagent_mac_moves_total')?.samples ?? []
    expect(samples).toHaveLength(mostMoveDevices + 1)
    expect(samples.at(-1)).toMatchObject({ labels: { device: 'other' }, value: 5 })
  })
})

describe('the forwarding tables', () => {
  test('are counted by device, state and VTEP', async () => {
    const families = await scrape(metricsOf(metricsSource({ tables: largeTable(30, 3) })))
    const labels = { device: 'vxlan42', state: 'learned', vtep: '10.0.0.1' }
    expect(sampleValue(families, 'vxagent_fdb_entries', labels)).toBe(10)
    expect(sampleValue(families, 'vxagent_vteps', { device: 'vxlan42' })).toBe(3)
    expect(sampleValue(families, 'vxagent_vteps_failed', { device: 'vxlan42' })).toBe(0)
  })

  test('what is gone is not told any more', async () => {
    const observed = largeTable(30, 3)
    const metrics = metricsOf(metricsSource({ tables: observed }))
    await metrics.text()
    observed.fdb.clear()
    const families = await scrape(metrics)
    expect(families.get('vxagent_fdb_entries')?.samples).toEqual([])
    expect(sampleValue(families, 'vxagent_vteps', { device: 'vxlan42' })).toBe(0)
  })

  test('two devices whose names read the same are counted together', async () => {
    const links = [vxlan(5, 'vx\ufffd', { id: 1 }), vxlan(6, 'vx\ufffd', { id: 2 })]
    const entries = [5, 6].map((index) => fdbEntry(index, { lladdr: '02:00:00:00:00:02', dst: '10.0.2.9' }))
    const families = await scrape(metricsOf(metricsSource({ tables: tables(links, entries) })))
    expect(families.get('vxagent_fdb_entries')?.samples).toMatchObject([{ value: 2 }])
  })

  test.each([3, 1000])('100,000 entries to %i VTEPs are read in a moment', async (vteps) => {
    const metrics = metricsOf(metricsSource({ tables: largeTable(100_000, vteps) }))
    const tookMs: number[] = []
    for (let count = 0; count < 9; count += 1) {
      const began = performance.now()
      await metrics.text()
      tookMs.push(performance.now() - began)
    }
    const median = tookMs.toSorted((a, b) => a - b)[4] ?? 0
    process.stdout.write(`a scrape with 100,000 entries to ${vteps} VTEPs: median ${median.toFixed(1)} ms of 9\n`)
    // Some 10 ms on an ordinary machine; the bound is for one that is busy with other things.
    expect(median).toBeLessThan(1000)
  })
})

describe('the process', () => {
  test('tells versions, memory, descriptors and processor time', async () => {
    const families = await scrape(metricsOf())
    const versions = { version: '1.2.3', kernel: '6.18.0', node: process.versions.node }
    expect(sampleValue(families, 'vxagent_build_info', versions)).toBe(1)
    expect(sampleValue(families, 'vxagent_process_resident_memory_bytes')).toBeGreaterThan(1e6)
    expect(sampleValue(families, 'vxagent_process_heap_bytes')).toBeGreaterThan(1e6)
    expect(sampleValue(families, 'vxagent_process_open_fds')).toBeGreaterThan(2)
    expect(sampleValue(families, 'vxagent_process_cpu_seconds_total')).toBeGreaterThan(0)
  })

  test('a loop that was kept busy shows in the lag', async () => {
    const metrics = metricsOf()
    const until = performance.now() + 400
    while (performance.now() < until) {
      // Busy.
    }
    let late = 0
    while (late === 0) {
      await delay(10)
      const samples = (await scrape(metrics)).get('vxagent_event_loop_lag_seconds')?.samples ?? []
      const count = (le: string): number => samples.find(({ labels }) => labels['le'] === le)?.value ?? 0
      late = count('+Inf') - count('0.1')
    }
    expect(late).toBeGreaterThan(0)
    expect(sampleValue(await scrape(metrics), 'vxagent_event_loop_longest_silence_seconds')).toBeGreaterThan(0.2)
  })
})

describe('the text', () => {
  test('is of the format that Prometheus asks for', async () => {
    const metrics = metricsOf()
    expect(metrics.contentType).toBe('text/plain; version=0.0.4; charset=utf-8')
    expect(await metrics.text()).toMatch(
      /^# HELP vxagent_converged .+\n# TYPE vxagent_converged gauge\nvxagent_converged 1\n/,
    )
  })

  test('carries any device name, and never lets one break out of its label', async () => {
    const anyByte = fc.uint8Array({ minLength: 1, maxLength: 15 }).map((bytes) => Buffer.from(bytes).toString('utf8'))
    const hostile = fc.constantFrom('"} 1\n', 'a\\', '\\"', '\n', 'x"y', '\u001b[31m', '\ud800', '{}', 'other')
    await fc.assert(
      fc.asyncProperty(fc.oneof(anyByte, hostile), async (name) => {
        const observed = tables(
          [vxlan(5, name, { id: 42 })],
          [fdbEntry(5, { lladdr: '02:00:00:00:00:02', dst: '10.0.2.9' })],
        )
        const metrics = createMetrics(metricsSource({ tables: observed }))
        try {
          metrics.noteEvent({ kind: 'moved', dev: name })
          const families = await scrape(metrics)
          for (const family of ['vxagent_fdb_entries', 'vxagent_vteps', 'vxagent_mac_moves_total']) {
            expect(families.get(family)?.samples.map(({ labels }) => labels['device'])).toEqual([name])
          }
        } finally {
          metrics.close()
        }
      }),
    )
  })

  test('two scrapes at once read the same', async () => {
    const metrics = busyMetrics()
    onTestFinished(() => metrics.close())
    const names = (families: Awaited<ReturnType<typeof scrape>>): string[] =>
      [...families.values()].flatMap(({ samples }) =>
        samples.map(({ name, labels }) => `${name} ${JSON.stringify(labels)}`),
      )
    const [one, two] = await Promise.all([scrape(metrics), scrape(metrics)])
    expect(names(one)).toEqual(names(two))
  })

  test('two agents in one process do not count for each other', async () => {
    const [one, two] = [metricsOf(), metricsOf()]
    one.noteEvent({ kind: 'learned' })
    expect(sampleValue(await scrape(two), 'vxagent_events_total', { kind: 'learned' })).toBe(0)
  })
})
