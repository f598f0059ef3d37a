import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Health, type Vitals } from '../../../src/agent/run/health.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const forever = (): Promise<void> => new Promise(() => {})

/** An agent that is well, but for what a test changes, and what an examination of it says so many seconds after its start. */
function agent() {
  const counters = { requests: 0, dumps: 0, interruptedDumps: 0, overruns: 0, heard: 0 }
  const vitals = {
    client: {
      counters,
      isSending: false as boolean,
      async ping() {
        counters.requests += 1
        counters.heard += 1
      },
    },
    observer: { events: 0, ping: async () => {} },
    enforcer: { isBusy: false as boolean },
  } satisfies Vitals
  let now = 0
  const health = new Health(vitals, () => now)
  const at = async (seconds: number): Promise<readonly string[]> => {
    now = seconds * 1000
    const examination = health.examine(5000)
    await vi.advanceTimersByTimeAsync(5000)
    return examination
  }
  return { ...vitals, at }
}

test('all is well', async () => {
  const { at } = agent()
  expect(await at(1)).toEqual([])
  expect(await at(1000)).toEqual([])
})

test.each([
  { part: 'observer', name: 'events' },
  { part: 'client', name: 'requests' },
] as const)('the socket for $name that has not answered for 20 s is named', async ({ part, name }) => {
  const { at, ...vitals } = agent()
  expect(await at(100)).toEqual([])
  vitals[part].ping = forever
  expect(await at(200)).toEqual([])
  expect(await at(220)).toEqual([])
  expect(await at(221)).toEqual([`the netlink socket for ${name} has not answered for 21 s`])
})

test('while the kernel does not come back from a request, neither its socket nor the work is blamed, for however long', async () => {
  const { at, client, enforcer } = agent()
  enforcer.isBusy = true
  client.ping = forever
  client.isSending = true
  for (let second = 0; second < 1000; second += 10) {
    expect(await at(second)).toEqual([])
  }
  client.isSending = false
  expect(await at(1005)).toEqual([])
  expect(await at(1016)).toEqual(['the netlink socket for requests has not answered for 26 s'])
})

test('a socket on which other things are heard is well, however late the answer', async () => {
  const { at, client, observer } = agent()
  client.ping = forever
  observer.ping = forever
  for (let second = 0; second < 300; second += 9) {
    client.counters.heard += 1
    observer.events += 1
    expect(await at(second)).toEqual([])
  }
})

test('one question is asked at a time, and the next when it was answered', async () => {
  const { at, observer } = agent()
  let asked = 0
  let answer = (): void => {}
  observer.ping = () => {
    asked += 1
    return new Promise((resolve) => {
      answer = resolve
    })
  }
  await at(0)
  await at(10)
  expect(asked).toBe(1)
  answer()
  expect(await at(20)).toEqual([])
  await at(30)
  expect(asked).toBe(2)
})

test('a socket that fails is named, with why, and asked again', async () => {
  const { at, observer } = agent()
  observer.ping = () => Promise.reject(new Error('EBADF'))
  expect(await at(0)).toEqual(['the netlink socket for events does not answer: EBADF'])
  observer.ping = async () => {}
  expect(await at(10)).toEqual([])
})

test('work that makes no request for 90 s is named; the questions asked here are none of its requests', async () => {
  const { at, client, enforcer } = agent()
  enforcer.isBusy = true
  expect(await at(0)).toEqual([])
  client.counters.requests += 1
  expect(await at(60)).toEqual([])
  expect(await at(140)).toEqual([])
  expect(await at(151)).toEqual(['the work under way has made no request for 91 s'])
  client.counters.requests += 1
  expect(await at(160)).toEqual([])
  enforcer.isBusy = false
  expect(await at(1000)).toEqual([])
  enforcer.isBusy = true
  expect(await at(1080)).toEqual([])
})

test('a dump that goes on for minutes is work that gets on', async () => {
  const { at, client, enforcer } = agent()
  enforcer.isBusy = true
  for (let second = 0; second < 600; second += 10) {
    client.counters.heard += 1
    expect(await at(second)).toEqual([])
  }
})
