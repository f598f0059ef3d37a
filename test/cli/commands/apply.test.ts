import { expect, test } from 'vitest'
import type { ApplyReport } from '../../../src/agent/model/status.ts'
import { run } from '../../../src/cli/run.ts'
import { fakeIo } from '../support.ts'
import { object, status } from '../views/builders.ts'
import { fakeDaemon } from './fake-daemon.ts'

const created = { sign: '+', description: 'link vxlan0: create' } as const
const failed = { ...created, error: 'EBUSY' }
const issue = {
  severity: 'error',
  code: 'syntax',
  file: 'a.yaml',
  line: 1,
  column: 1,
  path: '',
  text: '',
  message: 'bad',
} as const

test.each<{ name: string; report: ApplyReport; code: number; out: string; complaint: string }>([
  {
    name: 'done',
    report: { actions: [created], status: status() },
    code: 0,
    out: '+   link vxlan0: create\n',
    complaint: '',
  },
  {
    name: 'nothing to do',
    report: { actions: [], status: status() },
    code: 0,
    out: 'Nothing to do: the kernel has what is declared.\n',
    complaint: '',
  },
  {
    name: 'failed',
    report: {
      actions: [failed],
      status: status({ converged: false, objects: [object({ state: 'failing', reason: 'EBUSY' })] }),
    },
    code: 1,
    out: '+   link vxlan0: create\n    failed: EBUSY\n',
    complaint: 'vxagent: vxlan0 fails: EBUSY\n',
  },
  {
    name: 'failed, and converged all the same',
    report: { actions: [failed], status: status() },
    code: 1,
    out: '+   link vxlan0: create\n    failed: EBUSY\n',
    complaint: '',
  },
  {
    name: 'waiting',
    report: {
      actions: [],
      status: status({ converged: false, objects: [object({ state: 'waiting', reason: 'no eth7' })] }),
    },
    code: 1,
    out: '',
    complaint: 'vxagent: vxlan0 is waiting: no eth7\n',
  },
  {
    name: 'a problem of the whole',
    report: { actions: [], status: status({ converged: false, problem: 'cannot write /x' }) },
    code: 1,
    out: '',
    complaint: 'vxagent: Not converged: cannot write /x\n',
  },
  {
    name: 'invalid files',
    report: {
      actions: [],
      status: status({ converged: false, desired: { isValid: false, issues: [issue], enforcing: 'last valid' } }),
    },
    code: 4,
    out: '',
    complaint: 'a.yaml:1:1: error: bad\n',
  },
])('$name: exit code $code', async ({ report, code, out, complaint }) => {
  const { socket } = await fakeDaemon({ 'POST /v1/apply': report })
  const io = fakeIo()
  expect(await run(['apply', '--socket', socket], io)).toBe(code)
  expect([io.stdout.text, io.stderr.text]).toEqual([out, complaint])
})

test('--json is the report', async () => {
  const report = { actions: [created], status: status() }
  const { socket } = await fakeDaemon({ 'POST /v1/apply': report })
  const io = fakeIo()
  expect(await run(['apply', '--json', '--socket', socket], io)).toBe(0)
  expect(JSON.parse(io.stdout.text)).toEqual(report)
})

test.each([
  { args: ['--desired', '/srv/other'], env: {}, words: 'keeps /etc/vxagent/desired.d, not /srv/other' },
  { args: [], env: { VXAGENT_DESIRED: '/srv/other' }, words: 'keeps /etc/vxagent/desired.d, not /srv/other' },
  { args: ['--state-dir', '/srv/state'], env: {}, words: 'has a state directory of its own' },
])('a daemon is not asked to apply what it does not keep: $args $env', async ({ args, env, words }) => {
  const { socket, asked } = await fakeDaemon({
    'GET /v1/status': status(),
    'POST /v1/apply': { actions: [], status: status() },
  })
  const io = fakeIo(env)
  expect(await run(['apply', '--socket', socket, ...args], io)).toBe(1)
  expect(io.stderr.text).toContain(words)
  expect(asked).toEqual(['GET /v1/status'])
})

test('the same files by another spelling are the same files', async () => {
  const { socket, asked } = await fakeDaemon({
    'GET /v1/status': status(),
    'POST /v1/apply': { actions: [], status: status() },
  })
  expect(await run(['apply', '--socket', socket, '--desired', '/etc/vxagent/../vxagent/desired.d/'], fakeIo())).toBe(0)
  expect(asked).toEqual(['GET /v1/status', 'POST /v1/apply'])
})
