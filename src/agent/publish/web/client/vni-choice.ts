/** The filter by VNI, of the whole page. */
import type { OverlayEvent } from '../../../answers/overlay-event.ts'
import type { Tunnel, Tunnels } from '../../../answers/tunnel.ts'
import { byId, option, show } from './dom.ts'
import type { VniFilter } from './search.ts'

export class VniChoice {
  readonly #select = byId<HTMLSelectElement>('vni')
  #links: ReadonlyMap<number, ReadonlySet<string>> = new Map()

  /** @param onChange another VNI, or all, are to be shown */
  constructor(onChange: () => void) {
    this.#select.addEventListener('change', onChange)
  }

  /** Takes the VNIs that there are. The chosen one stays, even while it has no tunnel. */
  take({ tunnels, vnis }: Tunnels): void {
    const links = new Map<number, Set<string>>()
    for (const { vni, ifname } of [...tunnels, ...vnis]) {
      links.set(vni, (links.get(vni) ?? new Set()).add(ifname))
    }
    const { chosen } = this
    if (chosen !== undefined && !links.has(chosen)) {
      links.set(chosen, new Set())
    }
    this.#links = links
    const { value } = this.#select
    show(
      this.#select,
      option('', 'all'),
      ...this.vnis.map((vni) => option(`${vni}`, `${vni} (${[...(links.get(vni) ?? [])].join(', ')})`)),
    )
    this.#select.value = value
  }

  /** In their order. */
  get vnis(): readonly number[] {
    return [...this.#links.keys()].toSorted((a, b) => a - b)
  }

  /** Undefined: all. */
  get chosen(): number | undefined {
    return this.#select.value === '' ? undefined : Number(this.#select.value)
  }

  /** Chooses a VNI, or all if it is chosen already. */
  toggle(vni: number): void {
    this.#select.value = this.chosen === vni ? '' : `${vni}`
    this.#select.dispatchEvent(new Event('change'))
  }

  /** Of the forwarding table. */
  get filter(): VniFilter | undefined {
    const { chosen: vni } = this
    return vni === undefined ? undefined : { vni, links: [...(this.#links.get(vni) ?? [])] }
  }

  /** Whether a tunnel is shown. */
  hasTunnel({ vni }: Tunnel): boolean {
    return this.chosen === undefined || vni === this.chosen
  }

  /** Whether an event is shown: one of the VNI, or of one of its links. */
  hasEvent({ vni, dev }: OverlayEvent): boolean {
    const { filter } = this
    return (
      filter === undefined || (vni === undefined ? dev !== undefined && filter.links.includes(dev) : vni === filter.vni)
    )
  }
}

/** The links that `explain` can be asked by, as suggestions. */
export function suggestLinks(names: Iterable<string>): void {
  const sorted = [...new Set(names)].toSorted()
  show(byId('links'), ...sorted.map((name) => option(name)))
}
