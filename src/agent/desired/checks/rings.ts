/** Links that stand on one another in a circle, so that none could be made first. */
import { pathOf } from '../declaration.ts'
import { errorAt, type Finding } from '../finding.ts'
import type { Declarations } from '../membership.ts'

/**
 * A vxlan stands on its `dev`, and a bridge on its ports: EBUSY from the kernel for the one that closes the circle (6.18). Each
 * circle is reported once, at a `dev` in it. One of a single link is another rule's.
 */
export function checkRings(declarations: Declarations): Finding[] {
  const below = standsOn(declarations)
  const finished = new Set<string>()
  return declarations.all.flatMap(({ name }) => {
    const ring = findRing(name, below, finished, [])
    // Bridges do not stand on bridges, so that there is a vxlan in every circle; the circle is told from there.
    const start = ring?.findIndex((each) => declarations.byName.get(each)?.section === 'vxlans') ?? -1
    const first = declarations.byName.get(ring?.[start] ?? '')
    if (ring === undefined || ring.length === 1 || first === undefined) {
      return []
    }
    const told = [...ring.slice(start), ...ring.slice(0, start), first.name].join(' over ')
    const suggestion = 'let one of them run over an interface that is there'
    return [errorAt('dev-cycle', pathOf(first, 'dev'), 'value', `dev leads in a circle: ${told}`, suggestion)]
  })
}

function standsOn({ all, listings }: Declarations): Map<string, string[]> {
  const below = new Map<string, string[]>(all.map(({ name }) => [name, []]))
  for (const link of all) {
    if (link.section === 'vxlans' && link.spec.dev !== undefined) {
      below.get(link.name)?.push(link.spec.dev)
    }
    if (link.spec.master !== undefined) {
      below.get(link.spec.master)?.push(link.name)
    }
  }
  for (const [port, ofLink] of listings) {
    for (const { bridge } of ofLink) {
      below.get(bridge.name)?.push(port)
    }
  }
  return below
}

/** The first circle found below `name`, topmost first. Links in `finished` lead to none that is not told. */
function findRing(
  name: string,
  below: ReadonlyMap<string, readonly string[]>,
  finished: Set<string>,
  trail: readonly string[],
): string[] | undefined {
  if (trail.includes(name)) {
    return trail.slice(trail.indexOf(name))
  }
  if (finished.has(name)) {
    return undefined
  }
  for (const next of below.get(name) ?? []) {
    const ring = findRing(next, below, finished, [...trail, name])
    if (ring !== undefined) {
      finished.add(name)
      return ring
    }
  }
  finished.add(name)
  return undefined
}
