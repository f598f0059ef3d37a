/**
 * Whether frames pass from one member to another, as the probes of both show. Pure. Each claim has a witness: the member that was answered, or
 * that heard the probe, and the age of what it saw. What is older than its owner says it may be is not known.
 */
import type { NodeRecord } from '../records/node-record.ts'
import type { ProbeRecord, PublishedResult } from '../records/probe-record.ts'

/** Frames of one VNI from one member to another. */
export interface ProbeDirection {
  readonly vni: number
  readonly from: string
  readonly to: string
  /** By which way that is known: `overlay`: a UDP packet between addresses in the overlay, through the vxlan of both kernels. */
  readonly way: 'overlay'
  /**
   * `reachable`: a probe passed in this direction. `unreachable`: none of the last ones was answered, and the other end has heard none.
   * `unknown`: `why` says what is missing.
   */
  readonly state: 'reachable' | 'unreachable' | 'unknown'
  /** The member whose word it is. */
  readonly witness?: string
  /** Seconds since what it saw, at least and at most: how old the word itself is cannot be known exactly. */
  readonly ageSeconds?: number
  readonly mostAgeSeconds?: number
  /** Since how many seconds it is in this state; of one that is unreachable, since the last answer. */
  readonly sinceSeconds?: number
  /** Of the sender's last probes. Their round trip is that of both directions. */
  readonly sent?: number
  readonly lost?: number
  readonly roundTripMs?: number
  /** Inner IP packets, in bytes: the largest that passes, and the smallest that does not. */
  readonly passes?: number
  readonly fails?: number
  readonly why?: string
  /** Whether what the other end says next may make it clear, within a minute. */
  readonly isOpen?: true
}

/** What one member has published, and whether it is this host, whose words are fresh. */
export interface Prober {
  readonly node: string
  readonly record?: NodeRecord
  readonly probes?: ProbeRecord
}

/** Directions of which something is known, or could be: both ways of every pair of which a member says anything. */
export function directionsOf(probers: readonly Prober[]): ProbeDirection[] {
  const known = new Map(probers.map((prober) => [prober.node, indexed(prober)]))
  const found = new Map<string, ProbeDirection>()
  for (const { node, probes } of probers) {
    const others = [...(probes?.results ?? []), ...(probes?.heard ?? [])]
    for (const { vni, node: other } of others) {
      const [one, two] = [known.get(node), known.get(other)]
      if (one === undefined || two === undefined || node === other) {
        continue
      }
      for (const [from, to] of [
        [one, two],
        [two, one],
      ] as const) {
        const key = keyOf(vni, from.node, to.node)
        if (!found.has(key)) {
          found.set(key, directionOf(vni, from, to))
        }
      }
    }
  }
  return [...found.values()].sort(byVniAndNames)
}

/** Finds a direction among those that are known; of every other one it says why nothing is known. */
export function directionIn(
  directions: readonly ProbeDirection[],
  nodes: readonly { readonly node: string; readonly record?: NodeRecord }[],
): (vni: number, from: string, to: string) => ProbeDirection {
  const table = new Map(directions.map((each) => [keyOf(each.vni, each.from, each.to), each]))
  const records = new Map(nodes.map(({ node, record }) => [node, record]))
  return (vni, from, to) =>
    table.get(keyOf(vni, from, to)) ?? {
      ...{ vni, from, to, way: 'overlay', state: 'unknown' },
      why:
        whySilent(vni, to, records.get(to)) ??
        whySilent(vni, from, records.get(from)) ??
        'neither of them has probed the other lately',
    }
}

/** Why a member answers no probes in a VNI; undefined where it says that it does. */
export function whySilent(vni: number, node: string, record: NodeRecord | undefined): string | undefined {
  const vteps = record?.vteps.filter((vtep) => vtep.vni === vni) ?? []
  return vteps.length > 0 && vteps.every(({ probe }) => probe === undefined)
    ? `${node} does not answer probes: they are off there, its version has none, or its link has no address that they could go to`
    : undefined
}

interface Indexed extends Prober {
  readonly results: ReadonlyMap<string, PublishedResult>
  readonly heard: ReadonlyMap<string, ProbeRecord['heard'][number]>
}

function indexed(prober: Prober): Indexed {
  const { results = [], heard = [] } = prober.probes ?? {}
  return {
    ...prober,
    results: new Map(results.map((each) => [`${each.vni} ${each.node}`, each])),
    heard: new Map(heard.map((each) => [`${each.vni} ${each.node}`, each])),
  }
}

function directionOf(vni: number, from: Indexed, to: Indexed): ProbeDirection {
  const there = freshResult(from, vni, to.node)
  const back = freshResult(to, vni, from.node)
  const heard = freshHearing(to, vni, from.node)
  const base = {
    ...{ vni, from: from.node, to: to.node, way: 'overlay' as const },
    ...measuredBy(there),
    ...sizesOf(there, back),
  }
  if (there?.state === 'up') {
    return { ...base, state: 'reachable', ...wordOf(from, there.age), sinceSeconds: there.since }
  }
  if (back?.state === 'up') {
    return { ...base, state: 'reachable', ...wordOf(to, back.age), sinceSeconds: back.since }
  }
  // A kernel that says that nobody listens has had the probe, and its word has come back.
  if (there?.state === 'deaf') {
    const why = `the kernel of ${to.node} says that nobody listens for probes there`
    return { ...base, state: 'reachable', ...wordOf(from, there.age), sinceSeconds: there.since, why }
  }
  if (there === undefined) {
    const why = whySilent(vni, to.node, to.record) ?? `${from.node} has not probed ${to.node} lately`
    return heard === undefined
      ? { ...base, state: 'unknown', why }
      : { ...base, state: 'reachable', ...wordOf(to, heard.age) }
  }
  if (heard !== undefined && heard.number > there.answered) {
    return { ...base, state: 'reachable', ...wordOf(to, heard.age) }
  }
  const word = wordOf(from, there.age)
  const doubt = doubtOf(there, to)
  return doubt === undefined
    ? { ...base, state: 'unreachable', ...word, sinceSeconds: there.since }
    : { ...base, state: 'unknown', ...word, why: doubt.why, ...(doubt.isOpen && { isOpen: true }) }
}

/** Why a member that does not answer may hear the probes all the same; undefined where it says that it does not. */
function doubtOf(
  there: PublishedResult,
  { node, probes }: Indexed,
): { readonly why: string; readonly isOpen: boolean } | undefined {
  if (probes === undefined) {
    return { why: `${node} does not answer, and does not say whether it hears the probes`, isOpen: false }
  }
  if (!probes.isHeardWhole) {
    return { why: `${node} does not answer, and hears more members than it names`, isOpen: false }
  }
  // What it has heard since may not be in the store yet.
  return there.since > probes.writes
    ? undefined
    : { why: `${node} does not answer; whether it hears the probes is not clear yet`, isOpen: true }
}

function freshResult({ probes, results }: Indexed, vni: number, node: string): PublishedResult | undefined {
  const result = results.get(`${vni} ${node}`)
  return result !== undefined && result.age <= (probes?.staleAfter ?? 0) ? result : undefined
}

function freshHearing({ probes, heard }: Indexed, vni: number, node: string): ProbeRecord['heard'][number] | undefined {
  const hearing = heard.get(`${vni} ${node}`)
  return hearing !== undefined && hearing.age <= (probes?.staleAfter ?? 0) ? hearing : undefined
}

function wordOf(
  { node, probes }: Indexed,
  age: number,
): Pick<ProbeDirection, 'witness' | 'ageSeconds' | 'mostAgeSeconds'> {
  return { witness: node, ageSeconds: age, mostAgeSeconds: age + (probes?.writes ?? 0) }
}

function measuredBy(
  result: PublishedResult | undefined,
): Pick<ProbeDirection, 'sent' | 'lost' | 'roundTripMs'> | undefined {
  return (
    result && {
      ...{ sent: result.sent, lost: result.lost },
      ...(result.roundTrip !== undefined && { roundTripMs: result.roundTrip / 1000 }),
    }
  )
}

/** The sender's own word first; else what the answers to the other end have shown. */
function sizesOf(
  there: PublishedResult | undefined,
  back: PublishedResult | undefined,
): Pick<ProbeDirection, 'passes' | 'fails'> {
  const [passes, fails] =
    there?.passes !== undefined || there?.fails !== undefined
      ? [there.passes, there.fails]
      : [back?.backPasses, back?.backFails]
  return { ...(passes !== undefined && { passes }), ...(fails !== undefined && { fails }) }
}

function keyOf(vni: number, from: string, to: string): string {
  return `${vni} ${from} ${to}`
}

function byVniAndNames(one: ProbeDirection, other: ProbeDirection): number {
  return one.vni - other.vni || compare(one.from, other.from) || compare(one.to, other.to)
}

function compare(one: string, other: string): number {
  return one < other ? -1 : Number(one > other)
}
