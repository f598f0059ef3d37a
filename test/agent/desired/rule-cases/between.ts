/** Rules between links that came with the keys beyond the first story; the others are in issues.test.ts. */
import { overlay, type RuleCase } from './case.ts'

const filtering = 'external: true, vnifilter: true'
const receiveFlag = (flag: string): RuleCase => ({
  code: 'port-flags-clash',
  name: `${flag} on one of two links`,
  wrong: overlay({ a: 'id: 1', b: `id: 2, remcsumrx: false, ${flag}: ‸true` }),
  right: overlay({ a: `id: 1, ${flag}: true`, b: `id: 2, remcsumrx: false, ${flag}: true` }),
})

export const betweenCases: readonly RuleCase[] = [
  {
    code: 'name-twice',
    name: 'a vxlan and a bridge of one name',
    wrong: 'vxlans:\n  a: {id: 1, dstport: 1}\nbridges:\n  ‸a: {}\n',
    right: 'vxlans:\n  a: {id: 1, dstport: 1}\nbridges:\n  b: {}\n',
  },
  {
    code: 'altname-clash',
    name: 'an alternative name twice on a link',
    wrong: overlay({ a: 'id: 1, altnames: [x, ‸x]' }),
    right: overlay({ a: 'id: 1, altnames: [x, y]' }),
  },
  {
    code: 'altname-clash',
    name: 'an alternative name that is the name of the link',
    wrong: overlay({ a: 'id: 1, altnames: [‸a]' }),
    right: overlay({ a: 'id: 1, altnames: [b]' }),
  },
  {
    code: 'altname-clash',
    name: 'an alternative name that is the name of another',
    wrong: overlay({ a: 'id: 1, altnames: [‸br0]' }, { br0: '' }),
    right: overlay({ a: 'id: 1, altnames: [br1]' }, { br0: '' }),
  },
  {
    code: 'altname-clash',
    name: 'one alternative name of two links',
    wrong: overlay({ a: 'id: 1, altnames: [x]' }, { br0: 'altnames: [y, ‸x]' }),
    right: overlay({ a: 'id: 1, altnames: [x]' }, { br0: 'altnames: [y, z]' }),
  },
  receiveFlag('gbp'),
  {
    code: 'port-flags-clash',
    name: 'a link with an id beside an external one',
    wrong: overlay({ a: 'id: 1', b: 'external: ‸true' }),
    right: overlay({ a: 'id: 1', b: 'external: true, up: false' }),
  },
  {
    code: 'port-flags-clash',
    name: 'an external link beside one over the other family',
    wrong: overlay({ a: 'id: 1, local: "2001:db8::1"', b: 'external: ‸true' }),
    right: 'vxlans:\n  a: {id: 1, dstport: 1, local: "2001:db8::1"}\n  b: {external: true, dstport: 2}\n',
  },
  {
    code: 'port-flags-clash',
    name: 'an id that is a VNI of a filter, with both links up',
    wrong: overlay({ a: 'id: 100', b: `external: ‸true, vnifilter: true, vnis: [100]` }),
    right: overlay({ a: 'id: 100', b: `${filtering}, vnis: [100], up: false` }),
  },
  {
    code: 'port-flags-clash',
    name: 'one id on links that receive otherwise, with both up',
    wrong: overlay({ a: 'id: 100', b: 'id: 100, gbp: ‸true' }),
    right: overlay({ a: 'id: 100, up: false', b: 'id: 100, gbp: true' }),
  },
  {
    code: 'port-flags-clash',
    name: 'external links that receive otherwise, with both up',
    wrong: overlay({ a: 'external: true', b: 'external: true, gbp: ‸true' }),
    right: overlay({ a: 'external: true, up: false', b: 'external: true, gbp: true' }),
  },
  {
    code: 'port-flags-clash',
    name: 'a VNI filter on one of two external links',
    wrong: overlay({ a: `${filtering}, vnis: [5]`, b: 'vnifilter: ‸false, external: true' }),
    right: overlay({ a: `${filtering}, vnis: [5]`, b: `${filtering}, vnis: [6]` }),
  },
  {
    code: 'port-flags-clash',
    name: 'links on different devices that receive otherwise',
    wrong: overlay({ a: 'id: 1, local: "fe80::1", dev: e', b: 'id: 1, local: "fe80::1", dev: f, gbp: ‸true' }),
    right: overlay({ a: 'id: 1, local: "fe80::1", dev: e', b: 'id: 1, local: "fe80::1", dev: f' }),
  },
  {
    code: 'id-clash',
    name: 'one id on a link that is bound to a device and on one that is not',
    wrong: overlay({ a: 'id: 1, local: "fe80::1", dev: e', b: 'id: ‸1, local: "2001:db8::1"' }),
    right: overlay({ a: 'id: 1, local: "fe80::1", dev: e', b: 'id: 2, local: "2001:db8::1"' }),
  },
  {
    code: 'id-clash',
    name: 'one VNI of two filters',
    wrong: overlay({ a: `${filtering}, vnis: [100-200]`, b: `${filtering}, vnis: [5, ‸150]` }),
    right: overlay({ a: `${filtering}, vnis: [100-200]`, b: `${filtering}, vnis: [5, 201]` }),
  },
  {
    code: 'id-clash',
    name: 'a range of VNIs around one of another filter',
    wrong: overlay({ a: `${filtering}, vnis: [150]`, b: `${filtering}, vnis: [5, ‸100-200]` }),
    right: overlay({ a: `${filtering}, vnis: [150]`, b: `${filtering}, vnis: [5, 100-149]` }),
  },
  {
    code: 'external-clash',
    name: 'two external links on one port',
    wrong: overlay({ a: 'external: true', b: '‸external: true' }),
    right: 'vxlans:\n  a: {external: true, dstport: 1}\n  b: {external: true, dstport: 2}\n',
  },
  {
    code: 'external-clash',
    name: 'two external links on the ports that the kernel gives them',
    wrong:
      'vxlans:\n  a: {external: true, dstport: 4790}\n  b: {external: true, gpe: false, dstport: 1}\n  c: {‸external: true, dstport: 4790}\n',
    right: 'vxlans:\n  a: {external: true, dstport: 8472}\n  b: {external: true, gpe: true, learning: false}\n',
  },
  {
    code: 'port-flags-clash',
    name: 'gpe on its own port, which is unstated',
    wrong:
      'vxlans:\n  a: {external: true, vnifilter: true, vnis: [5], dstport: 4790}\n  b: {external: true, gpe: ‸true, learning: false, vnifilter: true}\n',
    right: 'vxlans:\n  a: {external: true, dstport: 8472}\n  b: {external: true, gpe: true, learning: false}\n',
  },
  {
    code: 'id-clash',
    name: 'a VNI of a map that is one of another filter',
    wrong: overlay(
      { a: 'external: true, vnifilter: true, vnis: [10-20]', b: 'external: true, vnifilter: true, vnis: [30]' },
      { br0: `vlan_filtering: true, ports: {b: {vlan_tunnel: true, vlan_to_vni: [{vid: 1, vni: ‸15}]}}` },
    ),
    right: overlay(
      { a: 'external: true, vnifilter: true, vnis: [10-20]', b: 'external: true, vnifilter: true, vnis: [30]' },
      { br0: `vlan_filtering: true, ports: {b: {vlan_tunnel: true, vlan_to_vni: [{vid: 1, vni: 30}]}}` },
    ),
  },
  {
    code: 'mac-twice',
    name: 'one Ethernet address on two vxlans',
    wrong: overlay({ a: 'id: 1, mac: 02:00:00:00:00:01', b: 'id: 2, mac: ‸02:00:00:00:00:01' }),
    right: overlay({ a: 'id: 1, mac: 02:00:00:00:00:01', b: 'id: 2' }, { br0: 'mac: 02:00:00:00:00:01' }),
  },
  {
    code: 'mac-twice',
    name: 'one Ethernet address on two ports',
    wrong: overlay({
      a: 'id: 1, mac: 02:00:00:00:00:01, master: br0',
      b: 'id: 2, mac: ‸02:00:00:00:00:01, master: br0',
    }),
    // One gateway in two segments.
    right: overlay({ a: 'id: 1' }, { br0: 'mac: 02:00:00:00:00:01, ports: [a]', br1: 'mac: 02:00:00:00:00:01' }),
  },
  {
    code: 'address-twice',
    name: 'one address on a vxlan and a bridge',
    wrong: overlay({ a: 'id: 1, addresses: [10.0.1.1/24]' }, { br0: 'addresses: [‸{address: 10.0.1.1/24}]' }),
    right: overlay({ a: 'id: 1, addresses: [10.0.1.1/24]' }, { br0: 'addresses: [{address: 10.0.2.1/24}]' }),
  },
  {
    code: 'address-twice',
    name: 'one address on two bridges of a VRF',
    wrong: overlay({}, { br0: 'master: red, addresses: [10.0.1.1/24]', br1: 'master: red, addresses: [‸10.0.1.1/24]' }),
    right: overlay({}, { br0: 'master: red, addresses: [10.0.1.1/24]', br1: 'master: blue, addresses: [10.0.1.1/24]' }),
  },
  {
    code: 'dev-cycle',
    name: 'a vxlan over the bridge that it is a port of',
    wrong: overlay({ a: 'id: 1, dev: ‸br0' }, { br0: 'ports: [a]' }),
    right: overlay({ a: 'id: 1, dev: br0' }, { br0: 'ports: [eth2]' }),
  },
  {
    code: 'dev-cycle',
    name: 'a vxlan over the bridge that it is a port of, by its master',
    wrong: overlay({ b: 'id: 1, dev: ‸br0', a: 'id: 2, dev: b, master: br0' }, { br0: '' }),
    right: overlay({ b: 'id: 1, dev: br0', a: 'id: 2, dev: b, master: br1' }, { br0: '', br1: '' }),
  },
]
