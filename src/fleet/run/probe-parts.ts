/** Probes as a session has them: what they need of it, and what others say of theirs. */
import type { Entry } from '../etcd/store.ts'
import { directionsOf, type ProbeDirection } from '../probe/directions.ts'
import type { Outcome } from '../probe/outcome.ts'
import { smallSize } from '../probe/packet.ts'
import { counterpartsPerSecond } from '../probe/rounds.ts'
import type { FleetKeys } from '../records/keys.ts'
import { nodeOfProbes } from '../records/keys.ts'
import { type ProbeRecord, readProbes } from '../records/probe-record.ts'
import { UnreadableValue } from '../records/values.ts'
import type { NodeReport, ProbeReport } from './report.ts'
import type { Session } from './session.ts'

/** As many directions are named. */
const mostDirections = 20_000

/** What a probe that somebody asks for is to be like. */
export interface ProbeOrder {
  readonly vni: number
  readonly nodes: readonly string[]
  /** Small probes of each member, and the size of the inner IP packet in the place of as much as the VNI carries. */
  readonly count: number
  readonly size?: number
}

/** As many members may be named in one order. */
export const mostInOrder = 16

/** What came of one member. */
export interface ProbeResult extends Outcome {
  readonly vni: number
  readonly node: string
  /** The size that had to pass. */
  readonly size: number
}

/** Whom can be probed. */
export interface ProbeChoice {
  readonly isOn: boolean
  readonly targets: readonly {
    readonly vni: number
    readonly node: string
    readonly link: string
    readonly size: number
  }[]
  /** Members of VNIs that can not, and why. */
  readonly silent: readonly { readonly vni: number; readonly node: string; readonly why: string }[]
  readonly without: ProbeReport['without']
  /** So many members a second may be probed, by VNI: what is flooded for it reaches all of them. */
  readonly perSecond: Readonly<Record<string, number>>
}

/** What members have found out, of a list of what they say of themselves. What cannot be read is as good as nothing. */
export function probesIn(entries: readonly Entry[], states: FleetKeys['states']): ReadonlyMap<string, ProbeRecord> {
  const found = new Map<string, ProbeRecord>()
  for (const entry of entries) {
    const node = nodeOfProbes(states, entry.key)
    if (node !== undefined) {
      try {
        found.set(node, readProbes(entry))
      } catch (error) {
        if (!(error instanceof UnreadableValue)) {
          throw error
        }
      }
    }
  }
  return found
}

/** The part of the report. */
export function probeReport(
  { probing, identity }: Pick<Session, 'probing' | 'identity'>,
  nodes: readonly NodeReport[],
  said: ReadonlyMap<string, ProbeRecord>,
): ProbeReport {
  const { settings, record: own, without } = probing
  const present = nodes.filter(({ state }) => state === 'present' || state === 'leaving')
  const directions = directionsOf(
    present.map(({ node, record }) => {
      const probes = node === identity.id ? own : said.get(node)
      return { node, ...(record !== undefined && { record }), ...(probes !== undefined && { probes }) }
    }),
  )
  return {
    isOn: settings !== undefined,
    ...(settings !== undefined && { every: settings.every, members: settings.members }),
    without,
    directions: boundedTo(mostDirections, directions),
    directionCount: directions.length,
  }
}

function boundedTo(most: number, directions: readonly ProbeDirection[]): readonly ProbeDirection[] {
  const badness = ({ state, fails }: ProbeDirection): number =>
    state === 'unreachable' ? 2 : Number(fails !== undefined)
  return directions.length <= most
    ? directions
    : directions.toSorted((one, other) => badness(other) - badness(one)).slice(0, most)
}

/** Whom this host can probe. */
export function probeChoice({ probing }: Pick<Session, 'probing'>): ProbeChoice {
  const perSecond = Object.fromEntries(
    probing.vnis.map(({ link, counterparts }) => [link.vni, counterpartsPerSecond(counterparts.length)]),
  )
  return {
    isOn: probing.settings !== undefined,
    targets: probing.targets.map(({ vni, node, link, size }) => ({ vni, node, size, link: link.name })),
    silent: probing.silent,
    without: probing.without,
    perSecond,
  }
}

/** Probes the members that are named, all at once. Who is no longer there is left out. */
export async function probeMembers(
  { probing }: Pick<Session, 'probing'>,
  { vni, nodes, count, size }: ProbeOrder,
): Promise<ProbeResult[]> {
  const named = new Set(nodes)
  const targets = probing.targets.filter((target) => target.vni === vni && named.has(target.node))
  return await Promise.all(
    targets.map(async (target) => ({
      ...{ vni, node: target.node, size: Math.min(target.size, Math.max(smallSize, size ?? target.size)) },
      ...(await probing.probe(target, { count, ...(size !== undefined && { size }) })),
    })),
  )
}
