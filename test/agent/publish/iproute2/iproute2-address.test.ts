import { expect, test } from 'vitest'
import { addressesAsIproute2, type Iproute2Address } from '../../../../src/agent/publish/iproute2/iproute2-address.ts'
import type { Address, Link } from '../../../../src/rtnetlink/index.ts'

const forEver = 0xffff_ffff
const cacheinfo = { preferred: forEver, valid: forEver, created: 1, updated: 2 }

const eth1: Link = {
  family: 0,
  type: 1,
  index: 3,
  flags: 0x1_1043,
  change: 0,
  attributes: { ifname: 'eth1', linkmode: 0, operstate: 6, afSpec: { inet6: { addrGenMode: 0 } } },
}

function address(attributes: Address['attributes'], header: Partial<Omit<Address, 'attributes'>> = {}): Address {
  return { family: 2, prefixlen: 24, flags: 0x80, scope: 0, index: 3, ...header, attributes }
}

function print(of: Address): Iproute2Address | undefined {
  return addressesAsIproute2([of], [eth1])[0]?.addr_info[0]
}

test('prints each link with its addresses, and none of the keys that only `ip link show` has', () => {
  const tun0: Link = { ...eth1, index: 4, attributes: { ifname: 'tun0' } }
  const printed = addressesAsIproute2(
    [
      address({ local: '10.0.2.1', address: '10.0.2.1' }, { index: 4 }),
      address({ local: '10.0.1.1', address: '10.0.1.1' }, { index: 4 }),
      address({ local: '10.0.3.1' }, { index: 99 }),
    ],
    [eth1, tun0],
  )
  expect(JSON.stringify(printed)).toBe(
    '[{"ifindex":3,"ifname":"eth1","flags":["BROADCAST","MULTICAST","UP","LOWER_UP"],"operstate":"UP","link_type":"ether","addr_info":[]},' +
      '{"ifindex":4,"ifname":"tun0","flags":["BROADCAST","MULTICAST","UP","LOWER_UP"],"link_type":"ether","addr_info":[' +
      '{"family":"inet","local":"10.0.2.1","prefixlen":24,"scope":"global"},' +
      '{"family":"inet","local":"10.0.1.1","prefixlen":24,"scope":"global"}]}]',
  )
})

/** The text is what `ip -d -j addr show` of iproute2 6.1 made of the same message. */
test.each<{ name: string; dumped: Address; printed: string }>([
  {
    name: 'an IPv4 address with a broadcast address and a label',
    dumped: address({
      address: '192.0.2.1',
      local: '192.0.2.1',
      broadcast: '192.0.2.255',
      label: 'eth1:foo',
      flags: 0x80,
      cacheinfo,
    }),
    printed:
      '{"family":"inet","local":"192.0.2.1","prefixlen":24,"broadcast":"192.0.2.255","scope":"global","label":"eth1:foo","valid_life_time":4294967295,"preferred_life_time":4294967295}',
  },
  {
    name: 'a secondary address with a lifetime and a metric',
    dumped: address(
      {
        address: '192.0.2.3',
        local: '192.0.2.3',
        label: 'eth1',
        flags: 0x201,
        rtPriority: 50,
        cacheinfo: { ...cacheinfo, preferred: 357, valid: 857 },
      },
      { flags: 0x01 },
    ),
    printed:
      '{"family":"inet","local":"192.0.2.3","prefixlen":24,"metric":50,"scope":"global","secondary":true,"dynamic":true,"noprefixroute":true,"label":"eth1","valid_life_time":857,"preferred_life_time":357}',
  },
  {
    name: "an IPv4 address with its peer's",
    dumped: address(
      { address: '10.9.9.2', local: '10.9.9.1', label: 'tun0', flags: 0x80, cacheinfo },
      { prefixlen: 32 },
    ),
    printed:
      '{"family":"inet","local":"10.9.9.1","address":"10.9.9.2","prefixlen":32,"scope":"global","label":"tun0","valid_life_time":4294967295,"preferred_life_time":4294967295}',
  },
  {
    name: 'an IPv6 address, which the kernel gives without IFA_LOCAL',
    dumped: address(
      { address: 'fe80::1', flags: 0x80, proto: 3, cacheinfo },
      { family: 10, prefixlen: 64, scope: 253 },
    ),
    printed:
      '{"family":"inet6","local":"fe80::1","prefixlen":64,"scope":"link","valid_life_time":4294967295,"preferred_life_time":4294967295}',
  },
  {
    name: "an IPv6 address with its peer's",
    dumped: address({ address: 'fd09::2', local: 'fd09::1', flags: 0x80, cacheinfo }, { family: 10, prefixlen: 128 }),
    printed:
      '{"family":"inet6","local":"fd09::1","address":"fd09::2","prefixlen":128,"scope":"global","valid_life_time":4294967295,"preferred_life_time":4294967295}',
  },
  {
    name: 'every flag',
    dumped: address({ address: 'fd00::1', flags: 0xffff_ffff }, { family: 10, prefixlen: 64 }),
    printed:
      '{"family":"inet6","local":"fd00::1","prefixlen":64,"scope":"global","temporary":true,"nodad":true,"optimistic":true,"dadfailed":true,"home":true,"deprecated":true,"tentative":true,"mngtmpaddr":true,"noprefixroute":true,"autojoin":true,"stable-privacy":true,"ifa_flags":"fffff000"}',
  },
  {
    name: "the struct's flags when there is no IFA_FLAGS",
    dumped: address({ local: '10.0.0.1' }, { flags: 0x01 }),
    printed: '{"family":"inet","local":"10.0.0.1","prefixlen":24,"scope":"global","secondary":true,"dynamic":true}',
  },
])('prints $name', ({ dumped, printed }) => {
  expect(JSON.stringify(print(dumped))).toBe(printed)
})

test.each([
  [0, 'global'],
  [200, 'site'],
  [253, 'link'],
  [254, 'host'],
  [255, 'nowhere'],
  [99, '99'],
])('scope %i is %s', (scope, printed) => {
  expect(print(address({ local: '10.0.0.1' }, { scope }))?.scope).toBe(printed)
})
