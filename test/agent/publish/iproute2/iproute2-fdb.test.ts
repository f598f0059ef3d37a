import { expect, test } from 'vitest'
import { fdbAsIproute2, type Iproute2FdbEntry } from '../../../../src/agent/publish/iproute2/iproute2-fdb.ts'
import type { Neighbour } from '../../../../src/rtnetlink/index.ts'

const names = new Map([
  [3, 'eth1'],
  [5, 'vxlan0'],
  [9, 'br0'],
])

function entry(attributes: Neighbour['attributes'], header: Partial<Omit<Neighbour, 'attributes'>> = {}): Neighbour {
  return { family: 7, ifindex: 5, state: 0x02, flags: 0x02, type: 1, ...header, attributes }
}

/** The text is what `bridge -d -j fdb show` of iproute2 6.1 made of the same message. */
test.each<{ name: string; dumped: Neighbour; printed: string }>([
  {
    name: 'the default destination, a multicast group',
    dumped: entry({ lladdr: '00:00:00:00:00:00', dst: '239.1.1.1', ifindex: 3 }, { state: 0x82 }),
    printed:
      '{"mac":"00:00:00:00:00:00","ifname":"vxlan0","dst":"239.1.1.1","viaIf":"eth1","flags":["self"],"state":"permanent"}',
  },
  {
    name: 'a further default destination with a port, a VNI and a device',
    dumped: entry({ lladdr: '00:00:00:00:00:00', dst: '10.0.2.252', port: 1234, vni: 99, ifindex: 3 }, { state: 0xc0 }),
    printed:
      '{"mac":"00:00:00:00:00:00","ifname":"vxlan0","dst":"10.0.2.252","port":1234,"vni":99,"viaIf":"eth1","flags":["self"],"state":"permanent"}',
  },
  {
    name: 'a learned entry',
    dumped: entry({
      lladdr: '02:00:00:00:00:01',
      dst: '10.0.2.254',
      cacheinfo: { confirmed: 0, used: 26, updated: 26, refcnt: 0 },
    }),
    printed: '{"mac":"02:00:00:00:00:01","ifname":"vxlan0","dst":"10.0.2.254","flags":["self"],"state":""}',
  },
  {
    name: 'a static entry to an IPv6 VTEP',
    dumped: entry({ lladdr: '02:00:00:00:00:06', dst: 'fd00::3' }, { state: 0x42 }),
    printed: '{"mac":"02:00:00:00:00:06","ifname":"vxlan0","dst":"fd00::3","flags":["self"],"state":"static"}',
  },
  {
    name: 'an entry from a routing daemon',
    dumped: entry({ lladdr: '02:00:00:00:00:04', dst: '10.0.2.253' }, { flags: 0x92 }),
    printed:
      '{"mac":"02:00:00:00:00:04","ifname":"vxlan0","dst":"10.0.2.253","flags":["self","router","extern_learn"],"state":""}',
  },
  {
    name: 'an entry of an external vxlan',
    dumped: entry({ lladdr: '02:00:00:00:00:07', dst: '10.0.2.253', vni: 1001, srcVni: 1000 }, { state: 0xc0 }),
    printed:
      '{"mac":"02:00:00:00:00:07","ifname":"vxlan0","dst":"10.0.2.253","vni":1001,"src_vni":1000,"flags":["self"],"state":"permanent"}',
  },
  {
    name: 'an entry with a nexthop group',
    dumped: entry({ lladdr: '02:00:00:00:00:08', nhId: 102 }, { state: 0xc0 }),
    printed: '{"mac":"02:00:00:00:00:08","ifname":"vxlan0","nhid":102,"flags":["self"],"state":"permanent"}',
  },
  {
    name: "a bridge port's entry",
    dumped: entry(
      { lladdr: '02:00:00:00:00:0c', master: 9, vlan: 5, flagsExt: 0 },
      { flags: 0x40, state: 0x40, type: 0 },
    ),
    printed:
      '{"mac":"02:00:00:00:00:0c","ifname":"vxlan0","vlan":5,"flags":["sticky"],"master":"br0","state":"static"}',
  },
  {
    name: 'an entry of a vxlan whose underlay is in another namespace',
    dumped: entry({ lladdr: '02:00:00:00:00:12', dst: '10.0.2.77', ifindex: 3, linkNetnsid: 0 }),
    printed:
      '{"mac":"02:00:00:00:00:12","ifname":"vxlan0","dst":"10.0.2.77","viaIfIndex":3,"linkNetNsId":0,"flags":["self"],"state":""}',
  },
  {
    name: 'an entry whose link has gone meanwhile',
    dumped: entry({ lladdr: '33:33:00:00:00:01', master: 78 }, { ifindex: 77, flags: 0, state: 0x80 }),
    printed: '{"mac":"33:33:00:00:00:01","ifname":"if77","flags":[],"master":"if78","state":"permanent"}',
  },
  {
    name: 'every key at its place',
    dumped: entry({
      nhId: 7,
      srcVni: 6,
      linkNetnsid: -1,
      ifindex: 3,
      vni: 2,
      port: 1,
      vlan: 0,
      dst: '10.0.0.1',
      master: 0,
      lladdr: '02:00:00:00:00:01',
      flagsExt: 3,
    }),
    printed:
      '{"mac":"02:00:00:00:00:01","ifname":"vxlan0","dst":"10.0.0.1","port":1,"vni":2,"src_vni":6,"viaIfIndex":3,"nhid":7,"linkNetNsId":4294967295,"flags":["self"],"master":"*","state":""}',
  },
])('prints $name', ({ dumped, printed }) => {
  expect(JSON.stringify(fdbAsIproute2([dumped], names)[0])).toBe(printed)
})

test.each<{ flags: number; printed: Iproute2FdbEntry['flags'] }>([
  { flags: 0x00, printed: [] },
  { flags: 0x01, printed: [] },
  { flags: 0x20, printed: ['offload'] },
  { flags: 0xff, printed: ['self', 'router', 'extern_learn', 'offload', 'master', 'sticky'] },
])('flags $flags are $printed', ({ flags, printed }) => {
  expect(fdbAsIproute2([entry({}, { flags })], names)[0]?.flags).toEqual(printed)
})

test.each([
  [0x80, 'permanent'],
  [0xc0, 'permanent'],
  [0x40, 'static'],
  [0x04, 'stale'],
  [0x02, ''],
  [0x03, ''],
  [0x00, '0'],
  [0x20, '0x20'],
])('state %i is %j', (state, printed) => {
  expect(fdbAsIproute2([entry({}, { state })], names)[0]?.state).toBe(printed)
})

test('keeps the order and makes one object an entry', () => {
  const macs = ['02:00:00:00:00:02', '02:00:00:00:00:01', '02:00:00:00:00:02']
  expect(
    fdbAsIproute2(
      macs.map((lladdr) => entry({ lladdr })),
      names,
    ).map(({ mac }) => mac),
  ).toEqual(macs)
})
