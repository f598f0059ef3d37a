/** When the daemon looks, and what it keeps. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { HealthFinding, HealthReport } from '../../../../src/agent/answers/health.ts'
import type { HealthLook } from '../../../../src/agent/insight/health/health-look.ts'
import { HealthWatch } from '../../../../src/agent/insight/health/health-watch.ts'
import { finding } from './support.ts'

const pace = { restMs: 5000, longestRestMs: 60_000, afterChangeMs: 300 }

function reportWith(findings: readonly HealthFinding[] = []): HealthReport {
  return {
    ...{
      at: '2026-01-01T00:00:00Z',
      tookMs: 1,
      watchedSeconds: 0,
      faults: 0,
      warnings: 0,
      unseen: [],
      links: [],
      vteps: [],
    },
    checks: [{ check: 'route', question: '', result: 'ok', lookedAt: '', findings }],
  }
}

/** A watch whose looks take so long, in milliseconds. */
function watching({ tookMs = 0, findings = [] as readonly HealthFinding[] } = {}) {
  const change = { came: [], went: [], standing: [] }
  const look = vi.fn(async () => {
    await vi.advanceTimersByTimeAsync(0)
    await new Promise((resolve) => setTimeout(resolve, tookMs))
    return { report: reportWith(findings), change }
  })
  const watch = new HealthWatch({ look } as unknown as HealthLook, pace)
  const listener = { onLook: vi.fn(), onError: vi.fn() }
  watch.listen(listener)
  return { watch, look, listener }
}

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

test('it looks soon after the start, then at rest', async () => {
  const { watch, look, listener } = watching()
  await vi.advanceTimersByTimeAsync(10_000)
  expect(look).not.toHaveBeenCalled()
  watch.start()
  await vi.advanceTimersByTimeAsync(299)
  expect(look).not.toHaveBeenCalled()
  await vi.advanceTimersByTimeAsync(1)
  expect(look).toHaveBeenCalledTimes(1)
  expect(listener.onLook).toHaveBeenCalledTimes(1)
  await vi.advanceTimersByTimeAsync(4999)
  expect(look).toHaveBeenCalledTimes(1)
  await vi.advanceTimersByTimeAsync(10)
  expect(look).toHaveBeenCalledTimes(2)
})

test.each([
  { tookMs: 10, restMs: 5000 },
  { tookMs: 100, restMs: 20_000 },
  { tookMs: 1000, restMs: 60_000 },
])('a look of $tookMs ms rests for $restMs ms', async ({ tookMs, restMs }) => {
  const { watch, look } = watching({ tookMs })
  watch.start()
  await vi.advanceTimersByTimeAsync(300 + tookMs)
  await vi.advanceTimersByTimeAsync(restMs - 2)
  expect(look).toHaveBeenCalledTimes(1)
  await vi.advanceTimersByTimeAsync(4)
  expect(look).toHaveBeenCalledTimes(2)
})

test('a change brings a look soon, and many changes one', async () => {
  const { watch, look } = watching()
  watch.notice()
  watch.start()
  await vi.advanceTimersByTimeAsync(310)
  for (let at = 0; at < 100; at += 1) {
    watch.notice()
  }
  await vi.advanceTimersByTimeAsync(299)
  expect(look).toHaveBeenCalledTimes(1)
  await vi.advanceTimersByTimeAsync(5)
  expect(look).toHaveBeenCalledTimes(2)
})

test('while things change, a look that is dear comes less often', async () => {
  const { watch, look } = watching({ tookMs: 100 })
  watch.start()
  await vi.advanceTimersByTimeAsync(400)
  watch.notice()
  await vi.advanceTimersByTimeAsync(9990)
  expect(look).toHaveBeenCalledTimes(1)
  await vi.advanceTimersByTimeAsync(20)
  expect(look).toHaveBeenCalledTimes(2)
})

test('whoever asks shares a look, and the answer of one that is just over', async () => {
  const { watch, look } = watching({ tookMs: 100 })
  watch.start()
  await vi.advanceTimersByTimeAsync(300)
  const asked = Promise.all([watch.now(), watch.now()])
  await vi.advanceTimersByTimeAsync(101)
  const [one, two] = await asked
  expect(two).toBe(one)
  expect(look).toHaveBeenCalledTimes(1)
  await vi.advanceTimersByTimeAsync(980)
  expect(await watch.now()).toBe(one)
  await vi.advanceTimersByTimeAsync(30)
  const later = watch.now()
  await vi.advanceTimersByTimeAsync(100)
  expect(await later).not.toBe(one)
  expect(look).toHaveBeenCalledTimes(2)
})

test('before the start nobody can ask', async () => {
  await expect(watching().watch.now()).rejects.toThrow('the kernel is being read for the first time')
})

test('a look that fails is told, and tried again', async () => {
  const { watch, look, listener } = watching()
  look.mockRejectedValueOnce(new Error('ENOBUFS'))
  watch.start()
  await vi.advanceTimersByTimeAsync(310)
  expect(listener.onError).toHaveBeenCalledExactlyOnceWith(new Error('ENOBUFS'))
  expect(watch.status(() => true)).toBeUndefined()
  await vi.advanceTimersByTimeAsync(5010)
  expect(listener.onLook).toHaveBeenCalledTimes(1)
})

test('a stop waits for the look under way, and none comes after it', async () => {
  const { watch, look } = watching({ tookMs: 100 })
  watch.start()
  await vi.advanceTimersByTimeAsync(350)
  let isStopped = false
  const stopped = watch.stop().then(() => {
    isStopped = true
  })
  await vi.advanceTimersByTimeAsync(40)
  expect(isStopped).toBe(false)
  await vi.advanceTimersByTimeAsync(20)
  await stopped
  watch.notice()
  await vi.advanceTimersByTimeAsync(120_000)
  expect(look).toHaveBeenCalledTimes(1)
})

test('the status is of the links that are meant, and of the host; faults come first', async () => {
  const warning = finding({ severity: 'warning', subject: 'a' })
  const findings = [
    warning,
    finding({ links: ['other'], subject: 'b' }),
    finding({ links: ['other', 'vxlan0'], subject: 'c' }),
    finding({ links: [], severity: 'warning', subject: 'd' }),
  ]
  const { watch } = watching({ findings })
  watch.start()
  expect(watch.status(() => true)).toBeUndefined()
  await vi.advanceTimersByTimeAsync(310)
  const of = (name: string) => watch.status((link) => link === name)
  expect(of('vxlan0')).toMatchObject({ verdict: 'impaired', faults: 1, warnings: 2 })
  expect(of('vxlan0')?.findings.map(({ subject }) => subject)).toEqual(['c', 'a', 'd'])
  expect(of('none')).toMatchObject({ verdict: 'no fault seen', faults: 0, warnings: 1 })
})

test('the status counts all findings and has the first fifty', async () => {
  const findings = Array.from({ length: 60 }, (_, at) => finding({ subject: `${at}` }))
  const { watch } = watching({ findings })
  watch.start()
  await vi.advanceTimersByTimeAsync(310)
  const status = watch.status(() => true)
  expect([status?.faults, status?.findings.length]).toEqual([60, 50])
})
