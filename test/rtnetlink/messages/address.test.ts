import { expect, test } from 'vitest'
import { type Address, address } from '../../../src/rtnetlink/messages/address.ts'
import { encodeAll } from '../../support/bytes.ts'
import { golden } from '../../support/golden.ts'
import { goldenMessages, goldenValue } from '../../support/golden-message.ts'

test.each([
  ['address-add-ipv4', { family: 2, prefixlen: 24, index: 4, attributes: { local: '10.0.1.1', address: '10.0.1.1' } }],
  [
    'address-add-ipv6',
    { family: 10, prefixlen: 64, index: 4, attributes: { local: '2001:db8::1', address: '2001:db8::1' } },
  ],
  ['address-delete', { family: 2, prefixlen: 24, index: 4, attributes: { local: '10.0.1.1' } }],
])('%s reads as iproute2 meant it', (name, value) => {
  expect(goldenValue(name)).toMatchObject(value)
})

test('a removal has the same bytes from us', () => {
  const value = goldenValue<Address>('address-delete')
  const { local, address: prefix } = value.attributes
  const ours = encodeAll(address, { ...value, attributes: { local, address: prefix } })
  expect(ours).toHaveLength(golden('address-delete').length - 16)
  expect(address.decode(ours, 0, ours.length)).toEqual(value)
})

test('addresses as the kernel dumps them, its own link-local one marked as such', () => {
  const values = goldenMessages('address-dump').map(({ value }) => value as Address)
  expect(values).toMatchObject([
    { family: 2, prefixlen: 24, scope: 0, attributes: { local: '10.0.1.1', label: 'vxlan0', flags: 0x80 } },
    { family: 10, prefixlen: 64, scope: 0, attributes: { address: '2001:db8::1' } },
    { family: 10, prefixlen: 64, scope: 253, attributes: { address: 'fe80::ff:fe00:1', proto: 3 } },
  ])
})
