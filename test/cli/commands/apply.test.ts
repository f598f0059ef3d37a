import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { ApplyReport } from '../../../src/agent/answers/status.ts'
import { run } from '../../../src/cli/run.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'
import { fakeIo } from '../support.ts'
import { object, status } from '../views/builders.ts'
import { fakeDaemon, Refusing } from './fake-daemon.ts'

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

const hint = 'hint: vxagent status tells why, and when it is tried again\n'

test.each<{ name: string; report: ApplyReport; code: number; out: string; complaint: string }>([
  {
    name: 'done',
    report: { actions: [created], reconcileMs: 3, status: status() },
    code: 0,
    out: '+   link vxlan0: create\n',
    complaint: '',
  },
  {
    name: 'nothing to do',
    report: { actions: [], reconcileMs: 3, status: status() },
    code: 0,
    out: 'Nothing to do: the kernel has what is declared.\n',
    complaint: '',
  },
  {
    name: 'failed',
    report: {
      actions: [failed],
      reconcileMs: 3,
      status: status({ converged: false, objects: [object({ state: 'failing', reason: 'EBUSY' })] }),
    },
    code: 1,
    out: '+   link vxlan0: create\n    failed: EBUSY\n',
    complaint: `vxagent: vxlan0 fails: EBUSY\n${hint}`,
  },
  {
    name: 'failed, and converged all the same',
    report: { actions: [failed], reconcileMs: 3, status: status() },
    code: 1,
    out: '+   link vxlan0: create\n    failed: EBUSY\n',
    complaint: '',
  },
  {
    name: 'waiting',
    report: {
      actions: [],
      reconcileMs: 3,
      status: status({ converged: false, objects: [object({ state: 'waiting', reason: 'no eth7' })] }),
    },
    code: 1,
    out: '',
    complaint: `vxagent: vxlan0 is waiting: no eth7\n${hint}`,
  },
  {
    name: 'a problem of the whole',
    report: { actions: [], reconcileMs: 3, status: status({ converged: false, problem: 'cannot write /x' }) },
    code: 1,
    out: '',
    complaint: `vxagent: Not converged: cannot write /x\n${hint}`,
  },
  {
    name: 'on trial',
    report: {
      actions: [created],
      reconcileMs: 3,
      status: status({ desired: { enforcing: 'trial', until: '2000-01-01T00:00:00Z' } }),
    },
    code: 0,
    out: '+   link vxlan0: create\nOn trial: the state before returns in 0s unless vxagent confirm comes first.\n',
    complaint: '',
  },
  {
    name: 'held off by a rollback',
    report: {
      actions: [],
      reconcileMs: 3,
      status: status({ converged: false, desired: { enforcing: 'rolled back', why: 'reboot', isInForce: false } }),
    },
    code: 1,
    out: 'Rolled back (reboot): the state before is in force, not what /etc/vxagent/desired.d says; saving that unchanged alters nothing. To put it in force: vxagent apply --files. To keep the state before: change /etc/vxagent/desired.d to it.\n',
    complaint: 'vxagent: Not converged: what the desired files say was rolled back\n',
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

test('invalid files are told by their issues: exit code 4', async () => {
  const { socket } = await fakeDaemon({ 'POST /v1/apply': new Refusing(422, { error: 'invalid', issues: [issue] }) })
  const io = fakeIo()
  expect(await run(['apply', '--socket', socket], io)).toBe(4)
  expect([io.stdout.text, io.stderr.text]).toEqual(['', 'a.yaml:1:1: error: bad\n'])
})

test('what cannot be done now is told in the words of the daemon', async () => {
  const { socket } = await fakeDaemon({ 'POST /v1/apply': new Refusing(409, { error: 'a state is on trial; wait' }) })
  const io = fakeIo()
  expect(await run(['apply', '--socket', socket], io)).toBe(1)
  expect(io.stderr.text).toBe('vxagent: a state is on trial; wait\n')
})

describe('--confirm', () => {
  const trial = { actions: [], status: status({ desired: { enforcing: 'trial', until: '2000-01-01T00:00:00Z' } }) }

  test('asks the daemon to try its files out', async () => {
    const { socket, asked, sent } = await fakeDaemon({ 'POST /v1/apply': trial })
    expect(await run(['apply', '--confirm', '60', '--socket', socket], fakeIo())).toBe(0)
    expect([asked, sent]).toEqual([['POST /v1/apply'], [{ confirmSeconds: 60 }]])
  })

  test('with other files than those of the daemon reads them here and sends their state', async () => {
    const { socket, asked, sent } = await fakeDaemon({ 'GET /v1/status': status(), 'POST /v1/apply': trial })
    const path = join(temporaryDirectory(), 'new.yaml')
    writeFileSync(path, 'vxlans: {vxlan0: {id: 42, remote: 10.0.2.9, dstport: 4789}}\n')
    expect(await run(['apply', '--confirm', '60', '--desired', path, '--socket', socket], fakeIo())).toBe(0)
    expect(asked).toEqual(['GET /v1/status', 'POST /v1/apply'])
    const state = { vxlans: { vxlan0: { id: 42, remote: '10.0.2.9', dstport: 4789 } }, bridges: {} }
    expect(sent).toEqual([{ confirmSeconds: 60, candidate: { path, state } }])
  })

  test('with files that are invalid asks for nothing: exit code 4', async () => {
    const { socket, asked } = await fakeDaemon({ 'GET /v1/status': status(), 'POST /v1/apply': trial })
    const path = join(temporaryDirectory(), 'new.yaml')
    writeFileSync(path, 'vxlans: {vxlan0: {ttll: 5}}\n')
    const io = fakeIo()
    expect(await run(['apply', '--confirm', '60', '--desired', path, '--socket', socket], io)).toBe(4)
    expect(io.stderr.text).toContain(`${path}:1:`)
    expect(asked).toEqual(['GET /v1/status'])
  })

  test.each(['0', '86401', '-1', '1.5', 'soon', ''])('of %j is wrong usage', async (seconds) => {
    const io = fakeIo()
    expect(await run(['apply', `--confirm=${seconds}`, '--socket', '/nowhere'], io)).toBe(64)
    expect(io.stderr.text).toContain('--confirm must be a whole number from 1 to 86400')
  })
})
