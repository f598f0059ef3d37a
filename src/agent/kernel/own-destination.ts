/** A vxlan's own destination, its `group` or `remote`: the forwarding entry that the kernel makes for it. */
import { constants, type Link, type Neighbour, type NeighbourRequest } from '../../rtnetlink/index.ts'
import { zeroMac } from '../facts/zero-mac.ts'
import { fdbKey } from './observed.ts'
import { remoteOf, vxlanData } from './vxlan-link.ts'

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
export function ownDestinationKey(link: Link): string | undefined {
  const data = vxlanData(link) ?? {}
  const remote = remoteOf(data)
  return remote === undefined ? undefined : defaultFdbKey(remote, data.link)
}

/** The key of the entry that the kernel makes for a link's `group` or `remote`. @param device the ifindex of the link's underlay device */
export function defaultFdbKey(remote: string, device: number | undefined): string {
  const attributes = { lladdr: zeroMac, dst: remote, ...(device !== undefined && { ifindex: device }) }
  return fdbKey({ flags: constants.NTF_SELF, attributes })
}

/** Where floods of a link go by its own settings: `group` or `remote`, and those of its VNIs. */
export interface OwnDestinations {
  readonly group?: string
  readonly remote?: string
  /** Of a filtering device, by VNI. */
  readonly vnis?: ReadonlyMap<number, string | undefined> | undefined
}

/** Whether an entry is one that the kernel made by the link's own settings. */
export function isDefaultEntry({ attributes }: Neighbour, { group, remote, vnis }: OwnDestinations): boolean {
  const { lladdr, dst, port, vni, srcVni } = attributes
  if (lladdr !== zeroMac || dst === undefined || port !== undefined) {
    return false
  }
  const common = group ?? remote
  return srcVni === undefined
    ? dst === common && vni === undefined
    : vni === srcVni && vnis?.has(srcVni) === true && dst === (vnis.get(srcVni) ?? common)
}
