import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { run } from '../../../../src/cli/run.ts'
import type { NodeReport } from '../../../../src/fleet/run/report.ts'
import { host, report, silentHost } from '../../../fleet/members/report.ts'
import { temporaryDirectory } from '../../../support/temporary-directory.ts'
import { FakeOutput, fakeIo } from '../../support.ts'
import { fakeDaemon, Refusing } from '../fake-daemon.ts'

vi.mock('node:timers/promises', () => ({ setTimeout: async () => {} }))

/** A fleet process that gives these answers one after the other, and the last one for good. */
async function process(...reports: unknown[]): Promise<{ socket: string; asked: string[] }> {
  let next = 0
  return fakeDaemon({
    get 'GET /v1/fleet'() {
      const answer = reports[Math.min(next, reports.length - 1)]
      next += 1
      return answer
    },
    'POST /v1/accept': { done: '2 members that are gone are removed when their grace is over' },
    'POST /v1/leave': { done: 'the others are told that this host is going' },
  })
}

async function call(
  args: readonly string[],
  socket: string,
  isTTY = false,
): Promise<{ code: number; out: string; err: string }> {
  const io = { ...fakeIo({ VXAGENT_FLEET_SOCKET: socket }), stderr: new FakeOutput({ isTTY }) }
  const code = await run(['fleet', ...args], io)
  return { code, out: io.stdout.text, err: io.stderr.text }
}

const behind = report({ nodes: [host(1), host(2, { applied: 8 })] })
const done = report({ nodes: [host(1), host(2)] })

test('wait asks until all have applied the last change that it first heard of', async () => {
  const { socket, asked } = await process(behind, behind, done)
  expect(await call(['wait'], socket)).toEqual({
    code: 0,
    out: 'All 2 members that are present say that they have applied revision 10.\n',
    err: '',
  })
  expect(asked).toHaveLength(3)
})

test('wait goes by the change that it first heard of, and not by later ones', async () => {
  const later = report({
    nodes: [host(1, { applied: 10 }), host(2, { applied: 10 })],
    store: { ...done.store, latestChange: 20 },
  })
  const { socket } = await process(behind, later)
  expect((await call(['wait'], socket)).code).toBe(0)
})

test.each([
  {
    what: 'one is behind',
    parts: behind,
    words: '1 of 2 members not up to date with revision 10: host2 (has applied 8)',
  },
  {
    what: 'one says nothing',
    parts: report({ nodes: [host(1), silentHost(2)] }),
    words: '1 of 2 members not up to date with revision 10: host2 (says nothing)',
  },
  {
    what: 'the store is silent',
    parts: report({ mode: 'stale', reason: 'cut off' }),
    words: 'the store is silent: cut off',
  },
  {
    what: 'states cannot be read',
    parts: report({ store: { ...done.store, statesError: 'refused' } }),
    words: 'refused',
  },
  { what: 'nobody is there', parts: report({ nodes: [] }), words: 'no member is in the store' },
])('wait ends with exit code 3 when $what', async ({ parts, words }) => {
  const { socket } = await process(parts)
  expect(await call(['wait', '--timeout', '1'], socket)).toEqual({
    code: 3,
    out: '',
    err: `vxagent: not within 1 s: ${words}\n`,
  })
})

test('a revision that the store has not reached is waited for, and one after the last record is not', async () => {
  const { socket } = await process(done)
  expect((await call(['wait', '--revision', '13', '--timeout', '1'], socket)).err).toContain(
    'the store is at revision 12, before 13',
  )
  expect((await call(['wait', '--revision', '12'], socket)).code).toBe(0)
})

test('the JSON of wait names those who are behind', async () => {
  const { socket } = await process(behind)
  const { code, out } = await call(['wait', '--timeout', '1', '--json'], socket)
  expect(code).toBe(3)
  expect(JSON.parse(out)).toEqual({
    applied: false,
    revision: 10,
    members: 2,
    behind: [{ node: 'host2', applied: 8 }],
  })
})

test('a terminal is told meanwhile who is waited for, in a line that goes', async () => {
  const { socket } = await process(behind, done)
  const { err } = await call(['wait'], socket, true)
  expect(err).toBe(
    '\r\u001b[2Kwaiting: 1 of 2 members not up to date with revision 10: host2 (has applied 8)\r\u001b[2K',
  )
})

test('wait goes on while the fleet process joins', async () => {
  const { socket } = await process({ noFleet: 'the agent has not answered yet' }, done)
  expect((await call(['wait'], socket)).code).toBe(0)
  const never = await process({ noFleet: 'no file has a fleet: section' })
  expect(await call(['wait', '--timeout', '1'], never.socket)).toMatchObject({
    code: 1,
    err: 'vxagent: this host is in no fleet: no file has a fleet: section\n',
  })
})

test.each(['wait', 'leave', 'accept'])('%s without a fleet process is an error at once', async (name) => {
  const { code, err } = await call([name], join(temporaryDirectory(), 'none'))
  expect(code).toBe(1)
  expect(err).toContain('start it with systemctl enable --now vxagent-fleet, or vxagent fleet-agent')
})

const leaving = (others: readonly NodeReport[]): unknown =>
  report({ publishing: 'leaving', nodes: [host(1, { state: 'leaving', revision: 15 }), ...others] })

test('leave waits until the others have applied it, and says what to do next', async () => {
  const { socket, asked } = await process(
    done,
    leaving([host(2), host(3, { applied: 16 })]),
    leaving([host(2, { applied: 15 }), host(3, { applied: 16 }), silentHost(4, { state: 'gone' })]),
  )
  const { code, out } = await call(['leave'], socket)
  expect(code).toBe(0)
  expect(out).toMatch(
    /^This host is leaving since revision 15\. All 2 other members say that they have applied it\.\nNow stop the fleet process: systemctl disable --now vxagent-fleet\. /,
  )
  expect(asked).toEqual(['POST /v1/leave', 'GET /v1/fleet', 'GET /v1/fleet', 'GET /v1/fleet'])
})

test.each([
  {
    what: 'another is behind',
    answer: leaving([host(2)]),
    words: '1 of 1 other member not up to date with revision 15: host2 (has applied 10)',
  },
  {
    what: 'it is not in the record yet',
    answer: done,
    words: 'the record of this host does not say yet that it is leaving',
  },
])('leave ends with exit code 3 when $what', async ({ answer, words }) => {
  const { socket } = await process(answer)
  expect(await call(['leave', '--timeout', '1'], socket)).toEqual({
    code: 3,
    out: '',
    err: `vxagent: the others are told that this host is going; not within 1 s: ${words}\n`,
  })
})

test('a host whose record is not in the store has nothing to wait for', async () => {
  const { socket } = await process(report({ publishing: 'evicted' }))
  const { code, out } = await call(['leave'], socket)
  expect(code).toBe(0)
  expect(out).toContain('The others have no entry for this host: its record is not in the store (evicted).\n')
})

test('accept says what was done', async () => {
  const { socket } = await process(done)
  const sentence = '2 members that are gone are removed when their grace is over'
  expect(await call(['accept'], socket)).toEqual({ code: 0, out: `${sentence}\n`, err: '' })
  expect((await call(['accept', '--json'], socket)).out).toBe(`${JSON.stringify({ done: sentence })}\n`)
})

test('who may not is told so', async () => {
  const why = 'only root, or the user that vxagent-fleet runs as, may leave the fleet; run it with sudo'
  const { socket } = await fakeDaemon({ 'POST /v1/leave': new Refusing(403, { error: why }) })
  expect(await call(['leave'], socket)).toEqual({
    code: 1,
    out: '',
    err: `vxagent: the fleet process refused POST /v1/leave: ${why}\n`,
  })
})
