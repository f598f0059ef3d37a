import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { fleetAnswers } from '../../../src/fleet/page/answers.ts'
import { ReportSource } from '../../../src/fleet/page/report-source.ts'
import type { FleetReport, NoFleet } from '../../../src/fleet/run/report.ts'
import { fleetOf, nameOf } from './fleet-of.ts'

/** A source that is asked as the test says, on a clock that the test moves. */
function sourceOf(ask: () => Promise<FleetReport | NoFleet>, patienceMs = 20) {
  const clock = { now: 0 }
  return { clock, source: new ReportSource({ ask, patienceMs, freshMs: 2500, now: () => clock.now }) }
}

test('one question serves all who ask within the time, and then the next is asked', async () => {
  let asked = 0
  const { clock, source } = sourceOf(async () => {
    asked += 1
    return fleetOf(2)
  })
  await Promise.all([source.hear(), source.hear(), source.hear()])
  clock.now = 2000
  expect(await source.hear()).toMatchObject({ msAgo: 2000 })
  expect(asked).toBe(1)
  clock.now = 2500
  expect(await source.hear()).toMatchObject({ msAgo: 0 })
  expect(asked).toBe(2)
})

test('while the fleet process is gone what it said last stays, with its age and the reason', async () => {
  let error: Error | undefined
  const { clock, source } = sourceOf(async () => {
    if (error !== undefined) {
      throw error
    }
    return fleetOf(2)
  })
  await source.hear()
  error = new Error('the fleet process is not running')
  clock.now = 5000
  await source.hear()
  clock.now = 8000
  expect(await source.hear()).toMatchObject({
    report: { nodes: [{}, {}] },
    msAgo: 8000,
    silence: { forMs: 3000, reason: 'the fleet process is not running' },
  })
  error = undefined
  expect(await source.hear()).not.toHaveProperty('silence')
})

test('nobody waits for a fleet process that hangs: they get the last answer, and are told', async () => {
  let answer: (report: FleetReport) => void = () => {}
  const { clock, source } = sourceOf(() => new Promise((resolve) => (answer = resolve)))
  const first = source.hear()
  answer(fleetOf(2))
  await first
  clock.now = 3000
  const second = source.hear()
  clock.now = 3050
  expect(await second).toMatchObject({
    msAgo: 3050,
    silence: { forMs: 50, reason: expect.stringContaining('not answered') },
  })
  answer(fleetOf(3))
  await delay(0)
  expect(await source.hear()).toMatchObject({ msAgo: 0, report: { nodes: [{}, {}, {}] } })
})

const answersOf = (said: FleetReport | NoFleet) => {
  const answers = fleetAnswers(new ReportSource({ ask: async () => said }))
  return async (path: string) => answers(new URL(path, 'http://127.0.0.1'))
}

test('the view says how old it is, and is made once for a report', async () => {
  const get = answersOf(fleetOf(3))
  const first = await get('/fleet/view?vni=42')
  expect(first).toMatchObject({ status: 200, content: { heardMsAgo: expect.any(Number), view: { vni: 42 } } })
  const [one, two] = [first, await get('/fleet/view?vni=42')].map(
    (each) => (each?.content as { view?: unknown } | undefined)?.view,
  )
  expect(two).toBe(one)
})

test('answers for a host, for none, and without a fleet', async () => {
  const get = answersOf(fleetOf(3))
  expect(await get(`/fleet/host?vni=42&node=${nameOf(1)}`)).toMatchObject({ status: 200, content: { node: nameOf(1) } })
  expect(await get('/fleet/host?vni=42&node=__proto__')).toMatchObject({ status: 404 })
  const none = answersOf({ noFleet: 'no fleet: section' })
  expect(await none('/fleet/view')).toEqual({
    status: 200,
    content: { heardMsAgo: expect.any(Number), noFleet: 'no fleet: section' },
  })
  expect(await none('/fleet/host?node=a')).toMatchObject({ status: 503, content: { error: 'no fleet: section' } })
})

test.each(['-1', '1e3', '16777216', 'x', '0x2a', '4 2'])('refuses the VNI %s', async (vni) => {
  expect(await answersOf(fleetOf(1))(`/fleet/view?vni=${encodeURIComponent(vni)}`)).toMatchObject({ status: 400 })
})

test('leaves every other path to the agent', () => {
  const answers = fleetAnswers(new ReportSource({ ask: async () => fleetOf(1) }))
  for (const path of ['/', '/v1/fleet', '/fleet', '/fleet/', '/fleet/views']) {
    expect(answers(new URL(path, 'http://127.0.0.1'))).toBeUndefined()
  }
})
