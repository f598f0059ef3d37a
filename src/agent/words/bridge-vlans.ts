/** VLANs of bridges and ports between the kernel's words, where a range is two entries with flags, and tables one by one. */
import {
  type BridgeLink,
  type BridgeLinkRequest,
  type BridgeVlanInfo,
  type BridgeVlanTunnelInfo,
  constants,
} from '../../rtnetlink/index.ts'
import type { Run, VlanFlags, VlanMap, VlanTable } from './vlans.ts'

const {
  BRIDGE_VLAN_INFO_PVID: PVID,
  BRIDGE_VLAN_INFO_UNTAGGED: UNTAGGED,
  BRIDGE_VLAN_INFO_RANGE_BEGIN: RANGE_BEGIN,
  BRIDGE_VLAN_INFO_RANGE_END: RANGE_END,
} = constants

type AfSpec = NonNullable<NonNullable<BridgeLinkRequest['attributes']>['afSpec']>

/** The VLANs of a port, or of a bridge itself, one by one. */
export function vlansOf(link: BridgeLink | undefined): VlanTable {
  const table = new Map<number, VlanFlags>()
  let begin = 0
  for (const { vid, flags } of link?.attributes.afSpec?.vlanInfo ?? []) {
    if (flags & RANGE_BEGIN) {
      begin = vid
      continue
    }
    const value = { pvid: (flags & PVID) !== 0, untagged: (flags & UNTAGGED) !== 0 }
    for (let each = flags & RANGE_END ? begin : vid; each <= vid; each += 1) {
      table.set(each, value)
    }
  }
  return table
}

/** The VNI of each mapped VLAN of a port. */
export function vlanMapOf(link: BridgeLink | undefined): VlanMap {
  const table = new Map<number, number>()
  let begin = 0
  for (const { vid = 0, id = 0, flags = 0 } of link?.attributes.afSpec?.vlanTunnelInfo ?? []) {
    if (flags & RANGE_BEGIN) {
      begin = vid
      continue
    }
    for (let each = flags & RANGE_END ? begin : vid; each <= vid; each += 1) {
      table.set(each, id - (vid - each))
    }
  }
  return table
}

/** Runs of VLANs for a request. */
export function vlanInfos(runs: readonly Run<VlanFlags>[]): BridgeVlanInfo[] {
  return runs.flatMap(({ first, last, value }) => {
    const flags = (value.pvid ? PVID : 0) | (value.untagged ? UNTAGGED : 0)
    return ends(first, last).map(({ number, range }) => ({ vid: number, flags: flags | range }))
  })
}

/** Runs of mapped VLANs for a request. */
export function vlanTunnelInfos(runs: readonly Run<number>[]): BridgeVlanTunnelInfo[] {
  return runs.flatMap(({ first, last, value }) =>
    ends(first, last).map(({ number, range }) => ({ vid: number, id: value + number - first, flags: range })),
  )
}

/** A request that states these for a port or, with `isSelf`, for a bridge itself. */
export function bridgeLinkRequest(index: number, isSelf: boolean, afSpec: AfSpec): BridgeLinkRequest {
  return { index, attributes: { afSpec: { ...(isSelf && { flags: constants.BRIDGE_FLAGS_SELF }), ...afSpec } } }
}

function ends(first: number, last: number): { number: number; range: number }[] {
  return first === last
    ? [{ number: first, range: 0 }]
    : [
        { number: first, range: RANGE_BEGIN },
        { number: last, range: RANGE_END },
      ]
}

/** What the kernel gives a new port. */
export function defaultVlans(pvid: number): VlanTable {
  return new Map(pvid === 0 ? [] : [[pvid, { pvid: true, untagged: true }]])
}
