/** Ports of bridges: attaching, options, VLANs, the map to VNIs; and the VNIs of a filtering vxlan. */
import { KernelError, type RtnetlinkClient, type VnifilterEntry } from '../../../rtnetlink/index.ts'
import { familyOf } from '../../facts/ip-text.ts'
import { bridgeLinkRequest, vlanInfos, vlanTunnelInfos } from '../../words/bridge-vlans.ts'
import { toPortAttributes } from '../../words/port-words.ts'
import { changedTo } from '../../words/values.ts'
import type { Run } from '../../words/vlans.ts'
import type { ActionOf } from '../plan/action.ts'
import { errorOf, type Kernel } from './kernel.ts'

/** Makes a link a port of a bridge. */
export function attachPort({ client }: Kernel, { ifindex, masterIfindex }: ActionOf<'attachPort'>): Promise<void> {
  return client.changeLink({ index: ifindex, attributes: { master: masterIfindex } })
}

/** Takes a link out of its bridge. */
export function detachPort({ client }: Kernel, { ifindex }: ActionOf<'detachPort'>): Promise<void> {
  return client.changeLink({ index: ifindex, attributes: { master: 0 } })
}

/** Sets options of a port. */
export function changePort({ client }: Kernel, index: number, { changes }: ActionOf<'changePort'>): Promise<void> {
  const slaveData = toPortAttributes(changedTo(changes))
  return client.changeLink({ index, attributes: { linkinfo: { slaveKind: 'bridge', slaveData } } })
}

/** Additions first, so that a port is never without a VLAN that it keeps. */
export async function changeVlans({ client }: Kernel, index: number, action: ActionOf<'changeVlans'>): Promise<void> {
  const { isSelf, add, remove } = action
  for (const vlanInfo of inPieces(add, vlanInfos)) {
    await client.setBridgeLink(bridgeLinkRequest(index, isSelf, { vlanInfo }))
  }
  for (const vlanInfo of inPieces(remove, vlanInfos)) {
    await client.unsetBridgeLink(bridgeLinkRequest(index, isSelf, { vlanInfo }))
  }
}

/** Removals first: a VLAN that is mapped otherwise is among both. */
export async function changeVlanMap(
  { client }: Kernel,
  index: number,
  { add, remove }: ActionOf<'changeVlanMap'>,
): Promise<void> {
  for (const vlanTunnelInfo of inPieces(remove, vlanTunnelInfos)) {
    await client.unsetBridgeLink(bridgeLinkRequest(index, false, { vlanTunnelInfo }))
  }
  for (const vlanTunnelInfo of inPieces(add, vlanTunnelInfos)) {
    await client.setBridgeLink(bridgeLinkRequest(index, false, { vlanTunnelInfo }))
  }
}

/** So many are surely within one message, with two entries for each. */
const mostRuns = 500

function* inPieces<T, Info>(
  runs: readonly Run<T>[],
  infosOf: (runs: readonly Run<T>[]) => readonly Info[],
): Generator<readonly Info[]> {
  for (let at = 0; at < runs.length; at += mostRuns) {
    yield infosOf(runs.slice(at, at + mostRuns))
  }
}

/** VNIs of a filtering vxlan. */
export async function changeVnis(
  { client }: Kernel,
  index: number,
  { add, remove }: ActionOf<'changeVnis'>,
): Promise<void> {
  if (add.length > 0) {
    await addVnis(client, index, add)
  }
  if (remove.length > 0) {
    await client.deleteVnis(
      index,
      remove.map(({ first, last }) => vnifilterEntry({ first, last, value: undefined })),
    )
  }
}

/**
 * A VNI whose group the kernel cannot join stays all the same (Linux 6.18): it goes again, since nothing would show that it gets no floods.
 * With it go the others of the request that have groups, which may be there by now, and come again with the next one.
 * Source: vxlan_vni_add(), drivers/net/vxlan/vxlan_vnifilter.c.
 */
async function addVnis(client: RtnetlinkClient, index: number, add: ActionOf<'changeVnis'>['add']): Promise<void> {
  try {
    await client.addVnis(index, add.map(vnifilterEntry))
  } catch (error) {
    // One that another link has was not made.
    if (error instanceof KernelError && error.code !== 'EEXIST') {
      for (const run of add.filter(({ value }) => value !== undefined)) {
        await errorOf(client.deleteVnis(index, [vnifilterEntry({ ...run, value: undefined })]))
      }
    }
    throw error
  }
}

function vnifilterEntry({ first, last, value }: Run<string | undefined>): VnifilterEntry {
  return {
    start: first,
    ...(last !== first && { end: last }),
    ...(value !== undefined && (familyOf(value) === 'IPv6' ? { group6: value } : { group: value })),
  }
}

/** Alternative names of a link. */
export async function changeAltnames(
  { client }: Kernel,
  index: number,
  { add, remove }: ActionOf<'changeAltnames'>,
): Promise<void> {
  if (remove.length > 0) {
    await client.deleteAltnames(index, remove)
  }
  if (add.length > 0) {
    await client.addAltnames(index, add)
  }
}
