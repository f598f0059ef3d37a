/** The hosts of the VNI as text, the worst first: what the matrix and the picture show, for those who do not see them too. */
import { byId, element } from '../../../agent/publish/web/client/dom.ts'
import { byMark, countsText, type HostStanding, hasAmiss, markSigns } from './standing.ts'
import { VirtualList } from './virtual-list.ts'

/** As the style sheet has it. */
const rowHeight = 28

export class HostsTable {
  readonly #list: VirtualList
  readonly #order = byId<HTMLSelectElement>('order')
  #all: readonly HostStanding[] = []
  #rows: readonly HostStanding[] = []
  #chosen: string | undefined

  /** @param onHost a host was pressed */
  constructor(onHost: (node: string) => void) {
    this.#list = new VirtualList({
      viewport: byId('hosts-viewport'),
      rowHeight,
      line: (at) => this.#line(this.#rows[at] as HostStanding),
      onPress: onHost,
    })
    this.#order.addEventListener('change', () => this.#sort())
  }

  /** @param total of the VNI, whichever are shown */
  show(standings: readonly HostStanding[], total: number, chosen: string | undefined): void {
    this.#all = standings
    this.#chosen = chosen
    byId('hosts-count').textContent =
      standings.length === total
        ? `${total.toLocaleString()}`
        : `${standings.length.toLocaleString()} of ${total.toLocaleString()}`
    this.#sort()
  }

  #sort(): void {
    this.#rows = this.#order.value === 'name' ? this.#all : this.#all.toSorted(byMark)
    this.#list.resize(this.#rows.length)
  }

  #line({ host, out, in: into, mark }: HostStanding): HTMLElement {
    const { node, state, isSelf, addresses, mode } = host
    const button = element('button', 'plain', node)
    button.dataset['key'] = node
    button.setAttribute('aria-pressed', `${node === this.#chosen}`)
    const tone = mark === 'unknown' ? 'quiet' : mark
    const name = element(
      'span',
      '',
      element('span', `sign ${tone}`, markSigns[mark]),
      button,
      isSelf === true ? ' (this host)' : '',
    )
    const standing = state !== 'present' ? state : mode === undefined || mode === 'live' ? '' : mode
    const line = element(
      'div',
      node === this.#chosen ? 'row chosen' : 'row',
      name,
      element('span', 'wide', addresses.join(', ')),
      element('span', 'wide warning', standing),
      element('span', hasAmiss(out) ? 'amiss' : '', countsText(out)),
      element('span', hasAmiss(into) ? 'amiss' : '', countsText(into)),
    )
    line.setAttribute('role', 'row')
    for (const cell of line.children) {
      cell.setAttribute('role', 'cell')
    }
    return line
  }
}
