/** The live events: newest first, bounded, filtered by severity, VNI and words, paused when asked. */
import type { OverlayEvent } from '../../../answers/overlay-event.ts'
import { byId, element } from './dom.ts'
import type { Moments } from './moments.ts'
import { isAtLeast, type Severity, severityOf } from './severity.ts'

/** As many are kept here, and as many of them are shown. */
const mostKept = 2000
const mostShown = 200

/** Told by more than a colour. */
const styles: Readonly<Record<Severity, { readonly style: string; readonly mark: string }>> = {
  fault: { style: 'bad', mark: '✕ ' },
  warning: { style: 'warning', mark: '▲ ' },
  info: { style: '', mark: '' },
}

export class EventList {
  readonly #list = byId('event-list')
  readonly #filter = byId<HTMLInputElement>('event-filter')
  readonly #severity = byId<HTMLSelectElement>('event-severity')
  readonly #pause = byId<HTMLInputElement>('event-pause')
  readonly #moments: Moments
  readonly #isOfVni: (event: OverlayEvent) => boolean
  /** Newest last. */
  #events: OverlayEvent[] = []
  #isDrawing = false

  /** @param isOfVni whether the filter by VNI lets an event through */
  constructor(moments: Moments, isOfVni: (event: OverlayEvent) => boolean) {
    this.#moments = moments
    this.#isOfVni = isOfVni
    this.#filter.addEventListener('input', () => this.drawSoon())
    this.#severity.addEventListener('change', () => this.drawSoon())
    this.#pause.addEventListener('change', () => this.drawSoon())
  }

  add(event: OverlayEvent): void {
    this.#events.push(event)
    if (this.#events.length > mostKept * 2) {
      this.#events = this.#events.slice(-mostKept)
    }
    if (!this.#pause.checked) {
      this.drawSoon()
    }
  }

  /** Once a frame, however many come. */
  drawSoon(): void {
    if (!this.#isDrawing) {
      this.#isDrawing = true
      requestAnimationFrame(() => {
        this.#isDrawing = false
        this.#draw()
      })
    }
  }

  #draw(): void {
    const words = this.#filter.value
      .toLowerCase()
      .split(/[\s,]+/)
      .filter(Boolean)
    const least = this.#severity.value as Severity
    const shown: HTMLElement[] = []
    for (let at = this.#events.length - 1; at >= 0 && shown.length < mostShown; at -= 1) {
      const event = this.#events[at] as OverlayEvent
      const text = `${event.kind} ${event.message} ${event.vni ?? ''}`.toLowerCase()
      if (isAtLeast(severityOf(event), least) && this.#isOfVni(event) && words.every((word) => text.includes(word))) {
        shown.push(this.#line(event))
      }
    }
    this.#list.replaceChildren(...(shown.length > 0 ? shown : [element('li', 'quiet', 'Nothing yet.')]))
  }

  #line(event: OverlayEvent): HTMLElement {
    const { at, kind, message, vni } = event
    const time = element('time', '', this.#moments.millisecond(at))
    time.setAttribute('datetime', at)
    const { style, mark } = styles[severityOf(event)]
    const place = vni === undefined ? [] : [element('span', 'quiet', ` VNI ${vni}`)]
    const name = element('span', `kind ${style}`, `${mark}${kind}`)
    return element('li', '', time, name, element('span', '', message), ...place)
  }
}
