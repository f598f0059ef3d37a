/** The table of tunnels: for each VNI what it carries now, with curves, and each remote. */
import type { StandingFinding } from '../../../answers/health.ts'
import type { Tunnel, Tunnels } from '../../../answers/tunnel.ts'
import { tunnelKnowledge } from '../../../answers/tunnel-state.ts'
import { addressKey } from './addresses.ts'
import { byId, element, shape, show } from './dom.ts'
import { ageOf } from './moments.ts'
import { bitRate, curvePath, packetRate, type Rate, type Reading, ratesOf, spanMs, withReading } from './rates.ts'
import { problemOf } from './remotes.ts'

/** As many tunnels are shown. */
const mostShown = 300
const columns = 7
const curve = { width: 120, height: 22 }

export class TunnelTable {
  readonly #onChoose: (remote: string) => void
  #readings: ReadonlyMap<string, readonly Reading[]> = new Map()

  constructor(onChoose: (remote: string) => void) {
    this.#onChoose = onChoose
  }

  /** Takes the counters; all VNIs count, whichever are shown. */
  read({ vnis }: Tunnels, atMs: number): void {
    this.#readings = new Map(
      vnis.map(({ ifname, vni, traffic }) => {
        const key = keyOf({ ifname, vni })
        return [key, withReading(this.#readings.get(key) ?? [], { atMs, traffic })]
      }),
    )
  }

  show(tunnels: readonly Tunnel[], findings: readonly StandingFinding[], nowMs: number): void {
    const sorted = tunnels
      .map((tunnel) => ({ tunnel, key: addressKey(tunnel.remote) }))
      .toSorted((a, b) => compare(a.tunnel, b.tunnel) || (a.key < b.key ? -1 : 1))
      .map(({ tunnel }) => tunnel)
    const rows = sorted.slice(0, mostShown).flatMap((tunnel, at) => {
      const before = sorted[at - 1]
      const isFirst = before === undefined || keyOf(before) !== keyOf(tunnel)
      const row = this.#row(tunnel, findings, nowMs)
      return isFirst ? [this.#heading(tunnel, nowMs), row] : [row]
    })
    const left = sorted.length - mostShown
    show(byId('tunnel-rows'), ...rows)
    byId('tunnels-rest').textContent =
      sorted.length === 0 ? 'None.' : left > 0 ? `and ${left} more: choose a VNI to see its own` : ''
  }

  #heading({ ifname, vni, dstport }: Tunnel, nowMs: number): HTMLElement {
    const readings = this.#readings.get(keyOf({ ifname, vni }))
    const name = element('div', 'name', `VNI ${vni}, ${ifname}, UDP port ${dstport}`)
    const cell = element('th', '', name, traffic(readings, nowMs))
    cell.setAttribute('colspan', `${columns}`)
    cell.setAttribute('scope', 'rowgroup')
    return element('tr', 'vni', cell)
  }

  #row(tunnel: Tunnel, findings: readonly StandingFinding[], nowMs: number): HTMLElement {
    const { remote, vni, ifname, sources, macs, isFloodedTo, underlay, lastSeen, isGroup, node, goneSince } = tunnel
    const problem = problemOf(tunnel, findings)
    const button = element('button', 'plain mono', node === undefined ? remote : `${remote} (${node})`)
    button.dataset['key'] = `${keyOf({ ifname, vni })} ${remote} ${tunnel.dstport} ${underlay.dev ?? ''}`
    button.title = 'Show the details'
    button.addEventListener('click', () => this.#onChoose(remote))
    const age = (moment: string): string => ageOf(moment, nowMs)
    const known = problem === undefined ? tunnelKnowledge(tunnel, age) : `⚠ ${problem}`
    const state = goneSince === undefined ? known : `${known}; gone from the fleet for ${age(goneSince)}`
    const via = [underlay.dev, underlay.gateway].filter((each) => each !== undefined).join(', ')
    return element(
      'tr',
      '',
      element('td', '', button),
      element('td', 'wide', sources.join(', ')),
      element('td', 'number', isGroup ? '' : `${macs}`),
      element('td', 'wide', isFloodedTo ? 'yes' : ''),
      element('td', 'wide', via),
      element('td', problem === undefined ? 'state' : 'state bad', state),
      element('td', 'wide', lastSeen === undefined ? '' : `${age(lastSeen)} ago`),
    )
  }
}

function compare(a: Tunnel, b: Tunnel): number {
  return (
    a.vni - b.vni || (a.ifname < b.ifname ? -1 : a.ifname > b.ifname ? 1 : 0) || Number(b.isGroup) - Number(a.isGroup)
  )
}

function keyOf({ ifname, vni }: { readonly ifname: string; readonly vni: number }): string {
  return `${ifname} ${vni}`
}

/** What came in and went out, with a curve each on one scale. */
function traffic(readings: readonly Reading[] | undefined, nowMs: number): HTMLElement {
  if (readings === undefined) {
    return element('div', 'quiet', 'the kernel does not count what it carries')
  }
  const rates = ratesOf(readings)
  const most = Math.max(0, ...rates.flatMap(({ rxBytes, txBytes }) => [rxBytes, txBytes]))
  const part = (word: string, bytes: (rate: Rate) => number, packets: (rate: Rate) => number): HTMLElement => {
    const last = rates.at(-1)
    const now = last === undefined ? 'measuring' : `${bitRate(bytes(last))}, ${packetRate(packets(last))}`
    const highest = bitRate(Math.max(0, ...rates.map(bytes)))
    const points = rates.map((rate) => ({ atMs: rate.atMs, value: bytes(rate) }))
    const label = `${word} over the last ${spanMs / 60_000} minutes, ${highest} at most`
    return element(
      'span',
      'rate',
      element('span', 'quiet', word),
      shape(
        'svg',
        { class: `curve ${word}`, viewBox: `0 0 ${curve.width} ${curve.height}`, role: 'img', 'aria-label': label },
        shape('title', {}, label),
        shape('path', { d: `M0 ${curve.height}H${curve.width}`, class: 'base' }),
        shape('path', { d: curvePath(points, { ...curve, nowMs, most }) }),
      ),
      element('span', 'amount', now),
    )
  }
  const into = part(
    'in',
    (rate) => rate.rxBytes,
    (rate) => rate.rxPackets,
  )
  const out = part(
    'out',
    (rate) => rate.txBytes,
    (rate) => rate.txPackets,
  )
  return element('div', 'rates', into, out)
}
