/** What the kernel has, in the desired file's words: of settings those that are not as the kernel makes them by itself. */
import { constants, type Link, type Neighbour } from '../../rtnetlink/index.ts'
import type { LinkKind } from '../desired/overlay.ts'
import type { FdbSpec, NeighbourSpec, RemoteSpec } from '../desired/schema/forwarding.ts'
import type { PortSpec } from '../desired/schema.ts'
import { zeroMac } from '../facts/zero-mac.ts'
import { bridgeData } from '../kernel/bridge-link.ts'
import type { LinkNames } from '../kernel/link-names.ts'
import type { Observed } from '../kernel/observed.ts'
import { isDefaultEntry } from '../kernel/own-destination.ts'
import { vxlanData } from '../kernel/vxlan-link.ts'
import type { OwnedLink } from '../record/owned.ts'
import { defaultVlans, vlanMapOf, vlansOf } from './bridge-vlans.ts'
import { fdbStateOf, isLearned } from './fdb-entry.ts'
import { type LinkValues, presentRemote, presentValues, wordsOf } from './link-values.ts'
import { type PortValues, portWords, presentPortOptions } from './port-words.ts'
import { pick, type Stated, statable, type Value } from './values.ts'
import { rangeText, vlanMapRuns, vlanRuns } from './vlans.ts'
import { defaultReservedBits } from './vxlan-words.ts'
import type { WordFacts } from './word.ts'

/** What else the kernel has. */
export interface Surroundings {
  readonly observed: Observed
  readonly names: LinkNames
}

/** The values of a link that differ from the kernel's defaults, `mac` and `mtu` left out: what those would be is not told. */
export function observedSettings(
  link: Link,
  kind: LinkKind,
  record: OwnedLink | undefined,
  names: LinkNames,
): Stated<LinkValues> {
  const present = presentValues(link, kind, record, names)
  const isSetting = ({ key, fallback }: WordFacts<LinkValues>): boolean =>
    present[key] !== undefined &&
    key !== 'mac' &&
    key !== 'mtu' &&
    !isSame(present[key], ordinaryOf(key, fallback, link))
  const keys = wordsOf(kind)
    .filter(isSetting)
    .map(({ key }) => key)
  return statable(pick(present, keys))
}

function ordinaryOf(key: string, fallback: Value, link: Link): Value {
  return key === 'reserved_bits' ? defaultReservedBits(vxlanData(link) ?? {}) : fallback
}

function isSame(present: Value, fallback: Value): boolean {
  return JSON.stringify(present) === JSON.stringify(fallback)
}

/**
 * A link as a port of its bridge: options that are not the kernel's defaults, and VLANs where they are others than every port
 * gets. The cost, which follows from the speed of the link unless it was set, is there only when a file stated it. Undefined for a
 * link in no bridge.
 * @param stated keys that files state, as the record has them: `port.cost`
 */
export function observedPort(
  link: Link,
  { observed, names }: Surroundings,
  stated: readonly string[] = [],
): PortSpec | undefined {
  const { master, linkinfo } = link.attributes
  if (linkinfo?.slaveKind !== 'bridge' || master === undefined) {
    return undefined
  }
  const present = presentPortOptions(link, names)
  const isStated = ({ key, fallback }: WordFacts<PortValues>): boolean =>
    fallback === undefined ? stated.includes(`port.${key}`) : present[key] !== fallback
  const options = portWords.filter(isStated).map(({ key }) => key)
  const bridgeLink = observed.bridgeLinks.get(link.index)
  const vlans = vlansOf(bridgeLink)
  const map = vlanMapOf(bridgeLink)
  const ordinary = defaultVlans(defaultPvidOf(observed.links.get(master)))
  const isOrdinary =
    bridgeLink === undefined ||
    (vlans.size === ordinary.size && JSON.stringify([...vlans]) === JSON.stringify([...ordinary]))
  return {
    ...statable(pick(present, options)),
    ...(!isOrdinary && { vlans: vlanSpecs(vlans) }),
    ...(map.size > 0 && {
      vlan_to_vni: vlanMapRuns(map).map(({ first, last, value }) => ({
        vid: numberOrRange(first, last),
        vni: numberOrRange(value, value + last - first),
      })),
    }),
  }
}

/** The VLANs of a bridge itself; undefined where they are those that every bridge has. */
export function observedSelfVlans(link: Link, { observed }: Pick<Surroundings, 'observed'>): PortSpec['vlans'] {
  const bridgeLink = observed.bridgeLinks.get(link.index)
  const vlans = vlansOf(bridgeLink)
  const isOrdinary = JSON.stringify([...vlans]) === JSON.stringify([...defaultVlans(defaultPvidOf(link))])
  return bridgeLink === undefined || isOrdinary ? undefined : vlanSpecs(vlans)
}

function vlanSpecs(vlans: ReturnType<typeof vlansOf>): NonNullable<PortSpec['vlans']> {
  return vlanRuns(vlans).map(({ first, last, value: { pvid, untagged } }) =>
    pvid || untagged
      ? { vid: numberOrRange(first, last), ...(pvid && { pvid }), ...(untagged && { untagged }) }
      : numberOrRange(first, last),
  )
}

/** A number, or a range as a file says it. */
export function numberOrRange(first: number, last: number): number | string {
  return first === last ? first : rangeText(first, last)
}

/** The VLAN that a bridge gives every new port; 0: none. */
export function defaultPvidOf(bridge: Link | undefined): number {
  // Without it the kernel was built without VLANs for bridges.
  return bridgeData(bridge)?.vlanDefaultPvid ?? 0
}

/**
 * Forwarding entries that somebody stated: ours, and others that are not learned, not a control plane's, and not the kernel's own
 * for `group` or `remote`.
 * @param entries by fdbKey
 * @param ours keys of entries that vxagent put there
 */
export function observedForwarding(
  entries: Iterable<readonly [key: string, entry: Neighbour]>,
  ours: ReadonlySet<string>,
  link: Link,
  { observed, names }: Surroundings,
): { remotes: RemoteSpec[]; fdb: FdbSpec[] } {
  const remotes: RemoteSpec[] = []
  const fdb: FdbSpec[] = []
  const own = { ...presentRemote(link), vnis: observed.vnis.get(link.index) }
  for (const [key, entry] of entries) {
    const { flags, attributes } = entry
    const isStated =
      ours.has(key) ||
      ((flags & constants.NTF_SELF) !== 0 && (flags & constants.NTF_EXT_LEARNED) === 0 && !isLearned(entry))
    if (!isStated || isDefaultEntry(entry, own)) {
      continue
    }
    const { dst } = attributes
    const destination = destinationOf(entry, names)
    if (attributes.lladdr === zeroMac && dst !== undefined) {
      remotes.push(Object.keys(destination).length === 0 ? dst : { dst, ...destination })
    } else {
      const state = fdbStateOf(entry)
      fdb.push({
        mac: attributes.lladdr ?? '',
        ...(dst !== undefined && { dst }),
        ...destination,
        ...(attributes.nhId !== undefined && { nhid: attributes.nhId }),
        ...(state !== 'permanent' && { state }),
        ...((flags & constants.NTF_ROUTER) !== 0 && { router: true }),
        ...((flags & constants.NTF_EXT_LEARNED) !== 0 && { extern_learn: true }),
        ...((flags & constants.NTF_STICKY) !== 0 && { sticky: true }),
      })
    }
  }
  return { remotes, fdb }
}

function destinationOf({ attributes }: Neighbour, names: LinkNames): Omit<Exclude<RemoteSpec, string>, 'dst'> {
  const { port, vni, srcVni, ifindex } = attributes
  return {
    ...(port !== undefined && { port }),
    ...(vni !== undefined && { vni }),
    ...(srcVni !== undefined && { src_vni: srcVni }),
    ...(ifindex !== undefined && { via: names.nameOf(ifindex) ?? `${ifindex}` }),
  }
}

/** Permanent neighbours. */
export function observedNeighbours(entries: Iterable<Neighbour>): NeighbourSpec[] {
  const neighbours: NeighbourSpec[] = []
  for (const { state, flags, attributes } of entries) {
    const { dst, lladdr } = attributes
    const isStated = (state & constants.NUD_PERMANENT) !== 0 && (flags & constants.NTF_PROXY) === 0
    if (isStated && dst !== undefined && lladdr !== undefined) {
      neighbours.push({
        ip: dst,
        mac: lladdr,
        ...((flags & constants.NTF_ROUTER) !== 0 && { router: true }),
        ...((flags & constants.NTF_EXT_LEARNED) !== 0 && { extern_learn: true }),
      })
    }
  }
  return neighbours
}
