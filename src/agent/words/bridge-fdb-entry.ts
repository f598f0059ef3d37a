/** Entries of a bridge's own forwarding table: from the desired file's words to the kernel's. */
import { constants, type Neighbour, type NeighbourRequest } from '../../rtnetlink/index.ts'
import type { DesiredBridgeEntry } from '../desired/bridge-entries.ts'
import { macOfFdbKey, unicastFdbKey } from '../kernel/observed.ts'
import { fdbStateOf } from './fdb-entry.ts'

const { AF_BRIDGE, NTF_EXT_LEARNED, NTF_MASTER, NTF_SELF, NTF_STICKY, NUD_NOARP, NUD_PERMANENT, NUD_REACHABLE } =
  constants

/** The kernel's identity of an entry within its bridge, as `fdbKey` has it. @param vlan undefined: for frames without a VLAN */
export function bridgeFdbKey(mac: string, vlan: number | undefined): string {
  return unicastFdbKey(mac, 0, undefined, vlan)
}

/**
 * Keys of all entries that the kernel makes of a stated one: without a VLAN, one for frames without a VLAN and one for each VLAN of the
 * port. Source: br_fdb_add(), net/bridge/br_fdb.c.
 */
export function keysOfEntry({ mac, vlan }: DesiredBridgeEntry, vlansOfPort: Iterable<number>): string[] {
  return vlan === undefined
    ? [bridgeFdbKey(mac, undefined), ...Array.from(vlansOfPort, (each) => bridgeFdbKey(mac, each))]
    : [bridgeFdbKey(mac, vlan)]
}

/** The request for it; the ifindex of its port is not in it, since that may not be there yet. */
export function bridgeEntryRequest(
  { mac, dev, vlan, state, sticky, isOfFleet }: DesiredBridgeEntry,
  bridge: string,
): NeighbourRequest {
  return {
    family: AF_BRIDGE,
    state: state === 'permanent' ? NUD_PERMANENT : isOfFleet ? NUD_REACHABLE : NUD_NOARP,
    flags: tableFlag(dev === bridge) | (sticky ? NTF_STICKY : 0) | (isOfFleet ? NTF_EXT_LEARNED : 0),
    attributes: { lladdr: mac, ...(vlan !== undefined && { vlan }) },
  }
}

/** What deletes an entry; without a VLAN, those of all VLANs of its port as well. Source: br_fdb_delete(), net/bridge/br_fdb.c. */
export function bridgeEntryRemoval({
  family,
  ifindex,
  attributes: { lladdr, vlan, master },
}: Neighbour): NeighbourRequest {
  return {
    family,
    ifindex,
    flags: tableFlag(ifindex === master),
    attributes: { ...(lladdr !== undefined && { lladdr }), ...(vlan !== undefined && { vlan }) },
  }
}

/** The kernel finds the bridge of a port by NTF_MASTER, and asks the bridge itself with NTF_SELF. Source: rtnl_fdb_add(), net/core/rtnetlink.c. */
function tableFlag(isBridgeItself: boolean): number {
  return isBridgeItself ? NTF_SELF : NTF_MASTER
}

/** Whether the kernel's entry is the stated one. @param port ifindex of its port */
export function isAsStated(
  present: Neighbour,
  { state, sticky, isOfFleet }: DesiredBridgeEntry,
  port: number | undefined,
): boolean {
  if (isOfFleet) {
    return present.ifindex === port && (present.flags & NTF_EXT_LEARNED) !== 0
  }
  const isSticky = (present.flags & NTF_STICKY) !== 0
  return present.ifindex === port && fdbStateOf(present) === state && isSticky === (sticky === true)
}

/** Whether two entries lead to the same port, and live and are marked alike. */
export function isAlike(left: Neighbour, right: Neighbour): boolean {
  return (
    left.ifindex === right.ifindex &&
    fdbStateOf(left) === fdbStateOf(right) &&
    (left.flags & NTF_STICKY) === (right.flags & NTF_STICKY)
  )
}

/** Whether an entry is in the table of a bridge, rather than of a link of its own. */
export function isBridgeEntry({ family, flags }: Pick<Neighbour, 'family' | 'flags'>): boolean {
  return family === AF_BRIDGE && (flags & NTF_SELF) === 0
}

/** Whether the record has an entry, itself or with one for all VLANs. */
export function isOnRecord(recorded: ReadonlySet<string>, key: string): boolean {
  return recorded.has(key) || recorded.has(bridgeFdbKey(macOfFdbKey(key), undefined))
}

const macs = new WeakMap<readonly DesiredBridgeEntry[], ReadonlySet<string>>()

/** Whether one of the entries is for the MAC address of a key. The set is made once for each list. */
export function isMacStated(entries: readonly DesiredBridgeEntry[], key: string): boolean {
  const known = macs.get(entries) ?? new Set(entries.map(({ mac }) => mac))
  macs.set(entries, known)
  return known.has(macOfFdbKey(key))
}
