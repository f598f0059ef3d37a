/** The drawing: this host, its remotes, and an edge for each VNI between them. */
import type { Tunnel } from '../../../answers/tunnel.ts'
import { tunnelProblem } from '../../../answers/tunnel-state.ts'
import { byId, element, shape } from './dom.ts'
import { colourOf, edgePath, layOut, type Placed, placeOfRest, type RemoteNode, remotesIn } from './layout.ts'

/** As many MAC addresses are asked for a remote. */
export const mostMacs = 20

export class Overlay {
  readonly #drawing = byId('drawing')
  readonly #details = byId('details')
  readonly #legend = byId('legend')
  readonly #askMacs: (remote: string) => void
  #tunnels: readonly Tunnel[] = []
  #chosen: RemoteNode | undefined

  /** @param askMacs asks for the MAC addresses behind a remote; `tellMacs` is the answer */
  constructor(askMacs: (remote: string) => void) {
    this.#askMacs = askMacs
    let width = 0
    new ResizeObserver(() => {
      if (Math.abs(this.#drawing.clientWidth - width) > 8) {
        width = this.#drawing.clientWidth
        this.#draw()
      }
    }).observe(this.#drawing)
  }

  show(tunnels: readonly Tunnel[]): void {
    this.#tunnels = tunnels
    const again = remotesIn(tunnels).find(({ address }) => address === this.#chosen?.address)
    this.#draw()
    if (again !== undefined) {
      this.#choose(again)
    }
  }

  /** The MAC addresses behind a remote. */
  tellMacs(remote: string, macs: readonly string[], count: number): void {
    if (remote !== this.#chosen?.address) {
      return
    }
    const more = count > macs.length ? [element('li', 'quiet', `and ${count - macs.length} more`)] : []
    const list = element('ul', 'mono', ...macs.map((mac) => element('li', '', mac)), ...more)
    this.#details.querySelector('ul')?.remove()
    this.#details.append(list)
  }

  #draw(): void {
    const focused = document.activeElement?.getAttribute('data-address')
    const width = Math.max(280, this.#drawing.clientWidth)
    const nodes = remotesIn(this.#tunnels)
    const vnis = [...new Set(this.#tunnels.map(({ vni }) => vni))].sort((a, b) => a - b)
    const drawing = layOut(nodes, width)
    const { centre, height, placed, rest } = drawing
    const edges = placed.flatMap(({ node, x, y }) =>
      node.tunnels.map((tunnel, at) => {
        const state = tunnelProblem(tunnel) === undefined ? `vni-${colourOf(vnis, tunnel.vni)}` : 'unresolved'
        return shape('path', { class: `edge ${state}`, d: edgePath(centre, { x, y }, at, node.tunnels.length) })
      }),
    )
    const title = `This host and ${nodes.length} remote${nodes.length === 1 ? '' : 's'}`
    const svg = shape('svg', { viewBox: `0 0 ${width} ${height}`, role: 'group', 'aria-label': title }, ...edges)
    svg.append(
      shape(
        'g',
        { class: 'host' },
        shape('circle', { class: 'shape', cx: centre.x, cy: centre.y, r: 11 }),
        shape('text', { x: centre.x, y: centre.y + 28 }, 'this host'),
      ),
      ...placed.map((each) => this.#node(each, each.y < centre.y - 1)),
    )
    if (rest.length > 0) {
      const { x, y } = placeOfRest(drawing)
      svg.append(
        shape(
          'g',
          {},
          shape('text', { x, y }, `and ${rest.length} more`),
          shape('text', { x, y: y + 14, class: 'small' }, 'see vxagent tunnels'),
        ),
      )
    }
    this.#drawing.replaceChildren(nodes.length === 0 ? element('p', 'quiet', 'No vxlan link has a remote.') : svg)
    this.#legend.replaceChildren(
      ...vnis.map((vni) =>
        element(
          'li',
          '',
          shape(
            'svg',
            { viewBox: '0 0 26 10', 'aria-hidden': 'true' },
            shape('path', { class: `edge vni-${colourOf(vnis, vni)}`, d: 'M0 6H26' }),
          ),
          ` VNI ${vni}`,
        ),
      ),
    )
    if (focused) {
      this.#drawing.querySelector<SVGElement>(`[data-address="${CSS.escape(focused)}"]`)?.focus()
    }
  }

  /** Its name is on the side away from the host, where no edge is. */
  #node({ node, x, y }: Placed, isAbove: boolean): SVGElement {
    const { address, isGroup, macs, problem } = node
    const outline = isGroup
      ? shape('path', { class: 'shape', d: `M${x - 11} ${y}L${x} ${y - 11}L${x + 11} ${y}L${x} ${y + 11}Z` })
      : shape('circle', { class: 'shape', cx: x, cy: y, r: 9 })
    const what = isGroup
      ? problem === undefined
        ? 'group, joined'
        : 'group, not joined'
      : `${macs} MAC${macs === 1 ? '' : 's'}`
    const state = `${problem === undefined ? '' : ' unresolved'}${address === this.#chosen?.address ? ' chosen' : ''}`
    const group = shape(
      'g',
      {
        class: `node${state}`,
        tabindex: 0,
        role: 'button',
        'data-address': address,
        'aria-label': `${address}, ${problem ?? what}`,
      },
      outline,
      shape('text', { x, y: isAbove ? y - 30 : y + 24 }, address),
      shape('text', { x, y: isAbove ? y - 17 : y + 37, class: 'small' }, what),
    )
    for (const event of ['pointerenter', 'focus', 'click']) {
      group.addEventListener(event, () => this.#choose(node))
    }
    return group
  }

  #choose(node: RemoteNode): void {
    this.#chosen = node
    for (const each of this.#drawing.querySelectorAll('.node')) {
      each.classList.toggle('chosen', each.getAttribute('data-address') === node.address)
    }
    const lines = node.tunnels.map((tunnel) => tunnelLine(tunnel))
    this.#details.replaceChildren(element('h3', 'mono', node.address), ...lines)
    if (!node.isGroup) {
      this.#askMacs(node.address)
    }
  }
}

function tunnelLine(tunnel: Tunnel): HTMLElement {
  const { vni, ifname, sources, underlay, dstport, traffic, isFloodedTo, lastSeen } = tunnel
  const problem = tunnelProblem(tunnel)
  const { dev, gateway, nextHopMac, neighbour, source } = underlay
  const words = [
    `VNI ${vni} on ${ifname}, UDP port ${dstport}, known by ${sources.join(', ')}`,
    ...(isFloodedTo ? ['flooded to'] : []),
    ...(dev === undefined
      ? []
      : [`by ${dev}${gateway === undefined ? '' : ` and ${gateway}`}${source === undefined ? '' : ` from ${source}`}`]),
    ...(nextHopMac === undefined ? [] : [`next hop ${nextHopMac} (${neighbour})`]),
    ...(lastSeen === undefined ? [] : [`last heard ${new Date(lastSeen).toLocaleTimeString()}`]),
    ...(traffic === undefined ? [] : [`${traffic.rxPackets} packets in, ${traffic.txPackets} out`]),
  ]
  return element(
    'p',
    '',
    `${words.join('; ')}. `,
    ...(problem === undefined ? [] : [element('strong', 'bad', problem)]),
  )
}
