/**
 * Remotes that are this host itself. One list of VTEPs can serve all hosts of a segment: each leaves out its own address, to which it would
 * else flood every frame, and learn the MAC addresses of its own machines as if they were far away.
 */
import type { DesiredOverlay } from '../../desired/overlay.ts'
import { remoteParts } from '../../desired/remote-parts.ts'
import type { VxlanSpec } from '../../desired/schema.ts'
import type { WantedFdbEntry } from '../../words/fdb-entry.ts'

/** Those of `remotes` that are left out. With `localbypass: false` a program on this host may be meant. */
export function ownRemotes(
  { remote, remotes = [], localbypass }: VxlanSpec,
  own: ReadonlySet<string>,
): ReadonlySet<string> {
  // The link itself makes the entry for `remote`.
  const addresses = remotes.map((each) => remoteParts(each).dst).filter((address) => address !== remote)
  return new Set(localbypass === false ? [] : addresses.filter((address) => own.has(address)))
}

/** The wanted entries without those of `remotes` that lead to one of these. */
export function withoutOwn(
  wanted: ReadonlyMap<string, WantedFdbEntry>,
  leftOut: ReadonlySet<string>,
): ReadonlyMap<string, WantedFdbEntry> {
  return leftOut.size === 0 ? wanted : new Map([...wanted].filter(([, entry]) => !entry.isRemoteOf(leftOut)))
}

/**
 * What is to be known of remotes that are this host itself.
 * @param leftOut as {@link ownRemotes} gives it
 */
export function ownRemoteNotices(
  { group, remote, remotes = [], localbypass }: VxlanSpec,
  own: ReadonlySet<string>,
  leftOut: ReadonlySet<string>,
): string[] {
  const isNobodyLeft =
    leftOut.size > 0 &&
    group === undefined &&
    remote === undefined &&
    remotes.every((each) => leftOut.has(remoteParts(each).dst))
  return [
    ...Array.from(leftOut, (address) => `${address} of remotes is an address of this host, and is left out`),
    ...(isNobodyLeft ? ['no remotes are left: frames for unknown, broadcast and multicast addresses are dropped'] : []),
    ...(remote !== undefined && localbypass !== false && own.has(remote)
      ? [`its remote ${remote} is an address of this host: what it sends there comes back to it`]
      : []),
  ]
}

const byRemote = new WeakMap<DesiredOverlay, ReadonlyMap<string, readonly string[]>>()

/** The vxlans that name an address as a remote, by the address; made once for each overlay. */
export function vxlansByRemote(overlay: DesiredOverlay): ReadonlyMap<string, readonly string[]> {
  const known = byRemote.get(overlay)
  if (known !== undefined) {
    return known
  }
  const found = new Map<string, string[]>()
  for (const link of overlay.links.values()) {
    const { remote, remotes = [] } = link.kind === 'vxlan' ? link.spec : {}
    const addresses = [remote, ...remotes.map((each) => remoteParts(each).dst)]
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
