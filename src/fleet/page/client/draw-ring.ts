/** Draws the ring: directions as bows that keep to their right, hosts by how they are, and names as far as there is room. */

import { grouped } from '../../../agent/facts/grouped.ts'
import { fitted } from '../../../agent/publish/web/client/layout.ts'
import { safeText } from '../../../agent/publish/web/client/safe-text.ts'
import { type Health, healths, type Tone, wordsOf } from '../health.ts'
import { letterWidth, monospace } from './draw-matrix.ts'
import type { Palette } from './palette.ts'
import { angleOf, type Edge, type Ring } from './ring.ts'
import type { HostMark } from './standing.ts'

export interface RingScene {
  readonly ring: Ring
  readonly names: readonly string[]
  readonly marks: readonly HostMark[]
  readonly edges: readonly Edge[]
  /** By place, or -1. */
  readonly chosen: number
  readonly pointed: number
  /** Hosts that are searched for; undefined: nothing is. */
  readonly found: ReadonlySet<number> | undefined
  readonly palette: Palette
}

/** Draws the ring and its directions, which stay while somebody points at hosts. */
export function drawEdges(
  context: CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D,
  scene: RingScene,
): void {
  const { ring, palette, edges } = scene
  context.lineWidth = 1
  context.strokeStyle = palette.colours.line
  context.beginPath()
  context.arc(ring.x, ring.y, ring.radius, 0, 2 * Math.PI)
  context.stroke()
  // Lines of one kind are drawn in one go.
  for (const alike of grouped(edges, (edge) => `${edge.code} ${isOfChosen(scene, edge)}`).values()) {
    const [first] = alike
    if (first !== undefined) {
      Object.assign(context, styleOf(scene, first))
      context.setLineDash([...dashes[healths[first.code] ?? 'absent']])
      context.beginPath()
      const bows = alike.map((edge) => bowOf(ring, edge))
      for (const { from, middle, to } of bows) {
        context.moveTo(from.x, from.y)
        context.quadraticCurveTo(middle.x, middle.y, to.x, to.y)
      }
      context.stroke()
      context.setLineDash([])
      if (toneOf(first) !== 'good' || ring.dot >= 5) {
        for (const { middle, to } of bows) {
          drawHead(context, middle, to, ring.dot)
        }
      }
    }
  }
  context.globalAlpha = 1
}

/** Draws hosts and names, and gives how many that took. */
export function drawHosts(context: CanvasRenderingContext2D, scene: RingScene): number {
  for (const place of scene.names.keys()) {
    drawHost(context, scene, place)
  }
  return scene.names.length + drawNames(context, scene)
}

/** Lines of each kind are broken in their own way: no colour is needed to tell them apart. */
const dashes: Readonly<Record<Health, readonly number[]>> = {
  absent: [],
  passes: [],
  entry: [],
  unknown: [1, 5],
  lossy: [14, 4],
  smaller: [12, 4, 2, 4],
  silent: [2.5, 3],
  missing: [8, 4],
}

function toneOf({ code }: Edge): Tone {
  return wordsOf[healths[code] ?? 'absent'].tone
}

function isOfChosen({ chosen }: RingScene, { from, to }: Edge): boolean {
  return from === chosen || to === chosen
}

/** What is well is faint, and fainter where there is much of it; what is not stands out, most of all that of the chosen host. */
function styleOf(
  scene: RingScene,
  edge: Edge,
): { strokeStyle: string; fillStyle: string; globalAlpha: number; lineWidth: number } {
  const { palette, chosen, edges } = scene
  const tone = toneOf(edge)
  const isLoud = tone === 'bad' || tone === 'warning'
  const health = healths[edge.code] ?? 'absent'
  const colour = isLoud ? palette.fill[health] : tone === 'unknown' ? palette.colours.quiet : palette.colours.good
  const isNear = chosen < 0 || isOfChosen(scene, edge)
  return {
    strokeStyle: colour,
    fillStyle: colour,
    globalAlpha: isLoud ? (isNear ? 0.95 : 0.4) : edges.length > 150 ? 0.16 : isNear ? 0.7 : 0.3,
    lineWidth: tone === 'bad' ? 2 : tone === 'warning' ? 1.6 : 1,
  }
}

interface Point {
  readonly x: number
  readonly y: number
}

/**
 * The bow of a direction: to the right of its way, so that the two directions of a pair lie beside each other; and pulled to the middle where
 * there are many, so that those of neighbours are told from the ring.
 */
function bowOf(
  { xs, ys, x, y }: Ring,
  { from, to }: Edge,
): { readonly from: Point; readonly middle: Point; readonly to: Point } {
  const [begin, end] = [
    { x: xs[from] ?? 0, y: ys[from] ?? 0 },
    { x: xs[to] ?? 0, y: ys[to] ?? 0 },
  ]
  const length = Math.max(1, Math.hypot(end.x - begin.x, end.y - begin.y))
  const aside = Math.min(26, 0.09 * length) / length
  const pull = xs.length > 12 ? 0.2 : 0
  const middle = {
    x: ((begin.x + end.x) / 2) * (1 - pull) + x * pull - (begin.y - end.y) * aside,
    y: ((begin.y + end.y) / 2) * (1 - pull) + y * pull - (end.x - begin.x) * aside,
  }
  return { from: begin, middle, to: end }
}

function drawHead(
  context: CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D,
  from: Point,
  to: Point,
  dot: number,
): void {
  const angle = Math.atan2(to.y - from.y, to.x - from.x)
  const [tipX, tipY] = [to.x - Math.cos(angle) * (dot + 2), to.y - Math.sin(angle) * (dot + 2)]
  const size = Math.max(5, Math.min(9, dot * 1.2))
  context.beginPath()
  context.moveTo(tipX, tipY)
  for (const side of [-0.45, 0.45]) {
    context.lineTo(tipX - Math.cos(angle + side) * size, tipY - Math.sin(angle + side) * size)
  }
  context.fill()
}

/** Filled: well. Hollow: not known. A square stands for what is worth a look, a cross for what is bad. */
function drawHost(context: CanvasRenderingContext2D, scene: RingScene, place: number): void {
  const { ring, marks, chosen, pointed, found, palette } = scene
  const { colours } = palette
  const [x = 0, y = 0] = [ring.xs[place], ring.ys[place]]
  const mark = marks[place] ?? 'unknown'
  const isSpecial = place === chosen || place === pointed
  const size = isSpecial ? Math.max(ring.dot, 5) + 1.5 : mark === 'bad' ? Math.max(ring.dot, 3.5) : ring.dot
  context.globalAlpha = found === undefined || found.has(place) ? 1 : 0.25
  context.fillStyle = colours.ground
  context.strokeStyle = { good: colours.good, warning: colours.warning, bad: colours.bad, unknown: colours.quiet }[mark]
  context.lineWidth = Math.max(1, Math.min(2, ring.dot / 3))
  context.beginPath()
  if (mark === 'warning') {
    context.rect(x - size, y - size, 2 * size, 2 * size)
  } else {
    context.arc(x, y, size, 0, 2 * Math.PI)
  }
  if (mark !== 'unknown') {
    context.fillStyle = context.strokeStyle
  }
  context.fill()
  context.stroke()
  if (mark === 'bad' && size >= 3.5) {
    context.strokeStyle = colours.ground
    context.lineWidth = Math.max(1.2, size / 4)
    const arm = size * 0.45
    context.beginPath()
    context.moveTo(x - arm, y - arm)
    context.lineTo(x + arm, y + arm)
    context.moveTo(x + arm, y - arm)
    context.lineTo(x - arm, y + arm)
    context.stroke()
  }
  if (isSpecial) {
    context.strokeStyle = colours.accent
    context.lineWidth = 2
    context.beginPath()
    context.arc(x, y, size + 3, 0, 2 * Math.PI)
    context.stroke()
  }
  context.globalAlpha = 1
}

/** A rectangle that a name takes. */
interface Box {
  readonly left: number
  readonly top: number
  readonly right: number
  readonly bottom: number
}

/** Those that are chosen, pointed at or bad first; then every so many. None over another. */
function drawNames(context: CanvasRenderingContext2D, scene: RingScene): number {
  const { ring, names, marks, chosen, pointed, found, palette } = scene
  const rank = (place: number): number =>
    place === chosen || place === pointed ? 0 : found?.has(place) === true ? 1 : marks[place] === 'bad' ? 2 : 3
  const named = [...names.keys()].filter((place) => rank(place) < 3 || place % ring.nameStep === 0)
  const taken: Box[] = []
  context.textBaseline = 'middle'
  for (const place of named.sort((one, other) => rank(one) - rank(other) || one - other)) {
    const name = fitted(safeText(names[place] ?? ''), Math.floor(ring.nameRoom / letterWidth))
    const label = labelOf(ring, angleOf(place, names.length), name.length * letterWidth)
    if (!taken.some((box) => overlap(box, label.box))) {
      taken.push(label.box)
      context.font = `${rank(place) === 0 ? '600 ' : ''}11px ${monospace}`
      context.fillStyle = rank(place) < 3 ? palette.colours.ink : palette.colours.quiet
      context.textAlign = label.align
      context.fillText(name, label.x, label.y)
    }
  }
  return taken.length
}

/** Between two lines, in CSS pixels. */
const lineHeight = 13

/** Where a name stands outside of the ring. */
function labelOf(
  ring: Ring,
  angle: number,
  width: number,
): { x: number; y: number; align: 'left' | 'center' | 'right'; box: Box } {
  const distance = ring.radius + Math.max(ring.dot, 5) + 8
  const [across, down] = [Math.cos(angle), Math.sin(angle)]
  const align = Math.abs(across) < 0.02 ? 'center' : across < 0 ? 'right' : 'left'
  const [x, y] = [ring.x + distance * across, ring.y + (distance + (align === 'center' ? 4 : 0)) * down]
  const left = align === 'center' ? x - width / 2 : align === 'right' ? x - width : x
  return {
    x,
    y,
    align,
    box: { left: left - 4, right: left + width + 4, top: y - lineHeight / 2, bottom: y + lineHeight / 2 },
  }
}

function overlap(one: Box, other: Box): boolean {
  return one.left < other.right && other.left < one.right && one.top < other.bottom && other.top < one.bottom
}
