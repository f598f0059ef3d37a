import { expect, test } from 'vitest'
import type { ApplyReport } from '../../../src/agent/answers/status.ts'
import { run } from '../../../src/cli/run.ts'
import { fakeIo } from '../support.ts'
import { object, status } from '../views/builders.ts'
import { fakeDaemon, Refusing } from './fake-daemon.ts'

const rolledBack = { enforcing: 'rolled back', why: 'asked for' } as const
const deleted = { sign: '-', description: 'link vxlan0: delete' } as const
const sentence = (rest: string): string => `Rolled back (asked for): the state before is in force, ${rest}\n`
const notTheFiles = sentence(
  'not what /etc/vxagent/desired.d says; saving that unchanged alters nothing. To put it in force: vxagent apply --files. To keep the state before: change /etc/vxagent/desired.d to it.',
)

test.each<{ name: string; report: ApplyReport; code: number; out: string; complaint: string }>([
  {
    name: 'done, although the files say something else',
    report: {
      actions: [deleted],
      reconcileMs: 3,
      status: status({ converged: false, desired: { ...rolledBack, isInForce: false } }),
    },
    code: 0,
    out: `-   link vxlan0: delete\n${notTheFiles}`,
    complaint: '',
  },
  {
    name: 'done, and the files say the same',
    report: { actions: [deleted], reconcileMs: 3, status: status({ desired: rolledBack }) },
    code: 0,
    out: `-   link vxlan0: delete\n${sentence('which is what /etc/vxagent/desired.d says.')}`,
    complaint: '',
  },
  {
    name: 'failed',
    report: {
      actions: [{ ...deleted, error: 'EBUSY' }],
      reconcileMs: 3,
      status: status({
        converged: false,
        desired: { ...rolledBack, isInForce: false },
        objects: [object({ state: 'failing', reason: 'EBUSY' })],
      }),
    },
    code: 1,
    out: `-   link vxlan0: delete\n    failed: EBUSY\n${notTheFiles}`,
    complaint: 'vxagent: vxlan0 fails: EBUSY\n',
  },
  {
    name: 'hindered as a whole',
    report: {
      actions: [],
      reconcileMs: 3,
      status: status({ converged: false, problem: 'cannot write /x', desired: rolledBack }),
    },
    code: 1,
    out: sentence('which is what /etc/vxagent/desired.d says.'),
    complaint: 'vxagent: cannot write /x\n',
  },
])('$name: exit code $code', async ({ report, code, out, complaint }) => {
  const { socket, asked } = await fakeDaemon({ 'POST /v1/rollback': report })
  const io = fakeIo()
  expect(await run(['rollback', '--socket', socket], io)).toBe(code)
  expect([io.stdout.text, io.stderr.text]).toEqual([out, complaint])
  expect(asked).toEqual(['POST /v1/rollback'])
})

test('--json is the report', async () => {
  const report = { actions: [deleted], status: status({ desired: rolledBack }) }
  const { socket } = await fakeDaemon({ 'POST /v1/rollback': report })
  const io = fakeIo()
  expect(await run(['rollback', '--json', '--socket', socket], io)).toBe(0)
  expect(JSON.parse(io.stdout.text)).toEqual(report)
})

test('with nothing to return to it says so, exit code 1', async () => {
  const { socket } = await fakeDaemon({ 'POST /v1/rollback': new Refusing(409, { error: 'nothing to roll back to' }) })
  const io = fakeIo()
  expect(await run(['rollback', '--socket', socket], io)).toBe(1)
  expect(io.stderr.text).toBe('vxagent: nothing to roll back to\n')
})
