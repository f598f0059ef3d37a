/** The panel beside the matrix: one host, what it says of itself, and both directions to each other host. */
import { ask } from '../../../agent/publish/web/client/ask.ts'
import { byId, element, show } from '../../../agent/publish/web/client/dom.ts'
import type { Moments } from '../../../agent/publish/web/client/moments.ts'
import { healthOf, wordsOf, worstFirst } from '../health.ts'
import type { HostView, ViewedDirection, ViewedPeer } from '../view.ts'
import { entryText, isProbeAmiss, probeText } from './direction-text.ts'
import { VirtualList } from './virtual-list.ts'
import { wayToHost } from './way-to-host.ts'

/** As the style sheet has it. */
const rowHeight = 24

export interface HostPanelListener {
  onPeer(node: string): void
  onClose(): void
}

/** What is to be shown. */
export interface Chosen {
  readonly vni: number | undefined
  readonly host: string
  readonly peer: string | undefined
}

export class HostPanel {
  readonly #moments: Moments
  readonly #peers: VirtualList
  readonly #hint = [...byId('details-body').childNodes]
  #chosen: Chosen | undefined
  #host: HostView | undefined
  #rows: readonly ViewedPeer[] = []

  constructor(moments: Moments, listener: HostPanelListener) {
    this.#moments = moments
    this.#peers = new VirtualList({
      viewport: byId('peers-viewport'),
      rowHeight,
      line: (at) => this.#line(this.#rows[at] as ViewedPeer),
      onPress: (node) => listener.onPeer(node),
    })
    byId('details-close').addEventListener('click', () => listener.onClose())
  }

  /** Shows this host, or that none is chosen; asks for it again each time, since it may have changed. */
  async show(chosen: Chosen | undefined): Promise<void> {
    const isOther = chosen?.host !== this.#chosen?.host || chosen?.vni !== this.#chosen?.vni
    this.#chosen = chosen
    byId('details').classList.toggle('empty', chosen === undefined)
    byId('details-close').hidden = chosen === undefined
    if (chosen === undefined) {
      this.#host = undefined
      show(byId('details-heading'), 'Host')
      byId('details-body').replaceChildren(...this.#hint)
      this.#showPeers()
      return
    }
    if (isOther) {
      this.#host = undefined
      show(byId('details-heading'), chosen.host)
      show(byId('details-body'), element('p', 'quiet', 'Asking…'))
      byId('details').scrollTop = 0
      byId('peers-viewport').scrollTop = 0
    }
    const query = new URLSearchParams({ node: chosen.host, ...(chosen.vni !== undefined && { vni: `${chosen.vni}` }) })
    try {
      const host = await ask<HostView>(`/fleet/host?${query}`)
      if (this.#chosen === chosen) {
        this.#host = host
        this.#draw()
      }
    } catch (error) {
      if (this.#chosen === chosen) {
        this.#host = undefined
        show(byId('details-body'), element('p', 'bad', `${chosen.host} cannot be shown: ${(error as Error).message}`))
        this.#showPeers()
      }
    }
  }

  #draw(): void {
    const [chosen, host] = [this.#chosen, this.#host]
    if (chosen === undefined || host === undefined) {
      return
    }
    show(byId('details-heading'), `${host.node}${host.isSelf ? ' (this host)' : ''}`)
    const pair = host.peers.find(({ node }) => node === chosen.peer)
    show(
      byId('details-body'),
      ...(pair === undefined ? [] : [pairSection(host.node, pair)]),
      element('p', host.state === 'present' ? '' : 'warning', this.#stateText(host)),
      pageLine(host),
      this.#facts(host),
    )
    this.#showPeers()
  }

  #showPeers(): void {
    const rank = ({ out, in: into }: ViewedPeer): number =>
      Math.min(worstFirst.indexOf(healthOf(out, out.probe)), worstFirst.indexOf(healthOf(into, into.probe)))
    this.#rows = this.#host?.peers.toSorted((one, other) => rank(one) - rank(other)) ?? []
    byId('peers').hidden = this.#rows.length === 0
    this.#peers.resize(this.#rows.length)
  }

  #stateText({ state, goneSince, removedAt, mode, applied }: HostView): string {
    const moment = (iso: string | undefined): string =>
      iso === undefined ? 'a time that is not known' : this.#moments.second(iso)
    switch (state) {
      case 'gone':
        return `Its record is gone since ${moment(goneSince)}; its entries are removed ${removedAt === undefined ? 'once removals are no longer held' : `at ${moment(removedAt)} at the earliest`}.`
      case 'leaving':
        return 'It says that it is leaving: the others remove their entries for it.'
      case 'evicted':
        return 'An operator has put it out of the fleet.'
      case 'unreadable':
        return 'Its record in the store cannot be read.'
      case 'present':
        return mode === undefined
          ? 'Present; it does not say how far it is.'
          : `Present; it says that it is ${mode}, and has applied revision ${applied}.`
      default:
        state satisfies never
        return ''
    }
  }

  #facts({ agent, certificateEnds, vteps, otherVnis }: HostView): HTMLElement {
    const rows: [string, string | undefined][] = [
      ...vteps.flatMap(
        ({
          link,
          local,
          advertise,
          dstport,
          mtu,
          underlayMtu,
          mac,
          flags,
          group,
          addresses,
        }): [string, string | undefined][] => [
          ['link', link],
          ['VTEP', advertise === undefined ? local : `${local}, reached at ${advertise}`],
          ['UDP port', `${dstport}`],
          ['MTU', `${mtu} bytes${underlayMtu === undefined ? '' : `, underlay ${underlayMtu}`}`],
          ['MAC', mac],
          ['overlay', addresses.join(', ')],
          ['flags', [...flags, ...(group === true ? ['group'] : [])].join(', ')],
        ],
      ),
      ['vxagent', agent],
      ['certificate', certificateEnds === undefined ? undefined : `ends ${this.#moments.second(certificateEnds)}`],
      [
        'other VNIs',
        otherVnis.length > 20
          ? `${otherVnis.slice(0, 20).join(', ')} and ${otherVnis.length - 20} more`
          : otherVnis.join(', '),
      ],
    ]
    const shown = rows.flatMap(([name, value]) =>
      value ? [element('dt', 'quiet', name), element('dd', '', value)] : [],
    )
    return element('dl', '', ...shown)
  }

  #line({ node, out, in: into }: ViewedPeer): HTMLElement {
    const button = element('button', 'plain', node)
    button.dataset['key'] = node
    button.setAttribute('aria-pressed', `${node === this.#chosen?.peer}`)
    const line = element(
      'div',
      node === this.#chosen?.peer ? 'row chosen' : 'row',
      element('span', '', button),
      directionCell(out),
      directionCell(into),
    )
    line.setAttribute('role', 'row')
    for (const cell of line.children) {
      cell.setAttribute('role', 'cell')
    }
    return line
  }
}

/** The way to its own page. An address that a host states is spelt out, never behind a friendly word: any host can state any. */
function pageLine(host: HostView): HTMLElement {
  const way = wayToHost(host)
  if (way.kind === 'typed') {
    return element('p', 'own-page', 'Its own page, from your machine: ', element('code', '', way.command))
  }
  const link = element('a', '', way.kind === 'own' ? 'Open the page of this host' : way.href)
  link.setAttribute('href', way.href)
  if (way.kind === 'stated') {
    link.setAttribute('target', '_blank')
    link.setAttribute('rel', 'noopener noreferrer')
  }
  return element('p', 'own-page', ...(way.kind === 'own' ? [] : ['Its own page, as its record says: ']), link)
}

function signOf(direction: ViewedDirection): string {
  const { sign, tone } = wordsOf[healthOf(direction, direction.probe)]
  return tone === 'good' ? '✓' : sign
}

function directionCell(direction: ViewedDirection): HTMLElement {
  const health = healthOf(direction, direction.probe)
  const { word, short, tone } = wordsOf[health]
  const brief = tone !== 'good' ? short : health === 'passes' ? 'probed' : 'entry'
  const cell = element('span', tone === 'unknown' ? 'quiet' : tone, `${signOf(direction)} ${brief}`)
  cell.title = word
  return cell
}

/** Both directions of a pair, each with who says so and for which revision. */
function pairSection(node: string, { node: peer, out, in: into }: ViewedPeer): HTMLElement {
  return element('section', 'pair', directionLines(node, peer, out), directionLines(peer, node, into))
}

function directionLines(from: string, to: string, direction: ViewedDirection): HTMLElement {
  const { tone } = wordsOf[healthOf(direction, direction.probe)]
  return element(
    'div',
    'direction',
    element('h3', '', element('span', tone === 'unknown' ? 'quiet' : tone, signOf(direction)), ` ${from} → ${to}`),
    element('p', direction.entry === 'missing' ? 'bad' : '', entryText(from, direction)),
    element('p', isProbeAmiss(direction.probe) ? 'bad' : '', probeText(direction.probe)),
  )
}
