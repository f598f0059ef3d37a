/** The drawing: this host, its remotes, and an edge for each VNI between them. */
import type { StandingFinding } from '../../../answers/health.ts'
import type { Tunnel } from '../../../answers/tunnel.ts'
import { countOf } from '../../../facts/count-of.ts'
import { byId, element, shape, show } from './dom.ts'
import { colourOf, edgePath, fitted, type Label, layOut, type Placed } from './layout.ts'
import { problemOf, type RemoteNode } from './remotes.ts'
import type { Verdict } from './verdicts.ts'

/** As many VNIs are in the legend. */
const mostInLegend = 12

/** What is drawn. */
export interface Picture {
  readonly hostname: string
  readonly tone: Verdict['tone']
  readonly nodes: readonly RemoteNode[]
  readonly findings: readonly StandingFinding[]
  /** All VNIs, those that are filtered out too, so that each keeps its colour. */
  readonly vnis: readonly number[]
}

export interface OverlayListener {
  /** The remote to show the details of; undefined: of none. */
  onChoose(node: RemoteNode | undefined): void
  onVni(vni: number): void
}

export class Overlay {
  readonly #drawing = byId('drawing')
  readonly #listener: OverlayListener
  #picture: Picture = { hostname: 'this host', tone: 'unknown', nodes: [], findings: [], vnis: [] }
  #chosen: string | undefined
  /** Whether the chosen one stays when the pointer moves over others. */
  #isKept = false
  /** The focus that a new drawing takes over from the one before chooses nothing. */
  #isDrawing = false

  constructor(listener: OverlayListener) {
    this.#listener = listener
    let width = 0
    new ResizeObserver(() => {
      if (Math.abs(this.#drawing.clientWidth - width) > 8) {
        width = this.#drawing.clientWidth
        this.#draw()
      }
    }).observe(this.#drawing)
    document.addEventListener('keydown', ({ key }) => {
      if (key === 'Escape' && document.querySelector('dialog[open]') === null) {
        this.close()
      }
    })
  }

  show(picture: Picture): void {
    this.#picture = picture
    this.#draw()
    this.#tell()
  }

  /** Chooses a remote by one of its addresses, and keeps it. */
  choose(address: string): void {
    this.#choose(this.#picture.nodes.find(({ addresses }) => addresses.includes(address))?.address, true)
  }

  close(): void {
    this.#choose(undefined, false)
  }

  #choose(address: string | undefined, isKept: boolean): void {
    this.#chosen = address
    this.#isKept = isKept
    // Not drawn again: an element that is replaced between pressing and letting go hears of no click.
    for (const each of this.#drawing.querySelectorAll('.node')) {
      const isChosen = each.getAttribute('data-address') === address
      each.classList.toggle('chosen', isChosen)
      each.setAttribute('aria-pressed', `${isChosen && isKept}`)
    }
    this.#tell()
  }

  #tell(): void {
    this.#listener.onChoose(this.#picture.nodes.find(({ address }) => address === this.#chosen))
  }

  #draw(): void {
    const { nodes, vnis, hostname, tone } = this.#picture
    const width = Math.max(280, this.#drawing.clientWidth)
    const drawing = layOut(nodes, width)
    const { isColumn, height, host, placed, rest, restAt } = drawing
    const title = `${hostname} and ${countOf(nodes.length, 'remote')}`
    const hostLabel = fitted(hostname, host.label?.room ?? host.room)
    const svg = shape(
      'svg',
      { viewBox: `0 0 ${width} ${height}`, role: 'group', 'aria-label': title },
      ...placed.flatMap((each) => this.#edges(each, host, isColumn)),
      shape(
        'g',
        { class: tone === 'bad' ? 'host in-trouble' : 'host' },
        shape('circle', { class: 'shape', cx: host.x, cy: host.y, r: 11 }),
        host.label === undefined
          ? shape('text', { class: 'middle', x: host.x, y: host.y + 30 }, hostLabel)
          : shape('text', { class: host.label.anchor, x: host.label.x, y: host.y + 4 }, hostLabel),
      ),
      ...placed.map((each) => this.#node(each)),
      ...(rest.length === 0 ? [] : [restLabel(restAt, rest.length)]),
    )
    this.#isDrawing = true
    show(this.#drawing, nodes.length === 0 ? element('p', 'quiet', 'No vxlan link has a remote.') : svg)
    this.#isDrawing = false
    const more = vnis.length > mostInLegend ? [element('li', '', `and ${vnis.length - mostInLegend} more`)] : []
    show(byId('legend'), ...vnis.slice(0, mostInLegend).map((vni) => this.#legendEntry(vni)), ...more)
  }

  #legendEntry(vni: number): HTMLElement {
    const line = shape('path', { class: `edge vni-${colourOf(this.#picture.vnis, vni)}`, d: 'M0 6H26' })
    const button = element(
      'button',
      'plain',
      shape('svg', { viewBox: '0 0 26 10', 'aria-hidden': 'true' }, line),
      ` VNI ${vni}`,
    )
    button.dataset['key'] = `legend ${vni}`
    button.title = 'Show this VNI alone, or all again'
    button.addEventListener('click', () => this.#listener.onVni(vni))
    return element('li', '', button)
  }

  /** One for each VNI, broken where a tunnel of the VNI has a problem. */
  #edges({ node, x, y }: Placed, from: { readonly x: number; readonly y: number }, isColumn: boolean): SVGElement[] {
    const { vnis, findings } = this.#picture
    const byVni = new Map<number, Tunnel[]>()
    for (const tunnel of node.tunnels) {
      byVni.set(tunnel.vni, [...(byVni.get(tunnel.vni) ?? []), tunnel])
    }
    return [...byVni].map(([vni, tunnels], at) => {
      const isBroken = tunnels.some((tunnel) => problemOf(tunnel, findings) !== undefined)
      const style = isBroken ? 'unresolved' : `vni-${colourOf(vnis, vni)}`
      return shape('path', { class: `edge ${style}`, d: edgePath(from, { x, y }, at, byVni.size, isColumn) })
    })
  }

  #node({ node, x, y, label }: Placed): SVGElement {
    const { address, addresses, isGroup, macs, problem } = node
    const outline = isGroup
      ? shape('path', { class: 'shape', d: `M${x - 11} ${y}L${x} ${y - 11}L${x + 11} ${y}L${x} ${y + 11}Z` })
      : shape('circle', { class: 'shape', cx: x, cy: y, r: 9 })
    const known = isGroup ? groupState(node) : countOf(macs, 'MAC')
    const more = addresses.length > 1 ? `${countOf(addresses.length, 'address', 'addresses')}, ` : ''
    const what = `${problem === undefined ? '' : '⚠ problem, '}${known}`
    const name = addresses.length > 1 ? `${address} +${addresses.length - 1}` : address
    const isChosen = address === this.#chosen
    const group = shape(
      'g',
      {
        class: `node${problem === undefined ? '' : ' unresolved'}${isChosen ? ' chosen' : ''}`,
        tabindex: 0,
        role: 'button',
        'aria-pressed': `${isChosen && this.#isKept}`,
        'data-address': address,
        'data-key': address,
        'aria-label': `${addresses.join(', ')}, ${problem ?? `${more}${known}`}`,
      },
      // What can be pointed at is larger than what is drawn.
      shape('circle', { class: 'reach', cx: x, cy: y, r: 18 }),
      outline,
      shape('text', { class: label.anchor, x: label.x, y: y - 1 }, fitted(name, label.room)),
      shape('text', { class: `small ${label.anchor}`, x: label.x, y: y + 13 }, fitted(what, label.room)),
    )
    const keep = (): void => {
      const isAgain = this.#isKept && this.#chosen === address
      this.#choose(isAgain ? undefined : address, !isAgain)
    }
    group.addEventListener('pointerenter', ({ pointerType }) => {
      if (!this.#isKept && pointerType === 'mouse' && this.#chosen !== address) {
        this.#choose(address, false)
      }
    })
    group.addEventListener('focus', () => {
      if (!this.#isDrawing && !this.#isKept && this.#chosen !== address) {
        this.#choose(address, false)
        // On a small screen the details cover the lower part.
        group.scrollIntoView({ block: 'nearest' })
      }
    })
    group.addEventListener('click', keep)
    group.addEventListener('keydown', (event) => {
      if (event.key === 'Enter' || event.key === ' ') {
        event.preventDefault()
        keep()
      }
    })
    return group
  }
}

function groupState({ tunnels }: RemoteNode): string {
  return tunnels.every(({ membership }) => membership === 'joined') ? 'group, joined' : 'group, not joined'
}

function restLabel({ x, y, label }: { x: number; y: number; label: Label }, count: number): SVGElement {
  return shape(
    'g',
    { class: 'rest' },
    shape('circle', { class: 'shape', cx: x, cy: y, r: 2 }),
    shape('text', { class: label.anchor, x: label.x, y: y - 1 }, `and ${count} more`),
    shape('text', { class: `small ${label.anchor}`, x: label.x, y: y + 13 }, 'see Tunnels'),
  )
}
