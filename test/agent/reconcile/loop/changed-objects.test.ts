import { expect, test } from 'vitest'
import { overlayOf } from '../../../../src/agent/desired/overlay.ts'
import { atOnce, itemsPerStep } from '../../../../src/agent/facts/steps.ts'
import { changedObjects } from '../../../../src/agent/reconcile/loop/changed-objects.ts'

/** A link with that many entries, of which the one at `moved` leads elsewhere. */
function withEntries(count: number, moved = -1): ReturnType<typeof overlayOf> {
  const fdb = Array.from({ length: count }, (_, number) => ({
    mac: `02:00:00:00:00:${number.toString(16).padStart(2, '0')}`,
    dst: number === moved ? '10.0.2.3' : '10.0.2.2',
  }))
  return overlayOf({ vxlans: { vxlan0: { id: 1, fdb }, vxlan1: { id: 2 } }, bridges: {} })
}

const long = itemsPerStep * 2 + 1

test.each([
  ['the same entries', withEntries(long), []],
  ['one entry more', withEntries(long + 1), ['vxlan0']],
  ['one entry less', withEntries(long - 1), ['vxlan0']],
  ['another last entry', withEntries(long, long - 1), ['vxlan0']],
])('a link with a long list that has now %s', (_what, now, changed) => {
  expect([...atOnce(changedObjects(withEntries(long), now))]).toEqual(changed)
})

test('without a state before everything is changed', () => {
  expect([...atOnce(changedObjects(undefined, withEntries(0)))]).toEqual(['vxlan0', 'vxlan1'])
})
