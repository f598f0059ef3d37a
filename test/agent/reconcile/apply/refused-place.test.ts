import { expect, test } from 'vitest'
import type { DesiredLink } from '../../../../src/agent/desired/overlay.ts'
import type { BridgeSpec, VxlanSpec } from '../../../../src/agent/desired/schema.ts'
import { EntriesRefused } from '../../../../src/agent/reconcile/apply/perform-entries.ts'
import { refusedPlace } from '../../../../src/agent/reconcile/apply/refused-place.ts'
import type { Action } from '../../../../src/agent/reconcile/plan/action.ts'
import type { EntryTable } from '../../../../src/agent/record/owned.ts'
import { KernelError } from '../../../../src/rtnetlink/index.ts'
import { desiredVxlan } from '../../../support/builders.ts'

const refused = (attribute?: string): KernelError =>
  new KernelError({ operation: 'test', code: 'EINVAL', ...(attribute !== undefined && { attribute }) })

const link = (wanted: DesiredLink): Action => ({
  kind: 'createLink',
  link: wanted.name,
  wanted,
  path: wanted.path,
  reason: 'test',
})
const bridge = (spec: BridgeSpec): Action => link({ kind: 'bridge', name: 'br0', spec, path: ['bridges', 'br0'] })
const vxlan = (spec: VxlanSpec): Action => link(desiredVxlan('vxlan0', spec))

const port = (path: Action['path']): Action => ({
  kind: 'changePort',
  link: 'vxlan0',
  reason: 'test',
  changes: [
    { attribute: 'learning', from: true, to: false },
    { attribute: 'root_block', from: false, to: true },
  ],
  ...(path !== undefined && { path }),
})

const ofData = (name: string): string => `IFLA_LINKINFO: IFLA_INFO_DATA: ${name}`
const ofPort = (name: string): string => `IFLA_LINKINFO: IFLA_INFO_SLAVE_DATA: ${name}`

test.each<[attribute: string, spec: VxlanSpec, key: string]>([
  [ofData('IFLA_VXLAN_ID'), { mtu: 1400, id: 42 }, 'id'],
  [ofData('IFLA_VXLAN_PORT'), { id: 42, dstport: 4790 }, 'dstport'],
  [ofData('IFLA_VXLAN_LABEL_POLICY'), { id: 42, labelpolicy: 'inherit' }, 'labelpolicy'],
  [ofData('IFLA_VXLAN_LOCAL6'), { id: 42, local: 'fd00::1' }, 'local'],
  ['IFLA_TXQLEN', { id: 42, txqlen: 10 }, 'txqlen'],
  ['IFLA_IFALIAS', { id: 42, alias: 'a' }, 'alias'],
  ['IFLA_GROUP', { id: 42, devgroup: 7 }, 'devgroup'],
  ['IFLA_AF_SPEC: AF_INET6: IFLA_INET6_ADDR_GEN_MODE', { id: 42, addrgenmode: 'none' }, 'addrgenmode'],
])('%s of a vxlan with %j is its key %s', (attribute, spec, key) => {
  expect(refusedPlace(vxlan(spec), refused(attribute))).toEqual(['vxlans', 'vxlan0', key])
})

test.each<[attribute: string, key: string]>([
  [ofData('IFLA_BR_VLAN_PROTOCOL'), 'vlan_protocol'],
  [ofData('IFLA_BR_STP_STATE'), 'stp'],
  [ofData('IFLA_BR_FORWARD_DELAY'), 'forward_delay'],
  [ofData('IFLA_BR_MCAST_SNOOPING'), 'mcast_snooping'],
  ['IFLA_MTU', 'mtu'],
])('%s of a bridge is its key %s', (attribute, key) => {
  const spec: BridgeSpec = { mtu: 1400, vlan_protocol: '802.1ad', stp: true, forward_delay: 4, mcast_snooping: false }
  expect(refusedPlace(bridge(spec), refused(attribute))).toEqual(['bridges', 'br0', key])
})

test.each<[attribute: string, key: string]>([
  [ofPort('IFLA_BRPORT_LEARNING'), 'learning'],
  // The file has iproute2's word for it.
  [ofPort('IFLA_BRPORT_PROTECT'), 'root_block'],
])('%s of a port is its key %s', (attribute, key) => {
  const own = ['vxlans', 'vxlan0', 'port']
  expect(refusedPlace(port(own), refused(attribute))).toEqual([...own, key])
  const foreign = ['bridges', 'br0', 'ports', 'eth1']
  expect(refusedPlace(port(foreign), refused(attribute))).toEqual([...foreign, key])
  expect(refusedPlace(port(undefined), refused(attribute))).toBeUndefined()
})

test.each<[table: EntryTable, attribute: string, key: string | undefined]>([
  ['fdb', 'NDA_LLADDR', 'mac'],
  ['fdb', 'NDA_DST', 'dst'],
  ['fdb', 'NDA_PORT', 'port'],
  ['fdb', 'NDA_VNI', 'vni'],
  ['fdb', 'NDA_SRC_VNI', 'src_vni'],
  ['fdb', 'NDA_IFINDEX', 'via'],
  ['fdb', 'NDA_NH_ID', 'nhid'],
  ['fdb', 'NDA_MASTER', undefined],
  ['neighbours', 'NDA_DST', 'ip'],
  ['neighbours', 'NDA_LLADDR', 'mac'],
  ['neighbours', 'NDA_VNI', undefined],
])('of %s, %s is the key %s of the first entry that was refused', (table, attribute, key) => {
  const action: Action = { kind: 'replaceEntries', table, entries: [], link: 'vxlan0', reason: 'test' }
  const path = ['vxlans', 'vxlan0', table, 3]
  const at = (...places: (string[] | (string | number)[] | undefined)[]): EntriesRefused =>
    new EntriesRefused(
      places.map((place, number) => ({
        key: `${number}`,
        error: refused(attribute),
        ...(place !== undefined && { path: place }),
      })),
      9,
    )
  expect(refusedPlace(action, at(path, ['vxlans', 'vxlan0', table, 4]))).toEqual(
    key === undefined ? undefined : [...path, key],
  )
  expect(refusedPlace(action, at(undefined))).toBeUndefined()
})

test('an attribute that no stated key is for, or none at all, has no place', () => {
  const action = vxlan({ id: 42, ttl: 9 })
  for (const attribute of [
    ofData('IFLA_VXLAN_TOS'),
    ofData('IFLA_BR_PRIORITY'),
    'IFLA_LINKINFO: IFLA_INFO_KIND',
    'X',
  ]) {
    expect(refusedPlace(action, refused(attribute)), attribute).toBeUndefined()
  }
  expect(refusedPlace(action, refused())).toBeUndefined()
  expect(refusedPlace(action, new Error('no disk'))).toBeUndefined()
})
