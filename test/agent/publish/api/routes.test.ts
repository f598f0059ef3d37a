/** The agent's own routes, on a server: what they take, what they refuse, and what the OpenAPI document says of them. */

import { request } from 'node:http'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { pino } from 'pino'
import { expect, onTestFinished, test, vi } from 'vitest'
import type { Explanation } from '../../../../src/agent/answers/explanation.ts'
import type { FleetHandover } from '../../../../src/agent/answers/fleet.ts'
import type { HealthReport } from '../../../../src/agent/answers/health.ts'
import { EventLog } from '../../../../src/agent/insight/events/event-log.ts'
import type { Inspector } from '../../../../src/agent/insight/inspector.ts'
import { FleetWatch } from '../../../../src/agent/publish/api/fleet-watch.ts'
import { openApi, routesOf } from '../../../../src/agent/publish/api/openapi.ts'
import { addReadRoutes, type Readings } from '../../../../src/agent/publish/api/read-routes.ts'
import { startServer } from '../../../../src/agent/publish/api/server.ts'
import { addWriteRoutes } from '../../../../src/agent/publish/api/write-routes.ts'
import type { Routes } from '../../../../src/agent/publish/api/zod-routes.ts'
import type { Enforcer } from '../../../../src/agent/trial/enforcer.ts'
import type { PushedTaker } from '../../../../src/agent/trial/pushed-taker.ts'
import { temporaryDirectory } from '../../../support/temporary-directory.ts'
import { agentStatus, largeTable } from '../metrics/support.ts'

const report = { actions: [], reconcileMs: 1, status: agentStatus() }

const healthReport: HealthReport = {
  ...{ at: '2026-01-01T00:00:00Z', tookMs: 1.5, watchedSeconds: 60, faults: 0, warnings: 0 },
  ...{ checks: [], unseen: [], links: [], vteps: [] },
}

/** Routes to an agent that is as told, and what it was asked to do. */
const arrivalPath = '/v1/arrival?source=10.0.2.254&to=10.0.2.1&port=4789&mac=02:00:00:00:00:01'

function routesOfAgent({ problem, isReady = true }: { problem?: string; isReady?: boolean } = {}) {
  const status = agentStatus({ ...(problem !== undefined && { problem }) })
  const explanation: Explanation = { target: '', fate: 'flood', steps: [], packets: [], changes: [], answer: '' }
  const inspector = {
    tunnels: async () => ({ tunnels: [], vnis: [] }),
    explain: vi.fn(async () => explanation),
    arrival: vi.fn(async () => ({ fate: 'dropped', ports: [], isForHost: false, steps: [], unseen: [], answer: '' })),
    whereis: vi.fn(async () => ({ places: [] })),
  }
  const enforcer = {
    status: () => status,
    apply: vi.fn(async () => report),
    tryOut: vi.fn(async () => report),
    confirm: vi.fn(async () => report),
    rollBack: vi.fn(async () => report),
    takeHandover: vi.fn(async ({ revision }: FleetHandover) => ({ revision, missing: {}, failures: {} })),
  }
  const log = new EventLog()
  log.append({ kind: 'link-up', dev: 'vxlan0' })
  log.append({ kind: 'learned', dev: 'vxlan0', mac: '02:00:00:00:00:fe', vtep: '10.0.2.254' })
  const readings: Readings = {
    enforcer,
    teller: enforcer,
    healthWatch: { now: async () => healthReport },
    fleetWatch: new FleetWatch(() => ({ links: [] })),
    macWatch: { stream: (output) => output.end() },
    fleetChunks: { texts: () => ({}) },
    observer: { observed: largeTable(2000, 3) },
    inspector: inspector as unknown as Inspector,
    log,
    metrics: { text: async () => 'vxagent_converged 1\n', contentType: 'text/plain; version=0.0.4; charset=utf-8' },
    isReady: () => isReady,
  }
  const pushed = {
    take: async () => standing,
    confirm: async () => standing,
    plan: async () => ({ canApply: true, lines: ['+ a'], lineCount: 1, converged: true, failing: 0 }),
  }
  const routes: Routes = {
    read: (api) => addReadRoutes(api, readings),
    write: (api) => addWriteRoutes(api, enforcer as unknown as Enforcer, pushed as unknown as PushedTaker),
  }
  return { routes, enforcer, inspector }
}

/** How a pushed file stands. */
const standing = {
  ...{ name: 'tenants.yaml', revision: 1, id: 'one', by: 'alice@ops', at: '2026-12-01T00:00:00Z', state: 'applied' },
} as const

async function served(routes: Routes): Promise<string> {
  const path = join(temporaryDirectory(), 'sock')
  const server = await startServer(path, routes, pino({ level: 'silent' }))
  onTestFinished(() => server.close())
  return path
}

const handover: FleetHandover = {
  ...{ v: 1, fleet: 'prod', node: 'vyos01', revision: 7, mode: 'live', since: '2026-12-01T00:00:00Z' },
  ...{ members: 2, gone: 0, problems: [], counters: { lists: 1, repairs: 0, leases: 1, failures: 0 } },
  links: { vxlan0: { vni: 42, remotes: [{ dst: '10.0.2.9', node: 'ubuntu', state: 'present' }] } },
}

interface Asked {
  readonly method?: string
  readonly path: string
  readonly body?: string
  readonly headers?: Record<string, string>
}

async function ask(socketPath: string, { body, headers, ...asked }: Asked): Promise<{ status: number; said: string }> {
  const json = { 'content-type': 'application/json', 'content-length': `${body?.length ?? 0}` }
  const call = request({ socketPath, ...asked, headers: { ...(body !== undefined && json), ...headers } })
  call.end(body)
  const response = await new Promise<NodeJS.ReadableStream & { statusCode?: number }>((resolve, reject) => {
    call.on('response', resolve).on('error', reject)
  })
  return { status: response.statusCode ?? 0, said: await text(response) }
}

test.each<Asked & { says: string }>([
  { path: '/v1/explain', says: '✖ Invalid input: expected string, received undefined\n  → at to' },
  { path: '/v1/explain?to=', says: '✖ Too small: expected string to have >=1 characters\n  → at to' },
  { path: '/v1/explain?to=10.0.1.1&color=red', says: '✖ Unrecognized key: "color"' },
  { path: '/v1/explain?to=10.0.1.1&to=10.0.1.2', says: '✖ Invalid input: expected string, received array\n  → at to' },
  { path: '/v1/explain?to=10.0.1.1&vlan=0', says: '✖ Too small: expected number to be >=1\n  → at vlan' },
  { path: '/v1/arrival?to=10.0.2.1', says: expect.stringContaining('→ at source') as string },
  { path: `${arrivalPath}&vni=16777216`, says: expect.stringContaining('→ at vni') as string },
  { path: `${arrivalPath}&vni=42&features=gbp,x`, says: expect.stringContaining('→ at features') as string },
  { path: `${arrivalPath}&vni=42&color=red`, says: '✖ Unrecognized key: "color"' },
  { path: `${arrivalPath.replace('10.0.2.1&', 'fe80::1&')}&vni=42`, says: 'source and to must be of one family' },
  { path: '/v1/whereis?address=nonsense', says: expect.stringContaining('"nonsense" must be a MAC address') as string },
  { path: '/v1/explain?to=nonsense', says: expect.stringContaining('"nonsense" must be a MAC address') as string },
  { path: '/v1/events?kind=nonsense', says: expect.stringContaining('→ at kind') as string },
  { path: '/v1/events?recent=-1', says: expect.stringContaining('→ at recent') as string },
  { method: 'HEAD', path: '/v1/events?recent=-1', says: '' },
])('$method $path is answered with 400 and what is wrong with the query', async ({ says, ...asked }) => {
  const { routes, inspector } = routesOfAgent()
  const { status, said } = await ask(await served(routes), asked)
  expect(status).toBe(400)
  expect(said === '' ? '' : JSON.parse(said).error).toEqual(says)
  expect(inspector.explain).not.toHaveBeenCalled()
})

test.each<{ what: string; body: string; says: string }>([
  { what: 'text', body: '"now"', says: '✖ Invalid input: expected object, received string' },
  { what: 'a list', body: '[]', says: '✖ Invalid input: expected object, received array' },
  { what: 'nothing of what is asked for', body: '{}', says: expect.stringContaining('→ at confirmSeconds') as string },
  { what: 'a key too many', body: '{"confirmSeconds":60,"force":true}', says: '✖ Unrecognized key: "force"' },
  { what: 'a window without an end', body: '{"confirmSeconds":0}', says: expect.stringContaining('>=1') as string },
  {
    what: 'a candidate from nowhere',
    body: '{"confirmSeconds":60,"candidate":{"path":"","state":{"vxlans":{},"bridges":{}}}}',
    says: '✖ Too small: expected string to have >=1 characters\n  → at candidate.path',
  },
  {
    what: 'a candidate that is no desired state',
    body: '{"confirmSeconds":60,"candidate":{"path":"a.yaml","state":{"vxlans":{"vxlan0":{"id":-1}},"bridges":{}}}}',
    says: '✖ be a whole number from 0 to 16777215\n  → at candidate.state.vxlans.vxlan0.id',
  },
])('POST /v1/apply with $what is answered with 400, and nothing is done', async ({ body, says }) => {
  const { routes, enforcer } = routesOfAgent()
  const { status, said } = await ask(await served(routes), { method: 'POST', path: '/v1/apply', body })
  expect([status, JSON.parse(said).error]).toEqual([400, says])
  expect(enforcer.apply).not.toHaveBeenCalled()
  expect(enforcer.tryOut).not.toHaveBeenCalled()
})

const state = { vxlans: { vxlan0: { id: 42 } }, bridges: {} }

test.each<{ what: string; body?: string; asks: unknown }>([
  { what: 'nothing', asks: undefined },
  { what: 'null', body: 'null', asks: undefined },
  { what: 'a window', body: '{"confirmSeconds":60}', asks: { seconds: 60 } },
  {
    what: 'a candidate',
    body: JSON.stringify({ confirmSeconds: 60, candidate: { path: '/a.yaml', state } }),
    asks: { seconds: 60, candidate: { path: '/a.yaml', state } },
  },
])('POST /v1/apply takes $what', async ({ body, asks }) => {
  const { routes, enforcer } = routesOfAgent()
  const asked = { method: 'POST', path: '/v1/apply', ...(body !== undefined && { body }) }
  expect(await ask(await served(routes), asked)).toEqual({ status: 200, said: JSON.stringify(report) })
  expect(enforcer.apply.mock.calls).toHaveLength(asks === undefined ? 1 : 0)
  expect(enforcer.tryOut.mock.calls).toEqual(asks === undefined ? [] : [[asks]])
})

test('a query is taken as its schema makes it, and what a route does not ask for is no hindrance', async () => {
  const { routes, inspector } = routesOfAgent()
  const path = await served(routes)
  await ask(path, { path: '/v1/explain?to=2:0:0:0:0:FE&vlan=7' })
  expect(inspector.explain.mock.calls).toEqual([[{ target: '02:00:00:00:00:fe', isMac: true, vlan: 7 }]])
  const { said } = await ask(path, {
    path: '/v1/events?kind=learned&kind=moved',
    headers: { accept: 'application/json' },
  })
  expect(JSON.parse(said).events.map(({ kind }: { kind: string }) => kind)).toEqual(['learned'])
  expect((await ask(path, { path: '/healthz?verbose=1' })).status).toBe(200)
})

test.each([
  { isReady: false, status: 503, said: 'the first reconcile is under way' },
  { problem: 'no answer from the kernel', status: 503, said: 'no answer from the kernel' },
  { status: 200, said: 'ready' },
])('/readyz answers $status: $said', async ({ status, said, ...agent }) => {
  const path = await served(routesOfAgent(agent).routes)
  expect(await ask(path, { path: '/readyz' })).toEqual({ status, said: JSON.stringify({ status: said }) })
})

interface Operation {
  readonly requestBody?: { readonly required: boolean }
  readonly parameters?: readonly { readonly name: string; readonly required: boolean }[]
  readonly responses: Record<string, { content: Record<string, { schema: object }> }>
}

test('the document names every route, what it takes, and the answers that it gives', async () => {
  const { routes } = routesOfAgent()
  const { paths } = openApi([...routesOf(routes.read), ...routesOf(routes.write)], '1') as unknown as {
    paths: Record<string, Record<string, Operation>>
  }
  const path = await served(routes)
  const { said: known } = await ask(path, { path: '/nowhere' })
  expect(Object.keys(paths).filter((each) => !known.includes(each))).toEqual([])
  expect(Object.entries(paths).map(([each, operations]) => `${Object.keys(operations)} ${each}`)).toEqual([
    ...['/v1/status', '/v1/links', '/v1/fdb', '/v1/tunnels', '/v1/health'].map((each) => `get ${each}`),
    'get /v1/fleet/chunks',
    'get /v1/fleet/macs',
    'get,put /v1/fleet',
    ...['/v1/explain', '/v1/arrival', '/v1/whereis', '/v1/events'].map((each) => `get ${each}`),
    ...['/metrics', '/healthz', '/readyz'].map((each) => `get ${each}`),
    ...['/v1/apply', '/v1/apply-files', '/v1/confirm', '/v1/rollback'].map((each) => `post ${each}`),
    'put /v1/fleet/file',
    ...['/v1/fleet/file/confirm', '/v1/fleet/file/plan'].map((each) => `post ${each}`),
  ])
  expect(paths['/v1/apply']?.['post']?.requestBody?.required).toBe(false)
  const ofHandover = paths['/v1/fleet']?.['put']?.requestBody
  expect(ofHandover).toMatchObject({
    required: true,
    content: {
      'application/json': { schema: { properties: { links: { additionalProperties: { type: 'object' } } } } },
    },
  })
  expect(paths['/v1/explain']?.['get']?.parameters?.map(({ name, required }) => [name, required])).toEqual([
    ['to', true],
    ['dev', false],
    ['vlan', false],
  ])
  const ajv = new Ajv2020({ strict: false })
  const arrival = `${arrivalPath}&vni=42&features=gbp,gpe`
  const queries: Record<string, string> = {
    '/v1/explain': '?to=10.0.1.1',
    '/v1/arrival': arrival.slice('/v1/arrival'.length),
  }
  const offer = { v: 1, fleet: 'lab', text: 'vxlans: {}', ...standing }
  const bodies: Record<string, string> = {
    '/v1/fleet': JSON.stringify(handover),
    '/v1/fleet/file': JSON.stringify(offer),
    '/v1/fleet/file/confirm': JSON.stringify(standing),
    '/v1/fleet/file/plan': JSON.stringify(offer),
  }
  for (const [each, operations] of Object.entries(paths)) {
    for (const [method, { responses }] of Object.entries(operations)) {
      const schema = responses['200']?.content['application/json']?.schema
      if (schema === undefined) {
        continue
      }
      const headers = { accept: 'application/json' }
      const body = method === 'get' ? undefined : bodies[each]
      const { said } = await ask(path, {
        ...{ method: method.toUpperCase(), path: each + (queries[each] ?? ''), headers },
        ...(body !== undefined && { body }),
      })
      expect(ajv.validate(schema, JSON.parse(said)), `${each}: ${ajv.errorsText()}`).toBe(true)
    }
  }
  expect(Object.keys(paths['/readyz']?.['get']?.responses ?? {})).toEqual(['200', '503', 'default'])
})
