/** What became of a pushed file → a line of the log and an event. Pure. */
import type { PushedStanding, PushedState } from '../../answers/pushed.ts'
import type { EventDraft } from './event-log.ts'

const words: Readonly<Record<PushedState, string>> = {
  applied: 'applied',
  removed: 'removed',
  trial: 'on trial',
  refused: 'refused',
  returned: 'returned to what was before',
}

export function pushedNews(standing: PushedStanding): {
  readonly level: 'info' | 'warn'
  readonly text: string
  readonly draft: EventDraft
} {
  const { name, revision, by, state, reason, until } = standing
  const from = `pushed file ${name} revision ${revision} by ${by}`
  const cause = reason ?? (until === undefined ? undefined : `it returns at ${until} unless it is confirmed`)
  const because = cause === undefined ? '' : `: ${cause}`
  return {
    level: state === 'applied' || state === 'removed' ? 'info' : 'warn',
    text: `${from}: ${words[state]}${because}`,
    draft: { kind: 'pushed-file', from, state: words[state], ...(cause !== undefined && { cause }) },
  }
}
