/** Ports and sizes: what does not go together, and what does. */
import { describe, expect, test } from 'vitest'
import { guestMtu, mtu, portMix } from '../../../../../src/agent/insight/health/checks/settings.ts'
import type { Link } from '../../../../../src/rtnetlink/index.ts'
import { bridge, device, observed, vxlan } from '../../../../support/builders.ts'
import { eth1, facts, found, looked, vxlan0, way, withAttributes } from '../support.ts'

test.each([
  { what: 'one port', links: [vxlan(5, 'a', { port: 4789 }), vxlan(6, 'b', { port: 4789 })], findings: [] },
  {
    what: 'two ports',
    links: [vxlan(5, 'a', { port: 4789 }), vxlan(6, 'b', { port: 8472 })],
    findings: ['warning dstport: '],
  },
  {
    what: 'VXLAN-GPE has its own',
    links: [vxlan(5, 'a', { port: 4789 }), vxlan(6, 'b', { port: 4790, gpe: true })],
    findings: [],
  },
  { what: 'no links', links: [eth1], findings: [] },
])('port-mix: $what', ({ links, findings }) => {
  expect(found(portMix, facts({ observed: observed(links) }))).toEqual(findings)
})

test('port-mix names some of many links', () => {
  const links = Array.from({ length: 9 }, (_, at) => vxlan(at + 5, `vxlan${at}`, { port: at === 0 ? 8472 : 4789 }))
  expect(looked(portMix, facts({ observed: observed(links) })).found[0]?.found).toBe(
    'the links use several UDP ports: 8472 (vxlan0), 4789 (vxlan1, vxlan2, vxlan3, vxlan4 and 4 more)',
  )
})

describe('mtu', () => {
  const linkOf = (size: number, df?: number): Link =>
    vxlan(5, 'vxlan0', { id: 42, ...(df !== undefined && { df }) }, { mtu: size })

  test.each([
    { what: '1450 over 1500', link: linkOf(1450), ways: [way('10.0.2.2')], findings: [] },
    {
      what: '1451 over 1500',
      link: linkOf(1451),
      ways: [way('10.0.2.2')],
      findings: ['warning 10.0.2.2 MTU 1451, 1450 left: vxlan0'],
    },
    {
      what: '1450 over 1500, IPv6',
      link: linkOf(1450),
      ways: [way('fd00::2')],
      findings: ['warning fd00::2 MTU 1450, 1430 left: vxlan0'],
    },
    { what: '1430 over 1500, IPv6', link: linkOf(1430), ways: [way('fd00::2')], findings: [] },
    {
      what: 'df set',
      link: linkOf(1500, 1),
      ways: [way('10.0.2.2')],
      findings: ['fault 10.0.2.2 MTU 1500, 1450 left, df: vxlan0'],
    },
    {
      what: 'df inherit',
      link: linkOf(1500, 2),
      ways: [way('10.0.2.2')],
      findings: ['warning 10.0.2.2 MTU 1500, 1450 left: vxlan0'],
    },
    { what: 'jumbo underlay', link: linkOf(1500), ways: [way('10.0.2.2', { mtu: 9000 })], findings: [] },
    {
      what: 'no way at all, which is another check',
      link: linkOf(1500),
      ways: [way('10.0.2.2', { isResolved: false })],
      findings: [],
    },
    {
      what: 'a way whose MTU nobody knows',
      link: linkOf(1500),
      ways: [{ ...way('10.0.2.2'), path: { isResolved: true } }],
      findings: [],
    },
  ])('$what', ({ link, ways, findings }) => {
    expect(found(mtu, facts({ observed: observed([eth1, link]), ways }))).toEqual(findings)
  })
})

describe('guest-mtu', () => {
  const inBridge = withAttributes(vxlan0, { master: 9 })
  const br0 = bridge(9, 'br0')
  const tap = (size: number, index = 7): Link => withAttributes(device(index, `tap${index}`, size), { master: 9 })

  test.each([
    { what: 'as large as the tunnel', links: [br0, inBridge, tap(1450)], findings: [] },
    { what: 'larger', links: [br0, inBridge, tap(1500)], findings: ['warning vxlan0: vxlan0'] },
    { what: 'larger, and down', links: [br0, inBridge, withAttributes(tap(1500), {}, 0)], findings: [] },
    { what: 'larger, in no bridge', links: [br0, vxlan0, device(7, 'tap7', 9000)], findings: [] },
    {
      what: 'another vxlan',
      links: [br0, inBridge, withAttributes(vxlan(6, 'vxlan1', {}, { mtu: 9000 }), { master: 9 })],
      findings: [],
    },
  ])('$what', ({ links, findings }) => {
    expect(found(guestMtu, facts({ observed: observed(links) }))).toEqual(findings)
  })

  test('a machine that comes does not make it another finding', () => {
    const one = looked(guestMtu, facts({ observed: observed([br0, inBridge, tap(1500)]) })).found[0]
    const two = looked(guestMtu, facts({ observed: observed([br0, inBridge, tap(1500), tap(1500, 8)]) })).found[0]
    expect(one?.found).toContain('tap7 in br0 has a larger MTU (1500) than vxlan0 (1450)')
    expect(two?.found).toContain('tap7, tap8 in br0 have a larger MTU')
    expect(two?.subject).toBe(one?.subject)
  })
})
