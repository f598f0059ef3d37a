import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { HealthStatus } from '../../../src/agent/answers/health.ts'
import { run } from '../../../src/cli/run.ts'
import { finding } from '../../agent/insight/health/support.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'
import { fakeIo } from '../support.ts'
import { object, status } from '../views/builders.ts'
import { fakeDaemon } from './fake-daemon.ts'

test.each([
  { converged: true, code: 0 },
  { converged: false, code: 3 },
])('converged: $converged is exit code $code, and --json is what the daemon says', async ({ converged, code }) => {
  const answer = status({ converged })
  const { socket } = await fakeDaemon({ 'GET /v1/status': answer })
  const io = fakeIo({ VXAGENT_SOCKET: socket })
  expect(await run(['status', '--json'], io)).toBe(code)
  expect(io.stdout.text).toBe(`${JSON.stringify(answer)}\n`)
})

test('the verdict comes first', async () => {
  const waiting = object({ state: 'waiting', reason: 'there is no eth7' })
  const { socket } = await fakeDaemon({ 'GET /v1/status': status({ converged: false, objects: [waiting] }) })
  const io = fakeIo()
  expect(await run(['status', '--socket', socket], io)).toBe(3)
  expect(io.stdout.text).toMatch(/^Not converged: vxlan0 is waiting: there is no eth7\n/)
})

test('without a daemon it says so, exit code 3', async () => {
  const io = fakeIo()
  expect(await run(['status', '--socket', join(temporaryDirectory(), 'none')], io)).toBe(3)
  expect(io.stderr.text).toMatch(/^vxagent: cannot ask the daemon at .*none: the daemon is not running/)
  expect(io.stdout.text).toBe('')
})

test('what is no daemon of ours is an error', async () => {
  const { socket } = await fakeDaemon({})
  const io = fakeIo()
  expect(await run(['status', '--socket', socket], io)).toBe(1)
  expect(io.stderr.text).toContain('refused GET /v1/status: not here')
})

const impaired: HealthStatus = {
  verdict: 'impaired',
  checkedAt: '2026-01-02T12:00:00Z',
  faults: 1,
  warnings: 0,
  findings: [finding()],
}
const well: HealthStatus = { ...impaired, verdict: 'no fault seen', faults: 0, findings: [] }

test.each([
  { what: 'well', parts: { health: well }, args: [], code: 0 },
  { what: 'with a fault', parts: { health: impaired }, args: [], code: 5 },
  { what: 'with a fault, as JSON', parts: { health: impaired }, args: ['--json'], code: 5 },
  { what: 'with a fault that is ignored', parts: { health: impaired }, args: ['--ignore-health'], code: 0 },
  { what: 'not converged, with a fault', parts: { converged: false, health: impaired }, args: [], code: 3 },
  {
    what: 'not converged, faults ignored',
    parts: { converged: false, health: impaired },
    args: ['--ignore-health'],
    code: 3,
  },
])('a host that is $what: exit code $code', async ({ parts, args, code }) => {
  const { socket } = await fakeDaemon({ 'GET /v1/status': status(parts) })
  const io = fakeIo({ VXAGENT_SOCKET: socket })
  expect(await run(['status', ...args], io)).toBe(code)
})
