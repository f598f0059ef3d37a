/** Addresses on links: struct ifaddrmsg, IFA_*, and the bytes of iproute2 and the kernel. */
import { expect, test } from 'vitest'
import { type Address, address } from '../../../src/rtnetlink/messages/address.ts'
import { decodeAll, encodeAll, hex } from '../../support/bytes.ts'
import { goldenMessages } from '../../support/golden-message.ts'

const added = { object: 'address', verb: 'new' }
const ipv4 = { family: 2, prefixlen: 24, flags: 0, scope: 0, index: 4 }
const ipv6 = { family: 10, prefixlen: 64, flags: 0, scope: 0, index: 4 }

test.each([
  ['address-add-ipv4', { ...added, value: { ...ipv4, attributes: { local: '10.0.1.1', address: '10.0.1.1' } } }],
  ['address-add-ipv6', { ...added, value: { ...ipv6, attributes: { local: '2001:db8::1', address: '2001:db8::1' } } }],
  [
    'address-delete',
    { object: 'address', verb: 'delete', value: { ...ipv4, attributes: { local: '10.0.1.1', address: '10.0.1.1' } } },
  ],
])('%s reads as iproute2 meant it', (name, message) => {
  expect(goldenMessages(name)).toEqual([message])
})

test('addresses as the kernel dumps them, its own link-local one marked as such', () => {
  const forEver = { preferred: 0xffff_ffff, valid: 0xffff_ffff }
  expect(goldenMessages('address-dump')).toEqual([
    {
      ...added,
      value: {
        ...ipv4,
        flags: 0x80,
        attributes: {
          address: '10.0.1.1',
          local: '10.0.1.1',
          label: 'vxlan0',
          flags: 0x80,
          cacheinfo: { ...forEver, created: 632_644, updated: 632_644 },
        },
      },
    },
    {
      ...added,
      value: {
        ...ipv6,
        flags: 0x82,
        attributes: {
          address: '2001:db8::1',
          flags: 0x82,
          cacheinfo: { ...forEver, created: 632_644, updated: 632_644 },
        },
      },
    },
    {
      ...added,
      value: {
        ...ipv6,
        flags: 0xc0,
        scope: 253,
        attributes: {
          address: 'fe80::ff:fe00:1',
          flags: 0xc0,
          cacheinfo: { ...forEver, created: 632_643, updated: 632_643 },
          proto: 3,
        },
      },
    },
  ])
})

test('struct ifaddrmsg has each field in its place', () => {
  const value = { family: 2, prefixlen: 24, flags: 0x80, scope: 253, index: 0x01020304, attributes: {} }
  const bytes = hex('02 18 80 fd 04030201')
  expect(encodeAll(address, value)).toEqual(bytes)
  expect(decodeAll(address, bytes)).toEqual(value)
})

// On a little-endian host, where CI runs.
test.each<readonly [name: string, attributes: Address['attributes'], bytes: string]>([
  ['ADDRESS, IPv4', { address: '10.0.1.1' }, '0800 0100 0a000101'],
  ['ADDRESS, IPv6', { address: 'fe80::1' }, '1400 0100 fe800000000000000000000000000001'],
  ['LOCAL', { local: '10.0.1.1' }, '0800 0200 0a000101'],
  ['LABEL', { label: 'eth1:1' }, '0b00 0300 657468313a310000'],
  ['BROADCAST', { broadcast: '10.0.1.255' }, '0800 0400 0a0001ff'],
  [
    'CACHEINFO',
    { cacheinfo: { preferred: 1, valid: 2, created: 3, updated: 4 } },
    '1400 0600 01000000 02000000 03000000 04000000',
  ],
  ['FLAGS', { flags: 0x200 }, '0800 0800 00020000'],
  ['RT_PRIORITY', { rtPriority: 50 }, '0800 0900 32000000'],
  ['PROTO', { proto: 3 }, '0500 0b00 03000000'],
])('IFA_%s', (_name, attributes, bytes) => {
  const header = hex('00000000 00000000')
  expect(encodeAll(address, { attributes })).toEqual(Buffer.concat([header, hex(bytes)]))
  expect(decodeAll(address, Buffer.concat([header, hex(bytes)])).attributes).toEqual(attributes)
})
