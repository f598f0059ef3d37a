/** Looks at the overlay as a person asks for it: tunnels, and explanations. Reads only. */
import {
  KernelError,
  type LinkStats,
  type Neighbour,
  type RtnetlinkClient,
  type VnifilterEntry,
} from '../../rtnetlink/index.ts'
import type { Explanation } from '../answers/explanation.ts'
import type { Tunnels } from '../answers/tunnel.ts'
import { agesByUpdated } from '../host/kernel-release.ts'
import { forEachInSlices, inSlices } from '../host/slices.ts'
import { readMemberships } from '../kernel/multicast-membership.ts'
import { fdbKey, fdbOwner, neighbourKey, type Observed } from '../kernel/observed.ts'
import { vxlanData } from '../kernel/vxlan-link.ts'
import type { EventLog } from './events/event-log.ts'
import type { FirstSeen } from './events/first-seen.ts'
import type { Question } from './explain/departure-point.ts'
import { explain } from './explain/explain.ts'
import type { World } from './explain/world.ts'
import { remotesOf } from './tunnels/remotes.ts'
import { tunnelsOf } from './tunnels/tunnels.ts'
import { lookUpPath, lookUpPaths } from './underlay/look-up.ts'
import { noPath } from './underlay/path.ts'

/** What an inspector looks through. */
export interface InspectorParts {
  readonly client: RtnetlinkClient
  /** The tables as last heard. */
  readonly tables: { readonly observed: Observed }
  /** Of the running kernel. */
  readonly release: string
  /** What has been seen; undefined without a daemon. */
  readonly history?: { readonly log: EventLog; readonly firstSeen: FirstSeen }
}

/** How old the ages of forwarding entries may be, in milliseconds: of a table of up to `fewEntries`, and of a larger one, whose dump holds up others. */
const freshMs = { few: 1000, many: 30_000 }
const fewEntries = 10_000

export class Inspector {
  readonly #parts: InspectorParts
  /** Forwarding entries with their ages, from one dump that all who ask share. */
  #dump: { readonly atMs: number; readonly fdb: Promise<Observed['fdb']>; readonly isLarge: boolean } | undefined

  #tunnels: { untilMs: number; readonly answer: Promise<Tunnels> } | undefined

  constructor(parts: InspectorParts) {
    this.#parts = parts
  }

  /**
   * Every remote of every VNI. Rejects as the client does. Thousands of ways take a while to look up, so an answer is given for ten
   * times as long as it took to make, to all who ask meanwhile.
   */
  async tunnels(): Promise<Tunnels> {
    const known = this.#tunnels
    if (known !== undefined && performance.now() < known.untilMs) {
      return known.answer
    }
    const began = performance.now()
    const making = { untilMs: Number.POSITIVE_INFINITY, answer: this.#lookAtTunnels() }
    this.#tunnels = making
    try {
      return await making.answer
    } finally {
      const ended = performance.now()
      making.untilMs = ended + 10 * (ended - began)
    }
  }

  async #lookAtTunnels(): Promise<Tunnels> {
    const { client, tables, release, history } = this.#parts
    const [{ fdb, atMs }, neighbours] = await Promise.all([this.#freshFdb(), this.#freshNeighbours()])
    const observed = { ...tables.observed, fdb, neighbours }
    const remotes = await inSlices(remotesOf(observed, agesByUpdated(release)))
    const queries = remotes.filter(({ address }) => !address.startsWith('nexthop')).map(({ query }) => query)
    const [paths, linkStats, vniStats] = await Promise.all([
      lookUpPaths(client, observed, queries),
      this.#linkStats(),
      this.#vniStats(),
    ])
    return tunnelsOf({
      observed,
      remotes,
      paths,
      memberships: readMemberships(),
      linkStats,
      vniStats,
      firstSeen: ({ index, address }) => history?.firstSeen.at(index, address),
      dumpedAtMs: atMs,
    })
  }

  /** How a frame to the address leaves. Rejects with AmbiguousQuestion, or as the client does. */
  async explain(question: Question): Promise<Explanation> {
    const { client, tables, release, history } = this.#parts
    const observed = { ...tables.observed, neighbours: await this.#freshNeighbours() }
    const world: World = {
      observed,
      release,
      nowMs: Date.now(),
      path: (query) => lookUpPath(client, observed, query),
      async route(dst) {
        try {
          return await client.getRoute({ dst })
        } catch (error) {
          return noPath(error, dst).problem ?? ''
        }
      },
      async entry(query) {
        try {
          return await client.getFdbEntry(query)
        } catch (error) {
          if (error instanceof KernelError && error.code === 'ENOENT') {
            return undefined
          }
          throw error
        }
      },
      history: history && ((mac) => history.log.newestFirst((draft) => draft.mac === mac)),
    }
    return explain(question, world)
  }

  async #freshFdb(): Promise<{ readonly fdb: Observed['fdb']; readonly atMs: number }> {
    const nowMs = Date.now()
    if (this.#parts.history === undefined) {
      // Whoever does not watch has just dumped them.
      return { fdb: this.#parts.tables.observed.fdb, atMs: nowMs }
    }
    const limit = this.#dump?.isLarge === true ? freshMs.many : freshMs.few
    if (this.#dump === undefined || nowMs - this.#dump.atMs > limit) {
      const entries = [...this.#parts.tables.observed.fdb.values()].reduce((sum, { size }) => sum + size, 0)
      const dump = { atMs: nowMs, fdb: this.#dumpFdb(), isLarge: entries > fewEntries }
      this.#dump = dump
      dump.fdb.catch(() => {
        if (this.#dump === dump) {
          this.#dump = undefined
        }
      })
    }
    const { fdb, atMs } = this.#dump
    return { fdb: await fdb, atMs }
  }

  /** The kernel tells of an entry when it is resolved, or given up; while it asks, it tells nothing. */
  async #freshNeighbours(): Promise<Observed['neighbours']> {
    const tables = new Map<number, Map<string, Neighbour>>()
    await forEachInSlices(await this.#parts.client.listNeighbours(), (entry) => {
      const table = tables.get(entry.ifindex) ?? new Map<string, Neighbour>()
      tables.set(entry.ifindex, table.set(neighbourKey(entry), entry))
    })
    return tables
  }

  async #dumpFdb(): Promise<Observed['fdb']> {
    const tables = new Map<number, Map<string, Neighbour>>()
    await forEachInSlices(await this.#parts.client.listFdb(), (entry) => {
      const owner = fdbOwner(entry)
      const table = tables.get(owner) ?? new Map<string, Neighbour>()
      tables.set(owner, table.set(fdbKey(entry), entry))
    })
    return tables
  }

  async #linkStats(): Promise<Map<number, LinkStats>> {
    const links = await this.#parts.client.listLinks({ withStats: true })
    return new Map(
      links.flatMap((link) => {
        const { stats64 } = link.attributes
        return stats64 === undefined || vxlanData(link) === undefined ? [] : [[link.index, stats64] as const]
      }),
    )
  }

  async #vniStats(): Promise<Map<number, Map<number, NonNullable<VnifilterEntry['stats']>>>> {
    const { client, tables } = this.#parts
    const stats = new Map<number, Map<number, NonNullable<VnifilterEntry['stats']>>>()
    if (tables.observed.vnis.size === 0) {
      return stats
    }
    for (const { ifindex, attributes } of await client.listVnis({ withStats: true })) {
      const table = stats.get(ifindex) ?? new Map<number, NonNullable<VnifilterEntry['stats']>>()
      stats.set(ifindex, table)
      for (const { start, stats: counted } of attributes.entries ?? []) {
        if (start !== undefined && counted !== undefined) {
          table.set(start, counted)
        }
      }
    }
    return stats
  }
}
