/** FRR's answers, as FRR 8.4.4 gave them (golden/), and a daemon that answers badly. */
import { chmodSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Explanation } from '../../../src/agent/answers/explanation.ts'
import { askFrrIn, floodRoute, macRoute } from '../../../src/agent/frr/evpn-route.ts'
import { askVty } from '../../../src/agent/frr/vty.ts'
import { withEvpnRoutes } from '../../../src/agent/frr/with-routes.ts'
import { type Answers, fakeFrr } from './fake-vty.ts'

interface Golden {
  readonly command: string
  readonly answer: object
}

const directory = join(import.meta.dirname, 'golden')
const golden = readdirSync(directory).map((name): Golden => {
  return JSON.parse(readFileSync(join(directory, name), 'utf8')) as Golden
})
const mac = '2e:f5:c5:2e:17:ca'

/** FRR with one route of each type. */
const leaf: Answers = (command) => {
  const known = golden.find((each) => each.command === command)
  return { text: JSON.stringify(known?.answer ?? {}) }
}

test.each([1, 2, 7, 500])('a route of type 2 is read, in %i pieces', async (pieces) => {
  const ask = askFrrIn(await fakeFrr(leaf, { pieces }))
  expect(await macRoute(mac, 42, ask)).toEqual({
    type: 2,
    rd: '10.0.0.2:2',
    nexthop: '10.0.0.2',
    neighbour: '10.0.0.2',
    origin: 'IGP',
    communities: 'RT:65001:42 ET:8',
    sequence: 0,
    updated: '2026-12-01T04:37:43.000Z',
  })
})

test('a route of type 3 is read, and its distinguisher is that of the same targets', async () => {
  const ask = askFrrIn(await fakeFrr(leaf))
  expect(await floodRoute('10.0.0.2', 42, ask)).toMatchObject({
    type: 3,
    rd: '10.0.0.2:2',
    nexthop: '10.0.0.2',
    neighbour: '10.0.0.2',
  })
})

test('a route that bgpd does not have is none, and so is one of another VNI', async () => {
  const ask = askFrrIn(await fakeFrr(leaf))
  expect(await macRoute('02:00:00:00:00:99', 42, ask)).toBeUndefined()
  expect(await macRoute(mac, 43, ask)).toBeUndefined()
  expect(await floodRoute('10.0.0.9', 42, ask)).toBeUndefined()
})

test.each([
  { what: 'another form', text: '[1, {"paths": 7}]' },
  { what: 'paths of another form', text: '{"rd": {"prefix": {"paths": [{"nexthops": "x"}]}}}' },
])('an answer of $what is no route', async ({ text }) => {
  const ask = askFrrIn(await fakeFrr(() => ({ text })))
  expect(await macRoute(mac, 42, ask)).toBeUndefined()
})

const limits = { timeoutMs: 100, mostBytes: 1000 }

test.each<{ what: string; answers: Answers; says: string }>([
  { what: 'says nothing', answers: () => undefined, says: 'no answer within 0.1 s' },
  { what: 'does not end', answers: () => ({ text: 'x'.repeat(2000) }), says: 'its answer has more than 1000 bytes' },
  {
    what: 'does not know the command',
    answers: () => ({ text: '% Unknown command', status: 2 }),
    says: '% Unknown command',
  },
  { what: 'answers with no JSON', answers: () => ({ text: 'hello' }), says: 'is no JSON' },
])('a daemon that $what is told', async ({ answers, says }) => {
  const sockets = await fakeFrr(answers)
  await expect(askVty(sockets, 'bgpd', 'show x json', limits)).rejects.toMatchObject({
    kind: 'failed',
    message: expect.stringContaining(`cannot ask FRR's bgpd "show x json": `),
  })
  await expect(askVty(sockets, 'bgpd', 'show x json', limits)).rejects.toThrow(says)
})

const explanation: Explanation = {
  ...{ target: mac, mac, fate: 'unicast', entry: 'extern_learn', steps: [], changes: [], answer: '' },
  packets: [{ vni: 42, remote: '10.0.0.2', dstport: 4789 }],
}

/** The texts that FRR adds. */
async function added(to: Partial<Explanation>, sockets: string): Promise<string[]> {
  return (await withEvpnRoutes({ ...explanation, ...to }, askFrrIn(sockets))).steps.map(({ text }) => text)
}

test('an explanation names the route behind an entry, and behind each flood', async () => {
  const sockets = await fakeFrr(leaf)
  expect(await added({}, sockets)).toEqual([
    `the entry is of the EVPN route of type 2 for ${mac}, route distinguisher 10.0.0.2:2, next hop 10.0.0.2, from the neighbour 10.0.0.2, origin IGP, RT:65001:42 ET:8, sequence 0, updated 2026-12-01T04:37:43.000Z`,
  ])
  const { entry: _, ...flood } = explanation
  const packets = [...explanation.packets, { vni: 42, remote: '10.0.0.9', dstport: 4789 }]
  const told = await withEvpnRoutes({ ...flood, fate: 'flood', packets }, askFrrIn(sockets))
  expect(told.steps.map(({ text }) => text)).toEqual([
    expect.stringMatching(
      /^FRR floods to 10\.0\.0\.2 by the EVPN route of type 3 for 10\.0\.0\.2, route distinguisher/,
    ),
  ])
})

test('an entry that no route is behind is a problem', async () => {
  const sockets = await fakeFrr(() => ({ text: '{}' }))
  expect(await added({}, sockets)).toEqual([expect.stringContaining(`FRR has no EVPN route for ${mac} in VNI 42`)])
})

test('without FRR, and for an entry of somebody else, nothing is added or asked', async () => {
  expect(await added({}, '/nonexistent')).toEqual([])
  const asking = await fakeFrr(() => {
    throw new Error('asked')
  })
  expect(await added({ entry: 'learned' }, asking)).toEqual([])
})

test.skipIf(process.getuid?.() === 0)('sockets that this user may not ask are told in one sentence', async () => {
  const sockets = await fakeFrr(leaf)
  for (const daemon of ['zebra', 'bgpd']) {
    chmodSync(join(sockets, `${daemon}.vty`), 0)
  }
  expect(await added({}, sockets)).toEqual([expect.stringContaining('this user may not ask FRR')])
})

test('a refusal by rights is one sentence for an entry of a control plane, and none for a flood', async () => {
  const forbidden = async (): Promise<never> => {
    const { VtyError } = await import('../../../src/agent/frr/vty.ts')
    throw new VtyError('forbidden', 'no')
  }
  expect((await withEvpnRoutes(explanation, forbidden)).steps).toHaveLength(1)
  const { entry: _, ...flood } = explanation
  expect((await withEvpnRoutes({ ...flood, fate: 'flood' }, forbidden)).steps).toEqual([])
})
