/** Addresses sort as addresses. */
import fc from 'fast-check'
import ipaddr from 'ipaddr.js'
import { expect, test } from 'vitest'
import { addressKey, compareAddresses } from '../../../../src/agent/publish/web/client/addresses.ts'

test('addresses sort as addresses: IPv4, IPv6, then names, numbers in them by their size', () => {
  const inOrder = [
    '9.255.0.1',
    '10.0.0.2',
    '10.0.0.10',
    '239.1.1.1',
    '::1',
    '::ffff:10.0.0.1',
    '2001:db8::2',
    '2001:db8::10',
    '2001:db8:0:1::',
    'fe80::1',
    'nexthop group 9',
    'nexthop group 10',
  ]
  expect(inOrder.toReversed().toSorted(compareAddresses)).toEqual(inOrder)
})

test('every IPv4 and IPv6 address sorts by its bytes, however it is written', () => {
  const address = fc.oneof(
    fc.uint8Array({ minLength: 4, maxLength: 4 }),
    fc.uint8Array({ minLength: 16, maxLength: 16 }),
  )
  const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
  fc.assert(
    fc.property(address, (bytes) => {
      const parsed = ipaddr.fromByteArray([...bytes])
      const key = `${bytes.length === 4 ? 4 : 6}${hex(bytes)}`
      expect(addressKey(parsed.toString())).toBe(key)
      if (parsed instanceof ipaddr.IPv6) {
        expect(addressKey(parsed.toRFC5952String())).toBe(key)
        expect(addressKey(parsed.toNormalizedString())).toBe(key)
      }
    }),
  )
})

test.each(['', '10.0.0', '10.0.0.1.2', '1::2::3', '1:2:3', '1:2:3:4:5:6:7:8:9', 'vxlan0', '::g'])(
  '%j is no address and sorts as a name',
  (text) => {
    expect(addressKey(text)).toMatch(/^n/)
  },
)
