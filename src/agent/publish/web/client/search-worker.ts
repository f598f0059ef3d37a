/** Keeps the forwarding table and searches it, off the page's own thread. */
import type { Iproute2FdbEntry } from '../../iproute2/iproute2-fdb.ts'
import { defaultOrder, type RowOrder, sorted } from './row-order.ts'
import { haystackOf, type Row, rowOf, rowsBehind, search, type VniFilter } from './search.ts'
import type { FromWorker, ToWorker } from './worker-messages.ts'

let rows: Row[] = []
let haystacks: string[] = []
let query = ''
let filter: VniFilter | undefined
let order: RowOrder = defaultOrder
let found: Uint32Array = new Uint32Array()
let isLoading = false
let isWanted = false

// The worker's own global, which the DOM library types as a window.
const port = globalThis as unknown as {
  onmessage: (event: { readonly data: ToWorker }) => void
  postMessage(message: FromWorker): void
}

port.onmessage = ({ data }) => {
  switch (data.kind) {
    case 'load':
      void load()
      return
    case 'search':
      query = data.query
      find()
      return
    case 'vni':
      filter = data.filter
      find()
      return
    case 'sort':
      order = data.order
      keep(rows)
      return
    case 'rows':
      port.postMessage({
        kind: 'rows',
        from: data.from,
        rows: Array.from(found.subarray(data.from, data.to), (row) => rows[row] as Row),
      })
      return
    case 'macs': {
      const behind = rowsBehind(rows, data.remotes)
      port.postMessage({
        kind: 'macs',
        remotes: data.remotes,
        macs: behind.slice(0, data.most).map(({ mac, link }) => ({ mac, link })),
        count: behind.length,
      })
      return
    }
    default:
      data satisfies never
  }
}

async function load(): Promise<void> {
  isWanted = true
  if (isLoading) {
    return
  }
  isLoading = true
  while (isWanted) {
    isWanted = false
    try {
      const answer = await fetch('/v1/fdb')
      if (!answer.ok) {
        throw new Error(`status ${answer.status}`)
      }
      keep(((await answer.json()) as Iproute2FdbEntry[]).map(rowOf))
    } catch (error) {
      port.postMessage({ kind: 'failed', reason: String(error) })
    }
  }
  isLoading = false
}

/** Keeps these rows in their order. */
function keep(all: readonly Row[]): void {
  rows = sorted(all, order)
  haystacks = rows.map(haystackOf)
  find()
}

function find(): void {
  found = search(haystacks, query, filter && { rows, filter })
  port.postMessage({ kind: 'found', count: found.length, total: rows.length })
}
