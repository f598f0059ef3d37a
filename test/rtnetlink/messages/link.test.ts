import { describe, expect, test } from 'vitest'
import { type Link, link } from '../../../src/rtnetlink/messages/link.ts'
import { encodeAll } from '../../support/bytes.ts'
import { golden } from '../../support/golden.ts'
import { goldenMessages, goldenValue } from '../../support/golden-message.ts'

const headerSize = 16

/** What `linkinfo.data` is in every request that asks for a vxlan. */
function vxlanOf({ attributes }: Link): unknown {
  expect(attributes.linkinfo?.kind).toBe('vxlan')
  return attributes.linkinfo?.data
}

describe('requests, as iproute2 sends them', () => {
  test('the link of the story', () => {
    const request = goldenValue<Link>('link-add-vxlan-story')
    expect(request.attributes).toMatchObject({ ifname: 'vxlan0', address: '02:00:00:00:00:01' })
    expect(vxlanOf(request)).toEqual({
      id: 42,
      group: '239.1.1.1',
      link: 3,
      ttl: 16,
      learning: true,
      ageing: 300,
      port: 8472,
    })
  })

  test('every option over IPv4', () => {
    expect(vxlanOf(goldenValue<Link>('link-add-vxlan-all'))).toEqual({
      id: 43,
      group: '10.0.2.254',
      local: '10.0.2.1',
      link: 3,
      ttl: 64,
      tos: 16,
      df: 1,
      ageing: 100,
      limit: 1000,
      portRange: { low: 40000, high: 50000 },
      port: 4789,
      learning: false,
      proxy: true,
      rsc: true,
      l2miss: true,
      l3miss: true,
      udpCsum: false,
      udpZeroCsum6Tx: true,
      udpZeroCsum6Rx: true,
      remcsumTx: true,
      remcsumRx: true,
    })
  })

  test('an IPv6 underlay, with a big-endian flow label', () => {
    expect(vxlanOf(goldenValue<Link>('link-add-vxlan-ipv6'))).toEqual({
      id: 44,
      group6: '2001:db8::fe',
      local6: '2001:db8::1',
      label: 0x12345,
      learning: true,
      port: 4789,
      udpZeroCsum6Tx: true,
      udpZeroCsum6Rx: true,
    })
  })

  test.each([
    ['link-add-vxlan-gbp', { id: 45, learning: true, port: 4789, gbp: true }],
    ['link-add-vxlan-ttl-inherit', { id: 46, learning: true, port: 4789, ttlInherit: true }],
    ['link-change-vxlan-ttl', { ttl: 5 }],
  ])('%s', (name, data) => {
    expect(vxlanOf(goldenValue<Link>(name))).toEqual(data)
  })

  test.each([
    ['link-set-up', { index: 4, flags: 1, change: 1, attributes: {} }],
    ['link-set-mtu', { index: 4, attributes: { mtu: 1400 } }],
    ['link-set-mac', { index: 4, attributes: { address: '02:00:00:00:00:07' } }],
    ['link-set-alias', { index: 4, attributes: { ifalias: 'overlay' } }],
    ['link-delete', { index: 4, attributes: {} }],
  ])('%s', (name, value) => {
    expect(goldenValue<Link>(name)).toMatchObject(value)
  })

  // Only these leave the format no choice: iproute2 orders attributes in its own way, and leaves the NUL off IFLA_INFO_KIND.
  test.each(['link-set-up', 'link-set-mtu', 'link-set-mac', 'link-delete'])('%s has the same bytes from us', (name) => {
    expect(encodeAll(link, goldenValue<Link>(name))).toEqual(golden(name).subarray(headerSize))
  })

  test.each(['link-add-vxlan-story', 'link-add-vxlan-all', 'link-add-vxlan-ipv6', 'link-add-vxlan-gbp'])(
    '%s says the same when we write it',
    (name) => {
      const request = goldenValue<Link>(name)
      const bytes = encodeAll(link, request)
      expect(link.decode(bytes, 0, bytes.length)).toEqual(request)
    },
  )

  test('GBP and ttl inherit have no payload: the kernel refuses one with ERANGE', () => {
    const bytes = encodeAll(link, {
      attributes: { linkinfo: { kind: 'vxlan', data: { gbp: true, ttlInherit: true } } },
    })
    expect(bytes.subarray(-8).toString('hex')).toBe('0400170004001c00')
  })
})

describe('links, as the kernel tells them', () => {
  test('the link of the story', () => {
    expect(goldenMessages('link-dump-vxlan')[0]).toMatchObject({ object: 'link', verb: 'new' })
    const { attributes, index, type } = goldenValue<Link>('link-dump-vxlan')
    expect({ index, type }).toEqual({ index: 4, type: 1 })
    expect(attributes).toMatchObject({
      ifname: 'vxlan0',
      mtu: 1450,
      address: '02:00:00:00:00:01',
      broadcast: 'ff:ff:ff:ff:ff:ff',
      qdisc: 'noqueue',
      group: 0,
      operstate: 0,
      minMtu: 68,
      maxMtu: 65535,
      afSpec: { inet6: { addrGenMode: 0 } },
    })
    expect(attributes.linkinfo).toMatchObject({
      kind: 'vxlan',
      data: { id: 42, group: '239.1.1.1', link: 3, ttl: 16, ttlInherit: false, ageing: 300, port: 8472, udpCsum: true },
    })
  })

  test('every attribute over IPv4', () => {
    const { attributes } = goldenValue<Link>('link-dump-vxlan-all')
    expect(attributes.linkinfo?.data).toEqual({
      id: 43,
      group: '10.0.2.254',
      local: '10.0.2.1',
      link: 3,
      ttl: 64,
      ttlInherit: false,
      tos: 16,
      df: 1,
      label: 0,
      labelPolicy: 0,
      ageing: 100,
      limit: 1000,
      portRange: { low: 40000, high: 50000 },
      port: 4789,
      learning: false,
      proxy: true,
      rsc: true,
      l2miss: true,
      l3miss: true,
      collectMetadata: false,
      udpCsum: false,
      udpZeroCsum6Tx: true,
      udpZeroCsum6Rx: true,
      remcsumTx: true,
      remcsumRx: true,
      localbypass: 1,
      reservedBits: Buffer.from('f7dfffff00000000', 'hex'),
    })
  })

  test('a bridge port has the attributes of its bridge beside those of its kind', () => {
    const { attributes } = goldenValue<Link>('link-dump-bridge-port')
    expect(attributes.master).toBe(5)
    expect(attributes.linkinfo).toMatchObject({
      kind: 'vxlan',
      data: { id: 42 },
      slaveKind: 'bridge',
      slaveData: { learning: true, unicastFlood: true, cost: 2, priority: 32, neighSuppress: false },
    })
  })

  test('attributes that the table does not know are kept, and written back', () => {
    const value = goldenValue<Link>('link-dump-vxlan')
    expect(value.attributes.unknown?.length).toBeGreaterThan(5)
    const bytes = encodeAll(link, value)
    expect(link.decode(bytes, 0, bytes.length).attributes.unknown).toEqual(value.attributes.unknown)
  })

  test('a deletion is told as one', () => {
    expect(goldenMessages('link-event-delete')).toMatchObject([
      { object: 'link', verb: 'delete', value: { index: 4, attributes: { ifname: 'vxlan0' } } },
    ])
  })
})
