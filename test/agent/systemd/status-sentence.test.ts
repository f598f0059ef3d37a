import { expect, test } from 'vitest'
import type { HealthStatus } from '../../../src/agent/answers/health.ts'
import type { AgentStatus, ObjectStatus } from '../../../src/agent/answers/status.ts'
import type { Issue } from '../../../src/agent/desired/issue.ts'
import { asStatus, statusSentence } from '../../../src/agent/systemd/status-sentence.ts'
import { finding } from '../insight/health/support.ts'

const at = '2026-11-28T00:00:00Z'
const object = (name: string, change: Partial<ObjectStatus> = {}): ObjectStatus => ({
  name,
  kind: 'vxlan',
  state: 'converged',
  warnings: [],
  since: at,
  ...change,
})
const waiting = object('vxlan0', { state: 'waiting', reason: 'eth1 does not exist' })
const impaired = (faults: number): HealthStatus => ({
  ...{ verdict: faults > 0 ? 'impaired' : 'no fault seen', checkedAt: at, faults, warnings: 0 },
  findings: Array.from({ length: faults }, () => finding()),
})
const error: Issue = {
  severity: 'error',
  code: 'unknown-key',
  file: '/etc/vxagent/desired.d/a.yaml',
  line: 3,
  column: 5,
  path: 'vxlans.vxlan0.ttll',
  text: 'ttll',
  message: 'unknown key "ttll"',
}

interface Situation extends Partial<Omit<AgentStatus, 'desired' | 'counters'>> {
  readonly desired?: Partial<AgentStatus['desired']>
  readonly repairs?: number
}

function sentence({ desired, repairs = 0, ...rest }: Situation): string {
  return statusSentence({
    version: '0.1.0',
    hostname: 'ubuntu',
    pid: 1,
    startedAt: at,
    stateDir: '/var/lib/vxagent',
    converged: true,
    objects: [object('vxlan0')],
    ...rest,
    desired: {
      path: '/etc/vxagent/desired.d',
      isValid: true,
      issues: [],
      files: [],
      enforcing: 'current',
      isInForce: true,
      ...desired,
    },
    counters: { reconciles: 1, repairs, resyncs: 0, overruns: 0, events: 0, requests: 0, dumps: 0 },
  })
}

test.each<{ name: string; situation: Situation; says: string }>([
  { name: 'all is well', situation: {}, says: 'Converged: 1 link as declared' },
  {
    name: 'drift was repaired',
    situation: { repairs: 2 },
    says: 'Converged: 1 link as declared; 2 repairs',
  },
  {
    name: 'nothing is declared',
    situation: { objects: [] },
    says: 'Converged: no links are declared in /etc/vxagent/desired.d',
  },
  {
    name: 'one link waits',
    situation: { converged: false, objects: [waiting, object('vxlan1')] },
    says: 'Not converged: vxlan0 is waiting: eth1 does not exist',
  },
  {
    name: 'many links wait',
    situation: { converged: false, objects: [waiting, { ...waiting, name: 'vxlan1' }, object('vxlan2')] },
    says: 'Not converged: 2 of 3 links not as declared',
  },
  {
    name: 'converged, with a fault',
    situation: { health: impaired(1) },
    says: 'Converged: 1 link as declared; fault: eth1 is down',
  },
  {
    name: 'converged, with faults',
    situation: { health: impaired(3) },
    says: 'Converged: 1 link as declared; 3 faults, the first: eth1 is down',
  },
  {
    name: 'converged, with a warning',
    situation: { health: { ...impaired(0), findings: [finding({ severity: 'warning' })] } },
    says: 'Converged: 1 link as declared',
  },
  {
    name: 'the agent as a whole is kept from its work',
    situation: { converged: false, problem: 'cannot write /var/lib/vxagent/owned.json: ENOSPC' },
    says: 'Not converged: cannot write /var/lib/vxagent/owned.json: ENOSPC',
  },
  {
    name: 'the files are broken',
    situation: { converged: false, desired: { isValid: false, issues: [error], enforcing: 'last valid' } },
    says: 'Not converged: the desired files are invalid; the last valid state stays in force; /etc/vxagent/desired.d/a.yaml:3:5: unknown key "ttll"',
  },
  {
    name: 'they always were',
    situation: { converged: false, objects: [], desired: { isValid: false, issues: [error], enforcing: 'none' } },
    says: 'Not converged: the desired files are invalid; nothing is in force; /etc/vxagent/desired.d/a.yaml:3:5: unknown key "ttll"',
  },
  {
    name: 'a state is on trial',
    situation: { desired: { enforcing: 'trial', until: '2026-11-28T00:01:00Z' } },
    says: 'Converged: 1 link as declared; on trial until 2026-11-28T00:01:00Z',
  },
])('$name', ({ situation, says }) => {
  expect(sentence(situation)).toBe(says)
})

test('is one line of bounded length, whatever a name holds', () => {
  const text = asStatus(sentence({ converged: false, problem: `line\nREADY=1 ${'x'.repeat(1000)}` }))
  expect(text).toMatch(/^STATUS=Not converged: line\\nREADY=1 x*…$/)
  expect(text).toHaveLength('STATUS='.length + 400)
})
