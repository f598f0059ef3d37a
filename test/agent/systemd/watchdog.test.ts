import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { Watchdog, type WatchdogOptions, watchdogLimitMs } from '../../../src/agent/systemd/watchdog.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

interface Watched {
  readonly watchdog: Watchdog
  /** What systemd was told. */
  readonly told: string[]
  readonly logged: { level: number; msg: string }[]
}

function watched(options: Partial<WatchdogOptions>): Watched {
  const told: string[] = []
  const logged: Watched['logged'] = []
  const watchdog = new Watchdog({
    notify: (...assignments) => told.push(assignments.join(' ')),
    limitMs: 30_000,
    examine: async () => [],
    log: pino({ base: null }, { write: (line) => void logged.push(JSON.parse(line)) }),
    ...options,
  })
  onTestFinished(() => watchdog.close())
  return { watchdog, told, logged }
}

test('systemd hears three times within its limit that all is well', async () => {
  const { told } = watched({})
  await vi.advanceTimersByTimeAsync(30_000)
  expect(told).toEqual(['WATCHDOG=1', 'WATCHDOG=1', 'WATCHDOG=1'])
})

test('it hears nothing while something is wrong, which is logged once, and again when all is well', async () => {
  let complaints: string[] = []
  const { told, logged } = watched({ examine: async () => complaints })
  await vi.advanceTimersByTimeAsync(10_000)
  complaints = ['the socket is deaf for 100 s']
  await vi.advanceTimersByTimeAsync(10_000)
  complaints = ['the socket is deaf for 110 s']
  await vi.advanceTimersByTimeAsync(20_000)
  expect(told).toEqual(['WATCHDOG=1'])
  expect(logged.map(({ level }) => level)).toEqual([50])
  expect(logged[0]?.msg).toMatch(/deaf for 100 s.*if it stays so for 30 s/)
  complaints = []
  await vi.advanceTimersByTimeAsync(10_000)
  expect(told).toHaveLength(2)
  expect(logged.map(({ level }) => level)).toEqual([50, 30])
})

test('it hears nothing while an examination does not end', async () => {
  const { told } = watched({ examine: () => new Promise(() => {}) })
  await vi.advanceTimersByTimeAsync(300_000)
  expect(told).toEqual([])
})

test('an examination has less time than is left for one more beat', async () => {
  const deadlines: number[] = []
  watched({
    async examine(deadlineMs) {
      deadlines.push(deadlineMs)
      return []
    },
  })
  await vi.advanceTimersByTimeAsync(10_000)
  expect(deadlines).toEqual([5000])
})

describe('while long work lasts', () => {
  test('its limit is extended, and not longer', async () => {
    const { told, watchdog } = watched({})
    let end = (): void => {}
    const work = watchdog.during(new Promise<void>((resolve) => (end = resolve)))
    await vi.advanceTimersByTimeAsync(10_000)
    end()
    await work
    await vi.advanceTimersByTimeAsync(10_000)
    expect(told).toEqual(['WATCHDOG=1 EXTEND_TIMEOUT_USEC=30000000', 'WATCHDOG=1'])
  })

  test('nothing is extended when something is wrong', async () => {
    const { told, watchdog } = watched({ examine: async () => ['deaf'] })
    void watchdog.during(new Promise(() => {}))
    await vi.advanceTimersByTimeAsync(30_000)
    expect(told).toEqual([])
  })

  test('its limit is extended where systemd does not watch, too', async () => {
    const { told, watchdog } = watched({ limitMs: undefined })
    void watchdog.during(new Promise(() => {}))
    await vi.advanceTimersByTimeAsync(10_000)
    expect(told).toEqual(['EXTEND_TIMEOUT_USEC=30000000'])
  })
})

test('closed, it says nothing any more, an examination under way included', async () => {
  let end = (_: readonly string[]): void => {}
  const { told, watchdog } = watched({ examine: () => new Promise((resolve) => (end = resolve)) })
  await vi.advanceTimersByTimeAsync(10_000)
  watchdog.close()
  end([])
  await vi.advanceTimersByTimeAsync(60_000)
  expect(told).toEqual([])
})

test.each([
  { name: 'microseconds', env: { WATCHDOG_USEC: '30000000' }, limitMs: 30_000 },
  { name: 'of this process', env: { WATCHDOG_USEC: '30000000', WATCHDOG_PID: '7' }, limitMs: 30_000 },
  { name: 'of another process', env: { WATCHDOG_USEC: '30000000', WATCHDOG_PID: '8' }, limitMs: undefined },
  { name: 'no watching', env: {}, limitMs: undefined },
  { name: 'nonsense', env: { WATCHDOG_USEC: 'soon' }, limitMs: undefined },
  { name: 'zero', env: { WATCHDOG_USEC: '0' }, limitMs: undefined },
])("the limit of systemd's environment: $name", ({ env, limitMs }) => {
  expect(watchdogLimitMs(env, 7)).toBe(limitMs)
})
