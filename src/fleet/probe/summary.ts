/** What probes have shown → what is handed over to the agent: counts, and what a person is to know. Pure. */
import type { ProbeFinding, ProbeSummary, VniProbes } from '../../agent/answers/probes.ts'
import { addressOf } from '../records/node-record.ts'
import { isSmaller, type Known, lostOf, type ProbeBook } from './book.ts'
import { type Counterpart, hintsFor, type ProbeLink, type ProbeTarget } from './targets.ts'

/** As many findings are named; the agent takes no more. */
const mostFindings = 256

/** One VNI: its link, the members that are there, and those of them that can be probed. */
export interface ProbedVni {
  readonly link: ProbeLink
  readonly counterparts: readonly Counterpart[]
  readonly targets: readonly ProbeTarget[]
}

export interface SummaryParts {
  readonly book: ProbeBook
  readonly vnis: readonly ProbedVni[]
  readonly settings: Pick<ProbeSummary, 'every' | 'staleAfter'>
  readonly requests: { readonly answered: number; readonly refused: number }
  /** Milliseconds on the monotonic clock, and the time of day at that moment. */
  readonly now: number
  readonly wallTime: number
}

export function summaryOf(parts: SummaryParts): ProbeSummary {
  const findings = parts.vnis.flatMap(({ targets }) => targets.flatMap((target) => findingOf(target, parts)))
  const sorted = findings.toSorted((one, other) => rank(one) - rank(other))
  return {
    ...parts.settings,
    vnis: parts.vnis.map((vni) => countsOf(vni, parts)),
    findings: sorted.slice(0, mostFindings),
    findingCount: findings.length,
    answeredRequests: parts.requests.answered,
    refusedRequests: parts.requests.refused,
  }
}

function rank({ kind }: ProbeFinding): number {
  return kind === 'unreachable' ? 0 : 1
}

function countsOf({ link: { vni }, counterparts, targets }: ProbedVni, { book, now }: SummaryParts): VniProbes {
  const known = targets.flatMap(({ node }) => book.of(vni, node, now) ?? [])
  const up = known.filter(({ state }) => state === 'up')
  const unreachable = known.filter(({ state }) => state === 'down').length
  const { sent, answered, roundTripSeconds } = book.countsOf(vni)
  return {
    ...{ vni, unreachable, sent, answered, roundTripSeconds },
    reachable: up.length,
    unknown: counterparts.length - up.length - unreachable,
    smaller: up.filter(isSmaller).length,
    lost: sent - answered,
  }
}

function findingOf(target: ProbeTarget, parts: SummaryParts): ProbeFinding[] {
  const { vni, node, link, theirs } = target
  const { book, now } = parts
  const known = book.of(vni, node, now)
  const kind = known === undefined ? undefined : kindOf(known)
  if (known === undefined || kind === undefined) {
    return []
  }
  const timeOf = (at: number): string => new Date(parts.wallTime - (now - at)).toISOString()
  // What came before the failure was seen says nothing of it: it may have been the last that passed.
  const heard = book.heardAt(vni, node, now)
  const heardAt = heard !== undefined && heard > (known.downAt ?? known.since) ? heard : undefined
  const { sizes, error } = known
  const [passes, fails] =
    sizes?.fails === undefined ? [sizes?.backPasses, sizes?.backFails] : [sizes.passes, sizes.fails]
  return [
    {
      ...{ vni, node, kind, link: link.name, vtep: addressOf(theirs) },
      at: timeOf(known.probedAt),
      since: timeOf(known.since),
      wasReachable: known.answeredAt !== undefined,
      ...{ sent: known.last.length, lost: lostOf(known) },
      ...(heardAt !== undefined && { heardAt: timeOf(heardAt) }),
      ...(kind === 'smaller' && passes !== undefined && { passes }),
      ...(kind === 'smaller' && fails !== undefined && { fails }),
      hints: [...hintsFor(target), ...(error === undefined ? [] : [hintOfError(error)])],
    },
  ]
}

function kindOf(known: Known): ProbeFinding['kind'] | undefined {
  return known.state === 'down' ? 'unreachable' : isSmaller(known) ? 'smaller' : undefined
}

function hintOfError(error: string): string {
  return error === 'EHOSTUNREACH'
    ? 'nobody answers for its address in the overlay (ARP or ND)'
    : `the kernel of this host says ${error} when a probe is sent`
}
