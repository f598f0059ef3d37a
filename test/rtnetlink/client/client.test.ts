/** The verbs: what each asks of the kernel, held against what iproute2 sends for the same. */
import { describe, expect, test } from 'vitest'
import type { RtnetlinkClient } from '../../../src/rtnetlink/client/client.ts'
import { address } from '../../../src/rtnetlink/messages/address.ts'
import { bridgeLink } from '../../../src/rtnetlink/messages/bridge-link.ts'
import { link } from '../../../src/rtnetlink/messages/link.ts'
import { neighbour } from '../../../src/rtnetlink/messages/neighbour.ts'
import { tunnel } from '../../../src/rtnetlink/messages/tunnel.ts'
import type { Codec } from '../../../src/rtnetlink/wire/codec.ts'
import { forEachMessage, type MessageHeader } from '../../../src/rtnetlink/wire/message.ts'
import { decodeAll } from '../../support/bytes.ts'
import { clientOnFakeTransport, linkMessage, reasonOf, refusalOf } from '../../support/client-on-fake-transport.ts'
import { ack, done, message, type SentMessage } from '../../support/fake-transport.ts'
import { golden } from '../../support/golden.ts'

const [NLM_F_REQUEST, NLM_F_ACK, NLM_F_DUMP] = [0x1, 0x4, 0x300]
const [NLM_F_REPLACE, NLM_F_EXCL, NLM_F_CREATE, NLM_F_APPEND] = [0x100, 0x200, 0x400, 0x800]
const [AF_INET, AF_BRIDGE, AF_INET6] = [2, 7, 10]
const [EPERM, EOPNOTSUPP] = [1, 95]

const codecs = { link, bridgeLink, tunnel, address, neighbour }
type Ask = (client: RtnetlinkClient) => Promise<unknown>

/** What the verb sends; it is left without an answer. */
async function sentBy(ask: Ask): Promise<SentMessage> {
  const { client, kernel } = clientOnFakeTransport()
  const unanswered = reasonOf(ask(client))
  const sent = await kernel.request(0)
  client.close()
  await unanswered
  return sent
}

function goldenHeader(name: string): MessageHeader {
  const headers: MessageHeader[] = []
  forEachMessage(golden(name), (header) => headers.push(header))
  return headers[0] as MessageHeader
}

const vxlan = (data: object) => ({ kind: 'vxlan', data })
const [PVID, UNTAGGED, RANGE_BEGIN, RANGE_END] = [0x2, 0x4, 0x8, 0x10]
const BRIDGE_FLAGS_SELF = 2
const vlans = [
  { vid: 10, flags: RANGE_BEGIN },
  { vid: 20, flags: RANGE_END },
]
const tunnels = [
  { id: 10010, vid: 10, flags: RANGE_BEGIN },
  { id: 10020, vid: 20, flags: RANGE_END },
]
const remote = { lladdr: '00:00:00:00:00:00', dst: '10.0.2.254' }

const intents: readonly (readonly [golden: string, object: keyof typeof codecs, ask: Ask])[] = [
  [
    'link-add-vxlan-story',
    'link',
    (client) =>
      client.createLink({
        attributes: {
          ifname: 'vxlan0',
          address: '02:00:00:00:00:01',
          linkinfo: vxlan({ id: 42, group: '239.1.1.1', link: 3, ttl: 16, learning: true, ageing: 300, port: 8472 }),
        },
      }),
  ],
  [
    'link-add-vxlan-ipv6',
    'link',
    (client) =>
      client.createLink({
        attributes: {
          ifname: 'vxlan0',
          linkinfo: vxlan({
            id: 44,
            group6: '2001:db8::fe',
            local6: '2001:db8::1',
            label: 0x12345,
            learning: true,
            port: 4789,
            udpZeroCsum6Tx: true,
            udpZeroCsum6Rx: true,
          }),
        },
      }),
  ],
  [
    'link-add-vxlan-gbp',
    'link',
    (client) =>
      client.createLink({
        attributes: { ifname: 'vxlan0', linkinfo: vxlan({ id: 45, learning: true, port: 4789, gbp: true }) },
      }),
  ],
  [
    'link-add-vxlan-ttl-inherit',
    'link',
    (client) =>
      client.createLink({
        attributes: { ifname: 'vxlan0', linkinfo: vxlan({ id: 46, learning: true, port: 4789, ttlInherit: true }) },
      }),
  ],
  [
    'link-change-vxlan-ttl',
    'link',
    (client) => client.changeLink({ index: 4, attributes: { linkinfo: vxlan({ ttl: 5 }) } }),
  ],
  ['link-set-up', 'link', (client) => client.changeLink({ index: 4, flags: 1, change: 1 })],
  ['link-set-mtu', 'link', (client) => client.changeLink({ index: 4, attributes: { mtu: 1400 } })],
  ['link-set-mac', 'link', (client) => client.changeLink({ index: 4, attributes: { address: '02:00:00:00:00:07' } })],
  ['link-set-alias', 'link', (client) => client.changeLink({ index: 4, attributes: { ifalias: 'overlay' } })],
  ['link-delete', 'link', (client) => client.deleteLink({ index: 4 })],
  [
    'link-add-vxlan-vnifilter',
    'link',
    (client) =>
      client.createLink({
        attributes: {
          ifname: 'vxlan0',
          linkinfo: vxlan({ learning: false, port: 4789, collectMetadata: true, vnifilter: true }),
        },
      }),
  ],
  [
    'link-add-bridge',
    'link',
    (client) =>
      client.createLink({
        attributes: {
          ifname: 'br0',
          linkinfo: {
            kind: 'bridge',
            data: {
              forwardDelay: 400,
              helloTime: 100,
              maxAge: 600,
              ageingTime: 30000,
              stpState: 1,
              priority: 4096,
              vlanFiltering: 1,
              vlanProtocol: 0x88a8,
              groupFwdMask: 8,
              mcastSnooping: 0,
              mcastQuerier: 1,
              vlanDefaultPvid: 0,
            },
          },
        },
      }),
  ],
  ['link-set-name', 'link', (client) => client.changeLink({ index: 4, attributes: { ifname: 'vxlan1' } })],
  [
    'link-set-addrgenmode',
    'link',
    (client) => client.changeLink({ index: 4, attributes: { afSpec: { inet6: { addrGenMode: 1 } } } }),
  ],
  ['altname-add', 'link', (client) => client.addAltnames(4, ['overlay', 'tenant-blue'])],
  ['altname-delete', 'link', (client) => client.deleteAltnames(4, ['overlay'])],
  [
    'bridge-link-add-vlans',
    'bridgeLink',
    (client) => client.setBridgeLink({ index: 5, attributes: { afSpec: { vlanInfo: vlans } } }),
  ],
  [
    'bridge-link-add-self',
    'bridgeLink',
    (client) =>
      client.setBridgeLink({
        index: 4,
        attributes: { afSpec: { flags: BRIDGE_FLAGS_SELF, vlanInfo: [{ vid: 7, flags: PVID | UNTAGGED }] } },
      }),
  ],
  [
    'bridge-link-add-tunnels',
    'bridgeLink',
    (client) => client.setBridgeLink({ index: 5, attributes: { afSpec: { vlanTunnelInfo: tunnels } } }),
  ],
  [
    'bridge-link-delete-vlans',
    'bridgeLink',
    (client) => client.unsetBridgeLink({ index: 5, attributes: { afSpec: { vlanInfo: vlans } } }),
  ],
  [
    'bridge-link-delete-tunnels',
    'bridgeLink',
    (client) => client.unsetBridgeLink({ index: 5, attributes: { afSpec: { vlanTunnelInfo: tunnels } } }),
  ],
  ['tunnel-add-range', 'tunnel', (client) => client.addVnis(5, [{ start: 100, end: 200, group: '239.1.1.1' }])],
  ['tunnel-delete', 'tunnel', (client) => client.deleteVnis(5, [{ start: 300 }])],
  [
    'address-add-ipv4',
    'address',
    (client) =>
      client.addAddress({
        family: AF_INET,
        prefixlen: 24,
        index: 4,
        attributes: { address: '10.0.1.1', local: '10.0.1.1' },
      }),
  ],
  [
    'address-add-ipv6',
    'address',
    (client) =>
      client.addAddress({
        family: AF_INET6,
        prefixlen: 64,
        index: 4,
        attributes: { address: '2001:db8::1', local: '2001:db8::1' },
      }),
  ],
  [
    'address-delete',
    'address',
    (client) =>
      client.deleteAddress({
        family: AF_INET,
        prefixlen: 24,
        index: 4,
        attributes: { address: '10.0.1.1', local: '10.0.1.1' },
      }),
  ],
  [
    'fdb-append-remote',
    'neighbour',
    (client) => client.appendNeighbour({ family: AF_BRIDGE, ifindex: 4, state: 0xc0, flags: 0x02, attributes: remote }),
  ],
  [
    'fdb-add-full',
    'neighbour',
    (client) =>
      client.addNeighbour({
        family: AF_BRIDGE,
        ifindex: 4,
        state: 0xc0,
        flags: 0x02,
        attributes: { lladdr: '02:00:00:00:00:fe', dst: '10.0.2.254', vni: 43, port: 4789, ifindex: 3 },
      }),
  ],
  [
    'fdb-delete',
    'neighbour',
    (client) =>
      client.deleteNeighbour({
        family: AF_BRIDGE,
        ifindex: 4,
        state: 0xc0,
        flags: 0x02,
        attributes: { lladdr: '02:00:00:00:00:fe', dst: '10.0.2.254' },
      }),
  ],
]

test.each(intents)('%s: the same request as from iproute2', async (name, object, ask) => {
  const { header, payload } = await sentBy(ask)
  const theirs = goldenHeader(name)
  expect({ type: header.type, flags: header.flags }).toEqual({ type: theirs.type, flags: theirs.flags })
  expect(decodeAll<unknown>(codecs[object], payload)).toEqual(
    decodeAll(codecs[object] as Codec<unknown>, golden(name).subarray(16)),
  )
})

// Only these leave the format no choice: elsewhere iproute2 orders attributes in its own way, or leaves a final NUL off.
const withoutChoice = new Set([
  'link-set-up',
  'link-set-mtu',
  'link-set-mac',
  'link-set-addrgenmode',
  'link-delete',
  'altname-add',
  'altname-delete',
  'bridge-link-add-vlans',
  'bridge-link-add-self',
  'bridge-link-add-tunnels',
  'bridge-link-delete-vlans',
  'bridge-link-delete-tunnels',
  'tunnel-add-range',
  'tunnel-delete',
])

test.each(intents.filter(([name]) => withoutChoice.has(name)))(
  '%s: the same bytes as from iproute2',
  async (name, _object, ask) => {
    const { payload } = await sentBy(ask)
    expect(payload).toEqual(golden(name).subarray(16))
  },
)

const changing = NLM_F_REQUEST | NLM_F_ACK
const dumping = NLM_F_REQUEST | NLM_F_DUMP

describe('requests for which there is no golden vector', () => {
  test.each<readonly [what: string, ask: Ask, type: number, flags: number, object: keyof typeof codecs, value: object]>(
    [
      [
        'replaceAddress',
        (client) =>
          client.replaceAddress({ family: AF_INET, prefixlen: 24, index: 4, attributes: { local: '10.0.1.1' } }),
        20,
        changing | NLM_F_CREATE | NLM_F_REPLACE,
        'address',
        { family: 2, prefixlen: 24, flags: 0, scope: 0, index: 4, attributes: { local: '10.0.1.1' } },
      ],
      [
        'replaceNeighbour',
        (client) =>
          client.replaceNeighbour({ family: AF_INET, ifindex: 4, state: 0x80, attributes: { dst: '10.0.1.7' } }),
        28,
        changing | NLM_F_CREATE | NLM_F_REPLACE,
        'neighbour',
        { family: 2, ifindex: 4, state: 0x80, flags: 0, type: 0, attributes: { dst: '10.0.1.7' } },
      ],
      [
        'appendNeighbour',
        (client) => client.appendNeighbour({ family: AF_BRIDGE, ifindex: 4 }),
        28,
        changing | NLM_F_CREATE | NLM_F_APPEND,
        'neighbour',
        { family: 7, ifindex: 4, state: 0, flags: 0, type: 0, attributes: {} },
      ],
      [
        'createLink with an ifindex of its own',
        (client) => client.createLink({ index: 9, attributes: { ifname: 'br0', linkinfo: { kind: 'bridge' } } }),
        16,
        changing | NLM_F_CREATE | NLM_F_EXCL,
        'link',
        {
          family: 0,
          type: 0,
          index: 9,
          flags: 0,
          change: 0,
          attributes: { ifname: 'br0', linkinfo: { kind: 'bridge' } },
        },
      ],
      [
        'deleteLink by name',
        (client) => client.deleteLink({ name: 'vxlan0' }),
        17,
        changing,
        'link',
        { family: 0, type: 0, index: 0, flags: 0, change: 0, attributes: { ifname: 'vxlan0' } },
      ],
      [
        'deleteLinkGroup',
        (client) => client.deleteLinkGroup(77),
        17,
        changing,
        'link',
        { family: 0, type: 0, index: 0, flags: 0, change: 0, attributes: { group: 77 } },
      ],
      [
        'getLink by index, without counters',
        (client) => client.getLink({ index: 4 }),
        18,
        changing,
        'link',
        { family: 0, type: 0, index: 4, flags: 0, change: 0, attributes: { extMask: 8 } },
      ],
      [
        'getLink by name, without counters',
        (client) => client.getLink({ name: 'vxlan0' }),
        18,
        changing,
        'link',
        { family: 0, type: 0, index: 0, flags: 0, change: 0, attributes: { ifname: 'vxlan0', extMask: 8 } },
      ],
      [
        'listLinks, without counters',
        (client) => client.listLinks(),
        18,
        dumping,
        'link',
        { family: 0, type: 0, index: 0, flags: 0, change: 0, attributes: { extMask: 8 } },
      ],
      [
        'listBridgeLinks, with VLANs in ranges',
        (client) => client.listBridgeLinks(),
        18,
        dumping,
        'bridgeLink',
        { family: 7, type: 0, index: 0, flags: 0, change: 0, attributes: { extMask: 4 } },
      ],
      [
        'listVnis of all links',
        (client) => client.listVnis(),
        122,
        dumping,
        'tunnel',
        { family: 7, flags: 0, ifindex: 0, attributes: {} },
      ],
      [
        'listAddresses of all links',
        (client) => client.listAddresses(),
        22,
        dumping,
        'address',
        { family: 0, prefixlen: 0, flags: 0, scope: 0, index: 0, attributes: {} },
      ],
      [
        'listAddresses of one link',
        (client) => client.listAddresses({ index: 4 }),
        22,
        dumping,
        'address',
        { family: 0, prefixlen: 0, flags: 0, scope: 0, index: 4, attributes: {} },
      ],
      [
        'listNeighbours of one family',
        (client) => client.listNeighbours({ family: AF_INET6 }),
        30,
        dumping,
        'neighbour',
        { family: 10, ifindex: 0, state: 0, flags: 0, type: 0, attributes: {} },
      ],
      [
        'listFdb of all links',
        (client) => client.listFdb(),
        30,
        dumping,
        'neighbour',
        { family: 7, ifindex: 0, state: 0, flags: 0, type: 0, attributes: {} },
      ],
      [
        'listFdb of one link',
        (client) => client.listFdb({ index: 4 }),
        30,
        dumping,
        'neighbour',
        { family: 7, ifindex: 4, state: 0, flags: 0, type: 0, attributes: {} },
      ],
    ],
  )('%s', async (_what, ask, type, flags, object, value) => {
    const { header, payload } = await sentBy(ask)
    expect({ type: header.type, flags: header.flags }).toEqual({ type, flags })
    expect(decodeAll<unknown>(codecs[object], payload)).toEqual(value)
  })
})

test('lists hold the objects that the kernel told', async () => {
  const { client, kernel } = clientOnFakeTransport()
  const lists = Promise.all([
    client.listLinks(),
    client.listAddresses(),
    client.listNeighbours(),
    client.listFdb(),
    client.listBridgeLinks(),
    client.listVnis(),
  ])
  const parts = [
    (sequence: number) => linkMessage(sequence, 'vxlan0'),
    (sequence: number) => message(20, sequence, (writer) => address.encode({ prefixlen: 24 }, writer)),
    (sequence: number) => message(28, sequence, (writer) => neighbour.encode({ family: AF_INET }, writer)),
    (sequence: number) => message(28, sequence, (writer) => neighbour.encode({ family: AF_BRIDGE }, writer)),
    (sequence: number) => message(16, sequence, (writer) => bridgeLink.encode({ family: AF_BRIDGE, index: 5 }, writer)),
    (sequence: number) => message(120, sequence, (writer) => tunnel.encode({ family: AF_BRIDGE, ifindex: 5 }, writer)),
  ]
  for (const [index, part] of parts.entries()) {
    const sequence = await kernel.sequence(index)
    kernel.deliver(part(sequence), done(sequence))
  }
  expect(await lists).toMatchObject([
    [{ attributes: { ifname: 'vxlan0' } }],
    [{ prefixlen: 24 }],
    [{ family: AF_INET }],
    [{ family: AF_BRIDGE }],
    [{ family: AF_BRIDGE, index: 5 }],
    [{ family: AF_BRIDGE, ifindex: 5 }],
  ])
})

test('kernels that know no VNI filters have none, and what else they refuse is a refusal', async () => {
  const { client, kernel } = clientOnFakeTransport()
  const none = client.listVnis()
  kernel.deliver(ack(await kernel.sequence(0), EOPNOTSUPP))
  expect(await none).toEqual([])
  const refused = refusalOf(client.listVnis())
  kernel.deliver(ack(await kernel.sequence(1), EPERM))
  expect((await refused).message).toBe('cannot list VNIs: EPERM')
})

test('counters begin at nothing', () => {
  expect(clientOnFakeTransport().client.counters).toEqual({
    requests: 0,
    dumps: 0,
    interruptedDumps: 0,
    overruns: 0,
    heard: 0,
  })
})
