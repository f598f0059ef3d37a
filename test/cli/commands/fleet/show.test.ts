import { join } from 'node:path'
import { expect, test } from 'vitest'
import { run } from '../../../../src/cli/run.ts'
import type { FleetReport } from '../../../../src/fleet/run/report.ts'
import { host, report } from '../../../fleet/members/report.ts'
import { temporaryDirectory } from '../../../support/temporary-directory.ts'
import { fakeIo } from '../../support.ts'
import { fakeDaemon, Refusing } from '../fake-daemon.ts'

const showing = ['status', 'nodes', 'tunnels', 'check']
const warning = { severity: 'warning', message: 'behind', nodes: [], code: 'behind' } as const

async function ask(args: readonly string[], answer: unknown): Promise<{ code: number; out: string; err: string }> {
  const { socket } = await fakeDaemon({ 'GET /v1/fleet': answer })
  const io = fakeIo({ VXAGENT_FLEET_SOCKET: socket })
  const code = await run(['fleet', ...args], io)
  return { code, out: io.stdout.text, err: io.stderr.text }
}

test.each(showing)('fleet %s without a fleet process says how to start it, exit code 3', async (name) => {
  const io = fakeIo()
  expect(await run(['fleet', name, '--fleet-socket', join(temporaryDirectory(), 'none')], io)).toBe(3)
  expect(io.stderr.text).toMatch(
    /^vxagent: cannot ask the fleet process at .*none: the fleet process is not running \(no such socket\); start it with systemctl enable --now vxagent-fleet, or vxagent fleet-agent\n$/,
  )
  expect(io.stdout.text).toBe('')
})

test.each(showing)('fleet %s without a fleet says why, exit code 3', async (name) => {
  const answer = { noFleet: 'no file has a fleet: section\u001b[2J' }
  const text = await ask([name], answer)
  expect(text).toEqual({
    code: 3,
    out: '',
    err: 'vxagent: this host is in no fleet: no file has a fleet: section\\u{1b}[2J\n',
  })
  expect(await ask([name, '--json'], answer)).toEqual({ code: 3, out: `${JSON.stringify(answer)}\n`, err: '' })
})

test.each(showing)('fleet %s when the fleet process refuses is an error', async (name) => {
  const { code, err } = await ask([name], new Refusing(500, { error: 'something broke' }))
  expect(code).toBe(1)
  expect(err).toBe('vxagent: the fleet process refused GET /v1/fleet: something broke\n')
})

test.each<{ name: string; parts: Partial<FleetReport>; code: number }>([
  { name: 'status', parts: {}, code: 0 },
  { name: 'status', parts: { mode: 'stale', reason: 'x' }, code: 3 },
  { name: 'status', parts: { findings: [warning] }, code: 0 },
  { name: 'nodes', parts: { mode: 'stale', reason: 'x' }, code: 0 },
  { name: 'tunnels', parts: {}, code: 0 },
  { name: 'check', parts: {}, code: 0 },
  { name: 'check', parts: { findings: [warning] }, code: 3 },
  { name: 'check', parts: { problems: [{ ...warning, code: 'store', since: '2026-12-01T00:00:00Z' }] }, code: 3 },
  { name: 'check', parts: { mode: 'stale', reason: 'x' }, code: 3 },
])('fleet $name of $parts is exit code $code, as text and as JSON', async ({ name, parts, code }) => {
  const text = await ask([name], report(parts))
  expect(text.code).toBe(code)
  expect(text.out).not.toBe('')
  const asJson = await ask([name, '--json'], report(parts))
  expect(asJson.code).toBe(code)
  expect(asJson.err).toBe('')
  JSON.parse(asJson.out)
})

test('the JSON of each command is what the fleet process says, or what follows from it', async () => {
  const nodes = [host(1, { has: ['10.0.0.2'] }), host(2, { has: ['10.0.0.1'] })]
  const answer = report({ nodes, findings: [warning] })
  const parsed = async (...args: string[]): Promise<unknown> => JSON.parse((await ask([...args, '--json'], answer)).out)
  expect(await parsed('status')).toEqual(answer)
  expect(await parsed('nodes')).toEqual(nodes)
  expect(await parsed('tunnels')).toMatchObject({ mode: 'live', latestChange: 10, pairs: [{ vni: 42, a: 'host1' }] })
  expect(await parsed('tunnels', '--vni', '7')).toMatchObject({ pairs: [] })
  expect(await parsed('check')).toEqual({ mode: 'live', since: answer.since, members: 2, findings: [warning] })
})

test('the status hints at findings about the whole fleet', async () => {
  expect((await ask(['status'], report({ findings: [warning] }))).err).toBe(
    'hint: vxagent fleet check has 1 finding about the whole fleet\n',
  )
})

test('pairs of a host that nobody knows are an error', async () => {
  const { code, err } = await ask(['tunnels', '--node', 'host9'], report())
  expect(code).toBe(1)
  expect(err).toBe('vxagent: there is no host host9 in the fleet; vxagent fleet nodes shows those that there are\n')
})
