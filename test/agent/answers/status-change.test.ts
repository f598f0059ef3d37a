import { describe, expect, test } from 'vitest'
import type { ObjectStatus } from '../../../src/agent/answers/status.ts'
import { filesChanges, objectChanges } from '../../../src/agent/answers/status-change.ts'
import { atOnce } from '../../../src/agent/facts/steps.ts'

const vxlan0: ObjectStatus = { name: 'vxlan0', kind: 'vxlan', state: 'converged', warnings: [], since: '' }

function changed(before: readonly ObjectStatus[], now: readonly ObjectStatus[]): unknown[] {
  const byName = (objects: readonly ObjectStatus[]) => new Map(objects.map((object) => [object.name, object]))
  return atOnce(objectChanges(byName(before), byName(now)))
}

describe('an object', () => {
  test('is a change when it is new, in another state, or so for another reason', () => {
    const waiting: ObjectStatus = { ...vxlan0, state: 'waiting', reason: 'there is no eth7' }
    const other: ObjectStatus = { ...waiting, reason: 'there is no eth8' }
    expect(changed([], [vxlan0])).toEqual([{ what: 'object', object: vxlan0 }])
    expect(changed([vxlan0], [waiting])).toEqual([{ what: 'object', object: waiting }])
    expect(changed([waiting], [other])).toEqual([{ what: 'object', object: other }])
    expect(changed([waiting], [{ ...waiting, since: 'later', attempts: 2 }])).toEqual([])
  })

  test('is a change for each warning that it had not before', () => {
    const now = { ...vxlan0, warnings: ['old', 'new'] }
    expect(changed([{ ...vxlan0, warnings: ['old', 'past'] }], [now])).toEqual([
      { what: 'warning', name: 'vxlan0', warning: 'new' },
    ])
  })

  test('is a change when it is gone', () => {
    expect(changed([vxlan0], [])).toEqual([{ what: 'object gone', name: 'vxlan0' }])
  })
})

test('a deletion that waits is a change once, and one that is held is another when it is another', () => {
  const files = { isValid: true, enforcing: 'held', issues: [] } as const
  const losses = [{ what: 'links', count: 2, of: 2, names: ['a', 'b'] }] as const
  const held = { ...files, held: { since: '1', losses } }
  expect(filesChanges({ ...files, enforcing: 'current' }, held)).toEqual([
    { what: 'files', isValid: true, enforcing: 'held' },
    { what: 'held', losses },
  ])
  expect(filesChanges(held, held)).toEqual([])
  expect(filesChanges(held, { ...files, held: { since: '2', losses } })).toEqual([{ what: 'held', losses }])

  const current = { isValid: true, enforcing: 'current', issues: [] } as const
  const one = { ...current, toBeDeleted: [{ name: 'a', at: '1' }] }
  const two = {
    ...current,
    toBeDeleted: [
      { name: 'a', at: '2' },
      { name: 'b', at: '2' },
    ],
  }
  expect(filesChanges(current, one)).toEqual([{ what: 'to be deleted', name: 'a' }])
  expect(filesChanges(one, two)).toEqual([{ what: 'to be deleted', name: 'b' }])
  expect(filesChanges(two, current)).toEqual([])
})

describe('the files', () => {
  const fine = { isValid: true, enforcing: 'current', issues: [] } as const
  const place = { file: 'a.yaml', line: 1, column: 1, path: '', text: '' }
  const issue = { ...place, severity: 'error', code: 'too-deep', message: 'is not YAML' } as const
  const broken = { isValid: false, enforcing: 'last valid', issues: [issue] } as const
  const nowBroken = { what: 'files', isValid: false, enforcing: 'last valid' }

  test('are as they should be at the first reading without a change of how they stand', () => {
    expect(filesChanges(undefined, fine)).toEqual([{ what: 'issues' }])
    expect(filesChanges(undefined, broken)).toEqual([nowBroken, { what: 'issues' }])
  })

  test('are a change when they become invalid, and when they have other issues', () => {
    expect(filesChanges(fine, fine)).toEqual([])
    expect(filesChanges(fine, broken)).toEqual([nowBroken, { what: 'issues' }])
    expect(filesChanges(broken, { ...broken, issues: [{ ...issue, line: 2 }] })).toEqual([{ what: 'issues' }])
    expect(filesChanges(fine, { ...fine, enforcing: 'trial' })).toEqual([
      { what: 'files', isValid: true, enforcing: 'trial' },
    ])
  })
})
