/** Moments on the page: date and 24-hour time, all in one zone, which the page states. Pure. */
import { briefSpan } from '../../../facts/brief-span.ts'

/** Writes moments in one time zone. */
export class Moments {
  readonly #parts: Intl.DateTimeFormat
  /** Such as `Europe/Berlin`. */
  readonly zone: string

  /** @param zone of the browser unless given */
  constructor(zone: string = Intl.DateTimeFormat().resolvedOptions().timeZone) {
    this.zone = zone
    this.#parts = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      calendar: 'gregory',
      numberingSystem: 'latn',
      hourCycle: 'h23',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
      fractionalSecondDigits: 3,
      timeZoneName: 'longOffset',
    })
  }

  /** `2026-03-01 21:30:09`. @param iso ISO 8601 */
  second(iso: string): string {
    const part = this.#read(iso)
    return `${part.year}-${part.month}-${part.day} ${part.hour}:${part.minute}:${part.second}`
  }

  /** `2026-03-01 21:30:09.250`. @param iso ISO 8601 */
  millisecond(iso: string): string {
    return `${this.second(iso)}.${this.#read(iso).fractionalSecond}`
  }

  /** The text with each moment in it, in ISO 8601 and UTC, as `second` has it. */
  within(text: string): string {
    return text.replace(/\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g, (iso) => this.second(iso))
  }

  /** `Europe/Berlin, UTC+01:00`: the zone, and how far it is from UTC at that moment. @param iso ISO 8601 */
  zoneAt(iso: string): string {
    const offset = (this.#read(iso).timeZoneName ?? 'GMT').replace('GMT', 'UTC')
    return this.zone === 'UTC' ? this.zone : `${this.zone}, ${offset === 'UTC' ? 'UTC+00:00' : offset}`
  }

  #read(iso: string): Partial<Record<Intl.DateTimeFormatPartTypes, string>> {
    return Object.fromEntries(this.#parts.formatToParts(new Date(iso)).map(({ type, value }) => [type, value]))
  }
}

/** How long ago a moment was, as `3s`. @param iso ISO 8601 */
export function ageOf(iso: string, nowMs: number): string {
  return briefSpan(Math.floor((nowMs - Date.parse(iso)) / 1000))
}
