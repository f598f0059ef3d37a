/** The live events: newest first, bounded, filtered by words, paused when asked. */
import type { EventKind, OverlayEvent } from '../../../answers/overlay-event.ts'
import { byId, element } from './dom.ts'

/** As many are kept here, and as many of them are shown. */
const mostKept = 2000
const mostShown = 200

const styles: Partial<Record<EventKind, string>> = {
  flapping: 'bad',
  duplicate: 'bad',
  failed: 'bad',
  overrun: 'bad',
  missed: 'bad',
  'link-down': 'bad',
  'link-deleted': 'bad',
  moved: 'warning',
  repair: 'warning',
  resync: 'warning',
  deleted: 'warning',
  flushed: 'warning',
}

export class EventList {
  readonly #list = byId('event-list')
  readonly #filter = byId<HTMLInputElement>('event-filter')
  readonly #pause = byId<HTMLInputElement>('event-pause')
  /** Newest last. */
  #events: OverlayEvent[] = []
  #isDrawing = false

  constructor() {
    this.#filter.addEventListener('input', () => this.#drawSoon())
    this.#pause.addEventListener('change', () => this.#drawSoon())
  }

  add(event: OverlayEvent): void {
    this.#events.push(event)
    if (this.#events.length > mostKept * 2) {
      this.#events = this.#events.slice(-mostKept)
    }
    if (!this.#pause.checked) {
      this.#drawSoon()
    }
  }

  /** Once a frame, however many come. */
  #drawSoon(): void {
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
    const shown: HTMLElement[] = []
    for (let at = this.#events.length - 1; at >= 0 && shown.length < mostShown; at -= 1) {
      const event = this.#events[at] as OverlayEvent
      const text = `${event.kind} ${event.message} ${event.vni ?? ''}`.toLowerCase()
      if (words.every((word) => text.includes(word))) {
        shown.push(line(event))
      }
    }
    this.#list.replaceChildren(...(shown.length > 0 ? shown : [element('li', 'quiet', 'Nothing yet.')]))
  }
}

function line({ at, kind, message, vni }: OverlayEvent): HTMLElement {
  const moment = new Date(at)
  const time = element(
    'time',
    '',
    `${moment.toLocaleTimeString(undefined, { hour12: false })}.${`${moment.getMilliseconds()}`.padStart(3, '0')}`,
  )
  time.setAttribute('datetime', at)
  time.title = moment.toLocaleString()
  const place = vni === undefined ? [] : [element('span', 'quiet', ` VNI ${vni}`)]
  return element(
    'li',
    '',
    time,
    element('span', `kind ${styles[kind] ?? ''}`, kind),
    element('span', '', message),
    ...place,
  )
}
