/** IP addresses that another host has as well. */
import { expect, test } from 'vitest'
import { duplicateAddress } from '../../../../../src/agent/insight/health/checks/duplicate-address.ts'
import { type Address, constants } from '../../../../../src/rtnetlink/index.ts'
import { address, device, observed, vxlan } from '../../../../support/builders.ts'
import { eth1, facts, found, looked, vxlan0, way } from '../support.ts'

const eth5 = device(8, 'eth5')
const doubled = (index: number, text: string): Address => {
  const one = address(index, text)
  const flags = constants.IFA_F_DADFAILED | constants.IFA_F_PERMANENT
  return { ...one, flags: flags & 255, attributes: { ...one.attributes, flags } }
}
const from6 = vxlan(5, 'vxlan0', { id: 42, local6: 'fd00::1' })

test.each([
  { what: 'the host’s alone', links: [eth1, vxlan0], addresses: [address(2, 'fd00::1/64')], findings: [] },
  {
    what: 'of the link',
    links: [eth1, vxlan0],
    addresses: [doubled(5, 'fd01::1/64')],
    findings: ['fault fd01::1/64 vxlan0: vxlan0'],
  },
  {
    what: 'two of one link are two findings',
    links: [eth1, vxlan0],
    addresses: [doubled(5, 'fd01::a/64'), doubled(5, 'fd01::b/64')],
    findings: ['fault fd01::a/64 vxlan0: vxlan0', 'fault fd01::b/64 vxlan0: vxlan0'],
  },
  {
    what: 'the source address, named with the link',
    links: [eth5, from6],
    addresses: [doubled(8, 'fd00::1/64')],
    findings: ['fault fd00::1/64 eth5: eth5 vxlan0'],
  },
  {
    what: 'of a device that has nothing to do with the overlay',
    links: [eth5, vxlan0],
    addresses: [doubled(8, 'fd00::1/64')],
    findings: [],
  },
])('$what', ({ links, addresses, findings }) => {
  expect(found(duplicateAddress, facts({ observed: observed(links, addresses) }))).toEqual(findings)
})

test.each([
  {
    what: 'learned from an own address',
    vtep: '10.0.2.1',
    sources: ['learned'],
    findings: ['fault VTEP 10.0.2.1: vxlan0'],
  },
  { what: 'learned from another', vtep: '10.0.2.2', sources: ['learned'], findings: [] },
  { what: 'stated', vtep: '10.0.2.1', sources: ['static'], findings: [] },
  { what: 'link-local, which each link may have', vtep: 'fe80::1', sources: ['learned'], findings: [] },
] as const)('$what', ({ vtep, sources, findings }) => {
  const tables = observed([eth1, vxlan0], [address(2, '10.0.2.1/24'), address(2, 'fe80::1/64')])
  expect(
    found(duplicateAddress, facts({ observed: tables, ways: [way(vtep, {}, { sources: new Set(sources) })] })),
  ).toEqual(findings)
})

test('without addresses there is nothing to look at', () => {
  expect(looked(duplicateAddress, facts()).at).toBe('')
})
