/** `vxagent doctor`: what it prints, and its exit code. */
import { expect, test } from 'vitest'
import type { HealthFinding, HealthReport } from '../../../src/agent/answers/health.ts'
import { run } from '../../../src/cli/run.ts'
import { finding } from '../../agent/insight/health/support.ts'
import { fakeIo } from '../support.ts'
import { fakeDaemon, Refusing } from './fake-daemon.ts'

function report(findings: readonly HealthFinding[]): HealthReport {
  const count = (severity: string) => findings.filter((each) => each.severity === severity).length
  return {
    ...{
      at: '2026-01-01T00:00:00Z',
      tookMs: 3,
      watchedSeconds: 60,
      unseen: ['Other hosts.'],
      links: ['vxlan0', 'vxlan1'],
    },
    ...{ vteps: ['10.0.2.2'], faults: count('fault'), warnings: count('warning') },
    checks: [
      {
        check: 'underlay-device',
        question: '?',
        result: count('fault') > 0 ? 'fault' : 'ok',
        lookedAt: '1 device',
        findings,
      },
    ],
  }
}

async function doctor(answer: unknown, ...args: string[]) {
  const { socket, asked } = await fakeDaemon({ 'GET /v1/health': answer })
  const io = fakeIo({ VXAGENT_SOCKET: socket })
  return { code: await run(['doctor', ...args], io), stdout: io.stdout.text, stderr: io.stderr.text, asked }
}

const fault = finding({ links: ['vxlan0'] })
const warning = finding({ severity: 'warning', subject: 'eth2', links: [] })

test.each([
  { what: 'no finding', findings: [], args: [], code: 0 },
  { what: 'a warning', findings: [warning], args: [], code: 0 },
  { what: 'a fault', findings: [fault, warning], args: [], code: 5 },
  { what: 'a fault, as JSON', findings: [fault], args: ['--json'], code: 5 },
  { what: 'a fault of the link that is asked for', findings: [fault], args: ['vxlan0'], code: 5 },
  { what: 'a fault of another link', findings: [fault], args: ['vxlan1'], code: 0 },
  { what: 'no fault of the VTEP that is asked for', findings: [fault], args: ['10.0.2.2'], code: 0 },
  { what: 'no fault of any MAC address', findings: [fault], args: ['02:00:00:00:00:09'], code: 0 },
])('$what: exit code $code', async ({ findings, args, code }) => {
  expect((await doctor(report(findings), ...args)).code).toBe(code)
})

test('--json is what the daemon says', async () => {
  const answer = report([fault])
  expect((await doctor(answer, '--json')).stdout).toBe(`${JSON.stringify(answer)}\n`)
})

test('what no check looks at is an error, not a clean bill of health', async () => {
  const { code, stdout, stderr } = await doctor(report([]), 'vxlan9')
  expect([code, stdout]).toEqual([1, ''])
  expect(stderr).toContain('no check looks at vxlan9: it is no vxlan or VTEP of this host; did you mean vxlan0?')
})

test('two subjects are wrong usage', async () => {
  expect((await doctor(report([]), 'vxlan0', 'vxlan1')).code).toBe(64)
})

test('a daemon that refuses is an error', async () => {
  const { code, stderr } = await doctor(new Refusing(409, { error: 'the kernel is being read for the first time' }))
  expect(code).toBe(1)
  expect(stderr).toContain('being read for the first time')
})
