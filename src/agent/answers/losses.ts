/** What a held change of the files would delete, in words. */
import { countOf } from '../facts/count-of.ts'
import type { DesiredStatus, Loss } from './desired-status.ts'

/** So many are named. */
const mostNamed = 10

const nouns = { links: 'link', remotes: 'remote', addresses: 'address', ports: 'bridge port' } as const

/** `all 6 links (vxlan0, vxlan1, …)`, `4 of 6 links (…)`. */
export function describeLosses(losses: readonly Loss[]): string {
  return losses.map((loss) => `${amount(loss)} (${named(loss)})`).join(', and ')
}

/** The same without names: `all 6 links`. */
export function countLosses(losses: readonly Loss[]): string {
  return losses.map(amount).join(' and ')
}

function amount({ what, count, of }: Loss): string {
  const noun = nouns[what]
  if (count < of) {
    return `${count} of ${of} ${plural(of, noun)}`
  }
  return of === 1 ? `the only ${noun}` : `all ${of} ${plural(of, noun)}`
}

function plural(count: number, noun: string): string {
  return noun === 'address' && count !== 1 ? 'addresses' : countOf(count, noun).slice(`${count} `.length)
}

function named({ names, count }: Loss): string {
  const shown = names.slice(0, mostNamed)
  return [...shown, ...(count > shown.length ? [`and ${count - shown.length} more`] : [])].join(', ')
}

/** What waits, a phrase each; empty when nothing does. */
export function waitingDeletions({ held, toBeDeleted = [] }: Pick<DesiredStatus, 'held' | 'toBeDeleted'>): string[] {
  return [
    ...(held === undefined
      ? []
      : [`a change of the desired files is held: it would delete ${countLosses(held.losses)}`]),
    ...(toBeDeleted.length === 0 ? [] : [waiting(toBeDeleted.map(({ name }) => name))]),
  ]
}

function waiting(names: readonly string[]): string {
  const shown = names.slice(0, mostNamed).join(', ')
  const more = names.length > mostNamed ? ` and ${names.length - mostNamed} more` : ''
  return `${shown}${more} ${names.length === 1 ? 'waits' : 'wait'} to be deleted`
}
