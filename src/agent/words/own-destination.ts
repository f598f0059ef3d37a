/** A vxlan's own destination, its `group` or `remote`: the forwarding entry that the kernel makes for it. */
import { constants, type Link, type NeighbourRequest } from '../../rtnetlink/index.ts'
import { defaultFdbKey, zeroMac } from './fdb-entry.ts'

/** The request for that entry. @param device ifindex of the underlay device, if the link has one */
export function ownDestinationRequest(remote: string, device: number | undefined): NeighbourRequest {
  return {
    family: constants.AF_BRIDGE,
    state: constants.NUD_REACHABLE | constants.NUD_PERMANENT,
    flags: constants.NTF_SELF,
    attributes: { lladdr: zeroMac, dst: remote, ...(device !== undefined && { ifindex: device }) },
  }
}

/** The {@link fdbKey} of the entry that the link has by its settings; undefined for one that has none, or is no vxlan. */
export function ownDestinationKey({ attributes: { linkinfo } }: Link): string | undefined {
  const { kind, data } = linkinfo ?? {}
  if (kind !== 'vxlan' || data === undefined || Buffer.isBuffer(data) || !('group' in data || 'group6' in data)) {
    return undefined
  }
  const remote = data.group ?? data.group6
  return remote === undefined ? undefined : defaultFdbKey(remote, data.link)
}
