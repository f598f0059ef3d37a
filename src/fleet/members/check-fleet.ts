/**
 * What is wrong in the fleet, as far as the store and this host tell. Pure. A finding is about records: whether frames arrive is not looked at.
 */
import type { FleetLink } from '../../agent/answers/fleet.ts'
import { countOf, someOf } from '../../agent/facts/count-of.ts'
import { grouped } from '../../agent/facts/grouped.ts'
import { familyOf } from '../../agent/facts/ip-text.ts'
import type { StateRecord } from '../records/state-record.ts'
import { checkVni, vtepsByVni } from './check-vni.ts'
import type { Claims, CountedClaim } from './claims.ts'
import { DestinationSet } from './destinations.ts'
import type { FleetFinding } from './finding.ts'
import type { Standing } from './standing.ts'
import type { StoreView } from './store-view.ts'

/** What is looked at. */
export interface FleetFacts {
  readonly self: string
  readonly view: Pick<StoreView, 'members' | 'unreadable' | 'unreadableRoster' | 'rosterOf'>
  readonly claims: Claims
  readonly standings: Iterable<Standing>
  /** What members say of how far they are; undefined while that cannot be read. */
  readonly states: ReadonlyMap<string, StateRecord> | undefined
  /** The links of this host that say `fleet`. */
  readonly links: readonly FleetLink[]
  /** Entries of this host's kernel that neither the store nor a file explains, by link. */
  readonly unexplained: ReadonlyMap<string, readonly string[]>
  /** Revision of the last change of a record. */
  readonly revision: number
  /** Milliseconds since 1970, to compare with the end of certificates. */
  readonly wallTime: number
}

/** A certificate that ends within this time is told. */
const soonMs = 14 * 86_400_000

/** All findings, errors first. */
export function checkFleet(facts: FleetFacts): FleetFinding[] {
  const found = [
    ...claimFindings(facts.claims),
    ...recordFindings(facts.view),
    ...[...vtepsByVni(facts.view.members.values())].flatMap(([vni, vteps]) => [...checkVni(vni, vteps)]),
    ...goneFindings(facts.standings),
    ...stateFindings(facts),
    ...missingEntries(facts),
    ...unexplainedEntries(facts),
    ...versionFindings(facts),
  ]
  return found.sort((one, other) => Number(one.severity !== 'error') - Number(other.severity !== 'error'))
}

/** Claims that do not count. */
export function claimFindings({ refused }: Claims): FleetFinding[] {
  return refused.map(({ node, code, why, other }) => ({
    code,
    severity: 'error',
    nodes: other === undefined ? [node] : [node, other],
    message:
      code === 'duplicate-vtep'
        ? `${node}: ${why}; nobody sends to ${node} there: give it an address of its own`
        : `${node}: ${why}; nobody sends to it there: change its files, or what the roster says with vxagent fleet grant`,
  }))
}

/** Values that cannot be read. */
export function recordFindings({
  unreadable,
  unreadableRoster,
}: Pick<StoreView, 'unreadable' | 'unreadableRoster'>): FleetFinding[] {
  return [
    ...Array.from(unreadable, ([node, why]): FleetFinding => {
      const message = `the record of ${node} in the store cannot be read: ${why}; what was known of it stays: look at the version and the log of vxagent on ${node}`
      return { code: 'bad-record', severity: 'error', nodes: [node], message }
    }),
    ...Array.from(unreadableRoster, ([node, why]): FleetFinding => {
      const message = `the roster entry of ${node} cannot be read: ${why}; what it said before counts on: write it again with vxagent fleet grant`
      return { code: 'bad-roster', severity: 'error', nodes: [node], message }
    }),
  ]
}

function goneFindings(standings: Iterable<Standing>): FleetFinding[] {
  return [...standings].flatMap(({ node, gone }): FleetFinding[] => {
    const message = `the record of ${node} is gone from the store since ${gone?.at.toISOString()}; its entries stay until the grace is over: start vxagent-fleet there, or put it out with vxagent fleet evict ${node}`
    return gone === undefined ? [] : [{ code: 'gone', severity: 'error', nodes: [node], message }]
  })
}

/** What members say of themselves. */
function stateFindings({ self, view, states, revision, wallTime }: FleetFacts): FleetFinding[] {
  if (states === undefined) {
    return []
  }
  return [...view.members.keys()].flatMap((node): FleetFinding[] => {
    const state = states.get(node)
    if (state === undefined) {
      const message = `${node} does not say how far it is: its state is not in the store, or cannot be read`
      return [{ code: 'no-state', severity: 'warning', nodes: [node], message }]
    }
    const { applied, mode, certificateEnds, problems } = state
    const end = certificateEnds === undefined ? undefined : Date.parse(certificateEnds)
    const found: FleetFinding[] = problems.flatMap(({ code, nodes }): FleetFinding[] => {
      const message = `${node} says ${code}: see vxagent fleet status there`
      return code === 'duplicate-node' || code === 'evicted'
        ? [{ code, severity: 'error', nodes: [node], message }]
        : // What this host itself sees is told with the address.
          code === 'duplicate-mac' && node !== self
          ? [{ code, severity: 'error', nodes: [...new Set([node, ...nodes])], message }]
          : []
    })
    if (mode !== 'live') {
      const message = `${node} is ${mode}: it removes nothing; see vxagent fleet status there`
      found.push({ code: 'not-live', severity: 'warning', nodes: [node], message })
    } else if (applied < revision) {
      const message = `${node} has applied revision ${applied}, and the fleet is at ${revision}: vxagent fleet wait waits for it`
      found.push({ code: 'behind', severity: 'warning', nodes: [node], message })
    }
    if (end !== undefined && end - wallTime < soonMs) {
      const message = `the certificate of ${node} ${end < wallTime ? 'ended' : 'ends'} on ${certificateEnds}: renew it, and restart vxagent-fleet there`
      found.push({ code: 'certificate', severity: end < wallTime ? 'error' : 'warning', nodes: [node], message })
    }
    return found
  })
}

/** Members whose kernel lacks the entry of another: by the hash of what each has, and the names that it gives. */
function missingEntries({ view, states, claims, revision }: FleetFacts): FleetFinding[] {
  const sets = setsByVni(claims.counted)
  const tables = new Map<number, VniTable>()
  const tableOf = (vni: number): VniTable => {
    const table = tables.get(vni) ?? vniTable(claims.counted.get(vni))
    tables.set(vni, table)
    return table
  }
  return [...view.members.values()].flatMap(({ node, record }) => {
    const state = states?.get(node)
    // One that is behind says so in a finding of its own.
    return state === undefined || state.applied < revision || state.mode !== 'live'
      ? []
      : state.vnis.flatMap(({ vni, hash, missing, missingCount }): FleetFinding[] => {
          const { isUndecided, addressesOf, nodeAt } = tableOf(vni)
          if (missingCount > 0) {
            const to = someOf(missing.map((address) => nameOf(nodeAt.get(address), address)))
            const message = `VNI ${vni}: the kernel of ${node} lacks ${countOf(missingCount, 'entry', 'entries')} that it should have, for ${to}: see vxagent status there`
            return [{ code: 'missing-entry', severity: 'error', vni, nodes: [node], message }]
          }
          const own = record.vteps.find((vtep) => vtep.vni === vni)
          const set = own && sets.get(`${vni} ${familyOf(own.local)}`)
          if (set === undefined || isUndecided || set.hashWithout(addressesOf.get(node) ?? []) === hash) {
            return []
          }
          const message = `VNI ${vni}: the entries of ${node} are not those that follow from the store: see vxagent fleet status there`
          return [{ code: 'missing-entry', severity: 'error', vni, nodes: [node], message }]
        })
  })
}

/** What is asked of the claims of one VNI for each of its members: made once, since there may be thousands. */
interface VniTable {
  /** Whether some of it is gone: each host may have removed it already, or not. */
  readonly isUndecided: boolean
  readonly addressesOf: ReadonlyMap<string, readonly string[]>
  readonly nodeAt: ReadonlyMap<string, string>
}

function vniTable(claims: readonly CountedClaim[] = []): VniTable {
  const byNode = grouped(claims, ({ standing }) => standing.node)
  return {
    isUndecided: claims.some(({ gone }) => gone !== undefined),
    addressesOf: new Map(Array.from(byNode, ([node, own]) => [node, own.map(({ address }) => address)])),
    nodeAt: new Map(claims.map(({ address, standing }) => [address, standing.node])),
  }
}

/** What all members together would have, by VNI and family. */
export function setsByVni(counted: Claims['counted']): Map<string, DestinationSet> {
  const sets = new Map<string, DestinationSet>()
  for (const [vni, claims] of counted) {
    for (const { address } of claims) {
      const key = `${vni} ${familyOf(address)}`
      const set = sets.get(key) ?? new DestinationSet()
      set.add(address)
      sets.set(key, set)
    }
  }
  return sets
}

function nameOf(node: string | undefined, address: string): string {
  return node === undefined ? address : `${node} (${address})`
}

function unexplainedEntries({ self, links, unexplained }: FleetFacts): FleetFinding[] {
  return links.flatMap(({ name, vni }): FleetFinding[] => {
    const entries = unexplained.get(name) ?? []
    const message = `VNI ${vni}: frames of ${name} are also flooded to ${someOf(entries)}, which neither the store nor a file explains: bridge fdb show dev ${name} has the ${entries.length === 1 ? 'entry' : 'entries'}; another program or a person put it there`
    return entries.length === 0 ? [] : [{ code: 'unexplained-entry', severity: 'warning', vni, nodes: [self], message }]
  })
}

function versionFindings({ view }: FleetFacts): FleetFinding[] {
  const versions = new Set(Array.from(view.members.values(), ({ record }) => record.agent))
  const message = `members run different versions of vxagent: ${someOf([...versions].sort())}`
  return versions.size < 2 ? [] : [{ code: 'other-version', severity: 'warning', nodes: [], message }]
}
