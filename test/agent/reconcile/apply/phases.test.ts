import { expect, test } from 'vitest'
import { phasesOf } from '../../../../src/agent/reconcile/apply/phases.ts'
import type { ActionOf, ReplacementOrder } from '../../../../src/agent/reconcile/plan/action.ts'
import type { NeighbourRequest } from '../../../../src/rtnetlink/index.ts'
import { desiredVxlan } from '../../../support/builders.ts'

const reason = 'test'

function replacement(link: string, order: ReplacementOrder): ActionOf<'replaceLink'> {
  const wanted = desiredVxlan(link, { id: 42 })
  return { kind: 'replaceLink', link, ifindex: 5, wanted, order, forcedBy: [], alongside: [], takesAlong: [], reason }
}

test('replacements are told apart by their order', () => {
  const [first, second] = [replacement('vxlan0', 'break before make'), replacement('vxlan1', 'make before break')]
  const { breakFirst, makeFirst, parts } = phasesOf([second, first])
  expect([breakFirst, makeFirst, parts]).toEqual([[first], [second], []])
})

test('entries of bridges come behind all that their ports need', () => {
  const entry = { key: 'k', request: { family: 7 } as NeighbourRequest }
  const adding = { kind: 'addEntries', table: 'fdb', isKept: false, reason } as const
  const ofBridge = { ...adding, link: 'br0', entries: [{ ...entry, port: 'vxlan0' }] }
  const ofVxlan = { ...adding, link: 'vxlan0', entries: [entry] }
  expect(phasesOf([ofBridge, ofVxlan])).toMatchObject({ parts: [ofVxlan], bridgeEntries: [ofBridge] })
  expect(phasesOf([{ ...ofBridge, isLater: true }])).toMatchObject({ parts: [], bridgeEntries: [] })
})

test('VNIs that go come before VNIs that come', () => {
  const change = { kind: 'changeVnis', link: 'vxlan0', reason } as const
  const going = { ...change, add: [], remove: [{ first: 1, last: 2, value: undefined }] }
  const coming = { ...change, add: [{ first: 3, last: 4, value: undefined }], remove: [] }
  expect(phasesOf([coming, going])).toMatchObject({ vniRemovals: [going], parts: [coming] })
})
