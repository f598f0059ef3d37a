import { join } from 'node:path'
import { expect, test } from 'vitest'
import { run } from '../../../src/cli/run.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'
import { fakeIo } from '../support.ts'
import { status } from '../views/builders.ts'
import { fakeDaemon, Refusing } from './fake-daemon.ts'

const nowhere = (): string => join(temporaryDirectory(), 'none')

test('a confirmed state stays in force', async () => {
  const { socket, asked } = await fakeDaemon({ 'POST /v1/confirm': { actions: [], status: status() } })
  const io = fakeIo()
  expect(await run(['confirm', '--socket', socket], io)).toBe(0)
  expect([io.stdout.text, io.stderr.text, asked]).toEqual([
    'Confirmed: the state stays in force.\n',
    '',
    ['POST /v1/confirm'],
  ])
})

test('a candidate from elsewhere is told with what keeps it for good', async () => {
  const answer = status({ desired: { enforcing: 'confirmed', isInForce: false, candidate: '/tmp/new.yaml' } })
  const { socket } = await fakeDaemon({ 'POST /v1/confirm': { actions: [], status: answer } })
  const io = fakeIo()
  expect(await run(['confirm', '--socket', socket], io)).toBe(0)
  expect(io.stdout.text).toMatch(/^Confirmed: what \/tmp\/new\.yaml said is in force.* move \/tmp\/new\.yaml there/)
})

test('--json is how the desired state stands', async () => {
  const { socket } = await fakeDaemon({ 'POST /v1/confirm': { actions: [], status: status() } })
  const io = fakeIo()
  expect(await run(['confirm', '--json', '--socket', socket], io)).toBe(0)
  expect(JSON.parse(io.stdout.text)).toEqual(status().desired)
})

test('with nothing on trial it says so, exit code 1', async () => {
  const { socket } = await fakeDaemon({ 'POST /v1/confirm': new Refusing(409, { error: 'nothing to confirm' }) })
  const io = fakeIo()
  expect(await run(['confirm', '--socket', socket], io)).toBe(1)
  expect([io.stdout.text, io.stderr.text]).toEqual(['', 'vxagent: nothing to confirm\n'])
})

test('without a daemon the state directory is asked', async () => {
  const io = fakeIo()
  const args = ['confirm', '--socket', nowhere(), '--state-dir', join(temporaryDirectory(), 'state')]
  expect(await run(args, io)).toBe(1)
  expect(io.stderr.text).toBe('vxagent: nothing to confirm: no state is on trial\n')
})
