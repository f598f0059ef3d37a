/** Faults that have come or gone → events. Pure. */
import type { StandingFinding } from '../../answers/health.ts'
import type { EventDraft } from '../events/event-log.ts'
import type { HealthChange } from './standing.ts'

/** So many of a kind at once are events of their own; more are one with their count. */
const mostOfAKind = 20

/**
 * Warnings have none. A VTEP whose trouble is another one now, such as a route that is gone where the next hop was silent, has neither come
 * nor gone.
 */
export function healthEvents({ came, went, standing }: HealthChange): EventDraft[] {
  const isNew = new Set(came)
  const before = unreachableOf([...went, ...standing.filter((finding) => !isNew.has(finding))].filter(isUnreachable))
  // One that was a fault and is a doubt now, as when nobody asks any more, has not come back.
  const now = unreachableOf(standing.filter(isAboutWay))
  return [...drafts(went, 'reachable', 'fault-over', now), ...drafts(came, 'unreachable', 'fault', before)]
}

/** Links by the VTEP that the findings are about. */
function unreachableOf(findings: readonly StandingFinding[]): ReadonlyMap<string, ReadonlySet<string>> {
  const links = new Map<string, Set<string>>()
  for (const { vtep = '', links: from } of findings) {
    const known = links.get(vtep) ?? new Set()
    links.set(vtep, known)
    for (const link of from) {
      known.add(link)
    }
  }
  return links
}

function drafts(
  findings: readonly StandingFinding[],
  ofVtep: 'unreachable' | 'reachable',
  other: 'fault' | 'fault-over',
  others: ReadonlyMap<string, ReadonlySet<string>>,
): EventDraft[] {
  const faults = findings.filter(({ severity }) => severity === 'fault')
  const isTold = ({ vtep = '', links }: StandingFinding): boolean =>
    !links.every((link) => others.get(vtep)?.has(link) === true)
  const kinds = [
    [ofVtep, faults.filter((fault) => isUnreachable(fault) && isTold(fault))],
    [other, faults.filter((fault) => !isUnreachable(fault))],
  ] as const
  return kinds.flatMap(([kind, of]) => {
    const [first] = of
    return first !== undefined && of.length > mostOfAKind
      ? [{ ...draft(kind, first), count: of.length }]
      : of.map((finding) => draft(kind, finding))
  })
}

/** Whether it says that one VTEP cannot be reached, or not be heard. */
function isUnreachable(finding: StandingFinding): boolean {
  return finding.severity === 'fault' && isAboutWay(finding)
}

function isAboutWay({ check, vtep }: StandingFinding): boolean {
  return vtep !== undefined && ['route', 'next-hop', 'way-in', 'probe'].includes(check)
}

function draft(kind: EventDraft['kind'], { links, vni, vtep, mac, found, since }: StandingFinding): EventDraft {
  const [dev] = links
  const others = links.length > 1 ? ` (and ${links.length - 1} more links)` : ''
  return {
    kind,
    ...(dev !== undefined && { dev }),
    ...(vni !== undefined && { vni }),
    ...(vtep !== undefined && { vtep }),
    ...(mac !== undefined && { mac }),
    cause: `${found}${others}`,
    ...(since !== undefined && { since }),
  }
}

/** A line of the log. */
export interface HealthLine {
  readonly level: 'warn' | 'info'
  readonly fields: object
  readonly text: string
}

/** A line of the log is no place for a thousand names. */
function someLinks(links: readonly string[]): readonly string[] {
  const most = 10
  return links.length > most ? [...links.slice(0, most), `and ${links.length - most} more`] : links
}

/** What the log says of a change: a line for each of some, one for many. */
export function healthLines({ came, went }: HealthChange): HealthLine[] {
  const groups = [
    { of: came.filter(({ severity }) => severity === 'fault'), level: 'warn', prefix: 'health: ' },
    { of: came.filter(({ severity }) => severity === 'warning'), level: 'info', prefix: 'health: ' },
    { of: went, level: 'info', prefix: 'health: over: ' },
  ] as const
  return groups.flatMap(({ of, level, prefix }): HealthLine[] => {
    const [first] = of
    return first !== undefined && of.length > mostOfAKind
      ? [{ level, fields: { count: of.length }, text: `${prefix}${first.found}, and ${of.length - 1} more` }]
      : of.map(({ links, means, cure, since, found }) => ({
          level,
          fields: prefix === 'health: ' ? { links: someLinks(links), means, cure } : { links: someLinks(links), since },
          text: `${prefix}${found}`,
        }))
  })
}
