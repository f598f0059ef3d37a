/** What the page and the keeper of the forwarding table say to each other. */
import type { Row } from './search.ts'

export type ToWorker =
  /** Ask the agent for the table again. */
  | { readonly kind: 'load' }
  | { readonly kind: 'search'; readonly query: string }
  /** Rows of what was found. */
  | { readonly kind: 'rows'; readonly from: number; readonly to: number }
  /** MAC addresses behind a remote, `most` at most. */
  | { readonly kind: 'macs'; readonly remote: string; readonly most: number }

export type FromWorker =
  /** How many rows the search finds, of how many. */
  | { readonly kind: 'found'; readonly count: number; readonly total: number }
  | { readonly kind: 'rows'; readonly from: number; readonly rows: readonly Row[] }
  | { readonly kind: 'macs'; readonly remote: string; readonly macs: readonly string[]; readonly count: number }
  | { readonly kind: 'failed'; readonly reason: string }
