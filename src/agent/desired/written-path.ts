/** From a place in the canonical form to the place in the file that says it. */
import type { Path } from './finding.ts'

/** The path that `path` has in `value`, a file as it is written: there a mapping of names may be a list of them, as `ports` is, and a list one word, as `remotes` is. */
export function writtenPath(value: unknown, path: Path): Path {
  let inside = value
  for (const [depth, segment] of path.entries()) {
    if (Array.isArray(inside) && typeof segment === 'string') {
      const index = inside.indexOf(segment)
      return index === -1 ? path.slice(0, depth) : [...path.slice(0, depth), index]
    }
    if (typeof inside === 'string' && typeof segment === 'number') {
      return path.slice(0, depth)
    }
    inside = typeof inside === 'object' && inside !== null ? Reflect.get(inside, segment) : undefined
  }
  return path
}
