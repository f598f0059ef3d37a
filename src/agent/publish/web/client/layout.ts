/** Where the overlay's parts are drawn: this host, and its remotes in columns beside it. Pure. */
import type { RemoteNode } from './remotes.ts'

/** A node with its place and its label's. */
export interface Placed {
  readonly node: RemoteNode
  readonly x: number
  readonly y: number
  /** Where the label begins, or ends, and to which side it goes. */
  readonly label: Label
}

export interface Label {
  readonly x: number
  readonly anchor: 'start' | 'end'
  /** Characters of a line that there is room for. */
  readonly room: number
}

export interface Drawing {
  /** Remotes are below the host rather than beside it. */
  readonly isColumn: boolean
  readonly width: number
  readonly height: number
  /** Undefined: the host's label is centred below it, with room for so many characters. */
  readonly host: { readonly x: number; readonly y: number; readonly label?: Label; readonly room: number }
  readonly placed: readonly Placed[]
  /** Remotes for which there is no room, and the place of what stands for them. */
  readonly rest: readonly RemoteNode[]
  readonly restAt: { readonly x: number; readonly y: number; readonly label: Label }
}

/** Of the monospaced labels, in pixels: a character of 12 px in the widest of the fonts that the style sheet names. */
export const characterWidth = 7.3
/** From one node to the next below it, in pixels: two lines of a label and some air. */
export const rowHeight = 42
/** From the middle of a node to its label. */
const labelGap = 16
/** Below this width there is one column. */
const narrow = 560
/** As many remotes are drawn, and as many beyond them that have a problem. */
const most = { wide: 28, narrow: 14 }
const mostInTrouble = 4

/**
 * Lays the remotes out in a drawing of this width. The place of a remote depends on those before it alone. Remotes beyond the most that
 * there is room for are drawn at the end when they have a problem, and are counted otherwise.
 */
export function layOut(nodes: readonly RemoteNode[], width: number): Drawing {
  const isNarrow = width < narrow
  const room = isNarrow ? most.narrow : most.wide
  const beyond = nodes.slice(room)
  const inTrouble = beyond.filter(({ problem }) => problem !== undefined).slice(0, mostInTrouble)
  const shown = [...nodes.slice(0, room), ...inTrouble]
  const rest = beyond.filter((node) => !inTrouble.includes(node))
  const count = shown.length + (rest.length > 0 ? 1 : 0)
  const place = isNarrow ? inOneColumn(width) : inTwoColumns(width, count)
  const rows = isNarrow ? count : Math.ceil(count / 2)
  const height = isNarrow ? 64 + rows * rowHeight : Math.max(rows, 3) * rowHeight + 24
  return {
    isColumn: isNarrow,
    width,
    height,
    host: isNarrow
      ? {
          x: 22,
          y: 26,
          label: { x: 22 + labelGap, anchor: 'start', room: charactersIn(width - 22 - labelGap) },
          room: 0,
        }
      : { x: width / 2, y: height / 2, room: charactersIn(0.36 * width - 2 * labelGap) },
    placed: shown.map((node, at) => ({ node, ...place(at) })),
    rest,
    restAt: place(shown.length),
  }
}

type Place = (at: number) => Omit<Placed, 'node'>

/** Below the host, their labels to the right. */
function inOneColumn(width: number): Place {
  const x = 52
  const label: Label = { x: x + labelGap, anchor: 'start', room: charactersIn(width - x - labelGap) }
  return (at) => ({ x, y: 78 + at * rowHeight, label })
}

/** Left and right of the host, line by line, their labels outside. */
function inTwoColumns(width: number, count: number): Place {
  const [left, right] = [0.32 * width, 0.68 * width]
  const room = charactersIn(left - labelGap)
  const unused = Math.max(0, 3 - Math.ceil(count / 2)) * rowHeight
  return (at) => {
    const y = 12 + unused / 2 + rowHeight / 2 + Math.floor(at / 2) * rowHeight
    return at % 2 === 0
      ? { x: left, y, label: { x: left - labelGap, anchor: 'end', room } }
      : { x: right, y, label: { x: right + labelGap, anchor: 'start', room } }
  }
}

function charactersIn(pixels: number): number {
  return Math.floor(pixels / characterWidth)
}

/** The text, its middle left out where it is longer than `room` characters: both ends of an address tell it from others. */
export function fitted(text: string, room: number): string {
  const characters = [...text]
  if (characters.length <= room) {
    return text
  }
  const tail = Math.floor((room - 1) / 2)
  return `${characters.slice(0, Math.max(0, room - 1 - tail)).join('')}…${tail > 0 ? characters.slice(-tail).join('') : ''}`
}

/** As many VNIs have a colour of their own; from then on colours repeat. */
export const colours = 8

/** The colour of each VNI, by their order. */
export function colourOf(vnis: readonly number[], vni: number): number {
  return Math.max(0, vnis.indexOf(vni)) % colours
}

/**
 * The path of the edge to a node: it leaves level, or downwards in a column, and arrives level. VNIs beside each other bow to different
 * sides.
 */
export function edgePath(
  from: { readonly x: number; readonly y: number },
  to: { readonly x: number; readonly y: number },
  at: number,
  of: number,
  isColumn = false,
): string {
  const bow = (at - (of - 1) / 2) * 14
  const middle = (from.x + to.x) / 2
  const point = (value: number): string => value.toFixed(1)
  if (isColumn) {
    const x = point(from.x + bow / 3)
    return `M${point(from.x)} ${point(from.y)}L${x} ${point(to.y - rowHeight / 2)}Q${x} ${point(to.y)} ${point(to.x)} ${point(to.y)}`
  }
  return `M${point(from.x)} ${point(from.y)}C${point(middle)} ${point(from.y + bow)} ${point(middle)} ${point(to.y + bow)} ${point(to.x)} ${point(to.y)}`
}
