/** What a bridge's own forwarding table has, in the desired file's words. */
import { constants, type Link, type Neighbour } from '../../rtnetlink/index.ts'
import type { BridgeFdbSpec } from '../desired/schema/bridge-forwarding.ts'
import { bridgeData } from '../kernel/bridge-link.ts'
import type { LinkNames } from '../kernel/link-names.ts'
import { isGroupMac, type Observed } from '../kernel/observed.ts'
import { isAlike, isBridgeEntry } from './bridge-fdb-entry.ts'
import { vlansOf } from './bridge-vlans.ts'
import { fdbStateOf } from './fdb-entry.ts'

/** What is known around the bridge. */
interface Surroundings {
  readonly observed: Pick<Observed, 'links' | 'fdb' | 'bridgeLinks'>
  readonly names: LinkNames
}

/**
 * Entries that somebody stated: not learned, not a control plane's, and not the addresses of the bridge and its ports. In the order of MAC
 * addresses, since the kernel tells them in none.
 */
export function observedBridgeEntries(bridge: Link, { observed, names }: Surroundings): BridgeFdbSpec[] {
  const addresses = new Set<string | undefined>()
  for (const { index, attributes } of observed.links.values()) {
    if (index === bridge.index || attributes.master === bridge.index) {
      addresses.add(attributes.address)
    }
  }
  const byMac = new Map<string, Neighbour[]>()
  for (const entry of observed.fdb.get(bridge.index)?.values() ?? []) {
    const { lladdr = '' } = entry.attributes
    const isOwnAddress = addresses.has(lladdr) && fdbStateOf(entry) === 'permanent'
    if (isStated(entry) && !isGroupMac(lladdr) && !isOwnAddress) {
      const others = byMac.get(lladdr) ?? []
      others.push(entry)
      byMac.set(lladdr, others)
    }
  }
  const vlansOfPort = (port: number): Iterable<number> => vlansOf(observed.bridgeLinks.get(port)).keys()
  const isFiltering = bridgeData(bridge)?.vlanFiltering === 1
  const inOrder = [...byMac].toSorted(([left], [right]) => (left < right ? -1 : 1))
  return inOrder.flatMap(([mac, entries]) =>
    statable(entries, isFiltering, vlansOfPort).map((entry) => specOf(mac, entry, bridge, names)),
  )
}

function isStated(entry: Neighbour): boolean {
  return isBridgeEntry(entry) && fdbStateOf(entry) !== 'dynamic' && (entry.flags & constants.NTF_EXT_LEARNED) === 0
}

/**
 * Those of the entries of one MAC address that make the kernel have all of them. One without a VLAN stands for one for each VLAN of its
 * port; where that is not so, those are left that the bridge looks at.
 */
function statable(
  entries: readonly Neighbour[],
  isFiltering: boolean,
  vlansOfPort: (port: number) => Iterable<number>,
): Neighbour[] {
  const whole = entries.find(({ attributes }) => attributes.vlan === undefined)
  const ofVlans = entries.filter(({ attributes }) => attributes.vlan !== undefined)
  if (whole === undefined) {
    return ofVlans
  }
  const vlans = new Set(vlansOfPort(whole.ifindex))
  const isWhole =
    ofVlans.length === vlans.size &&
    ofVlans.every((entry) => vlans.has(entry.attributes.vlan ?? 0) && isAlike(entry, whole))
  return isWhole || !isFiltering ? [whole] : ofVlans
}

function specOf(
  mac: string,
  { ifindex, flags, state, attributes }: Neighbour,
  bridge: Link,
  names: LinkNames,
): BridgeFdbSpec {
  const isOfHost = fdbStateOf({ state }) === 'permanent'
  const { vlan } = attributes
  return {
    mac,
    dev: names.nameOf(ifindex) ?? `${ifindex}`,
    ...(vlan !== undefined && { vlan }),
    ...(isOfHost && ifindex !== bridge.index && { state: 'permanent' }),
    ...((flags & constants.NTF_STICKY) !== 0 && { sticky: true }),
  }
}
