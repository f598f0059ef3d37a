/** Rules on the entries of bridges' forwarding tables. */
import { overlay, type RuleCase, vxlan } from './case.ts'

const mac = '02:00:00:00:00:fe'
const other = '02:00:00:00:00:fd'

/** A bridge with two ports of others and these entries. */
const entries = (list: string, keys = ''): string => overlay({}, { br0: `${keys}ports: [eth2, eth3], fdb: [${list}]` })
/** The same with VLANs; eth2 states its own, eth3 does not. */
const inVlans = (list: string): string =>
  overlay({}, { br0: `vlan_filtering: true, ports: {eth2: {vlans: [10-20]}, eth3: {}}, fdb: [${list}]` })
/** A vxlan that is a port of a declared bridge, with these entries. */
const ofVxlan = (list: string, bridge = 'ports: [vxlan0]'): string =>
  overlay({ vxlan0: `id: 1, fdb: [${list}]` }, { br0: bridge })
/** A bridge that answers for a host behind a vxlan from which it learns nothing. */
const suppressed = (list: string, port = 'learning: false, neigh_suppress: true'): string =>
  ofVxlan(list, `neighbours: [{ip: 10.0.1.9, mac: ${mac}}], ports: {vxlan0: {${port}}}`)

export const bridgeForwardingCases: readonly RuleCase[] = [
  {
    code: 'port-without-bridge',
    name: 'an entry that leads to no port',
    wrong: entries(`{mac: ${mac}, dev: ‸eth9}`),
    right: entries(`{mac: ${mac}, dev: br0}`),
  },
  {
    code: 'not-a-port',
    name: 'an entry that leads to a port of another bridge',
    wrong: overlay({}, { br0: `fdb: [{mac: ${mac}, dev: ‸eth2}]`, br1: 'ports: [eth2]' }),
    right: overlay({}, { br0: `ports: [eth2], fdb: [{mac: ${mac}, dev: eth2}]`, br1: 'ports: [eth3]' }),
  },
  {
    code: 'not-a-port',
    name: 'an entry that leads to a vxlan with another master',
    wrong: overlay({ vxlan0: 'id: 1, master: br9' }, { br0: `fdb: [{mac: ${mac}, dev: ‸vxlan0}]` }),
    right: overlay({ vxlan0: 'id: 1, master: br0' }, { br0: `fdb: [{mac: ${mac}, dev: vxlan0}]` }),
  },
  {
    code: 'bad-fdb-state',
    name: 'an address of this host that is not permanent',
    wrong: entries(`{mac: ${mac}, dev: br0, state: ‸static}`),
    right: entries(`{mac: ${mac}, dev: br0, state: permanent}`),
  },
  {
    code: 'bad-fdb-state',
    name: 'an address of this host that does not move',
    wrong: entries(`{mac: ${mac}, dev: eth2, state: permanent, ‸sticky: true}`),
    right: entries(`{mac: ${mac}, dev: eth2, sticky: true}`),
  },
  {
    code: 'fdb-twice',
    name: 'an address behind two ports',
    wrong: entries(`{mac: ${mac}, dev: eth2}, {mac: ‸${mac}, dev: eth3}`),
    right: entries(`{mac: ${mac}, dev: eth2}, {mac: ${other}, dev: eth3}`),
  },
  {
    code: 'fdb-twice',
    name: 'an address in one VLAN and in all',
    wrong: inVlans(`{mac: ${mac}, dev: eth2, vlan: 10}, {mac: ‸${mac}, dev: eth3}`),
    right: inVlans(`{mac: ${mac}, dev: eth2, vlan: 10}, {mac: ${mac}, dev: eth3, vlan: 1}`),
  },
  {
    code: 'fdb-twice',
    name: 'an address that the vxlan states as well',
    wrong: ofVxlan(`{mac: ‸${mac}, dst: 10.0.2.9, master: true}`, `ports: [vxlan0], fdb: [{mac: ${mac}, dev: vxlan0}]`),
    right: ofVxlan(`{mac: ${mac}, dst: 10.0.2.9}`, `ports: [vxlan0], fdb: [{mac: ${mac}, dev: vxlan0}]`),
  },
  {
    code: 'vlan-filtering-off',
    name: 'an entry for a VLAN of a bridge without VLANs',
    wrong: entries(`{mac: ${mac}, dev: eth2, ‸vlan: 1}`),
    right: entries(`{mac: ${mac}, dev: eth2, vlan: 1}`, 'vlan_filtering: true, '),
  },
  {
    code: 'vlan-not-on-port',
    name: 'an entry for a VLAN that the port is not in',
    wrong: inVlans(`{mac: ${mac}, dev: eth2, vlan: ‸9}`),
    right: inVlans(`{mac: ${mac}, dev: eth2, vlan: 15}`),
  },
  {
    code: 'vlan-not-on-port',
    name: 'an entry for a VLAN that the port is not in by itself',
    wrong: inVlans(`{mac: ${mac}, dev: eth3, vlan: ‸10}`),
    right: inVlans(`{mac: ${mac}, dev: eth3, vlan: 1}`),
  },
  {
    code: 'vlan-not-on-port',
    name: 'an entry for a VLAN that is not mapped',
    wrong: overlay(
      { vxlan0: `external: true, fdb: [{mac: ${mac}, dst: 10.0.2.9, src_vni: 10010, master: true, vlan: ‸11}]` },
      { br0: 'vlan_filtering: true, ports: {vxlan0: {vlan_tunnel: true, vlan_to_vni: [{vid: 10, vni: 10010}]}}' },
    ),
    right: overlay(
      { vxlan0: `external: true, fdb: [{mac: ${mac}, dst: 10.0.2.9, src_vni: 10010, master: true, vlan: 10}]` },
      { br0: 'vlan_filtering: true, ports: {vxlan0: {vlan_tunnel: true, vlan_to_vni: [{vid: 10, vni: 10010}]}}' },
    ),
  },
  {
    code: 'vlan-without-master',
    name: 'a VLAN of an entry of a vxlan',
    wrong: vxlan(`id: 1, fdb: [{mac: ${mac}, dst: 10.0.2.9, ‸vlan: 10}]`),
    right: vxlan(`id: 1, fdb: [{mac: ${mac}, dst: 10.0.2.9}]`),
  },
  {
    code: 'master-without-bridge',
    name: 'an entry for the bridge of a vxlan that is in none',
    wrong: vxlan(`id: 1, fdb: [{mac: ${mac}, dst: 10.0.2.9, ‸master: true}]`),
    right: ofVxlan(`{mac: ${mac}, dst: 10.0.2.9, master: true}`),
  },
  {
    code: 'master-without-bridge',
    name: 'an entry for a bridge that is not declared',
    wrong: vxlan(`id: 1, master: br9, fdb: [{mac: ${mac}, dst: 10.0.2.9, ‸master: true}]`),
    right: vxlan(`id: 1, master: br9, fdb: [{mac: ${mac}, dst: 10.0.2.9, master: false}]`),
  },
  {
    code: 'bad-mac',
    name: 'floods as an entry of the bridge',
    wrong: ofVxlan('{mac: "00:00:00:00:00:00", dst: 10.0.2.9, ‸master: true}'),
    right: ofVxlan('{mac: "00:00:00:00:00:00", dst: 10.0.2.9}'),
  },
  {
    code: 'suppresses-nothing',
    name: 'a neighbour for which the bridge has no forwarding entry',
    wrong: suppressed(`‸{mac: ${mac}, dst: 10.0.2.9}`),
    right: suppressed(`{mac: ${mac}, dst: 10.0.2.9, master: true}`),
  },
  {
    code: 'suppresses-nothing',
    name: 'a neighbour for which the bridge learns no forwarding entry',
    wrong: suppressed(`‸{mac: ${mac}, dst: 10.0.2.9}, {mac: ${other}, dst: 10.0.2.9}`),
    right: suppressed(`{mac: ${mac}, dst: 10.0.2.9}`, 'neigh_suppress: true'),
  },
]
