/** A link's declared neighbours against the kernel's ARP and ND tables. */
import { constants, type Neighbour } from '../../rtnetlink/index.ts'
import type { DesiredLink } from '../model/desired-overlay.ts'
import { isSameNeighbour, neighbourRequest } from '../model/neighbour-entry.ts'
import { neighbourKey } from '../model/observed.ts'
import type { KeyedEntry, Obstacle, Plan } from './action.ts'
import { addEntries, removeEntries, replaceEntries } from './entry-actions.ts'

const noTable: ReadonlyMap<string, Neighbour> = new Map()

/**
 * As `diffFdb`, for neighbours: what the record does not have stays; what the kernel found out by itself gives way to what is
 * declared.
 */
export function diffNeighbours(
  { name, spec, path }: DesiredLink,
  recorded: ReadonlySet<string>,
  present: ReadonlyMap<string, Neighbour> = noTable,
): Plan {
  const missing: KeyedEntry[] = []
  const different: KeyedEntry[] = []
  const obstacles: Obstacle[] = []
  const wanted = new Set<string>()
  for (const [index, neighbour] of (spec.neighbours ?? []).entries()) {
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
    const there = wanted.has(key) ? undefined : present.get(key)
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

/** Permanent neighbours of a link that goes: the link that comes instead gets them again. */
export function neighboursToKeep(present: ReadonlyMap<string, Neighbour> = noTable): KeyedEntry[] {
  return [...present]
    .filter(([, { state, flags }]) => (state & constants.NUD_PERMANENT) !== 0 && (flags & constants.NTF_PROXY) === 0)
    .map(
      ([
        key,
        {
          family,
          state,
          flags,
          attributes: { dst, lladdr },
        },
      ]) => ({
        key,
        request: { family, state, flags, attributes: { dst, lladdr } },
      }),
    )
}
