/** Neighbours and forwarding entries: struct ndmsg, NDA_*, and the bytes of iproute2 and the kernel. */
import { expect, test } from 'vitest'
import { type Neighbour, neighbour } from '../../../src/rtnetlink/messages/neighbour.ts'
import { decodeAll, encodeAll, hex } from '../../support/bytes.ts'
import { golden } from '../../support/golden.ts'
import { goldenMessages } from '../../support/golden-message.ts'

const added = { object: 'neighbour', verb: 'new' }
const entry = { family: 7, ifindex: 4, state: 0xc0, flags: 0x02, type: 0 }

test.each([
  [
    'fdb-append-remote',
    { ...added, value: { ...entry, attributes: { lladdr: '00:00:00:00:00:00', dst: '10.0.2.254' } } },
  ],
  [
    'fdb-add-full',
    {
      ...added,
      value: {
        ...entry,
        attributes: { lladdr: '02:00:00:00:00:fe', dst: '10.0.2.254', vni: 43, port: 4789, ifindex: 3 },
      },
    },
  ],
  [
    'fdb-delete',
    {
      object: 'neighbour',
      verb: 'delete',
      value: { ...entry, attributes: { lladdr: '02:00:00:00:00:fe', dst: '10.0.2.254' } },
    },
  ],
])('%s reads as iproute2 meant it', (name, message) => {
  expect(goldenMessages(name)).toEqual([message])
})

test('a forwarding entry has the bytes of iproute2 when we write it, order apart', () => {
  const ours = encodeAll(neighbour, {
    ...entry,
    attributes: { lladdr: '02:00:00:00:00:fe', dst: '10.0.2.254', vni: 43, port: 4789, ifindex: 3 },
  })
  // Ours go by number: NDA_DST before NDA_LLADDR, where bridge has them the other way round.
  const theirs = golden('fdb-add-full').subarray(16)
  const [lladdr, dst] = [theirs.subarray(12, 24), theirs.subarray(24, 32)]
  expect(ours).toEqual(Buffer.concat([theirs.subarray(0, 12), dst, lladdr, theirs.subarray(32)]))
})

test('the forwarding table as the kernel dumps it', () => {
  expect(goldenMessages('fdb-dump-vxlan')).toEqual([
    {
      ...added,
      value: {
        family: 7,
        ifindex: 4,
        state: 0x42,
        flags: 0x02,
        type: 1,
        attributes: {
          lladdr: '02:00:00:00:00:fe',
          dst: '10.0.2.254',
          vni: 43,
          port: 4789,
          ifindex: 3,
          cacheinfo: { confirmed: 0, used: 2, updated: 2, refcnt: 0 },
        },
      },
    },
    {
      ...added,
      value: {
        family: 7,
        ifindex: 4,
        state: 0x82,
        flags: 0x02,
        type: 1,
        attributes: {
          lladdr: '00:00:00:00:00:00',
          dst: '239.1.1.1',
          ifindex: 3,
          cacheinfo: { confirmed: 0, used: 2, updated: 3, refcnt: 0 },
        },
      },
    },
  ])
})

test('ARP and ND entries are the same message in other families', () => {
  const [arp, nd] = goldenMessages('neighbour-dump')
  expect(arp).toEqual({
    ...added,
    value: {
      family: 2,
      ifindex: 4,
      state: 0x80,
      flags: 0,
      type: 1,
      attributes: {
        dst: '10.0.1.7',
        lladdr: '02:00:00:00:00:07',
        probes: 0,
        cacheinfo: { confirmed: 0, used: 0, updated: 0, refcnt: 0 },
      },
    },
  })
  expect(nd).toMatchObject({
    value: { family: 10, state: 0x40, attributes: { dst: 'ff02::16', lladdr: '33:33:00:00:00:16' } },
  })
})

test('a notification of a new entry', () => {
  expect(goldenMessages('fdb-event-add')).toEqual([
    {
      ...added,
      value: {
        ...entry,
        type: 1,
        attributes: {
          lladdr: '02:00:00:00:00:fe',
          dst: '10.0.2.254',
          cacheinfo: { confirmed: 0, used: 0, updated: 0, refcnt: 0 },
        },
      },
    },
  ])
})

test('struct ndmsg has each field in its place, and zeros between them', () => {
  const value = { family: 7, ifindex: -2, state: 0x1234, flags: 0x56, type: 0x78, attributes: {} }
  const bytes = hex('07000000 feffffff 3412 56 78')
  expect(encodeAll(neighbour, value)).toEqual(bytes)
  expect(decodeAll(neighbour, bytes)).toEqual(value)
})

test('what stands in the padding of struct ndmsg does not matter', () => {
  expect(decodeAll(neighbour, hex('07ffffff 04000000 0000 00 00'))).toMatchObject({ family: 7, ifindex: 4 })
})

// On a little-endian host, where CI runs.
test.each<readonly [name: string, attributes: Neighbour['attributes'], bytes: string]>([
  ['DST, IPv4', { dst: '10.0.2.254' }, '0800 0100 0a0002fe'],
  ['DST, IPv6', { dst: 'fe80::1' }, '1400 0100 fe800000000000000000000000000001'],
  ['LLADDR', { lladdr: '02:00:00:00:00:fe' }, '0a00 0200 0200000000fe0000'],
  [
    'CACHEINFO',
    { cacheinfo: { confirmed: 1, used: 2, updated: 3, refcnt: 4 } },
    '1400 0300 01000000 02000000 03000000 04000000',
  ],
  ['PROBES', { probes: 2 }, '0800 0400 02000000'],
  ['VLAN in host order', { vlan: 100 }, '0600 0500 64000000'],
  ['PORT in network order', { port: 4789 }, '0600 0600 12b50000'],
  ['VNI in host order', { vni: 43 }, '0800 0700 2b000000'],
  ['IFINDEX', { ifindex: 3 }, '0800 0800 03000000'],
  ['MASTER', { master: 5 }, '0800 0900 05000000'],
  ['LINK_NETNSID, none', { linkNetnsid: -1 }, '0800 0a00 ffffffff'],
  ['SRC_VNI', { srcVni: 42 }, '0800 0b00 2a000000'],
  ['PROTOCOL', { protocol: 186 }, '0500 0c00 ba000000'],
  ['NH_ID', { nhId: 9 }, '0800 0d00 09000000'],
  ['FDB_EXT_ATTRS', { fdbExtAttrs: hex('05000100 01000000') }, '0c00 0e00 05000100 01000000'],
  ['FLAGS_EXT', { flagsExt: 2 }, '0800 0f00 02000000'],
])('NDA_%s', (_name, attributes, bytes) => {
  const header = hex('07000000 00000000 00000000')
  expect(encodeAll(neighbour, { family: 7, attributes })).toEqual(Buffer.concat([header, hex(bytes)]))
  expect(decodeAll(neighbour, Buffer.concat([header, hex(bytes)])).attributes).toEqual(attributes)
})

test('an address that is neither IPv4 nor IPv6 is told by its name', () => {
  const bytes = hex('07000000 00000000 00000000 0700 0100 0a000200')
  expect(() => decodeAll(neighbour, bytes)).toThrow('NDA_DST: expected 4 or 16 bytes, got 3')
})

test('a message shorter than its struct is told by the name of the struct', () => {
  expect(() => decodeAll(neighbour, hex('07000000'))).toThrow('struct ndmsg: expected 12 bytes, got 4')
})

test.each(['fdb-dump-learned', 'fdb-event-learned'])('%s: a learned entry is neither permanent nor static', (name) => {
  expect(goldenMessages(name)[0]).toMatchObject({
    object: 'neighbour',
    verb: 'new',
    value: { family: 7, state: 0x02, flags: 0x02, attributes: { lladdr: '02:00:00:00:00:fe', dst: '10.0.2.254' } },
  })
})
