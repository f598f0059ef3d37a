/** Making elements. Text is only ever text: nothing from outside becomes markup. */
import { safeText } from './safe-text.ts'

/** The element of the page with this id. */
export function byId<T extends HTMLElement>(id: string): T {
  const element = document.getElementById(id)
  if (element === null) {
    throw new Error(`the page has no ${id}`)
  }
  return element as T
}

/** An element with a class, and text or elements in it. */
export function element(tag: string, className: string, ...content: readonly (string | Node)[]): HTMLElement {
  const made = document.createElement(tag)
  if (className !== '') {
    made.className = className
  }
  made.append(...content.map((each) => (typeof each === 'string' ? safeText(each) : each)))
  return made
}

/** A choice of a select, or a suggestion of a datalist. */
export function option(value: string, text = value): HTMLElement {
  const made = element('option', '', text)
  made.setAttribute('value', value)
  return made
}

/** An SVG element with attributes. */
export function shape(
  tag: string,
  attributes: Readonly<Record<string, string | number>>,
  ...content: readonly (string | Node)[]
): SVGElement {
  const made = document.createElementNS('http://www.w3.org/2000/svg', tag)
  for (const [name, value] of Object.entries(attributes)) {
    made.setAttribute(name, typeof value === 'string' ? safeText(value) : `${value}`)
  }
  made.append(...content.map((each) => (typeof each === 'string' ? safeText(each) : each)))
  return made
}

/**
 * Puts this content in place of what is there. Where it is the same already nothing is touched, so that what is selected, focused or pointed
 * at stays; where it is not, the focus goes to the new element with the same `data-key`.
 */
export function show(container: Element, ...content: readonly (string | Node)[]): void {
  const next = container.cloneNode(false) as Element
  next.append(...content.map((each) => (typeof each === 'string' ? safeText(each) : each)))
  if (next.isEqualNode(container)) {
    return
  }
  const focused = container.contains(document.activeElement)
    ? document.activeElement?.getAttribute('data-key')
    : undefined
  container.replaceChildren(...next.childNodes)
  if (focused) {
    container.querySelector<HTMLElement | SVGElement>(`[data-key="${CSS.escape(focused)}"]`)?.focus()
  }
}
