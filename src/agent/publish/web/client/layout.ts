/** Where the overlay's parts are drawn: this host in the middle, remotes around it. Pure. */
import type { Tunnel } from '../../../answers/tunnel.ts'
import { tunnelProblem } from '../../../answers/tunnel-state.ts'

/** A remote with all VNIs by which it is reached. */
export interface RemoteNode {
  readonly address: string
  readonly isGroup: boolean
  readonly tunnels: readonly Tunnel[]
  readonly macs: number
  /** What is wrong with it; undefined when nothing is. */
  readonly problem: string | undefined
}

/** A node with its place. */
export interface Placed {
  readonly node: RemoteNode
  readonly x: number
  readonly y: number
}

export interface Drawing {
  readonly width: number
  readonly height: number
  readonly centre: { readonly x: number; readonly y: number }
  readonly placed: readonly Placed[]
  /** Remotes for which there is no room. */
  readonly rest: readonly RemoteNode[]
}

/** Remotes by address: what is wrong first, then groups, then those with the most MAC addresses. */
export function remotesIn(tunnels: readonly Tunnel[]): RemoteNode[] {
  const byAddress = new Map<string, Tunnel[]>()
  for (const tunnel of tunnels) {
    const known = byAddress.get(tunnel.remote)
    if (known === undefined) {
      byAddress.set(tunnel.remote, [tunnel])
    } else {
      known.push(tunnel)
    }
  }
  const nodes = Array.from(
    byAddress,
    ([address, of]): RemoteNode => ({
      address,
      isGroup: of.some(({ isGroup }) => isGroup),
      tunnels: of,
      macs: of.reduce((sum, { macs }) => sum + macs, 0),
      problem: of.map(tunnelProblem).find((problem) => problem !== undefined),
    }),
  )
  const rank = ({ problem, isGroup }: RemoteNode): number => (problem === undefined ? (isGroup ? 1 : 2) : 0)
  return nodes.toSorted((a, b) => rank(a) - rank(b) || b.macs - a.macs || (a.address < b.address ? -1 : 1))
}

/** Room that a node with its label takes, in pixels. */
const nodeWidth = 120
const nodeHeight = 84

/** Lays the remotes out in a drawing of this width, on one ellipse or two around the host. */
export function layOut(nodes: readonly RemoteNode[], width: number): Drawing {
  const isNarrow = width < 560
  const most = isNarrow ? 8 : 28
  // What is left out counts as one more.
  const isWhole = nodes.length <= most
  const shown = nodes.slice(0, isWhole ? most : most - 1)
  const rings = shown.length > (isNarrow ? 6 : 12) ? 2 : 1
  const height = isNarrow ? 320 : rings === 2 ? 520 : 380
  const centre = { x: width / 2, y: height / 2 }
  const radius = { x: width / 2 - nodeWidth / 2, y: height / 2 - nodeHeight / 2 }
  const inner = rings === 2 ? Math.floor(shown.length / 3) : 0
  const place = (node: RemoteNode, at: number, of: number, scale: number, turn: number): Placed => {
    const angle = -Math.PI / 2 + turn + (2 * Math.PI * at) / of
    return { node, x: centre.x + radius.x * scale * Math.cos(angle), y: centre.y + radius.y * scale * Math.sin(angle) }
  }
  const outer = shown.length - inner + (isWhole ? 0 : 1)
  return {
    width,
    height,
    centre,
    placed: shown.map((node, at) =>
      at < inner ? place(node, at, inner, 0.5, Math.PI / Math.max(1, inner)) : place(node, at - inner, outer, 1, 0),
    ),
    rest: nodes.slice(shown.length),
  }
}

/** The place of what stands for the remotes without room: the last one on the outer ellipse. */
export function placeOfRest({ placed, centre, width, height }: Drawing): { readonly x: number; readonly y: number } {
  const outer = placed.length - (placed.length > 6 ? Math.floor(placed.length / 3) : 0) + 1
  const angle = -Math.PI / 2 + (2 * Math.PI * (outer - 1)) / outer
  return {
    x: centre.x + (width / 2 - nodeWidth / 2) * Math.cos(angle),
    y: centre.y + (height / 2 - nodeHeight / 2) * Math.sin(angle),
  }
}

/** As many VNIs have a colour of their own; from then on colours repeat. */
export const colours = 8

/** The colour of each VNI, by their order. */
export function colourOf(vnis: readonly number[], vni: number): number {
  return Math.max(0, vnis.indexOf(vni)) % colours
}

/** The path of the edge to a node: VNIs beside each other bow to different sides. */
export function edgePath(
  from: { readonly x: number; readonly y: number },
  to: { readonly x: number; readonly y: number },
  at: number,
  of: number,
): string {
  const bow = (at - (of - 1) / 2) * 18
  const [dx, dy] = [to.x - from.x, to.y - from.y]
  const length = Math.hypot(dx, dy) || 1
  const x = (from.x + to.x) / 2 - (dy / length) * bow
  const y = (from.y + to.y) / 2 + (dx / length) * bow
  const point = (value: number): string => value.toFixed(1)
  return `M${point(from.x)} ${point(from.y)}Q${point(x)} ${point(y)} ${point(to.x)} ${point(to.y)}`
}
