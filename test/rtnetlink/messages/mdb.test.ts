/** Multicast forwarding entries: struct br_mdb_entry, MDBA_* and MDBE_*. */
import { expect, test } from 'vitest'
import { type DumpedMdbEntry, type Mdb, type MdbRequest, mdb, mdbChange } from '../../../src/rtnetlink/messages/mdb.ts'
import { decodeAll, encodeAll, hex } from '../../support/bytes.ts'
import { golden } from '../../support/golden.ts'
import { goldenMessages } from '../../support/golden-message.ts'

const ipv4Group = { group0: 0xef01, group1: 0x0203, proto: 0x0800 }

test('a request to add an entry has the bytes of iproute2', () => {
  const request: MdbRequest = {
    family: 7,
    ifindex: 4,
    attributes: {
      entry: { ifindex: 5, state: 1, ...ipv4Group },
      stated: { source: '10.0.0.1' },
    },
  }
  expect(encodeAll(mdbChange, request)).toEqual(golden('mdb-add').subarray(16))
})

test('a dump has each entry with its port, state, group and protocol', () => {
  const [message] = goldenMessages('mdb-dump')
  expect(message).toMatchObject({ object: 'mdb', verb: 'new', value: { ifindex: 4 } })
  const entries = message?.object === 'mdb' ? (message.value.attributes.groups?.ports ?? []) : []
  expect(entries.flatMap((port) => port.entries ?? []).filter(({ state }) => state === 1)).toEqual([
    {
      ...{ ifindex: 5, state: 1, flags: 0, vid: 0, group0: 0xff05, group1: 0, group2: 0, group3: 0 },
      ...{ group4: 0, group5: 0, group6: 0, group7: 0x77, proto: 0x86dd },
      attributes: { timer: 0, rtprot: 4 },
    },
    {
      ...{ ifindex: 5, state: 1, flags: 0, vid: 0, ...ipv4Group, group2: 0, group3: 0 },
      ...{ group4: 0, group5: 0, group6: 0, group7: 0 },
      attributes: { timer: 0, rtprot: 4 },
    },
  ])
})

// On a little-endian host, where CI runs. The destination port is in host byte order: nla_get_u16(), drivers/net/vxlan/vxlan_mdb.c.
test.each<readonly [name: string, stated: NonNullable<MdbRequest['attributes']>['stated'], bytes: string]>([
  ['MDBE_ATTR_SOURCE', { source: '10.0.0.1' }, '0c00 0280 0800 0100 0a000001'],
  [
    'MDBE_ATTR_SRC_LIST',
    { srcList: { sources: [{ address: '10.0.0.1' }] } },
    '1400 0280 1000 0280 0c00 0180 0800 0100 0a000001',
  ],
  ['MDBE_ATTR_GROUP_MODE', { groupMode: 1 }, '0c00 0280 0500 0300 01000000'],
  ['MDBE_ATTR_RTPROT', { rtprot: 4 }, '0c00 0280 0500 0400 04000000'],
  ['MDBE_ATTR_DST', { dst: '10.0.0.1' }, '0c00 0280 0800 0500 0a000001'],
  ['MDBE_ATTR_DST_PORT', { dstPort: 4789 }, '0c00 0280 0600 0600 b5120000'],
  ['MDBE_ATTR_VNI', { vni: 42 }, '0c00 0280 0800 0700 2a000000'],
  ['MDBE_ATTR_IFINDEX', { ifindex: 42 }, '0c00 0280 0800 0800 2a000000'],
  ['MDBE_ATTR_SRC_VNI', { srcVni: 42 }, '0c00 0280 0800 0900 2a000000'],
])('%s', (_name, stated, bytes) => {
  expect(encodeAll(mdbChange, { attributes: { stated } })).toEqual(Buffer.concat([Buffer.alloc(8), hex(bytes)]))
})

test.each<readonly [name: string, attributes: DumpedMdbEntry['attributes'], text: string]>([
  ['MDBA_MDB_EATTR_TIMER', { timer: 42 }, '0800 0100 2a000000'],
  [
    'MDBA_MDB_EATTR_SRC_LIST',
    { srcList: { sources: [{ address: '10.0.0.1' }] } },
    '1000 0200 0c00 0100 0800 0100 0a000001',
  ],
  ['MDBA_MDB_EATTR_GROUP_MODE', { groupMode: 1 }, '0500 0300 01000000'],
  ['MDBA_MDB_EATTR_SOURCE', { source: '10.0.0.1' }, '0800 0400 0a000001'],
  ['MDBA_MDB_EATTR_RTPROT', { rtprot: 4 }, '0500 0500 04000000'],
  ['MDBA_MDB_EATTR_DST', { dst: '10.0.0.1' }, '0800 0600 0a000001'],
  ['MDBA_MDB_EATTR_DST_PORT', { dstPort: 4789 }, '0600 0700 b5120000'],
  ['MDBA_MDB_EATTR_VNI', { vni: 42 }, '0800 0800 2a000000'],
  ['MDBA_MDB_EATTR_IFINDEX', { ifindex: 42 }, '0800 0900 2a000000'],
  ['MDBA_MDB_EATTR_SRC_VNI', { srcVni: 42 }, '0800 0a00 2a000000'],
])('%s', (_name, attributes, text) => {
  const own = hex(text)
  const nested = (payload: Buffer): Buffer => {
    const header = Buffer.alloc(4)
    header.writeUInt16LE(payload.length + 4, 0)
    header.writeUInt16LE(1, 2)
    return Buffer.concat([header, payload])
  }
  const entry = nested(Buffer.concat([Buffer.alloc(28), own]))
  const bytes = Buffer.concat([Buffer.alloc(8), nested(nested(entry))])
  const { attributes: found } = decodeAll(mdb, bytes) as Mdb
  const entries = found.groups?.ports?.flatMap((port) => port.entries ?? []) ?? []
  expect(entries).toMatchObject([{ attributes }])
  expect(Object.keys(entries[0]?.attributes ?? {})).toEqual(Object.keys(attributes))
})
