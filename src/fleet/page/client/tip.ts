/** A line beside the pointer that says what is there. */
import { element } from '../../../agent/publish/web/client/dom.ts'
import { safeText } from '../../../agent/publish/web/client/safe-text.ts'

export class Tip {
  readonly #element = element('div', 'tip')

  constructor() {
    // Whoever does not see it is told elsewhere.
    this.#element.setAttribute('aria-hidden', 'true')
    this.#element.hidden = true
    document.body.append(this.#element)
  }

  /** Undefined: nothing. @param at of the pointer, in the window */
  show(text: string | undefined, { x, y }: { readonly x: number; readonly y: number }): void {
    this.#element.hidden = text === undefined
    if (text !== undefined) {
      this.#element.textContent = safeText(text)
      const isRight = x > window.innerWidth / 2
      this.#element.style.left = isRight ? 'auto' : `${x + 14}px`
      this.#element.style.right = isRight ? `${window.innerWidth - x + 14}px` : 'auto'
      this.#element.style.top = `${y + 16}px`
    }
  }
}
