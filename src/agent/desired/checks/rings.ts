/** Links that stand on one another: in a circle, so that none could be made first, or higher than the kernel lets them. */
import { type Declaration, pathOf } from '../declaration.ts'
import { errorAt, type Finding } from '../finding.ts'
import { mostLevels } from '../limits.ts'
import type { Declarations } from '../membership.ts'

/**
 * A vxlan stands on its `dev`, and a bridge on its ports: EBUSY from the kernel for the one that closes the circle (6.18). Each
 * circle is reported once, at a `dev` in it. One of a single link is another rule's. A stack that is too high is reported at the
 * lowest link that has no place in it: EMLINK (6.18).
 */
export function checkRings(declarations: Declarations): Finding[] {
  const below = standsOn(declarations)
  const heights = new Map<string, number>()
  return declarations.all.flatMap(({ name }) => {
    const { ring, tooHigh } = climb(name, below, heights)
    const high = tooHigh.flatMap((each) => tooManyLevels(declarations.byName.get(each)))
    // Bridges do not stand on bridges, so that there is a vxlan in every circle; the circle is told from there.
    const start = ring?.findIndex((each) => declarations.byName.get(each)?.section === 'vxlans') ?? -1
    const first = declarations.byName.get(ring?.[start] ?? '')
    if (ring === undefined || ring.length === 1 || first === undefined) {
      return high
    }
    const suggestion = 'let one of them run over an interface that is there'
    const message = `dev leads in a circle: ${wordsOf([...ring.slice(start), ...ring.slice(0, start), first.name])}`
    return [...high, errorAt('dev-cycle', pathOf(first, 'dev'), 'value', message, suggestion)]
  })
}

/** A circle in words; of a long one its beginning and its end. */
function wordsOf(ring: readonly string[]): string {
  const shown = ring.length > 20 ? [...ring.slice(0, 10), `${ring.length - 20} others`, ...ring.slice(-10)] : ring
  return shown.join(' over ')
}

function tooManyLevels(link: Declaration | undefined): Finding[] {
  if (link === undefined) {
    return []
  }
  const key = link.section === 'vxlans' ? 'dev' : 'ports'
  const path = key in link.spec ? pathOf(link, key) : pathOf(link)
  const message = `${link.name} is the ${mostLevels + 1}th of interfaces that stand on one another; the kernel takes ${mostLevels}`
  return [errorAt('too-many-levels', path, 'key', message, `name another ${key}, nearer to the ground`)]
}

function standsOn({ all, listed }: Declarations): Map<string, string[]> {
  const below = new Map<string, string[]>(all.map(({ name }) => [name, []]))
  for (const link of all) {
    if (link.section === 'vxlans' && link.spec.dev !== undefined) {
      below.get(link.name)?.push(link.spec.dev)
    }
    if (link.spec.master !== undefined) {
      below.get(link.spec.master)?.push(link.name)
    }
  }
  for (const ports of listed.values()) {
    for (const { link, master } of ports) {
      below.get(master)?.push(link)
    }
  }
  return below
}

/** A link on the way down, and what is left below it. */
interface Step {
  readonly name: string
  readonly below: readonly string[]
  next: number
  height: number
}

/**
 * Goes through all that stands below `name`, without recursion: a file may have a chain of 20,000 links. Gives the first circle found,
 * topmost first, and the links that are one level too high.
 * @param heights how many interfaces stand on one another up to a link; of those below a circle or above it, 0. Links in it are done with.
 */
function climb(
  name: string,
  below: ReadonlyMap<string, readonly string[]>,
  heights: Map<string, number>,
): { ring?: string[]; tooHigh: string[] } {
  const tooHigh: string[] = []
  const trail: Step[] = []
  const places = new Map<string, number>()
  const enter = (each: string): void => {
    places.set(each, trail.length)
    trail.push({ name: each, below: below.get(each) ?? [], next: 0, height: 1 })
  }
  if (!heights.has(name)) {
    enter(name)
  }
  for (let step = trail.at(-1); step !== undefined; step = trail.at(-1)) {
    const next = step.below[step.next]
    if (next === undefined) {
      heights.set(step.name, step.height)
      // Exactly: those above it are too high for the same reason.
      if (step.height === mostLevels + 1) {
        tooHigh.push(step.name)
      }
      places.delete(step.name)
      trail.pop()
      continue
    }
    step.next += 1
    const place = places.get(next)
    if (place !== undefined) {
      for (const each of trail) {
        heights.set(each.name, 0)
      }
      return { ring: trail.slice(place).map((each) => each.name), tooHigh }
    }
    const height = heights.get(next)
    if (height === undefined) {
      step.next -= 1
      enter(next)
    } else {
      step.height = Math.max(step.height, height + 1)
    }
  }
  return { tooHigh }
}
