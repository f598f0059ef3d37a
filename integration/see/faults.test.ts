/** For each of thirteen typical faults: what `status`, `doctor` and the events say, with a ping as witness that it is one. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { HealthReport } from '../../src/agent/answers/health.ts'
import type { OverlayEvent } from '../../src/agent/answers/overlay-event.ts'
import { eventually } from '../support/eventually.ts'
import { declared, type Fault, far, farEnd, faults, type Scene, scene } from '../support/faults.ts'
import type { Cleanup } from '../support/namespace.ts'
import { type Installation, installVxagent } from '../support/vxagent.ts'

interface Outcome {
  /** Exit code of `vxagent status`, and with `--ignore-health`. */
  readonly codes: readonly [number | null, number | null]
  readonly status: string
  readonly report: HealthReport
  readonly doctorCode: number | null
  readonly events: readonly OverlayEvent[]
  /** Whether a ping of usual size, and one of the size that is lost, had an answer. */
  readonly answers: readonly [small: boolean, large: boolean]
}

const undo: (() => void | Promise<void>)[] = []
const cleanup: Cleanup = (step) => undo.push(step)
const outcomes = new Map<string, Promise<Outcome>>()

// One after the other is made ready, then all are looked at at once: each waits half a minute for an answer that does not come.
beforeAll(async () => {
  for (const fault of faults) {
    const ready = await makeReady(fault)
    const outcome = bringAbout(fault, ready)
    outcome.catch(() => {})
    outcomes.set(fault.name, outcome)
  }
})

afterAll(async () => {
  await Promise.allSettled(outcomes.values())
  for (const step of undo.toReversed()) {
    await step()
  }
})

interface Ready {
  readonly all: Scene
  readonly agent: Installation
}

async function makeReady(fault: Fault): Promise<Ready> {
  const { prepare } = fault
  const all = await scene(cleanup)
  const { here } = all
  await (prepare ?? (async () => {}))(all)
  if (!(await all.there.json('ip -j link show')).some(({ ifname }: { ifname: string }) => ifname === 'vxlan0')) {
    await farEnd(all)
  }
  const agent = installVxagent(here, { 'a.yaml': declared(fault) }, cleanup)
  await agent.startAndWait()
  await agent.converged()
  return { all, agent }
}

async function bringAbout({ cause, lost = 56, expected }: Fault, { all, agent }: Ready): Promise<Outcome> {
  const { here } = all
  if (cause !== undefined) {
    // It works before.
    await eventually(async () => expect(await here.canPing(far)).toBe(true))
    await cause(all)
  }
  here.hold('ping', ['-i', '0.2', far])
  const find = async (): Promise<HealthReport> => JSON.parse((await agent.vxagent('doctor', '--json')).stdout)
  const report = await eventually(
    async () => {
      const looked = await find()
      const checks = new Set(looked.checks.flatMap(({ findings }) => findings.map(({ check }) => check)))
      expect([...checks]).toEqual(expect.arrayContaining([...expected.checks]))
      expect(looked.faults > 0).toBe(expected.isFault)
      return looked
    },
    { timeoutMs: 90_000, everyMs: 1000 },
  )
  const ping = async (size: number): Promise<boolean> =>
    (await here.finish('ping', ['-c', '1', '-W', '2', '-M', 'do', '-s', `${size}`, far])).code === 0
  const { stdout, code } = await agent.vxagent('status')
  const events = (await agent.vxagent('events', '--once', '--recent', '10000', '--json')).stdout
  return {
    codes: [code, (await agent.vxagent('status', '--ignore-health')).code],
    status: stdout,
    report,
    doctorCode: (await agent.vxagent('doctor')).code,
    events: events
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line)),
    answers: [await ping(56), await ping(lost)],
  }
}

test.each(faults)('$name', async ({ name, lost, passes, expected }) => {
  const { codes, status, report, doctorCode, events, answers } = (await outcomes.get(name)) as Outcome
  const findings = report.checks.flatMap((check) => check.findings)
  if (passes !== 'by chance') {
    expect(answers).toEqual([passes === 'small ones', passes === 'small ones' && lost === undefined])
  }
  expect(codes).toEqual(expected.isFault ? [5, 0] : [0, 0])
  expect(doctorCode).toBe(expected.isFault ? 5 : 0)
  expect(status).toMatch(/^Converged: /)
  expect(status).toMatch(expected.isFault ? /^Health: \d+ faults?.*: \S/m : /^Health: no fault seen/m)
  const first = findings.find(({ severity }) => severity === 'fault')
  if (first !== undefined) {
    expect(status).toContain(first.found.replaceAll(/\d+ packets?.*/g, ''))
  }
  for (const { found, means, cure } of findings) {
    expect([found, means, cure].filter((text) => text.length < 5 || /undefined|\.$/.test(text))).toEqual([])
  }
  if (expected.event !== undefined) {
    expect(events.map(({ kind }) => kind)).toContain(expected.event)
  }
  if (expected.unseen !== undefined) {
    expect(report.unseen.join('\n')).toMatch(expected.unseen)
  }
})
