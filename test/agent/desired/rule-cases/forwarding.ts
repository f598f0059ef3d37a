/** Rules on `remotes` and `fdb`. */
import { type RuleCase, vxlan } from './case.ts'

const [mac, group] = ['02:00:00:00:00:fe', '01:00:5e:00:00:01']
const zeros = '"00:00:00:00:00:00"'

export const forwardingCases: readonly RuleCase[] = [
  {
    code: 'no-destination',
    name: 'an entry that leads nowhere',
    wrong: vxlan(`id: 1, remote: 10.0.2.9, fdb: [‸{mac: ${mac}, vni: 5}]`),
    right: vxlan(`id: 1, remote: 10.0.2.9, fdb: [{mac: ${mac}, vni: 5, dst: 10.0.2.9}]`),
  },
  ...['dst: 10.0.2.9', 'vni: 5', 'port: 5', 'via: eth1'].map(
    (other): RuleCase => ({
      code: 'nhid-and-destination',
      name: `a nexthop beside ${other}`,
      wrong: vxlan(`id: 1, fdb: [{mac: ${mac}, nhid: 1, ‸${other}}]`),
      right: vxlan(`id: 1, fdb: [{mac: ${mac}, nhid: 1}]`),
    }),
  ),
  {
    code: 'nhid-and-destination',
    name: 'a nexthop for frames that the group gets, too',
    wrong: vxlan("id: 1, group: 239.1.1.1, dev: eth1, fdb: [‸{mac: '00:00:00:00:00:00', nhid: 1}]"),
    right: vxlan("id: 1, fdb: [{mac: '00:00:00:00:00:00', nhid: 1}]"),
  },
  {
    code: 'nhid-and-destination',
    name: 'a nexthop beside remotes',
    wrong: vxlan("id: 1, remotes: [10.0.2.2], fdb: [‸{mac: '00:00:00:00:00:00', nhid: 1}]"),
    right: vxlan("id: 1, remotes: [10.0.2.2], fdb: [{mac: '01:00:5e:00:00:01', nhid: 1}]"),
  },
  {
    code: 'nhid-and-destination',
    name: 'a destination after a nexthop of one group address',
    wrong: vxlan("id: 1, fdb: [{mac: '01:00:5e:00:00:01', nhid: 1}, ‸{mac: '01:00:5e:00:00:01', dst: 10.0.2.2}]"),
    right: vxlan("id: 1, fdb: [{mac: '01:00:5e:00:00:01', nhid: 1}, {mac: '01:00:5e:00:00:02', dst: 10.0.2.2}]"),
  },
  {
    code: 'own-dev',
    name: 'an entry that leads over the link itself',
    wrong: vxlan(`id: 1, fdb: [{mac: ${mac}, dst: 10.0.2.9, via: ‸vxlan0}]`),
    right: vxlan(`id: 1, fdb: [{mac: ${mac}, dst: 10.0.2.9, via: eth1}]`),
  },
  {
    code: 'mixed-families',
    name: 'an entry to the other family',
    wrong: vxlan(`id: 1, fdb: [{mac: ${mac}, dst: ‸"2001:db8::9"}]`),
    right: vxlan(`id: 1, local: "2001:db8::1", fdb: [{mac: ${mac}, dst: "2001:db8::9"}]`),
  },
  {
    code: 'mixed-families',
    name: 'a remote of the other family',
    wrong: vxlan('id: 1, local: "2001:db8::1", remotes: ["2001:db8::9", ‸10.0.2.9]'),
    right: vxlan('id: 1, remotes: [10.0.2.9]'),
  },
  {
    code: 'link-local-without-via',
    name: 'a link-local remote without via',
    wrong: vxlan('id: 1, local: "fe80::1", dev: eth1, remotes: [‸"fe80::9"]'),
    right: vxlan('id: 1, local: "fe80::1", dev: eth1, remotes: [{dst: "fe80::9", via: eth1}]'),
  },
  {
    code: 'link-local-without-via',
    name: 'a link-local group without via',
    wrong: vxlan('id: 1, local: "2001:db8::1", remotes: [{dst: ‸"ff02::9", vni: 5}]'),
    right: vxlan('id: 1, local: "2001:db8::1", remotes: [{dst: "ff02::9", vni: 5, via: eth1}]'),
  },
  {
    code: 'multicast-without-via',
    name: 'a group without via',
    wrong: vxlan(`id: 1, dev: eth1, fdb: [{mac: ${mac}, dst: ‸239.1.1.1}]`),
    right: vxlan(`id: 1, fdb: [{mac: ${mac}, dst: 239.1.1.1, via: eth1}]`),
  },
  {
    code: 'src-vni-without-external',
    name: 'a source VNI on a link that has one VNI',
    wrong: vxlan(`id: 1, fdb: [{mac: ${mac}, dst: 10.0.2.9, ‸src_vni: 5}]`),
    right: vxlan(`external: true, fdb: [{mac: ${mac}, dst: 10.0.2.9, src_vni: 5}]`),
  },
  {
    code: 'no-effect',
    name: 'an entry of an external link for no VNI',
    wrong: vxlan('external: true, remotes: [‸10.0.2.9]'),
    right: vxlan('external: true, remotes: [{dst: 10.0.2.9, src_vni: 5}]'),
  },
  {
    code: 'fdb-twice',
    name: 'a MAC address behind two VTEPs',
    wrong: vxlan(`id: 1, fdb: [{mac: ${mac}, dst: 10.0.2.9}, {mac: ‸02-00-00-00-00-FE, dst: 10.0.2.8}]`),
    right: vxlan(
      `external: true, fdb: [{mac: ${mac}, dst: 10.0.2.9, src_vni: 5}, {mac: ${mac}, dst: 10.0.2.9, src_vni: 6}]`,
    ),
  },
  {
    code: 'remote-twice',
    name: 'a remote twice',
    wrong: vxlan('id: 1, remotes: [10.0.2.9, ‸10.0.2.9]'),
    right: vxlan('id: 1, remotes: [10.0.2.9, 10.0.2.8]'),
  },
  {
    code: 'remote-twice',
    name: 'a remote twice, once with what is so anyway',
    wrong: vxlan('id: 1, remotes: [10.0.2.9, ‸{dst: 10.0.2.9, port: 4789, vni: 1}]'),
    right: vxlan('id: 1, remotes: [10.0.2.9, {dst: 10.0.2.9, port: 4789, vni: 2}]'),
  },
  {
    code: 'remote-twice',
    name: 'the remote of the link with another lifetime',
    wrong: vxlan(`id: 1, remote: 10.0.2.9, fdb: [‸{mac: ${zeros}, dst: 10.0.2.9, state: static}]`),
    right: vxlan(`id: 1, remote: 10.0.2.9, fdb: [{mac: ${zeros}, dst: 10.0.2.9, state: permanent}]`),
  },
  {
    code: 'remote-twice',
    name: 'a remote twice in fdb, once with what is so anyway',
    wrong: vxlan(`id: 1, fdb: [{mac: ${zeros}, dst: 10.0.2.9}, ‸{mac: ${zeros}, dst: 10.0.2.9, port: 4789}]`),
    right: vxlan(`id: 1, fdb: [{mac: ${zeros}, dst: 10.0.2.9}, {mac: ${zeros}, dst: 10.0.2.9, port: 8472}]`),
  },
  {
    code: 'fdb-twice',
    name: 'an entry twice',
    wrong: vxlan(`id: 1, fdb: [{mac: ${mac}, dst: 10.0.2.9}, ‸{mac: ${mac}, dst: 10.0.2.9}]`),
    right: vxlan(`id: 1, fdb: [{mac: ${mac}, dst: 10.0.2.9}]`),
  },
  {
    code: 'remote-twice',
    name: 'a remote that stands in fdb, too',
    wrong: vxlan(`id: 1, remotes: [10.0.2.9], fdb: [‸{mac: ${zeros}, dst: 10.0.2.9}]`),
    right: vxlan(`id: 1, remotes: [10.0.2.9], fdb: [{mac: ${zeros}, dst: 10.0.2.8}]`),
  },
  {
    code: 'remote-twice',
    name: 'a group address that is sent to one VTEP twice',
    wrong: vxlan(`id: 1, fdb: [{mac: ${group}, dst: 10.0.2.9}, ‸{mac: ${group}, dst: 10.0.2.9}]`),
    right: vxlan(`id: 1, fdb: [{mac: ${group}, dst: 10.0.2.9}, {mac: ${group}, dst: 10.0.2.8}]`),
  },
  {
    code: 'fdb-state-clash',
    name: 'remotes that are not alike',
    wrong: vxlan(`id: 1, remotes: [10.0.2.9], fdb: [‸{mac: ${zeros}, dst: 10.0.2.8, state: static}]`),
    right: vxlan(`id: 1, remotes: [10.0.2.9], fdb: [{mac: ${zeros}, dst: 10.0.2.8, state: permanent}]`),
  },
  {
    code: 'maxaddr-exceeded',
    name: 'more entries than the link may have',
    wrong: vxlan(`id: 1, maxaddr: ‸1, remote: 10.0.2.9, fdb: [{mac: ${mac}, dst: 10.0.2.9}]`),
    right: vxlan(`id: 1, maxaddr: 2, remote: 10.0.2.9, remotes: [10.0.2.8], fdb: [{mac: ${mac}, dst: 10.0.2.9}]`),
  },
  {
    code: 'exclusive-but-learning',
    name: 'an exclusive table that the kernel learns into',
    wrong: vxlan('id: 1, ‸fdb_exclusive: true'),
    right: vxlan('id: 1, fdb_exclusive: true, learning: false, remotes: [10.0.2.9]'),
  },
]
