/** How long ago something was, or how soon it will be, as briefly as a table wants it. */
import { briefSpan } from '../../agent/facts/brief-span.ts'

/** `45s`, `3m`, `5h`, `12d`: whole units, rounded down. A time to come, as after a clock was set back, is `0s`. */
export function age(since: string, now: Date): string {
  return briefSpan(Math.floor((now.getTime() - Date.parse(since)) / 1000))
}

/** How long until then, in the same form; the last second counts as one. */
export function until(moment: string, now: Date): string {
  return briefSpan(Math.ceil((Date.parse(moment) - now.getTime()) / 1000))
}
