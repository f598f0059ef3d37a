/** Pushes from the operator's command to the agents of hosts, on a store in memory. */
import { pino } from 'pino'
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import type { PushedOffer, PushedPicture, PushedStanding } from '../../../src/agent/answers/pushed.ts'
import type { LeaseKeeper } from '../../../src/fleet/etcd/lease-keeper.ts'
import type { Store } from '../../../src/fleet/etcd/store.ts'
import { NotToBeDone } from '../../../src/fleet/operate/parts.ts'
import { type PushOutcome, type PushRequest, pushFile } from '../../../src/fleet/operate/push.ts'
import { confirmPush, historyOf, lastPush, requestToReturn } from '../../../src/fleet/operate/push-history.ts'
import { keysOf } from '../../../src/fleet/records/keys.ts'
import { writeRecord } from '../../../src/fleet/records/node-record.ts'
import { readPush } from '../../../src/fleet/records/push-record.ts'
import { Pushes } from '../../../src/fleet/run/pushes.ts'
import { MemoryCluster } from '../../support/memory-store.ts'

beforeEach(() => vi.useFakeTimers())
afterEach(() => vi.useRealTimers())

const fleet = 'lab'
const keys = keysOf(fleet)
const clock = { now: () => performance.now() }
const log = pino({ level: 'silent' })

const settings = { name: fleet, endpoints: ['https://10.9.0.1:2379'], config: 'accept' } as const

/** What the agent of a host does with what it is offered. */
type Behaviour = (
  offer: PushedOffer,
) => Partial<PushedStanding> & { readonly breaks?: boolean; readonly cutsOff?: boolean }

class FakeHost {
  readonly offers: PushedOffer[] = []
  readonly confirmed: string[] = []
  picture: PushedPicture
  behave: Behaviour = () => ({})
  readonly store: ReturnType<MemoryCluster['client']>
  readonly pushes: Pushes

  constructor(
    readonly cluster: MemoryCluster,
    readonly node: string,
    { accepts = true, isAnswering = true } = {},
  ) {
    this.store = cluster.client()
    this.picture = { accepts, files: [], converged: true, failing: 0 }
    const keeper: Pick<LeaseKeeper, 'set' | 'remove'> = {
      set: (key, value) => {
        if (!this.store.isSilent) {
          cluster.apply([{ kind: 'put', key, value }])
        }
      },
      remove: (key) => cluster.apply([{ kind: 'delete', key }]),
    }
    this.pushes = new Pushes({
      ...{ fleet, self: node, keys, clock, keeper, log },
      store: this.store,
      agent: {
        offerFile: async (offer) => this.#take(offer),
        confirmFile: async ({ name }) => {
          this.confirmed.push(name)
          return this.#settle({ ...this.#standing(name), state: 'applied' })
        },
        planFile: async ({ text }) => ({
          canApply: text !== 'clash',
          ...(text === 'clash' && { reason: 'fleet:f:1:1: a clash' }),
          lines: ['+ something'],
          lineCount: 1,
          converged: true,
          failing: 0,
        }),
      },
      isIn: () => true,
      errors: () => 0,
    })
    cluster.apply([
      {
        kind: 'put',
        key: keys.record(node),
        value: writeRecord({ v: 1, id: node, instance: node, boot: node, agent: '0.1.0', vteps: [] }),
      },
    ])
    if (isAnswering) {
      this.pushes.start({ links: [], pushed: this.picture })
    }
    onTestFinished(() => this.pushes.close())
  }

  async #take(offer: PushedOffer): Promise<PushedStanding> {
    this.offers.push(offer)
    const { breaks = false, cutsOff = false, ...more } = this.behave(offer)
    const { name, revision, id, by, at, text, confirmSeconds } = offer
    const state = text === undefined ? 'removed' : confirmSeconds === undefined ? 'applied' : 'trial'
    if (breaks) {
      this.picture = { ...this.picture, converged: false, failing: 1 }
    }
    if (cutsOff) {
      this.store.fallSilent()
    }
    return this.#settle({ name, revision, id, by, at, state, ...more })
  }

  #standing(wanted: string): PushedStanding {
    return this.picture.files.find(({ name }) => name === wanted) as PushedStanding
  }

  #settle(standing: PushedStanding): PushedStanding {
    const others = this.picture.files.filter(({ name }) => name !== standing.name)
    this.picture = { ...this.picture, files: [...others, standing] }
    queueMicrotask(() => this.pushes.take({ links: [], settings, pushed: this.picture }))
    return standing
  }
}

function hostsIn(cluster: MemoryCluster, ...names: string[]): FakeHost[] {
  return names.map((name) => new FakeHost(cluster, name))
}

const times = { answerMs: 3_000, stageMs: 20_000, soakMs: 2_000 }

interface Told {
  readonly plans: string[][]
}

async function run(
  cluster: MemoryCluster,
  parts: Partial<PushRequest> = {},
  {
    user = 'alice',
    told,
    word = 'go on',
    forMs = 120_000,
  }: { user?: string; told?: Told; word?: 'go on' | 'planned'; forMs?: number } = {},
): Promise<PushOutcome> {
  const request: PushRequest = { name: 'f', text: 'one', to: 'all', isPartial: false, times, ...parts }
  const place = { store: cluster.client() as Store, fleet, operator: { user, host: 'ops' } }
  const outcome = pushFile(place, request, {
    onPlan: async ({ hosts }) => {
      told?.plans.push(hosts.map(({ node, outlook }) => `${node} ${outlook}`))
      return word
    },
    onProgress: () => {},
  })
  outcome.catch(() => {})
  await vi.advanceTimersByTimeAsync(forMs)
  return outcome
}

const placeOf = (cluster: MemoryCluster) => ({
  store: cluster.client() as Store,
  fleet,
  operator: { user: 'alice', host: 'ops' },
})

test('every host takes it, the first one before the others, and nothing of the session is left', async () => {
  const cluster = new MemoryCluster()
  const hosts = hostsIn(cluster, 'a', 'b', 'c', 'd')
  const outcome = await run(cluster)
  expect(outcome).toMatchObject({ result: 'done', plan: { revision: 1, canaries: ['a'] }, problems: [] })
  expect(outcome.hosts.map(({ state }) => state)).toEqual(['applied', 'applied', 'applied', 'applied'])
  expect(hosts.map(({ offers }) => offers.length)).toEqual([1, 1, 1, 1])
  expect([...cluster.entries.keys()].filter((key) => key.endsWith('/session'))).toEqual([])
  expect(hosts[0]?.offers[0]).toMatchObject({ by: 'alice@ops', text: 'one', revision: 1 })
})

test('a plan alone writes nothing that a host takes', async () => {
  const cluster = new MemoryCluster()
  const hosts = hostsIn(cluster, 'a', 'b')
  const told: Told = { plans: [] }
  expect(await run(cluster, {}, { told, word: 'planned' })).toMatchObject({ result: 'planned' })
  expect(told.plans).toEqual([['a changes', 'b changes']])
  expect(hosts.flatMap(({ offers }) => offers)).toEqual([])
  expect(cluster.entries.has(keys.push('f'))).toBe(false)
})

test('hosts that cannot take it, or do not answer, are named, and keep it from everybody unless they are left out', async () => {
  const cluster = new MemoryCluster()
  const [a] = hostsIn(cluster, 'a')
  new FakeHost(cluster, 'b', { accepts: false })
  new FakeHost(cluster, 'c', { isAnswering: false })
  const told: Told = { plans: [] }
  await expect(run(cluster, {}, { told })).rejects.toThrow(/^c would not take f, or did not answer: nothing was pushed/)
  expect(told.plans).toEqual([['a changes', 'b refuses', 'c silent']])
  expect(a?.offers).toEqual([])
  const outcome = await run(cluster, { isPartial: true })
  expect(outcome).toMatchObject({ result: 'done', plan: { nodes: ['a'], leftOut: ['b', 'c'] } })
  await expect(run(cluster, { text: 'clash', isPartial: true })).rejects.toThrow(/none of the hosts would take f/)
})

test.each([
  ['refuses it', () => ({ state: 'refused', reason: 'no room' }) as const, /^a refused it: no room$/],
  ['is worse by it', () => ({ breaks: true }), /^a has it, and 1 of its links are not as declared, 0 before$/],
  ['is not heard of any more', () => ({ cutsOff: true }), /^a has not said that it took it$/],
])('a canary that %s keeps it from the others, for ever', async (_what, behave: Behaviour, problem) => {
  const cluster = new MemoryCluster()
  const [a, b, c] = hostsIn(cluster, 'a', 'b', 'c')
  if (a !== undefined) {
    a.behave = behave
  }
  const outcome = await run(cluster, { canary: 1 })
  expect(outcome).toMatchObject({ result: 'stopped', problems: [expect.stringMatching(problem)] })
  await vi.advanceTimersByTimeAsync(3_600_000)
  expect([...(b?.offers ?? []), ...(c?.offers ?? [])]).toEqual([])
})

test('a canary that is cut off after its word was written is found by the question that follows', async () => {
  const cluster = new MemoryCluster()
  const [a, b] = hostsIn(cluster, 'a', 'b')
  const request = run(cluster, { canary: 1 })
  const cut = setInterval(() => {
    if (a?.offers.length === 1) {
      a.store.fallSilent()
      clearInterval(cut)
    }
  }, 600)
  const outcome = await request
  expect(outcome.result).toBe('stopped')
  expect(outcome.problems).toEqual([expect.stringMatching(/^a has not/)])
  expect(b?.offers).toEqual([])
})

test('a command that ends between the stages leaves the rest as it was', async () => {
  const cluster = new MemoryCluster()
  const [a, b] = hostsIn(cluster, 'a', 'b')
  const outcome = run(cluster, { canary: 1, times: { ...times, soakMs: 10_000 } }, { forMs: 5_000 })
  await Promise.race([outcome, vi.advanceTimersByTimeAsync(5_000)])
  expect(a?.offers).toHaveLength(1)
  // Killed: its lease ends.
  for (const lease of cluster.leases) {
    cluster.endLease(lease)
  }
  await vi.advanceTimersByTimeAsync(600_000)
  await expect(outcome).rejects.toThrow()
  expect(b?.offers).toEqual([])
  const again = await run(cluster, { canary: 0 })
  expect(again).toMatchObject({ result: 'done', plan: { revision: 2 } })
})

test('of two operators at one file the second is refused, and told who is at it', async () => {
  const cluster = new MemoryCluster()
  hostsIn(cluster, 'a', 'b')
  const first = run(cluster, {}, { forMs: 500 })
  const second = run(cluster, {}, { user: 'bob', forMs: 500 })
  await expect(second).rejects.toThrow(/^alice@ops is at f since /)
  await vi.advanceTimersByTimeAsync(60_000)
  expect(await first).toMatchObject({ result: 'done' })
  expect(await run(cluster, {}, { user: 'bob' })).toMatchObject({ result: 'done', plan: { revision: 2 } })
})

test('a selector that means nobody is an error', async () => {
  const cluster = new MemoryCluster()
  hostsIn(cluster, 'a')
  await expect(run(cluster, { to: 'b' })).rejects.toThrow(NotToBeDone)
  await expect(run(cluster, { to: 'all,!a' })).rejects.toThrow(/means no host/)
})

test('hosts on trial keep it when they hear the confirmation, and one that is cut off does not', async () => {
  const cluster = new MemoryCluster()
  const [a, b, c] = hostsIn(cluster, 'a', 'b', 'c')
  if (b !== undefined) {
    b.behave = () => ({ cutsOff: true })
  }
  const outcome = await run(cluster, { confirmSeconds: 60 })
  expect(outcome).toMatchObject({ result: 'incomplete', problems: [expect.stringMatching(/^b /)] })
  await confirmPush(placeOf(cluster), 'f')
  await vi.advanceTimersByTimeAsync(2_000)
  expect([a, b, c].map((host) => host?.confirmed)).toEqual([['f'], [], ['f']])
  // A second confirmation changes nothing.
  await confirmPush(placeOf(cluster), 'f')
})

test('what was pushed without a window cannot be confirmed, nor what was never pushed', async () => {
  const cluster = new MemoryCluster()
  hostsIn(cluster, 'a')
  await expect(confirmPush(placeOf(cluster), 'f')).rejects.toThrow(/no file f was pushed/)
  await run(cluster)
  await expect(confirmPush(placeOf(cluster), 'f')).rejects.toThrow(/pushed without --confirm/)
})

test('a return pushes the earlier text as a new revision, and history has who pushed what', async () => {
  const cluster = new MemoryCluster()
  const [a] = hostsIn(cluster, 'a', 'b')
  await run(cluster, { text: 'one' })
  await run(cluster, { text: 'two' }, { user: 'bob' })
  const terms = { isPartial: false, times }
  const back = await requestToReturn(placeOf(cluster), 'f', terms)
  expect(back).toMatchObject({ text: 'one', restores: 1, to: ['a', 'b'] })
  expect(await run(cluster, back)).toMatchObject({ result: 'done', plan: { revision: 3, restores: 1 } })
  expect(a?.offers.map(({ text }) => text)).toEqual(['one', 'two', 'one'])
  const history = await historyOf(placeOf(cluster), 'f')
  expect(history.map(({ revision, by: { user } }) => `${revision} ${user}`)).toEqual(['3 alice', '2 bob', '1 alice'])
  const removal = await requestToReturn(placeOf(cluster), 'f', { ...terms, revision: 'none' })
  expect(await run(cluster, { ...removal, text: undefined } as never)).toMatchObject({ result: 'done' })
  expect(a?.picture.files).toMatchObject([{ revision: 4, state: 'removed' }])
  await expect(requestToReturn(placeOf(cluster), 'f', { ...terms, revision: 9 })).rejects.toThrow(
    /revision 9 of f is not kept/,
  )
})

test('of each file 32 revisions are kept', async () => {
  const cluster = new MemoryCluster()
  hostsIn(cluster, 'a')
  for (let number = 1; number <= 35; number += 1) {
    await run(cluster, { text: `${number}` }, { forMs: 10_000 })
  }
  const history = await historyOf(placeOf(cluster), 'f')
  expect(history).toHaveLength(32)
  expect(history.at(-1)?.revision).toBe(4)
})

test('after a store was wiped no host loses a file, and a new push comes after what hosts know', async () => {
  const cluster = new MemoryCluster()
  const [a] = hostsIn(cluster, 'a')
  await run(cluster, { text: 'one' })
  await run(cluster, { text: 'two' })
  cluster.apply(
    [...cluster.entries.keys()].filter((key) => key.startsWith(keys.config)).map((key) => ({ kind: 'delete', key })),
  )
  await vi.advanceTimersByTimeAsync(60_000)
  expect(a?.picture.files).toMatchObject([{ revision: 2, state: 'applied' }])
  expect(await run(cluster, { text: 'three' })).toMatchObject({ plan: { revision: 3 }, result: 'done' })
})

test('what nobody can read is ignored, and a file of that name can be pushed again', async () => {
  const cluster = new MemoryCluster()
  const [a] = hostsIn(cluster, 'a')
  const evil = [
    'x',
    '{"v":1}',
    '[]',
    '{"v":1,"revision":1e99}',
    JSON.stringify({ v: 1, nodes: Array(20_000).fill('a') }),
  ]
  cluster.apply(evil.map((text, index) => ({ kind: 'put', key: keys.push(`e${index}`), value: Buffer.from(text) })))
  cluster.apply([{ kind: 'put', key: keys.push('f'), value: Buffer.from('{') }])
  cluster.apply([{ kind: 'put', key: keys.pushSession('f2'), value: Buffer.from('{') }])
  cluster.apply([{ kind: 'put', key: keys.files('z'), value: Buffer.from('{') }])
  expect(await run(cluster)).toMatchObject({ result: 'done', plan: { revision: 1 } })
  expect(a?.offers).toHaveLength(1)
  expect(
    readPush((await lastPush(placeOf(cluster), 'f').then(() => cluster.entries.get(keys.push('f')))) as never).text,
  ).toBe('one')
})
