/** The picture: hosts on a ring in the order of their names, so that each is where it was, and the directions that are drawn. Pure. */
import { healths, isAmiss, wordsOf } from '../health.ts'
import type { Grid } from './grid.ts'

/** Where the hosts are, in CSS pixels. */
export interface Ring {
  readonly x: number
  readonly y: number
  readonly radius: number
  /** Of a host's mark. */
  readonly dot: number
  /** By place. */
  readonly xs: Float32Array
  readonly ys: Float32Array
  /** How many hosts there are from one that is named to the next, where nothing sets them apart. */
  readonly nameStep: number
  /** Room for a name, in pixels. */
  readonly nameRoom: number
}

/** Room for names around the ring, and from one to the next, in pixels. */
const nameRoom = { wide: 110, narrow: 70 }
const nameHeight = 14

/** Angle of a host, in radians: the first is at the top, and they go around as a clock does. */
export function angleOf(place: number, count: number): number {
  return (2 * Math.PI * place) / Math.max(1, count) - Math.PI / 2
}

export function ringOf(count: number, { width, height }: { readonly width: number; readonly height: number }): Ring {
  const room = width < 480 ? nameRoom.narrow : nameRoom.wide
  const radius = Math.max(40, Math.min(width / 2 - room, height / 2 - 34))
  const [x, y] = [width / 2, height / 2]
  const places = Array.from({ length: count }, (_, place) => angleOf(place, count))
  const apart = (2 * Math.PI * radius) / Math.max(1, count)
  return {
    ...{ x, y, radius },
    dot: Math.max(1.6, Math.min(8, apart * 0.4)),
    xs: Float32Array.from(places, (angle) => x + radius * Math.cos(angle)),
    ys: Float32Array.from(places, (angle) => y + radius * Math.sin(angle)),
    nameStep: Math.max(1, Math.ceil(nameHeight / apart)),
    nameRoom: room - 16,
  }
}

/** The host whose mark is at a point, or near enough; undefined: none. */
export function hostAt(ring: Ring, point: { readonly x: number; readonly y: number }): number | undefined {
  const count = ring.xs.length
  const [dx, dy] = [point.x - ring.x, point.y - ring.y]
  if (count === 0 || Math.abs(Math.hypot(dx, dy) - ring.radius) > Math.max(14, ring.dot + 6)) {
    return undefined
  }
  const turn = (Math.atan2(dy, dx) + Math.PI / 2) / (2 * Math.PI)
  const place = ((Math.round(turn * count) % count) + count) % count
  const distance = Math.hypot(point.x - (ring.xs[place] ?? 0), point.y - (ring.ys[place] ?? 0))
  return distance <= Math.max(14, ring.dot + 6) ? place : undefined
}

/** A direction that is drawn. */
export interface Edge {
  readonly from: number
  readonly to: number
  readonly code: number
}

/** Directions that are drawn: none that is well, unless they are few. */
export const few = 90
/** The most that are drawn of those that are not well. */
export const mostEdges = 1000

/**
 * What is drawn, the worst last, so that it lies on top: what is amiss, as much of it as is told apart; everything where there are few; every
 * direction of the chosen host. `left`: how many that are amiss are not drawn.
 */
export function edgesOf(grid: Grid, chosen: number): { readonly edges: readonly Edge[]; readonly left: number } {
  const count = grid.size
  const isAll = count * (count - 1) <= few
  const amiss: Edge[] = []
  const others: Edge[] = []
  let left = 0
  for (let from = 0; from < count; from += 1) {
    for (let to = 0; to < count; to += 1) {
      const code = grid.codeAt(from, to)
      const isOfChosen = from === chosen || to === chosen
      if (from === to || healths[code] === 'absent') {
        continue
      }
      if (isCodeAmiss[code] === true) {
        if (isOfChosen || amiss.length < mostEdges) {
          amiss.push({ from, to, code })
        } else {
          left += 1
        }
      } else if (isAll || isOfChosen) {
        others.push({ from, to, code })
      }
    }
  }
  const byCode = (one: Edge, other: Edge): number => Number(isBad(one)) - Number(isBad(other))
  return { edges: [...others, ...amiss.sort(byCode)], left }
}

const isCodeAmiss = healths.map(isAmiss)

function isBad({ code }: Edge): boolean {
  const health = healths[code]
  return health !== undefined && wordsOf[health].tone === 'bad'
}
