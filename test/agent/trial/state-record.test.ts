import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { StateRecord } from '../../../src/agent/trial/state-record.ts'
import { fileSteps } from '../../support/file-steps.ts'
import { Home, stateOf, vniOf } from './support.ts'

const record = (home: Home): StateRecord => new StateRecord(home.stateDir)
const kept = (home: Home): unknown => [vniOf(record(home).lastValid()), vniOf(record(home).previous())]

test('there is nothing at first', () => {
  expect(kept(new Home())).toEqual([undefined, undefined])
})

test('what was taken up before is the previous one', () => {
  const home = new Home()
  for (const vni of [1, 2, 3]) {
    record(home).takeUp(stateOf(vni))
  }
  expect(kept(home)).toEqual([3, 2])
})

test('the same once more, or in another order, does not make itself the previous one', () => {
  const home = new Home()
  record(home).takeUp(stateOf(1))
  const { vxlans, bridges } = stateOf(2)
  const { vxlan0 = {} } = vxlans
  record(home).takeUp({ vxlans: { vxlan0, vxlan1: { id: 9 } }, bridges })
  record(home).takeUp({ vxlans: { vxlan1: { id: 9 }, vxlan0 }, bridges })
  expect(kept(home)).toEqual([2, 1])
})

test('after a crash between its two writes the same take-up completes it', () => {
  const home = new Home()
  record(home).takeUp(stateOf(1))
  record(home).takeUp(stateOf(2))
  copyFileSync(join(home.stateDir, 'last-valid.json'), join(home.stateDir, 'previous.json'))
  expect(kept(home)).toEqual([2, 2])
  record(home).takeUp(stateOf(3))
  expect(kept(home)).toEqual([3, 2])
})

test('a damaged one is told when it is read, and gives way to the next', () => {
  const home = new Home()
  record(home).takeUp(stateOf(1))
  home.damage('last-valid.json')
  expect(() => record(home).lastValid()).toThrow(/last-valid\.json is damaged .*; it is written anew/)
  record(home).takeUp(stateOf(2))
  expect(kept(home)).toEqual([2, undefined])
})

test('a power cut at any moment leaves a whole last valid state: the previous one is on the disk first', async () => {
  const home = new Home()
  record(home).takeUp(stateOf(1))
  const steps = await fileSteps(home.stateDir, () => record(home).takeUp(stateOf(2)))
  expect(steps).toEqual(
    ['previous.json', 'last-valid.json'].flatMap((name) => [
      `write ${name}.new`,
      `sync ${name}.new`,
      `rename ${name}`,
      'sync',
    ]),
  )
})
