/** Which kernel messages may concern what is managed, and which objects: all others cost no look at the plan. */
import { constants, type Link, type Neighbour, type RouteMessage } from '../../../rtnetlink/index.ts'
import { type DesiredLink, type DesiredOverlay, type DesiredVxlan, overlayOf } from '../../desired/overlay.ts'
import { statedEntries } from '../../desired/remote-parts.ts'
import type { DesiredState } from '../../desired/schema.ts'
import { zeroMac } from '../../facts/zero-mac.ts'
import type { Change } from '../../kernel/change.ts'
import type { LinkNames } from '../../kernel/link-names.ts'
import { fdbKey, fdbOwner, localAddress, neighbourKey } from '../../kernel/observed.ts'
import type { Owned } from '../../record/owned.ts'
import { isBridgeEntry, isMacStated, isOnRecord } from '../../words/bridge-fdb-entry.ts'
import { wantedFdb } from '../../words/fdb-entry.ts'
import { vxlansByRemote } from '../plan/own-remotes.ts'

/** What a message may mean. `cures`: an obstacle may be gone, so what failed is tried at once. */
export interface Relevance {
  /** The objects to look at, by name. `all`: whichever. */
  readonly objects: readonly string[] | 'all'
  readonly cures: boolean
  /** Of these something else is wanted now, as if the files had changed: what is done about it repairs no drift. */
  readonly redefines?: readonly string[]
}

const nothing: Relevance = { objects: [], cures: false }

/** What is known when a message comes. */
export interface Situation {
  readonly desired: DesiredState
  readonly owned: Owned
  readonly names: LinkNames
}

/**
 * A link's message concerns us when it is about a link of ours, of a declared name, of one that a file names (as underlay device,
 * bridge, port), or about any vxlan (which may hold or free a VNI); another object's when it is on a link of ours. Links of ours
 * cure nothing: their messages come of our own attempts. Other links' messages cure only when something has changed that counts,
 * since making a vxlan on a device already makes the kernel tell of that device.
 */
export function relevanceOf(message: Change, situation: Situation): Relevance {
  const { desired, owned, names } = situation
  const overlay = overlayOf(desired)
  switch (message.object) {
    case 'link':
      return linkRelevance(message.value, message.verb === 'delete', message.before, overlay, owned, names)
    case 'address': {
      const { objects } = relevanceOfIndex(message.value.index, situation, overlay)
      const leftOut = vxlansByRemote(overlay).get(localAddress(message.value) ?? '') ?? []
      return leftOut.length === 0
        ? { objects, cures: false }
        : { objects: objects === 'all' ? objects : [...objects, ...leftOut], cures: false, redefines: leftOut }
    }
    case 'bridgeLink': {
      const { objects, cures } = relevanceOfIndex(message.value.index, situation, overlay)
      // An entry of a bridge is for all VLANs of the port, and those may have changed.
      const bridges = bridgesWithEntries(names.nameOf(message.value.index), overlay)
      if (objects === 'all') {
        return { objects, cures }
      }
      // A guest that comes or goes: who is in a bridge of ours is on record.
      const bridge = names.nameOf(message.value.attributes.master ?? 0) ?? ''
      const ofGuest = objects.length === 0 && owned.links[bridge]?.kind === 'bridge' ? [bridge] : []
      return { objects: [...new Set([...objects, ...bridges, ...ofGuest])], cures }
    }
    case 'tunnel':
      return relevanceOfIndex(message.value.ifindex, situation, overlay)
    case 'neighbour': {
      const { value } = message
      const name = names.nameOf(isBridgeEntry(value) ? fdbOwner(value) : value.ifindex)
      return name !== undefined && isEntryOfInterest(name, message, situation, overlay)
        ? { objects: [name], cures: false }
        : nothing
    }
    case 'route':
    case 'mdb':
    case 'nexthop':
    case 'qdisc':
    case 'filter':
      return nothing
    default:
      return message satisfies never
  }
}

function linkRelevance(
  link: Link,
  isDeleted: boolean,
  before: Link | undefined,
  overlay: DesiredOverlay,
  owned: Owned,
  names: LinkNames,
): Relevance {
  const name = link.attributes.ifname ?? ''
  const formerName = before?.attributes.ifname
  const concerned = [...new Set([name, formerName ?? name])]
  const dependents = concerned.flatMap((each) => overlay.dependents.get(each) ?? [])
  const known = concerned.filter((each) => overlay.links.has(each) || overlay.ports.has(each) || each in owned.ports)
  if (name in owned.links || overlay.links.has(name) || (formerName !== undefined && formerName in owned.links)) {
    // What is surplus is found by a look at all links.
    return { objects: overlay.links.has(name) ? [...known, ...dependents] : 'all', cures: false }
  }
  const isVxlan = link.attributes.linkinfo?.kind === 'vxlan'
  const hasMoved = isDeleted || link.attributes.master !== before?.attributes.master
  const bridges = hasMoved ? [...ownBridges([link, before], owned, names), ...lostBridges(link, owned)] : []
  if (bridges.length > 0 && known.length + dependents.length === 0 && !isVxlan) {
    // Who is in a bridge of ours is on record.
    return { objects: bridges, cures: false }
  }
  if (known.length + dependents.length === 0 && !isVxlan) {
    // A link on top of one of ours may have kept that from being replaced.
    const below = isDeleted ? names.nameOf(link.attributes.link ?? 0) : undefined
    return below !== undefined && overlay.links.has(below) ? { objects: [below], cures: true } : nothing
  }
  const counts = isDeleted || before === undefined || isDifferent(link, before)
  if (!counts) {
    return nothing
  }
  return { objects: isVxlan ? 'all' : [...known, ...dependents], cures: true }
}

/** Bridges of ours that a link is in, or was. */
function ownBridges(states: readonly (Link | undefined)[], owned: Owned, names: LinkNames): readonly string[] {
  const masters = states.flatMap((link) => names.nameOf(link?.attributes.master ?? 0) ?? [])
  return [...new Set(masters)].filter((name) => owned.links[name]?.kind === 'bridge')
}

/** The bridge that a link lost its place in: one that moves elsewhere is not to come back. */
function lostBridges({ index }: Link, { guests = [] }: Owned): readonly string[] {
  return guests.filter(({ ifindex, isLost }) => isLost === true && ifindex === index).map(({ bridge }) => bridge)
}

function relevanceOfIndex(index: number, { names, owned }: Situation, overlay: DesiredOverlay): Relevance {
  const name = names.nameOf(index)
  const concerns = name !== undefined && (name in owned.links || name in owned.ports || overlay.ports.has(name))
  return concerns ? { objects: [name], cures: false } : nothing
}

function bridgesWithEntries(port: string | undefined, { dependents, bridgeEntries }: DesiredOverlay): string[] {
  return (dependents.get(port ?? '') ?? []).filter((each) => bridgeEntries.has(each))
}

/** A learned entry, of which thousands may come in a second, concerns nobody unless a file speaks of its MAC address. */
function isEntryOfInterest(
  name: string,
  { value: entry, verb }: { readonly value: Neighbour; readonly verb: RouteMessage['verb'] },
  { owned, names }: Situation,
  overlay: DesiredOverlay,
): boolean {
  const link = overlay.links.get(name)
  if (link === undefined || !(name in owned.links)) {
    return false
  }
  const { fdb, neighbours } = owned.entriesOf(name)
  if (entry.family !== constants.AF_BRIDGE) {
    return neighbours.has(neighbourKey(entry)) || isNeighbourStated(link, entry.attributes.dst)
  }
  const key = fdbKey(entry)
  if (link.kind !== 'vxlan') {
    return isOnRecord(fdb, key) || isMacStated(overlay.bridgeEntries.get(name) ?? [], key)
  }
  const { group, remote = group, fdb_exclusive: isExclusive } = link.spec
  const { lladdr, dst } = entry.attributes
  const isOwnLost = verb === 'delete' && lladdr === zeroMac && dst === remote
  return isExclusive === true || isOwnLost || fdb.has(key) || isWanted(link, key, names)
}

const statedIps = new WeakMap<object, ReadonlySet<string>>()

/** Found once for each list: the fleet may give thousands. */
function isNeighbourStated({ spec: { neighbours } }: DesiredLink, ip: string | undefined): boolean {
  if (neighbours === undefined || ip === undefined) {
    return false
  }
  const known = statedIps.get(neighbours) ?? new Set(statedEntries(neighbours).map((each) => each.ip))
  statedIps.set(neighbours, known)
  return known.has(ip)
}

function isWanted(link: DesiredVxlan, key: string, names: LinkNames): boolean {
  const isStated = link.spec.fdb !== undefined || link.spec.remotes !== undefined
  // If an interface that an entry names is not there, its coming is a message of its own.
  return isStated && wantedFdb(link.spec, link.path, names).has(key)
}

function isDifferent(link: Link, before: Link): boolean {
  const { ifname, mtu, master } = link.attributes
  const then = before.attributes
  return ifname !== then.ifname || mtu !== then.mtu || master !== then.master || link.flags !== before.flags
}
