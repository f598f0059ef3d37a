/** Looks at the overlay as a person asks for it: tunnels, and explanations. Reads only. */
import { KernelError, type RtnetlinkClient } from '../../rtnetlink/index.ts'
import type { Arrival, Whereabouts } from '../answers/arrival.ts'
import type { Explanation } from '../answers/explanation.ts'
import type { Tunnels } from '../answers/tunnel.ts'
import { agesByUpdated, type KernelRelease } from '../host/kernel-release.ts'
import { inSlices } from '../host/slices.ts'
import { freshNeighbours, tablesOf } from '../kernel/fresh-tables.ts'
import { readMemberships } from '../kernel/multicast-membership.ts'
import { listNexthops } from '../kernel/nexthop-members.ts'
import { fdbKey, fdbOwner, type Observed } from '../kernel/observed.ts'
import { vniCounters, vxlanCounters } from '../kernel/packet-counters.ts'
import { arrivalOf } from './arrival/arrival.ts'
import type { ArrivingFrame } from './arrival/arriving-frame.ts'
import { type Sought, whereIs } from './arrival/whereis.ts'
import type { EventLog } from './events/event-log.ts'
import type { FirstSeen } from './events/first-seen.ts'
import type { Question } from './explain/departure-point.ts'
import { explain } from './explain/explain.ts'
import type { Sources } from './explain/sources.ts'
import { withMembers } from './explain/with-members.ts'
import { isTaken } from './health/arrivals.ts'
import { remotesOf } from './tunnels/remotes.ts'
import { type FleetKnowledge, tunnelsOf } from './tunnels/tunnels.ts'
import { lookUpPath, lookUpPaths } from './underlay/look-up.ts'
import { whyNoRoute } from './underlay/path.ts'

/** What an inspector looks through. */
export interface InspectorParts {
  readonly client: RtnetlinkClient
  /** The tables as last heard. */
  readonly tables: { readonly observed: Observed }
  /** Of the running kernel. */
  readonly release: KernelRelease
  /** What the fleet process said last; undefined of a host in no fleet, and without a daemon. */
  readonly fleet?: () => FleetKnowledge | undefined
  /** What has been seen; undefined without a daemon. */
  readonly history?: { readonly log: EventLog; readonly firstSeen: FirstSeen }
}

/** For how many times as long as it took to make an answer is given again. */
const answerLasts = 10

export class Inspector {
  readonly #parts: InspectorParts
  /** The last answer, for all who ask until then. */
  #tunnels: { untilMs: number; readonly answer: Promise<Tunnels> } | undefined

  constructor(parts: InspectorParts) {
    this.#parts = parts
  }

  /**
   * Every remote of every VNI. Rejects as the client does. To dump many entries and to look up thousands of ways takes a while, during
   * which the kernel holds up others: so an answer lasts for ten times as long as it took to make.
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
      const answer = await making.answer
      const ended = performance.now()
      making.untilMs = ended + answerLasts * (ended - began)
      return answer
    } catch (error) {
      this.#tunnels = undefined
      throw error
    }
  }

  async #lookAtTunnels(): Promise<Tunnels> {
    const { client, tables, release, history } = this.#parts
    const dumpedAtMs = Date.now()
    const [fdb, neighbours] = await Promise.all([this.#freshFdb(), freshNeighbours(client)])
    const observed = { ...tables.observed, fdb, neighbours }
    const nexthops = await listNexthops(client)
    const remotes = await inSlices(remotesOf(observed, agesByUpdated(release), nexthops))
    const queries = remotes.flatMap(({ query }) => query ?? [])
    const [paths, linkStats, vniStats] = await Promise.all([
      lookUpPaths(client, { ...observed, neighboursAtMs: dumpedAtMs }, queries),
      vxlanCounters(client, tables.observed),
      vniCounters(client, tables.observed),
    ])
    const fleet = this.#parts.fleet?.()
    return tunnelsOf({
      observed,
      remotes,
      paths,
      memberships: readMemberships(),
      linkStats,
      vniStats,
      ...(fleet !== undefined && { fleet }),
      firstSeen: ({ index, address }) => history?.firstSeen.at(index, address),
      dumpedAtMs,
    })
  }

  /** How a frame to the address leaves. Rejects with AmbiguousQuestion, or as the client does. */
  async explain(question: Question): Promise<Explanation> {
    const { client, tables, release, history } = this.#parts
    const nowMs = Date.now()
    const observed = { ...tables.observed, neighbours: await freshNeighbours(client) }
    const nexthops = await listNexthops(client)
    const sources: Sources = {
      observed,
      release,
      nowMs,
      path: (query) => lookUpPath(client, { ...observed, neighboursAtMs: nowMs }, query),
      nexthops,
      async route(dst) {
        try {
          return await client.getRoute({ dst })
        } catch (error) {
          return whyNoRoute(error, dst)
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
    const fleet = this.#parts.fleet?.()
    const explanation = await explain(question, sources)
    return fleet === undefined ? explanation : withMembers(explanation, fleet.memberAt)
  }

  /** What becomes of a frame that arrives by the underlay. Rejects as the client does. */
  async arrival(frame: ArrivingFrame): Promise<Arrival> {
    const { client, tables } = this.#parts
    const observed = { ...tables.observed, neighbours: await freshNeighbours(client) }
    return await arrivalOf(frame, {
      observed,
      memberships: readMemberships(),
      path: (query) => lookUpPath(client, { ...observed, neighboursAtMs: Date.now() }, query),
      isTaken: ({ from, to, iif }) => isTaken(client, { src: from, dst: to, iif }),
    })
  }

  /** Where on this host an address of the overlay is. Rejects as the client does. */
  async whereis(sought: Sought): Promise<Whereabouts> {
    const { client, tables } = this.#parts
    return { places: whereIs(sought, { ...tables.observed, neighbours: await freshNeighbours(client) }) }
  }

  /** Forwarding entries with their ages: of a frame that keeps an entry from ageing the kernel tells nothing. */
  async #freshFdb(): Promise<Observed['fdb']> {
    const { client, tables, history } = this.#parts
    if (history === undefined) {
      // Whoever does not watch has just dumped them.
      return tables.observed.fdb
    }
    return tablesOf(await client.listFdb(), fdbOwner, fdbKey)
  }
}
