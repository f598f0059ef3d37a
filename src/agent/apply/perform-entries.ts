/** Adding, replacing and removing many forwarding entries or neighbours of one link. */
import type { KernelError, NeighbourRequest } from '../../rtnetlink/index.ts'
import type { Path } from '../desired/finding.ts'
import { hasManyDestinations } from '../model/fdb-entry.ts'
import type { ActionOf, EntryTable } from '../plan/action.ts'
import type { Kernel } from './kernel.ts'

/** Entries that the kernel refused; the others are done. */
export class EntriesRefused extends Error {
  override readonly name = 'EntriesRefused'
  /** The symbol of the first one's errno. */
  readonly code: string
  /** Keys of those refused. */
  readonly keys: ReadonlySet<string>
  /** Where the files ask for the first of them. */
  readonly path: Path | undefined

  constructor(refused: readonly Refused[], total: number) {
    const [first] = refused
    const error = first?.error
    super(
      refused.length === 1
        ? error?.message
        : `${refused.length} of ${total} entries were refused; the first: ${error?.message}`,
      {
        cause: error,
      },
    )
    this.code = error?.code ?? ''
    this.keys = new Set(refused.map(({ key }) => key))
    this.path = first?.path
  }
}

interface Refused {
  readonly key: string
  readonly path?: Path
  readonly error: KernelError
}

/**
 * Adds entries; one more destination is appended. Throws EntriesRefused. Gives the keys of those that were there already, with
 * whatever destination: somebody was quicker.
 */
export async function addEntries(
  { client }: Kernel,
  index: number,
  action: ActionOf<'addEntries'>,
): Promise<readonly string[]> {
  const requests = action.entries.map(({ request }) => ({ ...request, ifindex: index }))
  const isAppended = (request: NeighbourRequest): boolean =>
    action.table === 'fdb' && hasManyDestinations(request.attributes?.lladdr)
  // One kind after the other: those of most files are all of one.
  const errors = new Array<KernelError | undefined>(requests.length)
  const some = async (isMeant: (request: NeighbourRequest) => boolean, verb: BulkVerb): Promise<void> => {
    const places = requests.flatMap((request, place) => (isMeant(request) ? [place] : []))
    const results = await verb(places.map((place) => requests[place] as NeighbourRequest))
    for (const [at, place] of places.entries()) {
      errors[place] = results[at]
    }
  }
  await some(isAppended, (list) => client.appendNeighbours(list))
  await some(
    (request) => !isAppended(request),
    (list) => client.addNeighbours(list),
  )
  report(action.entries, errors, 'EEXIST')
  return action.entries.filter((_, at) => errors[at]?.code === 'EEXIST').map(({ key }) => key)
}

type BulkVerb = (requests: readonly NeighbourRequest[]) => Promise<readonly (KernelError | undefined)[]>

/** Replaces entries. Throws EntriesRefused. */
export async function replaceEntries(
  { client }: Kernel,
  index: number,
  { entries }: ActionOf<'replaceEntries'>,
): Promise<void> {
  report(entries, await client.replaceNeighbours(entries.map(({ request }) => ({ ...request, ifindex: index }))))
}

/** Removes entries. That one is gone already is as good. Throws EntriesRefused. */
export async function removeEntries(
  { client }: Kernel,
  index: number,
  { table, entries }: ActionOf<'removeEntries'>,
): Promise<void> {
  const requests = entries.map(({ present }) => removalOf(table, { ...present, ifindex: index }))
  report(entries, await client.deleteNeighbours(requests), 'ENOENT')
}

/** What names an entry to the kernel: of a forwarding entry all of its destination. */
function removalOf(
  table: EntryTable,
  { family, ifindex, flags = 0, attributes = {} }: NeighbourRequest,
): NeighbourRequest {
  const { lladdr, dst, port, vni, srcVni, ifindex: via } = attributes
  if (table === 'neighbours') {
    return { family, ifindex, attributes: { dst } } as NeighbourRequest
  }
  const named = {
    ...(lladdr !== undefined && { lladdr }),
    ...(dst !== undefined && { dst }),
    ...(port !== undefined && { port }),
    ...(vni !== undefined && { vni }),
    ...(srcVni !== undefined && { srcVni }),
    ...(via !== undefined && { ifindex: via }),
  }
  return { family, ifindex, flags, attributes: named } as NeighbourRequest
}

/** Passes over one code: that of a change which is so already. */
function report(
  entries: readonly { readonly key: string; readonly path?: Path }[],
  errors: readonly (KernelError | undefined)[],
  asGood?: string,
): void {
  const refused: Refused[] = []
  for (const [at, error] of errors.entries()) {
    const entry = entries[at]
    if (error !== undefined && entry !== undefined && error.code !== asGood) {
      refused.push({ key: entry.key, error, ...(entry.path !== undefined && { path: entry.path }) })
    }
  }
  if (refused.length > 0) {
    throw new EntriesRefused(refused, entries.length)
  }
}
