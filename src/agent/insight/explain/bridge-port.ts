/** Ports of a bridge and its forwarding table, as the tables have them. */
import type { BridgePortAttributes, Link, Neighbour } from '../../../rtnetlink/index.ts'
import { macOfFdbKey } from '../../kernel/observed.ts'
import type { Sources } from './sources.ts'

/** The options of a link as a port; none where it is not one. */
export function slaveData(port: Link): BridgePortAttributes {
  const data = port.attributes.linkinfo?.slaveData
  return data === undefined || Buffer.isBuffer(data) ? {} : data
}

/** The forwarding entry of the bridge for a MAC address, in the VLAN if there is one: one for another VLAN, or for none, is not looked at. */
export function bridgeEntry(
  bridge: Link,
  mac: string,
  vlan: number | undefined,
  { observed }: Sources,
): Neighbour | undefined {
  return [...(observed.fdb.get(bridge.index)?.entries() ?? [])].find(
    ([key, entry]) => macOfFdbKey(key) === mac && entry.attributes.vlan === vlan,
  )?.[1]
}

/** The VLAN of a VLAN interface; undefined for other links. */
export function vlanOf({ attributes: { linkinfo } }: Link): number | undefined {
  const data = linkinfo?.data as { readonly id?: number } | undefined
  return linkinfo?.kind === 'vlan' ? data?.id : undefined
}
