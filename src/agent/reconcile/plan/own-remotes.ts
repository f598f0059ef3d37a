/**
 * Remotes that are this host itself. One list of VTEPs can serve all hosts of a segment: each leaves out its own address, to which it would
 * else flood every frame, and learn the MAC addresses of its own machines as if they were far away.
 */
import type { DesiredOverlay } from '../../desired/overlay.ts'
import { statedEntries, statedRemotes } from '../../desired/remote-parts.ts'
import type { FdbSpec } from '../../desired/schema/forwarding.ts'
import type { VxlanSpec } from '../../desired/schema.ts'
import type { WantedFdbEntry } from '../../words/fdb-entry.ts'

/** Those of `remotes` that are left out. With `localbypass: false` a program on this host may be meant. */
export function ownRemotes({ remote, remotes, localbypass }: VxlanSpec, own: ReadonlySet<string>): ReadonlySet<string> {
  // The link itself makes the entry for `remote`.
  const addresses = destinations(remotes).filter((address) => address !== remote)
  return new Set(localbypass === false ? [] : addresses.filter((address) => own.has(address)))
}

function destinations(remotes: VxlanSpec['remotes']): string[] {
  return statedRemotes(remotes).map(({ parts }) => parts.dst)
}

/** The wanted entries without those of `remotes` that lead to one of these. */
export function withoutOwn(
  wanted: ReadonlyMap<string, WantedFdbEntry>,
  leftOut: ReadonlySet<string>,
): ReadonlyMap<string, WantedFdbEntry> {
  return leftOut.size === 0 ? wanted : new Map([...wanted].filter(([, entry]) => !entry.isRemoteOf(leftOut)))
}

/**
 * What is to be known of remotes, and of destinations of entries, that are this host itself.
 * @param leftOut as {@link ownRemotes} gives it
 */
export function ownRemoteNotices(
  { group, remote, remotes, fdb, localbypass }: VxlanSpec,
  own: ReadonlySet<string>,
  leftOut: ReadonlySet<string>,
): string[] {
  const isNobodyLeft =
    leftOut.size > 0 &&
    group === undefined &&
    remote === undefined &&
    destinations(remotes).every((address) => leftOut.has(address))
  return [
    ...Array.from(leftOut, (address) => `${address} of remotes is an address of this host, and is left out`),
    ...(isNobodyLeft ? ['no remotes are left: frames for unknown, broadcast and multicast addresses are dropped'] : []),
    ...(remote !== undefined && localbypass !== false && own.has(remote)
      ? [`its remote ${remote} is an address of this host: what it sends there comes back to it`]
      : []),
    ...(localbypass === false ? [] : ownDestinationNotices(statedEntries(fdb), own)),
  ]
}

/** An entry may be one of a list for all hosts, and is not left out: without it frames for the address would be flooded. */
function ownDestinationNotices(fdb: readonly FdbSpec[], own: ReadonlySet<string>): string[] {
  return [...macsByDestination(fdb)]
    .filter(([dst]) => own.has(dst))
    .map(([dst, { first, count }]) => {
      const which = count === 1 ? `the entry for ${first} of fdb leads` : `${count} entries of fdb lead`
      return `${which} to ${dst}, an address of this host: what it sends there comes back to it`
    })
}

interface MacsOfDestination {
  readonly first: string
  count: number
}

const byDestination = new WeakMap<readonly FdbSpec[], ReadonlyMap<string, MacsOfDestination>>()

/** Of 100,000 entries there are few destinations; found once for each list. */
function macsByDestination(fdb: readonly FdbSpec[]): ReadonlyMap<string, MacsOfDestination> {
  const known = byDestination.get(fdb)
  if (known !== undefined) {
    return known
  }
  const found = new Map<string, MacsOfDestination>()
  for (const { mac, dst } of fdb) {
    const macs = dst === undefined ? undefined : found.get(dst)
    if (macs !== undefined) {
      macs.count += 1
    } else if (dst !== undefined) {
      found.set(dst, { first: mac, count: 1 })
    }
  }
  byDestination.set(fdb, found)
  return found
}

const byRemote = new WeakMap<DesiredOverlay, ReadonlyMap<string, readonly string[]>>()

/** The vxlans that name an address as a remote, or as the destination of an entry, by the address; made once for each overlay. */
export function vxlansByRemote(overlay: DesiredOverlay): ReadonlyMap<string, readonly string[]> {
  const known = byRemote.get(overlay)
  if (known !== undefined) {
    return known
  }
  const found = new Map<string, string[]>()
  for (const link of overlay.links.values()) {
    const { remote, remotes, fdb } = link.kind === 'vxlan' ? link.spec : {}
    const addresses = [remote, ...destinations(remotes), ...macsByDestination(statedEntries(fdb)).keys()]
    for (const address of new Set(addresses.filter((each) => each !== undefined))) {
      const names = found.get(address)
      if (names === undefined) {
        found.set(address, [link.name])
      } else {
        names.push(link.name)
      }
    }
  }
  byRemote.set(overlay, found)
  return found
}
