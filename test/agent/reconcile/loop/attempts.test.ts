import { expect, test } from 'vitest'
import { Attempts } from '../../../../src/agent/reconcile/loop/attempts.ts'
import { TooManyRepairs } from '../../../../src/agent/reconcile/loop/repair-pace.ts'

function clock(): { now: number; readonly read: () => number } {
  const time = { now: 1000, read: () => time.now }
  return time
}

test('what never failed may be tried, and nothing is to be waited for', () => {
  const attempts = new Attempts(clock().read)
  expect(attempts.isDue('vxlan0')).toBe(true)
  expect(attempts.nextInMs()).toBeUndefined()
})

test('waits twice as long after each failure', () => {
  const time = clock()
  const attempts = new Attempts(time.read)
  for (const delay of [200, 400, 800]) {
    attempts.fail('vxlan0', { error: new Error('no') })
    expect(attempts.nextInMs()).toBe(delay)
    time.now += delay - 1
    expect(attempts.isDue('vxlan0')).toBe(false)
    time.now += 1
    expect(attempts.isDue('vxlan0')).toBe(true)
  }
  expect(attempts.get('vxlan0')?.attempts).toBe(3)
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
  expect([attempts.isDue('vxlan0'), attempts.isDue('vxlan1')]).toEqual([true, false])
  attempts.hurry()
  expect(attempts.isDue('vxlan1')).toBe(true)
  attempts.fail('vxlan0', { error: new Error('no') })
  expect(attempts.get('vxlan0')?.attempts).toBe(3)
})

test('hurrying for nobody who failed does nothing', () => {
  const attempts = new Attempts(clock().read)
  attempts.hurry('vxlan9')
  expect(attempts.get('vxlan9')).toBeUndefined()
})

test('retains the failures of what is unfinished, and forgets the rest', () => {
  const attempts = new Attempts(clock().read)
  attempts.fail('done', { error: new Error('no') })
  attempts.fail('open', { error: new Error('no') })
  attempts.retain((name) => name === 'open')
  expect(attempts.get('done')).toBeUndefined()
  expect(attempts.get('open')?.attempts).toBe(1)
})

test('a pause of repairs lasts as long as it says, however often it came', () => {
  const time = clock()
  const attempts = new Attempts(time.read)
  for (const waitMs of [9000, 8000, 7000]) {
    attempts.fail('vxlan0', { error: new TooManyRepairs('vxlan0', waitMs) })
    expect(attempts.nextInMs()).toBe(waitMs)
  }
})
