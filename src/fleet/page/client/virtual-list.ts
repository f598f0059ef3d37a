/** A list of any length of which only the lines in sight are elements of the page. */
import { element, show } from '../../../agent/publish/web/client/dom.ts'
import { visibleRows } from '../../../agent/publish/web/client/search.ts'

export interface VirtualListOptions {
  /** What is scrolled. */
  readonly viewport: HTMLElement
  /** Of a line, in CSS pixels, as the style sheet has it. */
  readonly rowHeight: number
  /** The line at a place. A click on an element with `data-key` is told. */
  readonly line: (at: number) => HTMLElement
  readonly onPress: (key: string) => void
}

export class VirtualList {
  readonly #options: VirtualListOptions
  readonly #spacer = element('div', 'spacer')
  #count = 0

  constructor(options: VirtualListOptions) {
    this.#options = options
    const { viewport, onPress } = options
    viewport.append(this.#spacer)
    viewport.addEventListener('scroll', () => this.draw(), { passive: true })
    new ResizeObserver(() => this.draw()).observe(viewport)
    this.#spacer.addEventListener('click', ({ target }) => {
      const key = (target as Element).closest('[data-key]')?.getAttribute('data-key')
      if (key) {
        onPress(key)
      }
    })
  }

  /** There are so many lines now. */
  resize(count: number): void {
    this.#count = count
    this.#spacer.style.height = `${count * this.#options.rowHeight}px`
    this.#options.viewport.setAttribute('aria-rowcount', `${count}`)
    this.draw()
  }

  draw(): void {
    const { viewport, rowHeight, line } = this.#options
    const [from, to] = visibleRows(viewport.scrollTop, viewport.clientHeight, rowHeight, this.#count)
    const lines = Array.from({ length: to - from }, (_, index) => {
      const made = line(from + index)
      made.setAttribute('aria-rowindex', `${from + index + 1}`)
      made.style.top = `${(from + index) * rowHeight}px`
      return made
    })
    show(this.#spacer, ...lines)
  }
}
