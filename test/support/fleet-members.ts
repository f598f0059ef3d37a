/** Hosts of a fleet, for tests. */
import type { FleetRemote } from '../../src/agent/answers/fleet.ts'
import type { Entry } from '../../src/fleet/etcd/store.ts'
import { keysOf } from '../../src/fleet/records/keys.ts'
import type { Member, NodeRecord, PublishedVtep } from '../../src/fleet/records/node-record.ts'

/** A VTEP of VNI 42. */
export function vtepOf(given: Partial<PublishedVtep> = {}): PublishedVtep {
  return {
    vni: 42,
    link: 'vxlan0',
    local: '10.0.2.1',
    dstport: 4789,
    mtu: 1450,
    underlayMtu: 1500,
    mac: '02:00:00:00:00:01',
    flags: ['learning'],
    addresses: [],
    ...given,
  }
}

/** A record with one VTEP. */
export function recordOf(id: string, given: Partial<NodeRecord> = {}): NodeRecord {
  return { v: 1, id, instance: `instance-${id}`, boot: `boot-${id}`, agent: '0.1.0', vteps: [vtepOf()], ...given }
}

/** A host of the fleet, older than those that are named later in the alphabet. */
export function memberOf(node: string, given: Partial<NodeRecord> = {}, createRevision = 10): Member {
  return { node, record: recordOf(node, given), createRevision, modRevision: createRevision }
}

/** The record of a host in the store of fleet `lab`. */
export function entryOf(node: string, value: unknown, revision = 10): Entry {
  return {
    key: keysOf('lab').record(node),
    value: Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)),
    createRevision: revision,
    modRevision: revision,
    version: 1,
  }
}

export function remoteOf(node: string, dst: string): FleetRemote {
  return { dst, node, state: 'present' }
}
