/** Rules on bridges, their ports, and VLANs. */
import { overlay, type RuleCase } from './case.ts'

/** A bridge with VLANs, and an external vxlan whose options as its port are these. */
const port = (options: string): string =>
  overlay({ vxlan0: 'id: 1' }, { br0: `vlan_filtering: true, ports: {vxlan0: {${options}}}` })
const map = (entries: string): string =>
  overlay(
    { vxlan0: 'external: true' },
    { br0: `vlan_filtering: true, ports: {vxlan0: {vlan_tunnel: true, vlan_to_vni: [${entries}]}}` },
  )
const bridge = (body: string): string => overlay({}, { br0: body })

export const portCases: readonly RuleCase[] = [
  {
    code: 'forward-delay-of-stp',
    name: 'a forward delay that STP does not take',
    wrong: bridge('stp: true, forward_delay: ‸0'),
    right: bridge('forward_delay: 0'),
  },
  {
    code: 'stp-times',
    name: 'a forward delay too short for the message age',
    wrong: bridge('stp: true, forward_delay: ‸10'),
    right: bridge('stp: true, forward_delay: 11'),
  },
  {
    code: 'stp-times',
    name: 'a message age too long for the forward delay',
    wrong: bridge('stp: true, max_age: ‸29'),
    right: bridge('stp: true, max_age: 28'),
  },
  {
    code: 'stp-times',
    name: 'a hello time too long for the message age',
    wrong: bridge('stp: true, hello_time: ‸10'),
    right: bridge('stp: true, hello_time: 9'),
  },
  {
    code: 'no-effect',
    name: 'a querier without snooping',
    wrong: bridge('mcast_snooping: false, ‸mcast_querier: true'),
    right: bridge('mcast_querier: true'),
  },
  {
    code: 'out-of-range',
    name: 'a group that the kernel never forwards',
    wrong: bridge('group_fwd_mask: ‸1'),
    right: bridge('group_fwd_mask: 8'),
  },
  {
    code: 'port-twice',
    name: 'a port twice in a list',
    wrong: bridge('ports: [eth2, eth3, ‸eth2]'),
    right: bridge('ports: [eth2, eth3]'),
  },
  {
    code: 'port-twice',
    name: 'a port of two bridges',
    wrong: overlay({}, { br0: 'ports: [eth2]', br1: 'ports: {eth3: , ‸eth2: {}}' }),
    right: overlay({}, { br0: 'ports: [eth2]', br1: 'ports: {eth3: }' }),
  },
  {
    code: 'address-on-port',
    name: 'an address on a port of a bridge',
    wrong: overlay({ vxlan0: 'id: 1, ‸addresses: [10.0.1.1/24]' }, { br0: 'ports: [vxlan0]' }),
    right: overlay({ vxlan0: 'id: 1' }, { br0: 'ports: [vxlan0], addresses: [10.0.1.1/24]' }),
  },
  {
    code: 'address-on-port',
    name: 'an address on a link whose master is a declared bridge',
    wrong: overlay({ vxlan0: 'id: 1, master: br0, ‸addresses: [10.0.1.1/24]' }, { br0: '' }),
    // It may be a VRF.
    right: overlay({ vxlan0: 'id: 1, master: red, addresses: [10.0.1.1/24]' }),
  },
  {
    code: 'port-options-twice',
    name: 'options of a port in two places',
    wrong: overlay({ vxlan0: 'id: 1, port: {learning: false}' }, { br0: 'ports: {‸vxlan0: {isolated: true}}' }),
    right: overlay({ vxlan0: 'id: 1, port: {learning: false}' }, { br0: 'ports: [vxlan0]' }),
  },
  {
    code: 'port-without-bridge',
    name: 'options of a port of no bridge',
    wrong: overlay({ vxlan0: 'id: 1, ‸port: {learning: false}' }, { br0: 'ports: [eth2]' }),
    right: overlay({ vxlan0: 'id: 1, master: br9, port: {learning: false}' }),
  },
  {
    code: 'bridge-in-bridge',
    name: 'a bridge that is its own port',
    wrong: bridge('ports: {‸br0: {}}'),
    right: bridge('ports: {br1: {}}'),
  },
  {
    code: 'bridge-in-bridge',
    name: 'a bridge that is a port of another',
    wrong: overlay({}, { br0: '', br1: 'ports: [veth0, ‸br0]' }),
    right: overlay({}, { br0: '', br1: 'ports: {veth0: {}}' }),
  },
  {
    code: 'bridge-in-bridge',
    name: 'a bridge whose master is another',
    wrong: overlay({}, { br0: '', br1: 'master: ‸br0' }),
    right: overlay({}, { br0: '', br1: 'master: vrf0' }),
  },
  {
    code: 'bad-master',
    name: 'a link that is its own master',
    wrong: overlay({ vxlan0: 'id: 1, master: ‸vxlan0' }),
    right: overlay({ vxlan0: 'id: 1, master: br0' }),
  },
  {
    code: 'bad-master',
    name: 'a master that is a vxlan',
    wrong: overlay({ vxlan0: 'id: 1' }, { br0: 'master: ‸vxlan0' }),
    right: overlay({ vxlan0: 'id: 1' }, { br0: 'master: vrf0' }),
  },
  {
    code: 'master-clash',
    name: 'a master that is not the bridge which names the link',
    wrong: overlay({ vxlan0: 'id: 1, master: ‸br1' }, { br0: 'ports: [vxlan0]', br1: '' }),
    right: overlay({ vxlan0: 'id: 1, master: br0' }, { br0: 'ports: [vxlan0]', br1: '' }),
  },
  {
    code: 'gpe-conflict',
    name: 'a gpe link as a port',
    wrong: overlay({ vxlan0: 'external: true, learning: false, gpe: true' }, { br0: 'ports: {‸vxlan0: {}}' }),
    right: overlay({ vxlan0: 'id: 1' }, { br0: 'ports: {vxlan0: {}}' }),
  },
  {
    code: 'gpe-conflict',
    name: 'a gpe link whose master is a bridge',
    wrong: overlay({ vxlan0: 'external: true, learning: false, gpe: true, master: ‸br0' }, { br0: '' }),
    right: overlay({ vxlan0: 'external: true, learning: false, gpe: true, master: vrf0' }, { br0: '' }),
  },
  {
    code: 'vlan-twice',
    name: 'a VLAN twice',
    wrong: port('vlans: [10, 20-30, ‸{vid: 25, untagged: true}]'),
    right: port('vlans: [10, 20-30, {vid: 31, untagged: true}]'),
  },
  {
    code: 'vlan-twice',
    name: 'a VLAN of a bridge twice',
    wrong: bridge('vlan_filtering: true, vlans: [1, ‸1]'),
    right: bridge('vlan_filtering: true, vlans: [1, 2]'),
  },
  {
    code: 'pvid-range',
    name: 'untagged frames of a range',
    wrong: port('vlans: [{vid: 10-11, ‸pvid: true}]'),
    right: port('vlans: [{vid: 10-10, pvid: true}]'),
  },
  {
    code: 'pvid-twice',
    name: 'untagged frames of two VLANs',
    wrong: port('vlans: [{vid: 10, pvid: true}, {vid: 11, ‸pvid: true}]'),
    right: port('vlans: [{vid: 10, pvid: true}, {vid: 11, pvid: false}]'),
  },
  {
    code: 'vlan-mapped-twice',
    name: 'a VLAN mapped twice',
    wrong: map('{vid: 10, vni: 10010}, {vid: ‸10, vni: 10011}'),
    right: map('{vid: 10, vni: 10010}, {vid: 11, vni: 10011}'),
  },
  {
    code: 'vni-mapped-twice',
    name: 'a VNI mapped twice',
    wrong: map('{vid: 10-19, vni: 10010-10019}, {vid: 20, vni: ‸10015}'),
    right: map('{vid: 10-19, vni: 10010-10019}, {vid: 20, vni: 10020}'),
  },
  {
    code: 'map-lengths-differ',
    name: 'more VNIs than VLANs',
    wrong: map('{vid: 100, vni: ‸100-102}'),
    right: map('{vid: 100-102, vni: 100-102}'),
  },
  {
    code: 'map-lengths-differ',
    name: 'ranges of different length',
    wrong: map('{vid: 100-102, vni: ‸100-105}'),
    right: map('{vid: 100-102, vni: 200-202}'),
  },
  {
    code: 'map-without-tunnel',
    name: 'a map without vlan_tunnel',
    wrong: overlay(
      { vxlan0: 'external: true' },
      { br0: 'vlan_filtering: true, ports: {vxlan0: {‸vlan_to_vni: [{vid: 10, vni: 10010}]}}' },
    ),
    right: map('{vid: 10, vni: 10010}'),
  },
  {
    code: 'map-without-external',
    name: 'a map of a link that has one VNI',
    wrong: overlay(
      { vxlan0: 'id: 1, master: br0, port: {vlan_tunnel: true, ‸vlan_to_vni: [{vid: 10, vni: 10010}]}' },
      { br0: 'vlan_filtering: true' },
    ),
    right: overlay(
      { vxlan0: 'external: true, master: br0, port: {vlan_tunnel: true, vlan_to_vni: [{vid: 10, vni: 10010}]}' },
      { br0: 'vlan_filtering: true' },
    ),
  },
  {
    code: 'vlan-filtering-off',
    name: 'VLANs of a port of a bridge that keeps none apart',
    wrong: overlay({ vxlan0: 'id: 1' }, { br0: 'ports: {vxlan0: {‸vlans: [10]}}' }),
    right: overlay({ vxlan0: 'id: 1' }, { br0: 'vlan_filtering: true, ports: {vxlan0: {vlans: [10]}}' }),
  },
  {
    code: 'vlan-filtering-off',
    name: 'a map on a port of such a bridge, stated with the link',
    wrong: overlay(
      { vxlan0: 'external: true, port: {vlan_tunnel: true, ‸vlan_to_vni: [{vid: 10, vni: 10010}]}' },
      { br0: 'vlan_filtering: false, ports: [vxlan0]' },
    ),
    right: overlay({
      vxlan0: 'external: true, master: br9, port: {vlan_tunnel: true, vlan_to_vni: [{vid: 10, vni: 10010}]}',
    }),
  },
  {
    code: 'vlan-filtering-off',
    name: 'VLANs of a bridge that keeps none apart',
    wrong: bridge('‸vlans: [10]'),
    right: bridge('vlans: []'),
  },
]
