/** Adding, replacing and removing many forwarding entries or neighbours of one link. */
import type {
  KernelError,
  Neighbour,
  NeighbourRequest,
  NeighbourRequests,
  RtnetlinkClient,
} from '../../../rtnetlink/index.ts'
import type { Path } from '../../desired/finding.ts'
import type { LinkNames } from '../../kernel/link-names.ts'
import { macOfFdbKey } from '../../kernel/observed.ts'
import type { Observer } from '../../kernel/observer.ts'
import type { EntryTable } from '../../record/owned.ts'
import { bridgeEntryRemoval, isBridgeEntry } from '../../words/bridge-fdb-entry.ts'
import { hasManyDestinations } from '../../words/fdb-entry.ts'
import type { ActionOf, KeyedEntry } from '../plan/action.ts'
import type { Kernel } from './kernel.ts'
import { despiteShortage } from './memory-shortage.ts'

/** Entries that the kernel refused; the others are done. */
export class EntriesRefused extends Error {
  override readonly name = 'EntriesRefused'
  /** The symbol of the first one's errno. */
  readonly code: string
  /** Keys of those refused. */
  readonly keys: ReadonlySet<string>
  /** Where the files ask for the first of them. */
  readonly path: Path | undefined
  readonly #refused: readonly Refused[]
  readonly #total: number

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
    this.#refused = refused
    this.#total = total
    this.code = error?.code ?? ''
    this.keys = new Set(refused.map(({ key }) => key))
    this.path = first?.path
  }

  /** One for each reason that the kernel gave. */
  byReason(): readonly EntriesRefused[] {
    const groups = new Map<string, Refused[]>()
    for (const each of this.#refused) {
      const { code, attribute, kernelMessage } = each.error.refusal
      const reason = [code, attribute, kernelMessage].join(' ')
      const group = groups.get(reason)
      if (group === undefined) {
        groups.set(reason, [each])
      } else {
        group.push(each)
      }
    }
    return groups.size < 2 ? [this] : Array.from(groups.values(), (group) => new EntriesRefused(group, this.#total))
  }
}

interface Refused {
  readonly key: string
  readonly path?: Path
  readonly error: KernelError
}

/** From so many on, forwarding entries are added without an event for each. */
const manyEntries = 1000

/**
 * Adds entries; one more destination is appended. `present` are the keys of those that were there already, with whatever
 * destination: somebody was quicker.
 */
export async function addEntries(
  { client, names }: Pick<Kernel, 'client' | 'names'>,
  observer: Pick<Observer, 'withoutEvents'>,
  index: number,
  { table, entries }: ActionOf<'addEntries'>,
): Promise<{ readonly present: readonly string[]; readonly refused: EntriesRefused | undefined }> {
  const requests = new Requests(entries, index, names)
  let errors: readonly (KernelError | undefined)[] = []
  const add = (): Promise<typeof errors> =>
    despiteShortage(entries.length, (places) => {
      if (places.length === entries.length) {
        return addAll(client, table, entries, requests)
      }
      const refused = chosen(entries, places)
      return addAll(client, table, refused, new Requests(refused, index, names))
    })
  // What the kernel makes of a bridge's entry depends on the VLANs of the port, so its events are needed.
  const isKnownBefore = table === 'fdb' && entries[0]?.port === undefined
  if (isKnownBefore && entries.length >= manyEntries) {
    await observer.withoutEvents(index, async () => {
      errors = await add()
      return added(entries, requests, errors)
    })
  } else {
    errors = await add()
  }
  const present = errors.some((error) => error !== undefined)
    ? entries.filter((_, at) => errors[at]?.code === 'EEXIST').map(({ key }) => key)
    : []
  return { present, refused: refusalOf(entries, errors, 'EEXIST') }
}

/** Requests for entries of a link, each made once, as the kernel would show the entry, when it is its turn. */
class Requests implements NeighbourRequests {
  readonly #entries: readonly KeyedEntry[]
  readonly #ifindex: number
  readonly #names: LinkNames
  readonly #made: Neighbour[] = []

  constructor(entries: readonly KeyedEntry[], ifindex: number, names: LinkNames) {
    this.#entries = entries
    this.#ifindex = ifindex
    this.#names = names
  }

  get length(): number {
    return this.#entries.length
  }

  at(index: number): Neighbour {
    const known = this.#made[index]
    if (known !== undefined) {
      return known
    }
    const { request = {}, port } = this.#entries[index] ?? {}
    const { family = 0, state = 0, flags = 0, attributes = {} } = request
    const ifindex = port === undefined ? this.#ifindex : this.#names.indexOf(port)
    const made: Neighbour = { family, ifindex, state, flags, type: 0, attributes }
    this.#made[index] = made
    return made
  }
}

/** One result for each, in their order. */
async function addAll(
  client: RtnetlinkClient,
  table: EntryTable,
  entries: readonly KeyedEntry[],
  requests: Requests,
): Promise<readonly (KernelError | undefined)[]> {
  const isAppended = ({ key }: KeyedEntry): boolean => table === 'fdb' && hasManyDestinations(macOfFdbKey(key))
  const numbers = entries.map((_, at) => at)
  const appended = numbers.filter((at) => isAppended(entries[at] as KeyedEntry))
  if (appended.length === 0 || appended.length === requests.length) {
    return appended.length === 0 ? client.addNeighbours(requests) : client.appendNeighbours(requests)
  }
  const others = numbers.filter((at) => !isAppended(entries[at] as KeyedEntry))
  const errors: (KernelError | undefined)[] = []
  for (const [part, results] of [
    [appended, await client.appendNeighbours(appended.map((at) => requests.at(at)))],
    [others, await client.addNeighbours(others.map((at) => requests.at(at)))],
  ] as const) {
    for (const [place, at] of part.entries()) {
      errors[at] = results[place]
    }
  }
  return errors
}

function chosen<T>(list: readonly T[], places: readonly number[]): T[] {
  return places.map((place) => list[place] as T)
}

/** Those that the kernel took, as it would show them. */
function* added(
  entries: readonly KeyedEntry[],
  requests: Requests,
  errors: readonly (KernelError | undefined)[],
): Generator<readonly [key: string, entry: Neighbour]> {
  for (const [at, { key }] of entries.entries()) {
    if (errors[at] === undefined) {
      yield [key, requests.at(at)]
    }
  }
}

/** Replaces entries. Throws EntriesRefused. */
export async function replaceEntries(
  { client, names }: Kernel,
  index: number,
  { entries }: ActionOf<'replaceEntries'>,
): Promise<void> {
  const requests = entries.map(({ request, port }) => ({
    ...request,
    ifindex: port === undefined ? index : names.indexOf(port),
  }))
  report(
    entries,
    await despiteShortage(requests.length, (places) => client.replaceNeighbours(chosen(requests, places))),
  )
}

/**
 * Removes entries. That one is gone already is as good; and one that goes by an interface which is gone leads nowhere, and the
 * kernel does not take its name any more. Throws EntriesRefused.
 */
export async function removeEntries(
  { client }: Kernel,
  index: number,
  { table, entries }: ActionOf<'removeEntries'>,
): Promise<void> {
  const requests = entries.map(({ present }) =>
    isBridgeEntry(present) ? bridgeEntryRemoval(present) : removalOf(table, { ...present, ifindex: index }),
  )
  report(entries, await client.deleteNeighbours(requests), 'ENOENT', 'EADDRNOTAVAIL')
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

/** Throws EntriesRefused. */
function report(...results: Parameters<typeof refusalOf>): void {
  const refused = refusalOf(...results)
  if (refused !== undefined) {
    throw refused
  }
}

/** Passes over codes of a change which is so already. */
function refusalOf(
  entries: readonly { readonly key: string; readonly path?: Path }[],
  errors: readonly (KernelError | undefined)[],
  ...asGood: readonly string[]
): EntriesRefused | undefined {
  const refused: Refused[] = []
  for (const [at, error] of errors.entries()) {
    const entry = entries[at]
    if (error !== undefined && entry !== undefined && !asGood.includes(error.code)) {
      refused.push({ key: entry.key, error, ...(entry.path !== undefined && { path: entry.path }) })
    }
  }
  return refused.length === 0 ? undefined : new EntriesRefused(refused, entries.length)
}
