/** The device below: what is wrong with it, and what is not. */
import { expect, test } from 'vitest'
import { underlayDevice } from '../../../../../src/agent/insight/health/checks/underlay-device.ts'
import type { HealthFacts } from '../../../../../src/agent/insight/health/facts.ts'
import { constants, type Link } from '../../../../../src/rtnetlink/index.ts'
import { bridge, device, observed, vxlan } from '../../../../support/builders.ts'
import { eth1, facts, found, looked, vxlan0, way, withAttributes } from '../support.ts'

const { IFF_UP, IFF_LOWER_UP, IFF_LOOPBACK } = constants
const down = withAttributes(eth1, {}, 0)
const group = vxlan(5, 'vxlan0', { id: 42, link: 2, group: '239.1.1.1' })
const lo = { ...device(2, 'lo'), flags: IFF_UP | IFF_LOWER_UP | IFF_LOOPBACK }
const port = withAttributes(eth1, { master: 9 })
const bond = (kind: string): Link => withAttributes(bridge(9, 'br0'), { linkinfo: { kind } })

test.each<{ what: string; links: Link[]; more?: Partial<HealthFacts>; findings: string[] }>([
  { what: 'up, with a carrier', links: [eth1, vxlan0], findings: [] },
  { what: 'down', links: [down, vxlan0], findings: ['fault eth1: vxlan0'] },
  { what: 'without carrier', links: [withAttributes(eth1, {}, IFF_UP), vxlan0], findings: ['fault eth1: vxlan0'] },
  { what: 'down, and so is the link', links: [down, vxlan(5, 'vxlan0', { link: 2 }, { isUp: false })], findings: [] },
  {
    what: 'down, in another network namespace',
    links: [down, withAttributes(vxlan0, { linkNetnsid: 0 })],
    findings: [],
  },
  { what: 'no device is stated', links: [down, vxlan(5, 'vxlan0', { id: 42 })], findings: [] },
  { what: 'device 0', links: [down, vxlan(5, 'vxlan0', { id: 42, link: 0 })], findings: [] },
  {
    what: 'one for two links is one finding',
    links: [down, vxlan(6, 'vxlan10', { link: 2 }), vxlan(5, 'vxlan2', { link: 2 })],
    findings: ['fault eth1: vxlan2 vxlan10'],
  },
  {
    what: 'loopback to others',
    links: [lo, vxlan0],
    more: { ways: [way('10.0.2.2')] },
    findings: ['fault lo: vxlan0'],
  },
  { what: 'loopback to nobody', links: [lo, vxlan0], findings: [] },
  { what: 'a port of a bridge, unicast', links: [port, bond('bridge'), vxlan0], findings: ['warning eth1: vxlan0'] },
  { what: 'a port of a bridge, with a group', links: [port, bond('bridge'), group], findings: ['fault eth1: vxlan0'] },
  { what: 'a port of a bond', links: [port, bond('bond'), group], findings: ['fault eth1: vxlan0'] },
  { what: 'in a VRF', links: [port, bond('vrf'), group], findings: [] },
  { what: 'absent', links: [], more: { absent: [{ name: 'vxlan0', dev: 'eth7' }] }, findings: ['fault eth7: vxlan0'] },
])('$what', ({ links, more, findings }) => {
  expect(found(underlayDevice, facts({ observed: observed(links), ...more }))).toEqual(findings)
})

test('it says what it looked at, and that there was nothing', () => {
  expect(looked(underlayDevice, facts()).at).toBe('1 underlay device: state, carrier, master')
  expect(looked(underlayDevice, facts({ observed: observed([eth1]) })).at).toBe('')
})
