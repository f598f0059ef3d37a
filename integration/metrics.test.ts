/** Metrics as Prometheus takes them: promtool reads what the daemon and the examples say. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, onTestFinished, type TestContext, test } from 'vitest'
import { createMetrics } from '../src/agent/publish/metrics/metrics.ts'
import { busyMetrics, fdbEntry, metricsSource, tables } from '../test/agent/publish/metrics/support.ts'
import { vxlan } from '../test/support/builders.ts'
import { type Dashboard, dashboardExpressions, withoutVariables } from '../test/support/monitoring.ts'
import { type Family, readMetrics, sampleValue } from '../test/support/prometheus-text.ts'
import { ask } from './support/ask.ts'
import { type Finished, finish } from './support/command.ts'
import { eventually } from './support/eventually.ts'
import { type Namespace, namespace } from './support/namespace.ts'
import { slowness } from './support/slowness.ts'
import { type Installation, installVxagent } from './support/vxagent.ts'

const isPromtoolInstalled = ['/usr/bin', '/usr/local/bin'].some((directory) => existsSync(join(directory, 'promtool')))

function needsPromtool(context: TestContext): void {
  context.skip(!isPromtoolInstalled, 'promtool is not installed (apt-get install prometheus)')
}

const examples = join(import.meta.dirname, '../examples')

/** What `promtool check metrics` has to say. */
function checkMetrics(text: string): Promise<Finished> {
  return finish('promtool', ['check', 'metrics'], { input: text })
}

describe('promtool', () => {
  beforeEach(needsPromtool)

  test('has nothing to object to metrics of all kinds', async () => {
    const metrics = busyMetrics()
    onTestFinished(() => metrics.close())
    expect(await checkMetrics(await metrics.text())).toEqual({ stdout: '', stderr: '', code: 0 })
  })

  test.each([
    ['quotes', '"} 1'],
    ['a backslash at the end', 'vx\\'],
    ['a line break', 'vx\nvxagent_converged 1'],
    ['a carriage return', 'vx\r'],
    ['a terminal sequence', '\u001b[31m'],
    ['bytes that are no text', Buffer.from([0xff, 0xfe]).toString('utf8')],
    ['half a character', '\ud800'],
  ])('reads a device name with %s', async (_, name) => {
    const entries = [fdbEntry(5, { lladdr: '02:00:00:00:00:02', dst: '10.0.2.9' })]
    const metrics = createMetrics(metricsSource({ tables: tables([vxlan(5, name, { id: 42 })], entries) }))
    onTestFinished(() => metrics.close())
    metrics.noteEvent({ kind: 'moved', dev: name })
    expect(await checkMetrics(await metrics.text())).toEqual({ stdout: '', stderr: '', code: 0 })
  })

  test.each([
    ['the configuration, and the rules that it names', ['check', 'config', 'prometheus.yaml']],
    ['the rules', ['check', 'rules', 'vxagent.rules.yaml']],
    ['the tests of the rules', ['test', 'rules', 'vxagent.rules.test.yaml']],
  ])('accepts %s', async (_, args) => {
    const [file = '', ...words] = [args.at(-1), ...args.slice(0, -1)]
    const { code, stdout, stderr } = await finish('promtool', [...words, join(examples, 'prometheus', file)])
    expect({ code, said: code === 0 ? '' : stdout + stderr }).toEqual({ code: 0, said: '' })
  })

  test('understands what every panel of the dashboard asks', async () => {
    const dashboard = JSON.parse(readFileSync(join(examples, 'grafana/vxagent.json'), 'utf8')) as Dashboard
    const rules = dashboardExpressions(dashboard).map((expression, number) => ({
      record: `panel:${number}`,
      expr: withoutVariables(expression),
    }))
    expect(rules.filter(({ expr }) => expr.includes('$'))).toEqual([])
    const directory = mkdtempSync(join(tmpdir(), 'vxagent-test-'))
    onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
    const file = join(directory, 'rules.yaml')
    // JSON is YAML.
    writeFileSync(file, JSON.stringify({ groups: [{ name: 'dashboard', rules }] }))
    const { code, stdout, stderr } = await finish('promtool', ['check', 'rules', file])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toContain(`${rules.length} rules found`)
  })
})

/** What Prometheus, at its usual port in the namespace, answers. */
// biome-ignore lint/suspicious/noExplicitAny: the JSON of another program; each test says what it expects of it.
async function askPrometheus(host: Namespace, path: string): Promise<any> {
  const script = `fetch('http://127.0.0.1:9090${path}').then(async (answer) => console.log(await answer.text()))`
  return JSON.parse(await host.run(process.execPath, ['-e', script])).data
}

describe('Prometheus with the configuration of the examples', () => {
  beforeEach(needsPromtool)

  test('scrapes an agent that listens, and fires at what is wrong', async () => {
    const host = await namespace(onTestFinished)
    const files = { 'overlay.yaml': { vxlans: { vxlan0: { id: 42, dev: 'absent', dstport: 4789 } } } }
    const installation = installVxagent(host, files, onTestFinished)
    await installation.startAndWait('env', 'VXAGENT_LISTEN=9101')
    const { directory } = installation
    const read = (name: string): string => readFileSync(join(examples, 'prometheus', name), 'utf8')
    // As they are, but for the pace.
    writeFileSync(
      join(directory, 'prometheus.yaml'),
      read('prometheus.yaml').replaceAll(/(_interval:) 15s/g, `$1 ${slowness}s`),
    )
    writeFileSync(join(directory, 'vxagent.rules.yaml'), read('vxagent.rules.yaml'))
    const prometheus = host.hold('prometheus', [
      `--config.file=${join(directory, 'prometheus.yaml')}`,
      `--storage.tsdb.path=${join(directory, 'tsdb')}`,
      '--web.listen-address=127.0.0.1:9090',
    ])
    try {
      await eventually(
        async () => {
          const { result } = await askPrometheus(
            host,
            '/api/v1/query?query=vxagent_objects%7Bstate%3D%22waiting%22%7D%3E0',
          )
          expect(result).toMatchObject([{ metric: { instance: '127.0.0.1:9101', job: 'vxagent', kind: 'vxlan' } }])
          const { alerts } = await askPrometheus(host, '/api/v1/alerts')
          // Without its device the link carries nothing either.
          const names = ['VxagentNotConverged', 'VxagentUnhealthy']
          const pending = names.map((alertname) =>
            expect.objectContaining({ labels: expect.objectContaining({ alertname }) }),
          )
          expect(alerts).toEqual(expect.arrayContaining(pending))
          expect(alerts).toHaveLength(2)
        },
        { timeoutMs: 30_000, everyMs: 200 },
      )
      const { result } = await askPrometheus(host, '/api/v1/query?query=up')
      expect(result).toMatchObject([{ value: [expect.anything(), '1'] }])
    } finally {
      prometheus.process.kill('SIGKILL')
      await prometheus.finished
    }
  })
})

const vxlan0 = { id: 42, dev: 'eth1', dstport: 4789, remotes: ['10.0.2.8', '10.0.2.9'] }

async function running(): Promise<{ host: Namespace; installation: Installation }> {
  const host = await namespace(onTestFinished)
  await host.addVeth('eth1', '10.0.2.1/24')
  const installation = installVxagent(host, { 'overlay.yaml': { vxlans: { vxlan0 } } }, onTestFinished)
  await installation.startAndWait()
  await installation.converged()
  return { host, installation }
}

async function scrape({ socket }: Installation): Promise<Map<string, Family>> {
  const { status, text } = await ask(socket, '/metrics')
  expect(status).toBe(200)
  return readMetrics(text)
}

describe('the daemon', () => {
  test('tells what promtool has nothing to object to', async (context) => {
    needsPromtool(context)
    const { installation } = await running()
    const { contentType, text } = await ask(installation.socket, '/metrics')
    expect(contentType).toBe('text/plain; version=0.0.4; charset=utf-8')
    expect(await checkMetrics(text)).toEqual({ stdout: '', stderr: '', code: 0 })
  })

  test('tells of the host as it is', async () => {
    const { host, installation } = await running()
    await host.bridge('fdb add 02:00:00:00:00:02 dev vxlan0 dst 10.0.2.9 dynamic')
    await host.bridge('fdb add 02:00:00:00:00:03 dev vxlan0 dst 10.0.2.7 extern_learn')
    await eventually(async () => {
      const families = await scrape(installation)
      const entries = (state: string, vtep: string): number | undefined =>
        sampleValue(families, 'vxagent_fdb_entries', { device: 'vxlan0', state, vtep })
      expect([entries('flood', '10.0.2.8'), entries('flood', '10.0.2.9')]).toEqual([1, 1])
      expect([entries('learned', '10.0.2.9'), entries('extern_learn', '10.0.2.7')]).toEqual([1, 1])
      expect(sampleValue(families, 'vxagent_vteps', { device: 'vxlan0' })).toBe(3)
      expect(sampleValue(families, 'vxagent_converged')).toBe(1)
      expect(sampleValue(families, 'vxagent_objects', { kind: 'vxlan', state: 'converged' })).toBe(1)
      expect(sampleValue(families, 'vxagent_netlink_messages_total', { object: 'fdb', verb: 'new' })).toBeGreaterThan(1)
      expect(sampleValue(families, 'vxagent_netlink_dumps_total')).toBeGreaterThan(0)
      expect(sampleValue(families, 'vxagent_errors_total', { code: 'other' })).toBe(0)
    })
  })

  test('counts drift when it is found, and when it is mended', async () => {
    const { host, installation } = await running()
    const before = await scrape(installation)
    await host.bridge('fdb delete 00:00:00:00:00:00 dev vxlan0 dst 10.0.2.8')
    await host.ip('link set vxlan0 down')
    await eventually(async () => {
      const families = await scrape(installation)
      for (const kind of ['fdb_missing', 'link_differs']) {
        expect(sampleValue(before, 'vxagent_drift_found_total', { kind })).toBe(0)
        expect(sampleValue(families, 'vxagent_drift_found_total', { kind })).toBeGreaterThan(0)
        expect(sampleValue(families, 'vxagent_drift_repaired_total', { kind })).toBeGreaterThan(0)
      }
      expect(sampleValue(families, 'vxagent_events_total', { kind: 'repair' })).toBeGreaterThan(0)
    })
  })

  test('counts a MAC address that moves', async () => {
    const { host, installation } = await running()
    await host.bridge('fdb add 02:00:00:00:00:02 dev vxlan0 dst 10.0.2.8 dynamic')
    await host.bridge('fdb replace 02:00:00:00:00:02 dev vxlan0 dst 10.0.2.9 dynamic')
    await eventually(async () => {
      const families = await scrape(installation)
      expect(sampleValue(families, 'vxagent_mac_moves_total', { device: 'vxlan0' })).toBe(1)
      expect(sampleValue(families, 'vxagent_events_total', { kind: 'moved' })).toBe(1)
    })
  })

  test('tells of a VTEP that does not answer', async () => {
    const { host, installation } = await running()
    // It may be there already: the kernel asks for whoever it is to flood to, and nobody answers here.
    await host.ip('neighbour replace 10.0.2.8 dev eth1 nud failed')
    await eventually(async () => {
      const families = await scrape(installation)
      expect(sampleValue(families, 'vxagent_vteps_failed', { device: 'vxlan0' })).toBeGreaterThan(0)
    })
  })

  test('says that the files are invalid', async () => {
    const { installation } = await running()
    installation.write('broken.yaml', 'vxlans: [')
    await eventually(async () => {
      const families = await scrape(installation)
      expect(sampleValue(families, 'vxagent_desired_valid')).toBe(0)
      expect(sampleValue(families, 'vxagent_converged')).toBe(0)
    })
  })
})
