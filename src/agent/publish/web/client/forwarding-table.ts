/** The forwarding table: only the rows in sight are drawn; a worker keeps and searches all of them. */
import { byId, element } from './dom.ts'
import { type Column, columns, defaultOrder, nextOrder } from './row-order.ts'
import { type Row, type VniFilter, visibleRows } from './search.ts'
import type { FromWorker, MacOnLink, ToWorker } from './worker-messages.ts'

/** As the style sheet has it. */
const rowHeight = 24

export interface TableListener {
  onMac(mac: string, link: string): void
  onMacs(remotes: readonly string[], macs: readonly MacOnLink[], count: number): void
}

export class ForwardingTable {
  readonly #worker = new Worker('/search-worker.js', { type: 'module' })
  readonly #viewport = byId('viewport')
  readonly #spacer = byId('spacer')
  readonly #count = byId('count')
  readonly #grid = byId('grid')
  readonly #listener: TableListener
  #order = defaultOrder
  #found = 0
  #isAsking = false
  #isStale = false

  constructor(listener: TableListener) {
    this.#listener = listener
    this.#worker.onmessage = ({ data }: MessageEvent<FromWorker>) => this.#take(data)
    const search = byId<HTMLInputElement>('search')
    search.addEventListener('input', () => {
      this.#viewport.scrollTop = 0
      this.#tell({ kind: 'search', query: search.value })
    })
    for (const column of columns) {
      const button = this.#heading(column)?.querySelector('button')
      button?.addEventListener('click', () => this.#sortBy(column))
    }
    this.#viewport.addEventListener('scroll', () => this.#ask(), { passive: true })
    new ResizeObserver(() => this.#ask()).observe(this.#viewport)
  }

  /** Fetches the table anew. The place that was scrolled to stays. */
  load(): void {
    this.#tell({ kind: 'load' })
  }

  askMacs(remotes: readonly string[], most: number): void {
    this.#tell({ kind: 'macs', remotes, most })
  }

  /** Shows the entries of one VNI, or of all. */
  filterBy(filter: VniFilter | undefined): void {
    this.#tell({ kind: 'vni', filter })
  }

  /** How many entries were found last. */
  get size(): number {
    return this.#found
  }

  #heading(column: Column): HTMLElement | null {
    return this.#grid.querySelector(`[data-column="${column}"]`)
  }

  #sortBy(pressed: Column): void {
    this.#order = nextOrder(this.#order, pressed)
    for (const column of columns) {
      const { isDescending } = this.#order
      const direction = column === this.#order.column ? (isDescending ? 'descending' : 'ascending') : 'none'
      this.#heading(column)?.setAttribute('aria-sort', direction)
    }
    this.#viewport.scrollTop = 0
    this.#tell({ kind: 'sort', order: this.#order })
  }

  #tell(message: ToWorker): void {
    this.#worker.postMessage(message)
  }

  #take(message: FromWorker): void {
    switch (message.kind) {
      case 'found':
        this.#found = message.count
        this.#spacer.style.height = `${message.count * rowHeight}px`
        this.#grid.setAttribute('aria-rowcount', `${message.count}`)
        this.#count.textContent =
          message.count === message.total
            ? `${message.total.toLocaleString()} entries`
            : `${message.count.toLocaleString()} of ${message.total.toLocaleString()} entries`
        this.#ask()
        return
      case 'rows':
        this.#isAsking = false
        this.#draw(message.from, message.rows)
        if (this.#isStale) {
          this.#ask()
        }
        return
      case 'macs':
        this.#listener.onMacs(message.remotes, message.macs, message.count)
        return
      case 'failed':
        this.#count.textContent = 'the table cannot be read now'
        return
      default:
        message satisfies never
    }
  }

  /** Asks for the rows in sight; while an answer is under way only notes that they are others by then. */
  #ask(): void {
    this.#isStale = this.#isAsking
    if (!this.#isAsking) {
      this.#isAsking = true
      const { scrollTop, clientHeight } = this.#viewport
      const [from, to] = visibleRows(scrollTop, clientHeight, rowHeight, this.#found)
      this.#tell({ kind: 'rows', from, to })
    }
  }

  #draw(from: number, rows: readonly Row[]): void {
    const lines = rows.map(({ mac, link, vlan, to, kind }, at) => {
      const button = element('button', 'plain', mac)
      button.title = 'Explain how a frame to it leaves'
      button.addEventListener('click', () => this.#listener.onMac(mac, link))
      const cells = [
        element('span', '', button),
        element('span', 'wide', link),
        element('span', 'wide', vlan),
        element('span', '', to),
        element('span', '', kind),
      ]
      for (const cell of cells) {
        cell.setAttribute('role', 'cell')
      }
      const line = element('div', 'row', ...cells)
      line.setAttribute('role', 'row')
      line.setAttribute('aria-rowindex', `${from + at + 1}`)
      line.style.top = `${(from + at) * rowHeight}px`
      return line
    })
    this.#spacer.replaceChildren(...lines)
  }
}
