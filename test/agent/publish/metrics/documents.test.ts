import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { eventKinds } from '../../../../src/agent/answers/overlay-event.ts'
import { driftKinds } from '../../../../src/agent/publish/metrics/drift-kind.ts'
import { mostMoveDevices } from '../../../../src/agent/publish/metrics/event-metrics.ts'
import { mostDevices, mostPairs } from '../../../../src/agent/publish/metrics/fdb-labels.ts'
import {
  type Dashboard,
  dashboardExpressions,
  panelsOf,
  type RuleFile,
  type RuleTests,
} from '../../../support/monitoring.ts'
import { busyMetrics, scrape } from './support.ts'
import { metricsTable } from './table.ts'

const read = (path: string): string => readFileSync(join(import.meta.dirname, '../../../..', path), 'utf8')
const page = read('docs/reference/metrics.md')
const rules = (parse(read('examples/prometheus/vxagent.rules.yaml')) as RuleFile).groups.flatMap((group) => group.rules)
const ruleTests = (parse(read('examples/prometheus/vxagent.rules.test.yaml')) as RuleTests).tests
const dashboard = JSON.parse(read('examples/grafana/vxagent.json')) as Dashboard

const metrics = busyMetrics()
const families = await scrape(metrics)
metrics.close()
/** Every name that a series may have. */
const names = new Set([...families.values()].flatMap(({ samples }) => samples.map(({ name }) => name)))

/** What of an expression looks like a metric of ours. */
function metricsIn(expression: string): string[] {
  return [...expression.matchAll(/\bvxagent_\w+/g)].map(([name]) => name)
}

/** What selectors demand of labels: `kind=~"flapping|duplicate"`, each value on its own. */
function valuesAskedFor(expression: string): { name: string; label: string; value: string }[] {
  return [...expression.matchAll(/(vxagent_\w+)\{([^}]*)\}/g)].flatMap(([, name = '', selectors = '']) =>
    [...selectors.matchAll(/(\w+)[!=]=?~?"([^"$]+)"/g)].flatMap(([, label = '', values = '']) =>
      label === 'job' ? [] : values.split('|').map((value) => ({ name, label, value })),
    ),
  )
}

test('a scrape has a sample of every metric', () => {
  expect([...families.values()].filter(({ samples }) => samples.length === 0)).toEqual([])
})

describe('docs/reference/metrics.md', () => {
  test('has the table of all metrics as they are', () => {
    expect(page).toContain(metricsTable(families.values()))
  })

  test('states the bounds and the kinds of drift as they are', () => {
    expect(page).toContain(`the ${mostDevices} devices and the ${mostPairs} pairs`)
    expect(page).toContain(`the first ${mostMoveDevices} devices`)
    expect(page).toContain(driftKinds.map((kind) => `\`${kind}\``).join(', '))
  })

  test('explains every alert, and no other', () => {
    expect([...page.matchAll(/^### (Vxagent\w+)$/gm)].map(([, name]) => name)).toEqual(rules.map(({ alert }) => alert))
  })
})

test('the kinds of events that a person is told to ask for are such', () => {
  const texts = [page, ...rules.map(({ annotations }) => annotations['description'] ?? '')]
  const asked = texts.flatMap((text) =>
    [...text.matchAll(/--kind ([\w,-]+)/g)].flatMap(([, kinds = '']) => kinds.split(',')),
  )
  expect(asked.length).toBeGreaterThan(5)
  expect(asked.filter((kind) => !(kind in eventKinds))).toEqual([])
})

describe('the alert rules', () => {
  test.each(rules)('$alert says what happened, what to do, and where to read on', ({ alert, labels, annotations }) => {
    expect(['critical', 'warning']).toContain(labels['severity'])
    expect(annotations['summary']).toMatch(/^\S.{10,100}[^.]$/)
    expect(annotations['description']).toMatch(/\.$/)
    expect(annotations['runbook']).toBe(`docs/reference/metrics.md#${alert.toLowerCase()}`)
  })

  test('ask for kinds of events and of entries', () => {
    const asked = rules.flatMap(({ expr }) => valuesAskedFor(expr)).map(({ label }) => label)
    expect(asked).toEqual(expect.arrayContaining(['kind', 'state']))
  })

  test.each(rules)('$alert asks for metrics and labels that there are', ({ expr }) => {
    expect(metricsIn(expr).filter((name) => !names.has(name))).toEqual([])
    for (const { name, label, value } of valuesAskedFor(expr)) {
      const known: Readonly<Record<string, readonly string[]>> = {
        kind: Object.keys(eventKinds),
        mode: ['live', 'stale', 'frozen'],
      }
      const kinds = known[label] ?? ['learned', 'extern_learn']
      expect(families.get(name)?.samples.some(({ labels }) => label in labels)).toBe(true)
      expect(kinds).toContain(value)
    }
  })

  test.each(rules)('$alert is tested firing and silent', ({ alert }) => {
    const cases = ruleTests.flatMap((each) => each.alert_rule_test).filter(({ alertname }) => alertname === alert)
    expect(cases.some(({ exp_alerts: expected }) => expected !== undefined)).toBe(true)
    expect(cases.filter(({ exp_alerts: expected }) => expected === undefined).length).toBeGreaterThan(1)
  })

  test('are tested with series that there are', () => {
    const tested = ruleTests.flatMap((each) => each.input_series.map(({ series }) => series))
    expect(tested.flatMap(metricsIn).filter((name) => !names.has(name))).toEqual([])
  })
})

describe('the Grafana dashboard', () => {
  const panels = panelsOf(dashboard)

  test('has panels with ids and titles of their own, none over another', () => {
    const taken = new Set<string>()
    for (const { gridPos } of panels) {
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x += 1) {
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y += 1) {
          expect(x).toBeLessThan(24)
          expect(taken).not.toContain(`${x} ${y}`)
          taken.add(`${x} ${y}`)
        }
      }
    }
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length)
    expect(new Set(panels.map(({ title }) => title)).size).toBe(panels.length)
    expect(dashboard.schemaVersion).toBeGreaterThanOrEqual(39)
    expect(dashboard.id).toBeNull()
  })

  test('asks in every panel, of the data source and the hosts that were chosen', () => {
    expect(dashboard.templating.list.map(({ name, type }) => `${name} ${type}`)).toEqual([
      'datasource datasource',
      'job query',
      'instance query',
    ])
    for (const panel of panels.filter(({ type }) => type !== 'row')) {
      expect(panel.datasource).toEqual({ type: 'prometheus', uid: `\${datasource}` })
      expect(panel.description).toMatch(/\.$/)
      expect(panel.targets?.length).toBeGreaterThan(0)
    }
    for (const expression of dashboardExpressions(dashboard)) {
      expect(expression).toContain('{job="$job",instance=~"$instance"')
    }
  })

  test('asks for metrics that there are, and for every one of the forwarding tables and the netlink sockets', () => {
    const asked = new Set(dashboardExpressions(dashboard).flatMap(metricsIn))
    expect([...asked].filter((name) => !names.has(name))).toEqual([])
    const wanted = [...families.keys()].filter((name) => /fdb|vteps|moves|netlink|drift|errors|events_total/.test(name))
    expect(wanted.filter((name) => !asked.has(name))).toEqual([])
  })
})
