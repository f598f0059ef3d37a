import { expect, test } from 'vitest'
import { addressKey, addressText, fdbKey, linkNames } from '../../../src/agent/kernel/observed.ts'
import { type Address, constants, type Neighbour } from '../../../src/rtnetlink/index.ts'
import { address, device } from '../../support/builders.ts'

const v4 = address(5, '10.0.1.1/24')
const v6 = address(5, '2001:db8::1/64')

function entry(attributes: Neighbour['attributes'], flags: number = constants.NTF_SELF): Neighbour {
  const { AF_BRIDGE: family, NUD_PERMANENT: state } = constants
  return { family, ifindex: 5, state, flags, type: 0, attributes: { lladdr: '00:00:00:00:00:00', ...attributes } }
}

test.each<{ what: string; one: Address; other: Address; isSame: boolean }>([
  { what: 'IPv4 with other prefix lengths', one: v4, other: { ...v4, prefixlen: 25 }, isSame: false },
  {
    what: 'IPv4 with other peers',
    one: v4,
    other: { ...v4, attributes: { ...v4.attributes, address: '10.0.1.9' } },
    isSame: false,
  },
  { what: 'IPv6 with other prefix lengths', one: v6, other: { ...v6, prefixlen: 56 }, isSame: true },
  { what: 'one address with other flags', one: v4, other: { ...v4, flags: 0 }, isSame: true },
])('$what are one address: $isSame', ({ one, other, isSame }) => {
  expect(addressKey(one) === addressKey(other)).toBe(isSame)
})

test.each<{ what: string; other: Neighbour; isSame: boolean }>([
  { what: 'another remote', other: entry({ dst: '10.0.2.253' }), isSame: false },
  { what: 'another port', other: entry({ dst: '10.0.2.254', port: 4789 }), isSame: false },
  { what: 'another VNI', other: entry({ dst: '10.0.2.254', vni: 43 }), isSame: false },
  { what: 'another device', other: entry({ dst: '10.0.2.254', ifindex: 2 }), isSame: false },
  { what: "the bridge's table", other: entry({ dst: '10.0.2.254' }, constants.NTF_MASTER), isSame: false },
  {
    what: 'another origin',
    other: entry({ dst: '10.0.2.254' }, constants.NTF_SELF | constants.NTF_EXT_LEARNED),
    isSame: true,
  },
])('an entry of one MAC with $what is the same: $isSame', ({ other, isSame }) => {
  expect(fdbKey(entry({ dst: '10.0.2.254' })) === fdbKey(other)).toBe(isSame)
})

test('an address reads as IP/PREFIX, with a peer as the local one', () => {
  expect(addressText(v4)).toBe('10.0.1.1/24')
  expect(addressText(v6)).toBe('2001:db8::1/64')
  expect(addressText({ ...v4, attributes: { ...v4.attributes, address: '10.0.1.9' } })).toBe('10.0.1.1/24')
})

test('a link without a name goes by its ifindex', () => {
  expect(linkNames([device(2, 'eth1'), { ...device(3, ''), attributes: {} }])).toEqual(
    new Map([
      [2, 'eth1'],
      [3, '3'],
    ]),
  )
})
