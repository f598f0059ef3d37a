/** Rules on external links, gpe, and VNI filters. */
import { type RuleCase, vxlan } from './case.ts'

const filtering = 'external: true, vnifilter: true'
const filter = `${filtering}, vnis: [10010]`

export const metadataCases: readonly RuleCase[] = [
  {
    code: 'missing-key',
    name: 'no id',
    wrong: 'vxlans:\n  ‸vxlan0: {dstport: 4789}\n',
    right: vxlan('external: true'),
  },
  {
    code: 'missing-key',
    name: 'no id on a link that says it is not external',
    wrong: 'vxlans:\n  ‸vxlan0: {dstport: 4789, external: false}\n',
    right: vxlan('id: 0, external: false'),
  },
  {
    code: 'id-and-external',
    name: 'an id on an external link',
    wrong: vxlan('‸id: 1, external: true'),
    right: vxlan('external: true, group: 239.1.1.1, dev: eth1'),
  },
  {
    code: 'no-effect',
    name: 'a remote of an external link',
    wrong: vxlan('external: true, ‸remote: 10.0.2.9'),
    right: vxlan(`${filtering}, vnis: [5], remote: 10.0.2.9`),
  },
  {
    code: 'gpe-conflict',
    name: 'gpe without external',
    wrong: vxlan('id: 1, learning: false, ‸gpe: true'),
    right: 'vxlans:\n  vxlan0: {external: true, learning: false, gpe: true}\n',
  },
  {
    code: 'gpe-conflict',
    name: 'gpe with learning, which is on by default',
    wrong: vxlan('external: true, ‸gpe: true'),
    right: vxlan('external: true, learning: false, gpe: true'),
  },
  ...['gbp', 'proxy', 'rsc', 'l2miss', 'l3miss', 'remcsumtx', 'remcsumrx'].map(
    (key): RuleCase => ({
      code: 'gpe-conflict',
      name: `gpe with ${key}`,
      wrong: vxlan(`external: true, learning: false, gpe: true, ‸${key}: true`),
      right: vxlan(`external: true, learning: false, gpe: true, ${key}: false`),
    }),
  ),
  {
    code: 'gpe-conflict',
    name: 'gpe with learning stated',
    wrong: vxlan('external: true, ‸learning: true, gpe: true'),
    right: vxlan('external: true, learning: true, gpe: false'),
  },
  {
    code: 'gpe-conflict',
    name: 'gpe with an inherited ttl',
    wrong: vxlan('external: true, learning: false, gpe: true, ‸ttl: inherit'),
    right: vxlan('external: true, learning: false, gpe: true, ttl: 16'),
  },
  {
    code: 'gpe-conflict',
    name: 'gpe with an Ethernet address',
    wrong: vxlan('external: true, learning: false, gpe: true, ‸mac: 02:00:00:00:00:01'),
    right: vxlan('external: true, learning: false, mac: 02:00:00:00:00:01'),
  },
  {
    code: 'gpe-conflict',
    name: 'gpe with forwarding entries',
    wrong: vxlan('external: true, learning: false, gpe: true, ‸remotes: [{dst: 10.0.2.9, src_vni: 5}]'),
    right: vxlan('external: true, learning: false, remotes: [{dst: 10.0.2.9, src_vni: 5}]'),
  },
  {
    code: 'vnifilter-without-external',
    name: 'a VNI filter on a link with an id',
    wrong: vxlan('id: 1, ‸vnifilter: true'),
    right: vxlan(filter),
  },
  {
    code: 'vnis-without-vnifilter',
    name: 'VNIs without a filter',
    wrong: vxlan('external: true, ‸vnis: [5]'),
    right: vxlan(`${filtering}, vnis: [5]`),
  },
  {
    code: 'vni-twice',
    name: 'a VNI twice',
    wrong: vxlan(`${filtering}, vnis: [5, ‸5]`),
    right: vxlan(`${filtering}, vnis: [5, 6]`),
  },
  {
    code: 'vni-twice',
    name: 'a VNI within a range, whatever the order',
    wrong: vxlan(`${filtering}, vnis: [100-200, 5, ‸{vni: 150-250, remote: 10.0.2.9}]`),
    right: vxlan(`${filtering}, vnis: [100-200, 5, {vni: 201-250, remote: 10.0.2.9}]`),
  },
  {
    code: 'vni-twice',
    name: 'a VNI around which a range is stated later',
    wrong: vxlan(`${filtering}, vnis: [150, ‸100-200]`),
    right: vxlan(`${filtering}, vnis: [150, 151-200, 100-149]`),
  },
  {
    code: 'group-without-dev',
    name: 'a group of a VNI without dev',
    wrong: vxlan(`${filtering}, vnis: [{vni: 5, group: ‸239.1.1.1}]`),
    right: vxlan(`${filtering}, dev: eth1, vnis: [{vni: 5, group: 239.1.1.1}]`),
  },
  {
    code: 'group-and-remote',
    name: 'group and remote of one VNI',
    wrong: vxlan(`${filtering}, dev: eth1, vnis: [{vni: 5, group: 239.1.1.1, ‸remote: 10.0.2.9}]`),
    right: vxlan(`${filtering}, dev: eth1, vnis: [{vni: 5, group: 239.1.1.1}, {vni: 6, remote: 10.0.2.9}]`),
  },
  {
    code: 'mixed-families',
    name: 'a remote of a VNI of the other family',
    wrong: vxlan(`${filtering}, vnis: [4, {vni: 5, remote: ‸"2001:db8::9"}]`),
    right: vxlan(`${filtering}, local: "2001:db8::1", vnis: [4, {vni: 5, remote: "2001:db8::9"}]`),
  },
]
