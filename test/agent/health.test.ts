import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Health, type Vitals } from '../../src/agent/health.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** An agent that is well, but for what a test changes. */
function agent() {
  const counters = { requests: 0, dumps: 0, interruptedDumps: 0, overruns: 0 }
  return {
    client: {
      counters,
      ping: async () => {
        counters.requests += 1
      },
    },
    observer: { ping: async () => {} },
    enforcer: { isBusy: false as boolean },
  } satisfies Vitals
}

async function examined(vitals: Vitals): Promise<readonly string[]> {
  const examination = new Health(vitals).examine(5000)
  await vi.advanceTimersByTimeAsync(5000)
  return examination
}

test('all is well', async () => {
  expect(await examined(agent())).toEqual([])
})

test.each(['client', 'observer'] as const)(
  'the socket of the %s that does not answer in time is named',
  async (part) => {
    const vitals = agent()
    vitals[part].ping = () => new Promise(() => {})
    expect(await examined(vitals)).toEqual([
      expect.stringMatching(/^the netlink socket for \w+ has not answered for 5 s$/),
    ])
  },
)

test('a socket that fails is named, with why', async () => {
  const vitals = agent()
  vitals.observer.ping = () => Promise.reject(new Error('EBADF'))
  expect(await examined(vitals)).toEqual(['the netlink socket for events does not answer: EBADF'])
})

test('work that makes no request for 90 s is named; the questions asked here are none of its requests', async () => {
  const vitals = agent()
  vitals.enforcer.isBusy = true
  let now = 0
  const health = new Health(vitals, () => now)
  const at = async (seconds: number): Promise<readonly string[]> => {
    now = seconds * 1000
    return health.examine(5000)
  }
  expect(await at(0)).toEqual([])
  vitals.client.counters.requests += 1
  expect(await at(60)).toEqual([])
  expect(await at(140)).toEqual([])
  expect(await at(151)).toEqual(['the work under way has made no request for 91 s'])
  vitals.client.counters.requests += 1
  expect(await at(160)).toEqual([])
  vitals.enforcer.isBusy = false
  expect(await at(1000)).toEqual([])
  vitals.enforcer.isBusy = true
  expect(await at(1080)).toEqual([])
})
