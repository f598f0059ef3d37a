import { expect, test } from 'vitest'
import { RepairPace, repairsPerWindow, TooManyRepairs } from '../../../../src/agent/reconcile/loop/repair-pace.ts'

test('allows so many repairs of each object in ten seconds, and more when those are past', () => {
  let now = 0
  const pace = new RepairPace(() => now)
  for (let repair = 0; repair < repairsPerWindow; repair += 1) {
    expect(pace.allow('vxlan0')).toBe(true)
    now += 100
  }
  expect(pace.allow('vxlan0')).toBe(false)
  expect(pace.allow('vxlan1')).toBe(true)
  expect([pace.waitMs('vxlan0'), pace.waitMs('vxlan1'), pace.waitMs('vxlan2')]).toEqual([8000, 0, 0])
  now = 9999
  expect(pace.allow('vxlan0')).toBe(false)
  now = 10_000
  expect(pace.allow('vxlan0')).toBe(true)
  expect(pace.allow('vxlan0')).toBe(false)
})

test('what is refused does not count, so that a pause ends', () => {
  let now = 0
  const pace = new RepairPace(() => now)
  const allowed = Array.from({ length: 400 }, () => {
    now += 100
    return pace.allow('vxlan0')
  })
  expect(allowed.filter(Boolean)).toHaveLength(repairsPerWindow * 4)
})

test('forgets what is declared no more', () => {
  const pace = new RepairPace(() => 0)
  for (let repair = 0; repair < repairsPerWindow; repair += 1) {
    pace.allow('vxlan0')
  }
  expect(pace.allow('vxlan0')).toBe(false)
  pace.forget('vxlan0')
  expect(pace.allow('vxlan0')).toBe(true)
})

test('says who keeps changing it and what to do', () => {
  expect(new TooManyRepairs('vxlan0', 0).message).toMatch(
    /^repairs are paused: vxlan0 was repaired 20 times within 10 s, since another program .*ip monitor link.*bridge monitor fdb/,
  )
})
