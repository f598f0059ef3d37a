/** Rules on keys with which the kernel drops frames unless something else is stated. */
import { overlay, type RuleCase, vxlan } from './case.ts'

const neighbour = (number: number): string => `{ip: 10.0.9.${number}, mac: 02:00:00:00:00:0${number}}`

export const blackHoleCases: readonly RuleCase[] = [
  {
    code: 'drops-frames',
    name: 'proxy without neighbours',
    wrong: vxlan('id: 1, ‸proxy: true'),
    right: vxlan('id: 1, proxy: false'),
  },
  {
    code: 'drops-frames',
    name: 'proxy with an empty list of neighbours',
    wrong: vxlan('id: 1, ‸proxy: true, neighbours: []'),
    right: vxlan(`id: 1, proxy: true, neighbours: [${neighbour(1)}]`),
  },
  {
    code: 'drops-frames',
    name: 'proxy with fewer neighbours than VTEPs',
    wrong: vxlan(`id: 1, remotes: [10.0.2.7, 10.0.2.8], ‸proxy: true, neighbours: [${neighbour(1)}]`),
    right: vxlan(`id: 1, remotes: [10.0.2.7, 10.0.2.8], proxy: true, neighbours: [${neighbour(1)}, ${neighbour(2)}]`),
  },
  {
    code: 'drops-frames',
    name: 'proxy without neighbours and without a program that adds them on a miss',
    wrong: vxlan('id: 1, ‸proxy: true'),
    right: vxlan('id: 1, proxy: true, l3miss: true'),
  },
  {
    code: 'no-effect',
    name: 'l3miss without proxy and rsc',
    wrong: vxlan('id: 1, ‸l3miss: true'),
    right: vxlan('id: 1, l3miss: true, rsc: true'),
  },
  ...['group: 239.1.1.1, dev: eth1', 'remote: 10.0.2.9', 'remotes: [10.0.2.9]'].map(
    (floods): RuleCase => ({
      code: 'no-effect',
      name: `l2miss with ${floods}`,
      wrong: vxlan(`id: 1, ${floods}, ‸l2miss: true`),
      right: vxlan('id: 1, learning: false, l2miss: true'),
    }),
  ),
  {
    code: 'drops-frames',
    name: 'a link that learns nothing and has nowhere to send to',
    wrong: vxlan('id: 1, ‸learning: false, remotes: [], fdb: []'),
    right: vxlan('id: 1, learning: false, fdb: [{mac: 02:00:00:00:00:01, dst: 10.0.2.9}]'),
  },
  {
    code: 'no-effect',
    name: 'l2miss on a link whose floods go somewhere, not on one that sends to nobody or looks by VNI',
    wrong: vxlan('id: 1, remotes: [10.0.2.9], ‸l2miss: true'),
    right: `${vxlan('id: 1, learning: false, l2miss: true, remotes: []')}  vxlan1: {external: true, dstport: 4790, l2miss: true, remotes: [{dst: 10.0.2.9, src_vni: 10}]}\n`,
  },
  {
    code: 'drops-frames',
    name: 'a link that learns nothing, but for one whose port has a control plane',
    wrong: overlay({ vxlan0: 'id: 1, ‸learning: false' }, { br0: 'ports: {vxlan0: {learning: false}}' }),
    right: overlay({ vxlan0: 'id: 1, learning: false' }, { br0: 'ports: {vxlan0: {neigh_suppress: true}}' }),
  },
  {
    code: 'drops-frames',
    name: 'an external link in a bridge, by its master, without a map of VLANs',
    wrong: overlay({ vxlan0: '‸external: true, master: br0' }, { br0: '' }),
    right: overlay({ vxlan0: 'external: true, master: vrf0' }, { br0: '' }),
  },
  {
    code: 'drops-frames',
    name: 'an external link in a bridge, as its port, without a map of VLANs',
    wrong: overlay({ vxlan0: '‸external: true' }, { br0: 'vlan_filtering: true, ports: {vxlan0: {}}' }),
    right: overlay(
      { vxlan0: 'external: true' },
      { br0: 'vlan_filtering: true, ports: {vxlan0: {vlan_tunnel: true, vlan_to_vni: [{vid: 10, vni: 10010}]}}' },
    ),
  },
  {
    code: 'drops-frames',
    name: 'a VNI filter that lets nothing in',
    wrong: vxlan('external: true, ‸vnifilter: true, vnis: []'),
    right: vxlan('external: true, vnifilter: true, vnis: [10010]'),
  },
]
