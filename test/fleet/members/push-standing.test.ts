import { expect, test } from 'vitest'
import { checkPushes } from '../../../src/fleet/members/check-pushes.ts'
import { pushReport, whatIsWorse } from '../../../src/fleet/members/push-standing.ts'
import type { FileStanding, FilesRecord } from '../../../src/fleet/records/files-record.ts'
import type { Push } from '../../../src/fleet/records/push-record.ts'

const push: Push = {
  ...{ v: 1, revision: 3, id: 'three', text: '', selector: 'all', at: '2026-12-01T00:00:00Z' },
  ...{ by: { user: 'alice', host: 'ops', certificate: 'ops' }, canaries: ['a'] },
  ...{ nodes: ['a', 'b', 'c', 'd'], isReleased: true },
}
const says = (...files: Omit<FileStanding, 'name'>[]): FilesRecord => ({
  ...{ v: 1, config: 'accept', converged: true, failing: 0, errors: 0, heard: [] },
  files: files.map((file) => ({ name: 'f', ...file })),
})
const three = { revision: 3, id: 'three' }

test('each host of a push is named with how it stands', () => {
  const files = new Map([
    ['a', says({ ...three, state: 'applied', inForce: 3 })],
    ['b', says({ ...three, state: 'refused', reason: 'a clash', inForce: 2 })],
    ['c', says({ revision: 2, id: 'two', state: 'applied', inForce: 2 })],
    ['e', says({ revision: 2, id: 'two', state: 'applied', inForce: 2 })],
    ['g', says({ revision: 9, id: 'nine', state: 'applied', inForce: 9 })],
  ])
  const report = pushReport('f', push, files)
  expect(report.by).toBe('alice@ops (certificate ops)')
  expect(report.hosts).toEqual([
    { node: 'a', state: 'applied', inForce: 3 },
    { node: 'b', state: 'refused', reason: 'a clash', inForce: 2 },
    { node: 'c', state: 'waiting', inForce: 2 },
    { node: 'd', state: 'silent', reason: 'it has no word on pushed files in the store' },
  ])
  expect(report.others).toEqual([
    { node: 'e', inForce: 2, isAhead: false },
    { node: 'g', inForce: 9, isAhead: true },
  ])
  expect(checkPushes([report]).map(({ code, nodes }) => [code, nodes])).toEqual([
    ['push-not-applied', ['b']],
    ['push-not-applied', ['c', 'd']],
    ['push-unknown', ['g']],
  ])
})

test('what is not released is held back, and that is a finding', () => {
  const report = pushReport('f', { ...push, isReleased: false }, new Map([['b', says()]]))
  expect(report.hosts.find(({ node }) => node === 'b')?.state).toBe('held back')
  expect(checkPushes([report]).map(({ code }) => code)).toContain('push-stopped')
})

test('a push that every host has is no finding', () => {
  const files = new Map(push.nodes.map((node) => [node, says({ ...three, state: 'applied' as const, inForce: 3 })]))
  expect(checkPushes([pushReport('f', push, files)])).toEqual([])
})

test('worse is what was not so before', () => {
  const well = { converged: true, failing: 0, errors: 0 }
  expect(whatIsWorse(well, well)).toBeUndefined()
  expect(whatIsWorse(well, { ...well, converged: false })).toMatch(/not converged/)
  expect(whatIsWorse(well, { ...well, failing: 1 })).toMatch(/1 of its links/)
  expect(whatIsWorse(well, { ...well, errors: 1 })).toMatch(/1 errors/)
  const poor = { converged: false, failing: 2, errors: 1 }
  expect(whatIsWorse(poor, poor)).toBeUndefined()
  expect(whatIsWorse(poor, { ...poor, failing: 3 })).toBeDefined()
  expect(whatIsWorse(undefined, well)).toBeUndefined()
})
