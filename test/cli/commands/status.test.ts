import { join } from 'node:path'
import { expect, test } from 'vitest'
import { run } from '../../../src/cli/run.ts'
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
