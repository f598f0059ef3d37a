import { expect, test } from 'vitest'
import { NoSuchLink } from '../../../../src/agent/kernel/link-names.ts'
import { meantNames } from '../../../../src/agent/reconcile/apply/meant-names.ts'
import { device, observed, owned, vxlan } from '../../../support/builders.ts'

function meant(links: Parameters<typeof observed>[0]) {
  const tables = observed(links)
  const names = {
    nameOf: (index: number) => tables.links.get(index)?.attributes.ifname,
    indexOf: (name: string) => links.find(({ attributes }) => attributes.ifname === name)?.index ?? 0,
  }
  return meantNames({ names, observed: tables }, owned({ vxlan0: { id: 42, ifindex: 5 } }))
}

test('a recorded name means the link of the record, whatever that is called now', () => {
  expect(meant([vxlan(5, 'vxlan0', { id: 42 })]).indexOf('vxlan0')).toBe(5)
  expect(meant([vxlan(5, 'renamed0', { id: 42 }), device(3, 'vxlan0')]).indexOf('vxlan0')).toBe(5)
})

test('a recorded name means nothing when the link of the record is gone, or its ifindex is a stranger now', () => {
  expect(() => meant([device(3, 'vxlan0')]).indexOf('vxlan0')).toThrow(NoSuchLink)
  expect(() => meant([vxlan(5, 'vxlan0', { id: 43 })]).indexOf('vxlan0')).toThrow(NoSuchLink)
})

test('any other name means the link that has it', () => {
  expect(meant([device(3, 'eth1')]).indexOf('eth1')).toBe(3)
  expect(meant([device(3, 'eth1')]).nameOf(3)).toBe('eth1')
})
