/** Where the links of a desired state, their keys and their entries stand, without the texts of the files. */
import type { Path } from './finding.ts'
import type { Position } from './merge-files.ts'
import type { DesiredState } from './schema.ts'

/** Line and column, both from 1. */
type Place = readonly [line: number, column: number]

interface LinkPlaces {
  /** Index in `files`. */
  readonly file: number
  readonly at: Place
  /** By key, and for a mapping also by key and inner key with a NUL between. */
  readonly keys: ReadonlyMap<string, Place>
  /** By key of a list: line and column of each entry, one after the other. */
  readonly entries: ReadonlyMap<string, Uint32Array>
}

/** Plain data, so that it can go from one thread to another. */
export interface Places {
  readonly files: readonly string[]
  readonly links: ReadonlyMap<string, LinkPlaces>
  /** Of the fleet's section. */
  readonly fleet?: LinkPlaces
}

/** Where things stand in the texts. */
export interface Whereabouts {
  locate(path: Path): Position | undefined
  /** Of the list at `path`: line and column of each entry, one after the other. */
  entries(path: Path): Uint32Array
}

/** Looks up everything once. */
export function placesOf({ vxlans, bridges, fleet }: DesiredState, whereabouts: Whereabouts): Places {
  const files = new Map<string, number>()
  const links = new Map<string, LinkPlaces>()
  const find = (spec: object, path: Path): LinkPlaces | undefined => {
    const position = whereabouts.locate(path)
    if (position === undefined) {
      return undefined
    }
    const file = files.get(position.file) ?? files.size
    files.set(position.file, file)
    return { file, at: placeOf(position), ...placesIn(spec, path, whereabouts) }
  }
  for (const [section, specs] of Object.entries({ vxlans, bridges })) {
    for (const [name, spec] of Object.entries(specs)) {
      const found = find(spec, [section, name])
      if (found !== undefined) {
        links.set(name, found)
      }
    }
  }
  const ofFleet = fleet && find(fleet, ['fleet'])
  return { files: [...files.keys()], links, ...(ofFleet !== undefined && { fleet: ofFleet }) }
}

function placesIn(spec: object, path: Path, whereabouts: Whereabouts): Pick<LinkPlaces, 'keys' | 'entries'> {
  const keys = new Map<string, Place>()
  const entries = new Map<string, Uint32Array>()
  for (const [key, value] of Object.entries(spec)) {
    keys.set(key, placeOf(whereabouts.locate([...path, key])))
    if (Array.isArray(value)) {
      entries.set(key, whereabouts.entries([...path, key]))
    } else if (typeof value === 'object' && value !== null) {
      for (const inner of Object.keys(value)) {
        keys.set(`${key}\0${inner}`, placeOf(whereabouts.locate([...path, key, inner])))
      }
    }
  }
  return { keys, entries }
}

function placeOf(position: Position | undefined): Place {
  return [position?.line ?? 1, position?.column ?? 1]
}

/** Finds them again. What is deeper than an entry is found at the entry. */
export function locatorIn({ files, links, fleet }: Places): (path: Path) => Position | undefined {
  return (path) => {
    const [key, inner] = path[0] === 'fleet' ? path.slice(1) : path.slice(2)
    const link = path[0] === 'fleet' ? fleet : links.get(String(path[1]))
    const file = files[link?.file ?? -1]
    if (link === undefined || file === undefined) {
      return undefined
    }
    const entry = typeof inner === 'number' ? link.entries.get(String(key))?.slice(inner * 2, inner * 2 + 2) : undefined
    const [line, column] =
      entry?.length === 2 ? [...entry] : (link.keys.get(`${key}\0${inner}`) ?? link.keys.get(String(key)) ?? link.at)
    return { file, line: line ?? 1, column: column ?? 1 }
  }
}
