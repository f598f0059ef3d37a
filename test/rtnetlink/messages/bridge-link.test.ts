/** Links as their bridge tells them, and what is asked of it: VLANs and their tunnels. */
import { describe, expect, test } from 'vitest'
import { DecodeError } from '../../../src/rtnetlink/errors.ts'
import { type BridgeLink, bridgeLink } from '../../../src/rtnetlink/messages/bridge-link.ts'
import { decodeRouteMessage } from '../../../src/rtnetlink/messages/index.ts'
import { decodeAll, encodeAll, hex } from '../../support/bytes.ts'
import { golden } from '../../support/golden.ts'
import { goldenMessages, goldenValue } from '../../support/golden-message.ts'

const [PVID, UNTAGGED, RANGE_BEGIN, RANGE_END] = [0x2, 0x4, 0x8, 0x10]

const ofPort = { family: 7, type: 0, index: 5, flags: 0, change: 0 }
const range = [
  { vid: 10, flags: RANGE_BEGIN },
  { vid: 20, flags: RANGE_END },
]
const tunnelRange = [
  { id: 10010, vid: 10, flags: RANGE_BEGIN },
  { id: 10020, vid: 20, flags: RANGE_END },
]

// RTM_SETLINK is never told by the kernel, so these are read without their message type.
test.each<readonly [name: string, value: BridgeLink]>([
  ['bridge-link-add-vlans', { ...ofPort, attributes: { afSpec: { vlanInfo: range } } }],
  [
    'bridge-link-add-self',
    { ...ofPort, index: 4, attributes: { afSpec: { flags: 2, vlanInfo: [{ vid: 7, flags: PVID | UNTAGGED }] } } },
  ],
  ['bridge-link-add-tunnels', { ...ofPort, attributes: { afSpec: { vlanTunnelInfo: tunnelRange } } }],
  ['bridge-link-delete-vlans', { ...ofPort, attributes: { afSpec: { vlanInfo: range } } }],
  ['bridge-link-delete-tunnels', { ...ofPort, attributes: { afSpec: { vlanTunnelInfo: tunnelRange } } }],
])('%s: reads and writes as iproute2 writes it', (name, value) => {
  const sent = golden(name).subarray(16)
  expect(decodeAll(bridgeLink, sent)).toEqual(value)
  expect(encodeAll(bridgeLink, value)).toEqual(sent)
})

describe('what the kernel tells', () => {
  test('of a bridge itself, which names itself as its master', () => {
    expect(goldenMessages('bridge-link-dump')[0]).toEqual({
      object: 'bridgeLink',
      verb: 'new',
      value: {
        family: 7,
        type: 1,
        index: 4,
        flags: 0x1002,
        change: 0,
        attributes: {
          ifname: 'br0',
          master: 4,
          mtu: 1450,
          operstate: 2,
          address: '02:00:00:00:00:b0',
          afSpec: { vlanInfo: [{ vid: 7, flags: 0 }] },
        },
      },
    })
  })

  test('of a port: VLANs and tunnels in ranges, and the options of the port', () => {
    const [, port, ...others] = goldenMessages('bridge-link-dump').map(({ value }) => value as BridgeLink)
    expect(others).toEqual([])
    expect(port).toMatchObject({
      index: 5,
      attributes: { ifname: 'vxlan0', master: 4, protinfo: { vlanTunnel: true, cost: 2, learning: true } },
    })
    expect(port?.attributes.afSpec).toEqual({
      vlanInfo: [...range, { vid: 30, flags: PVID | UNTAGGED }],
      vlanTunnelInfo: [...tunnelRange, { id: 77, vid: 30, flags: 0 }],
    })
  })

  test('in a notification', () => {
    const { index, attributes } = goldenValue<BridgeLink>('bridge-link-event')
    expect(index).toBe(5)
    expect(attributes.master).toBe(4)
    expect(attributes.afSpec).toEqual({ vlanInfo: [{ vid: 40, flags: 0 }] })
  })
})

test.each([
  [16, 'new'],
  [17, 'delete'],
] as const)('by their family links of message type %i are told apart', (type, verb) => {
  const objectOf = (family: string): unknown => {
    const bytes = hex(`${family} 00 0100 05000000 00000000 00000000`)
    const { object, verb: read } = decodeRouteMessage({ type }, bytes, 0, bytes.length) ?? {}
    return { object, verb: read }
  }
  expect(objectOf('00')).toEqual({ object: 'link', verb })
  expect(objectOf('07')).toEqual({ object: 'bridgeLink', verb })
})

test('other objects with that family stay what they are', () => {
  const entry = hex('07 000000 04000000 0200 02 00')
  expect(decodeRouteMessage({ type: 28 }, entry, 0, entry.length)?.object).toBe('neighbour')
  const vnis = hex('07 00 0000 04000000')
  expect(decodeRouteMessage({ type: 120 }, vnis, 0, vnis.length)?.object).toBe('tunnel')
})

test.each([16, 17])('an empty message of type %i is refused as one that is cut off', (type) => {
  expect(() => decodeRouteMessage({ type }, Buffer.of(7), 1, 1)).toThrow(DecodeError)
})

// On a little-endian host, where CI runs.
test.each<readonly [name: string, attributes: BridgeLink['attributes'], bytes: string]>([
  ['IFLA_BRIDGE_FLAGS', { afSpec: { flags: 2 } }, '0c00 1a00 0600 0000 02000000'],
  ['IFLA_BRIDGE_MODE', { afSpec: { mode: 1 } }, '0c00 1a00 0600 0100 01000000'],
  ['IFLA_BRIDGE_VLAN_INFO', { afSpec: { vlanInfo: [{ flags: 6, vid: 4094 }] } }, '0c00 1a00 0800 0200 0600fe0f'],
  [
    'IFLA_BRIDGE_VLAN_TUNNEL_INFO',
    { afSpec: { vlanTunnelInfo: [{ id: 0x123456, vid: 4094, flags: 8 }] } },
    '2000 1a00 1c00 0300 0800 0100 56341200 0600 0200 fe0f0000 0600 0300 08000000',
  ],
  ['IFLA_PROTINFO', { protinfo: { learning: false } }, '0c00 0c00 0500 0800 00000000'],
  ['IFLA_EXT_MASK', { extMask: 4 }, '0800 1d00 04000000'],
])('%s', (_name, attributes, bytes) => {
  const header = Buffer.alloc(16)
  expect(encodeAll(bridgeLink, { attributes })).toEqual(Buffer.concat([header, hex(bytes)]))
  expect(decodeAll(bridgeLink, Buffer.concat([header, hex(bytes)])).attributes).toEqual(attributes)
})

test('a VLAN at which the kernel takes offence is named by its way through the message', () => {
  const bytes = encodeAll(bridgeLink, { attributes: { afSpec: { vlanTunnelInfo: tunnelRange } } })
  const at = bytes.lastIndexOf(hex('0800 0100'))
  expect(bridgeLink.pathAt(bytes, 0, bytes.length, at)).toEqual([
    'IFLA_AF_SPEC',
    'IFLA_BRIDGE_VLAN_TUNNEL_INFO',
    'IFLA_BRIDGE_VLAN_TUNNEL_ID',
  ])
})
