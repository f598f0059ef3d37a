/** What the page and the keeper of the forwarding table say to each other. */
import type { RowOrder } from './row-order.ts'
import type { Row, VniFilter } from './search.ts'

export type ToWorker =
  /** Ask the agent for the table again. */
  | { readonly kind: 'load' }
  | { readonly kind: 'search'; readonly query: string }
  /** Show the rows of this VNI alone; undefined: of all. */
  | { readonly kind: 'vni'; readonly filter: VniFilter | undefined }
  | { readonly kind: 'sort'; readonly order: RowOrder }
  /** Rows of what was found. */
  | { readonly kind: 'rows'; readonly from: number; readonly to: number }
  /** MAC addresses behind the addresses of a remote, `most` at most. */
  | { readonly kind: 'macs'; readonly remotes: readonly string[]; readonly most: number }

export type FromWorker =
  /** How many rows the search finds, of how many. */
  | { readonly kind: 'found'; readonly count: number; readonly total: number }
  | { readonly kind: 'rows'; readonly from: number; readonly rows: readonly Row[] }
  | {
      readonly kind: 'macs'
      readonly remotes: readonly string[]
      readonly macs: readonly MacOnLink[]
      readonly count: number
    }
  | { readonly kind: 'failed'; readonly reason: string }

/** A MAC address, and the link whose forwarding entry it is. */
export type MacOnLink = Pick<Row, 'mac' | 'link'>
