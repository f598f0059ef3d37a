/** How a refusal of the kernel reads: what was asked, of which object, and at which attribute it took offence. */
import { expect, test } from 'vitest'
import type { RtnetlinkClient } from '../../../src/rtnetlink/client/client.ts'
import { clientOnFakeTransport, refusalOf } from '../../support/client-on-fake-transport.ts'
import { ack } from '../../support/fake-transport.ts'

const AF_BRIDGE = 7

type Ask = (client: RtnetlinkClient) => Promise<unknown>

test.each<readonly [operation: string, ask: Ask]>([
  ['create link vxlan0', (client) => client.createLink({ attributes: { ifname: 'vxlan0' } })],
  ['change link 4', (client) => client.changeLink({ index: 4, attributes: { mtu: 1 } })],
  ['change link vxlan0', (client) => client.changeLink({ attributes: { ifname: 'vxlan0', mtu: 1 } })],
  ['delete link 4', (client) => client.deleteLink({ index: 4 })],
  ['delete link vxlan0', (client) => client.deleteLink({ name: 'vxlan0' })],
  ['delete the links of group 77', (client) => client.deleteLinkGroup(77)],
  ['look up link 4', (client) => client.getLink({ index: 4 })],
  ['list links', (client) => client.listLinks()],
  ['list addresses', (client) => client.listAddresses({ index: 4 })],
  ['list neighbours', (client) => client.listNeighbours()],
  ['list forwarding entries', (client) => client.listFdb()],
  ['change link 4', (client) => client.changeLink({ index: 4, attributes: { ifname: 'vxlan1' } })],
  ['add alternative name one, two of link 4', (client) => client.addAltnames(4, ['one', 'two'])],
  ['delete alternative name one of link 4', (client) => client.deleteAltnames(4, ['one'])],
  ['list bridge ports', (client) => client.listBridgeLinks()],
  [
    'set VLANs 10, 20 on link 4',
    (client) =>
      client.setBridgeLink({
        index: 4,
        attributes: { afSpec: { vlanInfo: [10, 20].map((vid) => ({ vid, flags: 0 })) } },
      }),
  ],
  [
    'remove tunnels of VLANs 10 on link 4',
    (client) =>
      client.unsetBridgeLink({ index: 4, attributes: { afSpec: { vlanTunnelInfo: [{ vid: 10, id: 10010 }] } } }),
  ],
  ['list VNIs', (client) => client.listVnis()],
  [
    'add VNI 100-200, 300 of link 4',
    (client) =>
      client.addVnis(4, [
        { start: 100, end: 200, group: '239.1.1.1' },
        { start: 300, end: 300 },
      ]),
  ],
  ['delete VNI 300 of link 4', (client) => client.deleteVnis(4, [{ start: 300 }])],
  [
    'add address 10.0.1.1/24 on link 4',
    (client) => client.addAddress({ prefixlen: 24, index: 4, attributes: { local: '10.0.1.1' } }),
  ],
  [
    'replace address 2001:db8::1/64 on link 4',
    (client) => client.replaceAddress({ prefixlen: 64, index: 4, attributes: { address: '2001:db8::1' } }),
  ],
  [
    'delete address 10.0.1.1/32 on link 4',
    (client) =>
      client.deleteAddress({ prefixlen: 32, index: 4, attributes: { local: '10.0.1.1', address: '10.0.1.2' } }),
  ],
  [
    'append forwarding entry 00:00:00:00:00:00 dst 10.0.2.254 on link 4',
    (client) =>
      client.appendNeighbour({
        family: AF_BRIDGE,
        ifindex: 4,
        attributes: { lladdr: '00:00:00:00:00:00', dst: '10.0.2.254' },
      }),
  ],
  [
    'delete forwarding entry 02:00:00:00:00:fe on link 4',
    (client) => client.deleteNeighbour({ family: AF_BRIDGE, ifindex: 4, attributes: { lladdr: '02:00:00:00:00:fe' } }),
  ],
  [
    'add neighbour 10.0.1.7 lladdr 02:00:00:00:00:07 on link 4',
    (client) => client.addNeighbour({ ifindex: 4, attributes: { dst: '10.0.1.7', lladdr: '02:00:00:00:00:07' } }),
  ],
  [
    'delete neighbour 10.0.1.7 on link 4',
    (client) => client.deleteNeighbour({ ifindex: 4, attributes: { dst: '10.0.1.7' } }),
  ],
])('a refusal begins with "cannot %s"', async (operation, ask) => {
  const { client, kernel } = clientOnFakeTransport()
  const refused = refusalOf(ask(client))
  kernel.deliver(ack(await kernel.sequence(0), 1, 'words of the kernel'))
  expect((await refused).message).toBe(`cannot ${operation}: EPERM: words of the kernel`)
})

test('a refusal calls links by name where the names are known', async () => {
  const { client, kernel } = clientOnFakeTransport({ nameOfLink: (index) => (index === 7 ? 'vxlan0' : undefined) })
  const refused = Promise.all([
    refusalOf(client.changeLink({ index: 7, attributes: { mtu: 9 } })),
    refusalOf(client.changeLink({ index: 8, attributes: { mtu: 9 } })),
    refusalOf(client.deleteNeighbour({ ifindex: 7, attributes: { dst: '10.0.1.7' } })),
  ])
  for (const { header } of await kernel.requests()) {
    kernel.deliver(ack(header.sequence, 22))
  }
  expect((await refused).map(({ message }) => message)).toEqual([
    'cannot change link vxlan0: EINVAL',
    'cannot change link 8: EINVAL',
    'cannot delete neighbour 10.0.1.7 on link vxlan0: EINVAL',
  ])
})

test('a refusal names the attribute that the kernel points at, by its way through the message', async () => {
  const { client, kernel } = clientOnFakeTransport()
  const data = { id: 42, portRange: { low: 2000, high: 1000 } }
  const refused = refusalOf(client.createLink({ attributes: { ifname: 'v', linkinfo: { kind: 'vxlan', data } } }))
  const { header, payload } = await kernel.request(0)
  const at = payload.indexOf(Buffer.from([8, 0, 10, 0]))
  kernel.deliver(ack(header.sequence, 22, 'Invalid source port range', 16 + at))
  const error = await refused
  expect(error.refusal).toEqual({
    operation: 'create link v',
    code: 'EINVAL',
    attribute: 'IFLA_LINKINFO: IFLA_INFO_DATA: IFLA_VXLAN_PORT_RANGE',
    kernelMessage: 'Invalid source port range',
  })
  expect(error.message).toBe(
    'cannot create link v: EINVAL: IFLA_LINKINFO: IFLA_INFO_DATA: IFLA_VXLAN_PORT_RANGE: Invalid source port range',
  )
})

test('a refusal names the attribute also where its message is not the first of the datagram', async () => {
  const { client, kernel } = clientOnFakeTransport()
  const first = client.changeLink({ index: 1, attributes: { ifalias: 'something long before it' } })
  const refused = refusalOf(client.changeLink({ index: 2, attributes: { mtu: 9 } }))
  kernel.deliver(ack(await kernel.sequence(1), 22, undefined, 16 + 16))
  await first
  expect((await refused).message).toBe('cannot change link 2: EINVAL: IFLA_MTU')
})

test.each<readonly [attribute: string, offset: number, ask: Ask]>([
  ['IFA_LOCAL', 16 + 8, (client) => client.addAddress({ attributes: { local: '10.0.1.1' } })],
  ['IFA_LOCAL', 16 + 8, (client) => client.deleteAddress({ attributes: { local: '10.0.1.1' } })],
  ['NDA_VLAN', 16 + 12, (client) => client.addNeighbour({ attributes: { vlan: 9 } })],
  ['NDA_VLAN', 16 + 12, (client) => client.deleteNeighbour({ attributes: { vlan: 9 } })],
  ['IFLA_IFNAME', 16 + 16, (client) => client.deleteLink({ name: 'vxlan0' })],
  ['IFLA_GROUP', 16 + 16, (client) => client.deleteLinkGroup(7)],
  ['IFLA_IFNAME', 16 + 16, (client) => client.getLink({ name: 'vxlan0' })],
])('a refusal names %s at offset %i', async (attribute, offset, ask) => {
  const { client, kernel } = clientOnFakeTransport()
  const refused = refusalOf(ask(client))
  kernel.deliver(ack(await kernel.sequence(0), 22, undefined, offset))
  expect((await refused).refusal.attribute).toBe(attribute)
})

test.each([4, 16, 33, 10_000, 0xffff_ffff])(
  'a refusal at offset %i, where no attribute starts, names none',
  async (offset) => {
    const { client, kernel } = clientOnFakeTransport()
    const refused = refusalOf(client.changeLink({ index: 2, attributes: { mtu: 9 } }))
    kernel.deliver(ack(await kernel.sequence(0), 22, 'words of the kernel', offset))
    expect((await refused).message).toBe('cannot change link 2: EINVAL: words of the kernel')
  },
)
