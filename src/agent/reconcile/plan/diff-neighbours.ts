/** A link's declared neighbours against the kernel's ARP and ND tables. */
import { constants, type Link, type Neighbour } from '../../../rtnetlink/index.ts'
import type { DesiredLink } from '../../desired/overlay.ts'
import { placedEntries } from '../../desired/remote-parts.ts'
import { type Attachments, nothingAttached } from '../../kernel/attachments.ts'
import { isGroupMac, neighbourKey } from '../../kernel/observed.ts'
import { isSameNeighbour, neighbourRequest } from '../../words/neighbour-entry.ts'
import type { KeyedEntry, Obstacle, Plan } from './action.ts'
import { addEntries, removeEntries, replaceEntries } from './entry-actions.ts'

const noTable: ReadonlyMap<string, Neighbour> = new Map()

/**
 * As `diffFdb`, for neighbours: what the record does not have stays; what the kernel found out by itself gives way to what is
 * declared.
 */
export function diffNeighbours(
  { name, spec, path, fleet }: DesiredLink,
  recorded: ReadonlySet<string>,
  present: ReadonlyMap<string, Neighbour> = noTable,
): Plan {
  const missing: KeyedEntry[] = []
  const different: KeyedEntry[] = []
  const obstacles: Obstacle[] = []
  const wanted = new Set<string>()
  for (const [index, neighbour] of placedEntries(spec.neighbours)) {
    const request = neighbourRequest(neighbour)
    const entry = { key: neighbourKey(request), request, path: [...path, 'neighbours', index] }
    const there = present.get(entry.key)
    wanted.add(entry.key)
    if (there === undefined) {
      missing.push(entry)
    } else if (isSameNeighbour(there, request)) {
      // As declared, whoever put it there.
    } else if ((there.state & constants.NUD_PERMANENT) !== 0 && !recorded.has(entry.key)) {
      const reason = `something else has put a permanent neighbour ${neighbour.ip} at ${there.attributes.lladdr} there; remove it, or take ${neighbour.ip} out of the desired state`
      obstacles.push({ link: name, kind: 'conflict', reason, path: entry.path })
    } else {
      different.push(entry)
    }
  }
  const surplus = [...recorded].flatMap((key) => {
    const stays = wanted.has(key) || fleet?.areNeighboursPending === true
    const there = stays ? undefined : present.get(key)
    return there === undefined ? [] : [{ key, present: there }]
  })
  return {
    actions: [
      ...addEntries(name, 'neighbours', missing, 'declared, absent'),
      ...replaceEntries(name, 'neighbours', different, 'differs from what is declared'),
      ...removeEntries(name, 'neighbours', surplus, 'present, not declared'),
    ],
    obstacles,
    notices: [],
  }
}

/** Neighbours of a link that goes, other than those that the kernel found by itself: the link that comes instead gets them again. */
export function neighboursToKeep(
  present: ReadonlyMap<string, Neighbour> = noTable,
  link: Pick<Link, 'flags'> = { flags: 0 },
  { proxies }: Pick<Attachments, 'proxies'> = nothingAttached,
): KeyedEntry[] {
  return [...[...present.values()].filter((entry) => isStated(entry, link)), ...proxies].map((entry) => {
    const {
      family,
      state,
      flags,
      attributes: { dst, lladdr, protocol, flagsExt },
    } = entry
    const attributes = {
      dst,
      ...(lladdr !== undefined && { lladdr }),
      ...(protocol !== undefined && protocol !== 0 && { protocol }),
      ...(flagsExt !== undefined && flagsExt !== 0 && { flagsExt }),
    }
    return { key: neighbourKey(entry), request: { family, state, flags, attributes } }
  })
}

/** NUD_NOARP is also what the kernel gives groups and broadcast addresses, and all addresses of a link that does not resolve. */
function isStated({ state, flags, attributes: { lladdr } }: Neighbour, link: Pick<Link, 'flags'>): boolean {
  if ((flags & constants.NTF_PROXY) !== 0) {
    return false
  }
  const isNoArp = (state & constants.NUD_NOARP) !== 0 && (link.flags & constants.IFF_NOARP) === 0
  return (
    (state & constants.NUD_PERMANENT) !== 0 ||
    (flags & constants.NTF_EXT_LEARNED) !== 0 ||
    (isNoArp && lladdr !== undefined && !isGroupMac(lladdr))
  )
}
