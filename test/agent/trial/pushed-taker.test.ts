import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { pino } from 'pino'
import { expect, test } from 'vitest'
import type { PushedOffer, PushedStanding } from '../../../src/agent/answers/pushed.ts'
import type { DesiredState } from '../../../src/agent/desired/schema.ts'
import { Fleet } from '../../../src/agent/fleet/fleet.ts'
import { emptyObserved } from '../../../src/agent/kernel/observed.ts'
import type { ApplyContext } from '../../../src/agent/reconcile/apply/apply.ts'
import type { Reconciler } from '../../../src/agent/reconcile/loop/reconciler.ts'
import { EnforcedState } from '../../../src/agent/trial/enforced-state.ts'
import { Enforcer } from '../../../src/agent/trial/enforcer.ts'
import { NotPossibleNow } from '../../../src/agent/trial/not-possible-now.ts'
import { PushedTaker } from '../../../src/agent/trial/pushed-taker.ts'
import { release } from '../../support/builders.ts'
import { Home } from './support.ts'

const log = pino({ level: 'silent' })

interface Scene {
  readonly home: Home
  readonly enforcedState: EnforcedState
  readonly enforcer: Enforcer
  readonly taker: PushedTaker
  /** What was told of revisions, in order. */
  readonly told: PushedStanding[]
  /** The links that the kernel is to have. */
  readonly links: () => string[]
}

function section(home: Home, more: object = { config: 'accept' }): void {
  const fleet = { name: 'lab', endpoints: ['https://10.9.0.1:2379'], ...more }
  writeFileSync(join(home.files, 'fleet.json'), JSON.stringify({ fleet }))
}

/** A run of the agent on a host without any link. */
async function scene(home = new Home(), more?: object): Promise<Scene> {
  section(home, more)
  let desired: DesiredState | undefined
  const reconciler = {
    counters: { reconciles: 0, repairs: 0, resyncs: 0, overruns: 0 },
    objects: [],
    trouble: undefined,
    isBusy: false,
    setDesired: (state: DesiredState) => {
      desired = state
    },
    reconcileNow: async () => [],
    stop: async () => {},
  } as unknown as Reconciler
  const applyContext = {
    client: { counters: { requests: 0, dumps: 0 } },
    observer: { events: 0, observed: emptyObserved() },
    ownership: { links: {}, ports: {}, entriesOf: () => ({ fdb: new Set(), neighbours: new Set() }) },
    release,
  } as unknown as ApplyContext
  const enforcedState = new EnforcedState({ path: home.files, stateDir: home.stateDir, log })
  const fleet = new Fleet(home.stateDir)
  const enforcer = new Enforcer({
    ...{ enforcedState, fleet, reconciler, applyContext, log },
    version: '0.1.0',
    keepsWindow: true,
  })
  const taker = new PushedTaker({ enforcedState, enforcer, log, planLines: async ({ vxlans }) => Object.keys(vxlans) })
  const told: PushedStanding[] = []
  taker.onSettled((standing) => told.push(standing))
  await enforcer.reload()
  taker.begin()
  const links = (): string[] => Object.keys(desired?.vxlans ?? {}).sort()
  return { home, enforcedState, enforcer, taker, told, links }
}

const linkText = (name: string, id: number): string => `vxlans: {${name}: {id: ${id}, local: 10.0.0.1, dstport: 4789}}`

const offer = (parts: Partial<PushedOffer> = {}): PushedOffer => ({
  ...{ v: 1, fleet: 'lab', name: 'f', revision: 1, id: 'one', by: 'alice@ops', at: '2026-12-01T00:00:00Z' },
  text: linkText('pushed0', 7),
  ...parts,
})

test('a pushed file is one of the desired files, in the next run too, and removed by a push alone', async () => {
  const { home, taker, links, enforcer, told } = await scene()
  expect(await taker.take(offer())).toMatchObject({ state: 'applied', inForce: 1 })
  expect(links()).toEqual(['pushed0'])
  expect(told.map(({ state }) => state)).toEqual(['applied'])
  await enforcer.stop()
  const next = await scene(home)
  expect(next.links()).toEqual(['pushed0'])
  expect(next.enforcer.status().desired.files).toContain('fleet:f')
  const { text: _, ...removal } = offer({ revision: 2, id: 'two' })
  expect(await next.taker.take(removal)).toMatchObject({ state: 'removed', revision: 2 })
  expect(next.links()).toEqual([])
  await next.enforcer.stop()
})

test('what does not fit to the files of the host is refused whole, with the place', async () => {
  const { home, taker, links, enforcer } = await scene()
  home.write(1)
  await enforcer.reload()
  const refused = await taker.take(
    offer({ text: `${linkText('vxlan0', 9).slice(0, -1)}, more0: {id: 8, local: 10.0.0.1, dstport: 4789}}` }),
  )
  expect(refused).toMatchObject({ state: 'refused', reason: expect.stringMatching(/fleet:f:1:\d+.*vxlan0/) })
  expect(refused).not.toHaveProperty('inForce')
  expect(links()).toEqual(['vxlan0'])
  expect(enforcer.status().desired.isValid).toBe(true)
  // A refused revision leaves the one before in force.
  await taker.take(offer({ revision: 2, id: 'two' }))
  expect(await taker.take(offer({ revision: 3, id: 'three', text: '{' }))).toMatchObject({
    state: 'refused',
    inForce: 2,
  })
  expect(links()).toEqual(['pushed0', 'vxlan0'])
  await enforcer.stop()
})

test.each([
  ['does not accept', {}, offer(), /does not say config: accept/],
  ['is in another fleet', { config: 'accept', name: 'prod' }, offer(), /this host is in the fleet prod/],
])('a host that %s refuses it', async (_what, more, offered, reason) => {
  const { taker, links, enforcer } = await scene(new Home(), more)
  expect(await taker.take(offered)).toMatchObject({ state: 'refused', reason: expect.stringMatching(reason) })
  expect(links()).toEqual([])
  await enforcer.stop()
})

test('on a host that accepts no longer, pushed files are in force no longer', async () => {
  const { home, taker, links, enforcer } = await scene()
  await taker.take(offer())
  section(home, {})
  await enforcer.reload()
  expect(links()).toEqual([])
  section(home)
  await enforcer.reload()
  expect(links()).toEqual(['pushed0'])
  await enforcer.stop()
})

test('a revision on trial is kept by a confirmation', async () => {
  const { home, taker, links, enforcer, told } = await scene()
  expect(await taker.take(offer({ confirmSeconds: 60 }))).toMatchObject({ state: 'trial' })
  expect(taker.picture.files[0]?.until).toBeDefined()
  expect(links()).toEqual(['pushed0'])
  await expect(taker.confirm({ name: 'f', revision: 1, id: 'other' })).rejects.toThrow(NotPossibleNow)
  expect(await taker.confirm({ name: 'f', revision: 1, id: 'one' })).toMatchObject({ state: 'applied', inForce: 1 })
  expect(enforcer.status().desired).toMatchObject({ enforcing: 'current', isInForce: true })
  expect(told.map(({ state }) => state)).toEqual(['trial', 'applied'])
  await enforcer.stop()
  const next = await scene(home)
  expect(next.links()).toEqual(['pushed0'])
  await next.enforcer.stop()
})

test('without a confirmation what was before returns, and the earlier revision stays', async () => {
  const { taker, links, enforcer, told } = await scene()
  await taker.take(offer())
  await taker.take(offer({ revision: 2, id: 'two', text: linkText('other0', 8), confirmSeconds: 1 }))
  expect(links()).toEqual(['other0'])
  await delay(1500)
  expect(links()).toEqual(['pushed0'])
  expect(told.map(({ state }) => state)).toEqual(['applied', 'trial', 'returned'])
  expect(taker.picture.files).toMatchObject([{ revision: 2, state: 'returned', inForce: 1 }])
  expect(enforcer.status().desired.enforcing).toBe('current')
  await enforcer.stop()
})

test('a crash during the trial leaves the trial, and one after its end leaves what was before', async () => {
  const { home, taker, enforcer } = await scene()
  await taker.take(offer({ confirmSeconds: 2 }))
  await enforcer.stop()
  const next = await scene(home)
  await next.taker.settle()
  expect(next.links()).toEqual(['pushed0'])
  expect(next.taker.picture.files).toMatchObject([{ state: 'trial' }])
  await next.enforcer.stop()
  await delay(2100)
  const last = await scene(home)
  await last.taker.settle()
  expect(last.links()).toEqual([])
  expect(last.taker.picture.files).toMatchObject([{ state: 'returned' }])
  await last.enforcer.stop()
})

test('a crash between the confirmation and what follows from it keeps what was confirmed', async () => {
  const { home, taker, enforcer, enforcedState } = await scene()
  await taker.take(offer({ confirmSeconds: 60 }))
  enforcedState.confirm()
  await enforcer.stop()
  const next = await scene(home)
  await next.taker.settle()
  expect(next.links()).toEqual(['pushed0'])
  expect(next.taker.picture.files).toMatchObject([{ state: 'applied', inForce: 1 }])
  expect(next.enforcer.status().desired.enforcing).toBe('current')
  await next.enforcer.stop()
})

test('a person on the host may keep it or end it', async () => {
  const { taker, links, enforcer } = await scene()
  await taker.take(offer({ confirmSeconds: 60 }))
  await enforcer.rollBack()
  await taker.settle()
  expect(taker.picture.files).toMatchObject([{ state: 'returned' }])
  expect(links()).toEqual([])
  await taker.take(offer({ revision: 2, id: 'two', confirmSeconds: 60 }))
  await enforcer.confirm()
  await taker.settle()
  expect(taker.picture.files).toMatchObject([{ state: 'applied', inForce: 2 }])
  await enforcer.stop()
})

test('a later revision ends the trial of an earlier one; a trial of anything else is not taken over', async () => {
  const { home, taker, links, enforcer, told } = await scene()
  await taker.take(offer({ confirmSeconds: 60 }))
  expect(await taker.take(offer({ name: 'g', id: 'g' }))).toMatchObject({
    state: 'refused',
    reason: expect.stringMatching(/on trial/),
  })
  expect(await taker.take(offer({ revision: 2, id: 'two', text: linkText('other0', 8) }))).toMatchObject({
    state: 'applied',
  })
  expect(links()).toEqual(['other0'])
  expect(told.map(({ name, state }) => `${name} ${state}`)).toEqual(['f trial', 'g refused', 'f returned', 'f applied'])
  home.write(3)
  await enforcer.tryOut({ seconds: 60 })
  expect(await taker.take(offer({ revision: 3, id: 'three' }))).toMatchObject({ state: 'refused' })
  expect((await taker.plan({ v: 1, fleet: 'lab', name: 'f' })).canApply).toBe(false)
  expect(enforcer.status().desired.enforcing).toBe('trial')
  await enforcer.stop()
})

test('a file that changes nothing needs no trial', async () => {
  const { taker, enforcer } = await scene()
  await taker.take(offer())
  const same = offer({
    revision: 2,
    id: 'two',
    text: `# another comment\n${linkText('pushed0', 7)}`,
    confirmSeconds: 60,
  })
  expect(await taker.take(same)).toMatchObject({ state: 'applied', inForce: 2 })
  await enforcer.stop()
})

test('a plan changes nothing', async () => {
  const { home, taker, links, enforcer } = await scene()
  expect(await taker.plan(offer())).toMatchObject({ canApply: true, lines: ['pushed0'], lineCount: 1 })
  expect(await taker.plan(offer({ text: '{' }))).toMatchObject({ canApply: false, lines: [] })
  expect(links()).toEqual([])
  expect(home.kept).not.toContain('pushed.json')
  await enforcer.stop()
})

test('no more than 64 files are taken', async () => {
  const { taker, enforcer } = await scene()
  for (let number = 0; number < 64; number += 1) {
    await taker.take(offer({ name: `f${number}`, id: `${number}`, text: linkText(`v${number}`, number) }))
  }
  expect(await taker.take(offer({ name: 'last', text: linkText('v99', 99) }))).toMatchObject({ state: 'refused' })
  expect(taker.picture.files.filter(({ state }) => state === 'applied')).toHaveLength(64)
  await enforcer.stop()
})

test('a damaged record of pushed files is told, and the host goes on without them', async () => {
  const { home, taker, enforcer } = await scene()
  await taker.take(offer())
  await enforcer.stop()
  home.damage('pushed.json')
  const enforcedState = home.start()
  expect(enforcedState.pushed.texts).toEqual([])
  expect(home.log.map(({ msg }) => msg)).toContain(
    'cannot read the files that were pushed to this host; going on without them',
  )
})
