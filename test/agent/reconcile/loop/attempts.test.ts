import { expect, test } from 'vitest'
import { Attempts } from '../../../../src/agent/reconcile/loop/attempts.ts'
import { TooManyRepairs } from '../../../../src/agent/reconcile/loop/repair-pace.ts'
import { linkItself } from '../../../../src/agent/reconcile/plan/parts.ts'

function clock(): { now: number; readonly read: () => number } {
  const time = { now: 1000, read: () => time.now }
  return time
}

/** Whether the link as such may be tried. */
function isDue(attempts: Attempts, name: string): boolean {
  return !attempts.held(name).has(linkItself)
}

test('what never failed may be tried, and nothing is to be waited for', () => {
  const attempts = new Attempts(clock().read)
  expect(isDue(attempts, 'vxlan0')).toBe(true)
  expect(attempts.nextInMs()).toBeUndefined()
})

test('waits twice as long after each failure', () => {
  const time = clock()
  const attempts = new Attempts(time.read)
  for (const delay of [200, 400, 800]) {
    attempts.fail('vxlan0', { error: new Error('no') })
    expect(attempts.nextInMs()).toBe(delay)
    time.now += delay - 1
    expect(isDue(attempts, 'vxlan0')).toBe(false)
    time.now += 1
    expect(isDue(attempts, 'vxlan0')).toBe(true)
  }
  expect(attempts.of('vxlan0')[0]?.attempts).toBe(3)
})

test('waits for the one that is due first', () => {
  const time = clock()
  const attempts = new Attempts(time.read)
  attempts.fail('late', { error: new Error('no') })
  attempts.fail('late', { error: new Error('no') })
  attempts.fail('soon', { error: new Error('no') })
  expect(attempts.nextInMs()).toBe(200)
  time.now += 5000
  expect(attempts.nextInMs()).toBe(0)
})

test('hurrying makes it due at once and keeps the count', () => {
  const attempts = new Attempts(clock().read)
  for (const name of ['vxlan0', 'vxlan1']) {
    attempts.fail(name, { error: new Error('no') })
    attempts.fail(name, { error: new Error('no') })
  }
  attempts.hurry('vxlan0')
  expect([isDue(attempts, 'vxlan0'), isDue(attempts, 'vxlan1')]).toEqual([true, false])
  attempts.hurry()
  expect(isDue(attempts, 'vxlan1')).toBe(true)
  attempts.fail('vxlan0', { error: new Error('no') })
  expect(attempts.of('vxlan0')[0]?.attempts).toBe(3)
})

test('hurrying for nobody who failed does nothing', () => {
  const attempts = new Attempts(clock().read)
  attempts.hurry('vxlan9')
  expect(attempts.of('vxlan9')).toEqual([])
})

test('retains the failures of what is unfinished, and forgets the rest', () => {
  const attempts = new Attempts(clock().read)
  attempts.fail('done', { error: new Error('no') })
  attempts.fail('open', { error: new Error('no') })
  attempts.retain((name) => name === 'open')
  expect(attempts.of('done')).toEqual([])
  expect(attempts.of('open')[0]?.attempts).toBe(1)
})

test('a pause of repairs lasts as long as it says, however often it came', () => {
  const time = clock()
  const attempts = new Attempts(time.read)
  for (const waitMs of [9000, 8000, 7000]) {
    attempts.fail('vxlan0', { error: new TooManyRepairs('vxlan0', waitMs) })
    expect(attempts.nextInMs()).toBe(waitMs)
  }
})

test('parts wait each for itself, and those that failed together are one failure', () => {
  const time = clock()
  const attempts = new Attempts(time.read)
  attempts.fail('vxlan0', { error: new Error('no address'), parts: ['address a'] })
  attempts.fail('vxlan0', { error: new Error('no room'), parts: ['fdb a', 'fdb b'] })
  attempts.fail('vxlan0', { error: new Error('no room'), parts: ['fdb a', 'fdb b'] })
  expect(attempts.of('vxlan0').map(({ error, attempts: count }) => [error.message, count])).toEqual([
    ['no address', 1],
    ['no room', 2],
  ])
  expect([...attempts.held('vxlan0')]).toEqual(['address a', 'fdb a', 'fdb b'])
  time.now += 200
  expect([...attempts.held('vxlan0')]).toEqual(['fdb a', 'fdb b'])
  expect(attempts.due).toEqual(['vxlan0'])
  attempts.retain((_, part) => part !== 'address a')
  expect(attempts.of('vxlan0')).toHaveLength(1)
  attempts.hurry()
  expect([...attempts.held('vxlan0')]).toEqual([])
  expect(attempts.of('vxlan0')).toHaveLength(1)
})
