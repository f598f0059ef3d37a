/** The panel beside the drawing, or at the bottom of a small screen: all that is known of one remote. */
import type { StandingFinding } from '../../../answers/health.ts'
import type { Tunnel } from '../../../answers/tunnel.ts'
import { tunnelKnowledge } from '../../../answers/tunnel-state.ts'
import { byId, element, show } from './dom.ts'
import { ageOf, type Moments } from './moments.ts'
import { problemOf, type RemoteNode } from './remotes.ts'
import type { MacOnLink } from './worker-messages.ts'

/** As many MAC addresses are asked for a remote. */
export const mostMacs = 20

/** What the panel asks for. */
export interface DetailsListener {
  /** Is answered with `tellMacs`. */
  askMacs(remotes: readonly string[]): void
  onMac(mac: string, link: string): void
  onClose(): void
}

export class Details {
  readonly #panel = byId('details')
  readonly #hint = [...byId('details-body').childNodes]
  readonly #listener: DetailsListener
  readonly #moments: Moments
  #node: RemoteNode | undefined

  constructor(moments: Moments, listener: DetailsListener) {
    this.#listener = listener
    this.#moments = moments
    byId('details-close').addEventListener('click', () => listener.onClose())
  }

  /** Shows this remote, or that none is chosen. */
  show(node: RemoteNode | undefined, findings: readonly StandingFinding[]): void {
    if (node?.address !== this.#node?.address) {
      byId('details-macs').replaceChildren()
      this.#panel.scrollTop = 0
    }
    this.#node = node
    this.#panel.classList.toggle('empty', node === undefined)
    byId('details-close').hidden = node === undefined
    if (node === undefined) {
      show(byId('details-heading'), 'Details')
      byId('details-body').replaceChildren(...this.#hint)
      return
    }
    show(byId('details-heading'), node.addresses.join(', '))
    const note =
      node.addresses.length > 1 ? [element('p', 'quiet', 'One host: the same MAC address answers for these.')] : []
    show(byId('details-body'), ...note, ...node.tunnels.map((tunnel) => this.#tunnel(tunnel, node, findings)))
    if (!node.isGroup) {
      this.#listener.askMacs(node.addresses)
    }
  }

  /** The MAC addresses behind the remote. */
  tellMacs(remotes: readonly string[], macs: readonly MacOnLink[], count: number): void {
    if (this.#node === undefined || this.#node.addresses.join() !== remotes.join()) {
      return
    }
    const more = count > macs.length ? [element('li', 'quiet', `and ${count - macs.length} more`)] : []
    const lines = macs.map(({ mac, link }) => {
      const button = element('button', 'plain', mac)
      button.dataset['key'] = `${mac} ${link}`
      button.title = 'Explain how a frame to it leaves'
      button.addEventListener('click', () => this.#listener.onMac(mac, link))
      return element('li', '', button)
    })
    const heading = element('h3', '', count === 0 ? 'No MAC address is behind it' : 'MAC addresses behind it')
    show(byId('details-macs'), heading, element('ul', 'mono', ...lines, ...more))
  }

  #tunnel(tunnel: Tunnel, { addresses }: RemoteNode, findings: readonly StandingFinding[]): HTMLElement {
    const { vni, ifname, remote, sources, underlay, dstport, traffic, isFloodedTo, lastSeen, firstSeen } = tunnel
    const { dev, gateway, nextHopMac, source, mtu } = underlay
    const problem = problemOf(tunnel, findings)
    const rows: (readonly [string, string | undefined])[] = [
      ['known by', `${sources.join(', ')}${isFloodedTo ? '; frames without an entry go there' : ''}`],
      ['way', dev && [dev, gateway && `gateway ${gateway}`, source && `from ${source}`].filter(Boolean).join(', ')],
      ['next hop', nextHopMac],
      ['MTU', mtu === undefined ? undefined : `${mtu} bytes`],
      ['UDP port', `${dstport}`],
      ['known since', firstSeen && this.#moments.second(firstSeen)],
      ['last heard', lastSeen && this.#moments.second(lastSeen)],
      ['traffic', traffic && `${traffic.rxPackets} packets in, ${traffic.txPackets} out`],
    ]
    const state = problem ?? tunnelKnowledge(tunnel, (moment) => ageOf(moment, Date.now()))
    return element(
      'section',
      '',
      element('h3', '', `${addresses.length > 1 ? `${remote}, ` : ''}VNI ${vni} on ${ifname}`),
      element('p', problem === undefined ? '' : 'bad', state),
      element(
        'dl',
        '',
        ...rows.flatMap(([name, value]) => (value ? [element('dt', 'quiet', name), element('dd', '', value)] : [])),
      ),
    )
  }
}
