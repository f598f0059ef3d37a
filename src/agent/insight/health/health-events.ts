/** Faults that have come or gone → events. Pure. */
import type { StandingFinding } from '../../answers/health.ts'
import type { EventDraft } from '../events/event-log.ts'
import type { HealthChange } from './standing.ts'

/** So many of a kind at once are events of their own; more are one with their count. */
const mostOfAKind = 20

/** Warnings have none. */
export function healthEvents({ came, went }: HealthChange): EventDraft[] {
  return [...drafts(came, 'unreachable', 'fault'), ...drafts(went, 'reachable', 'fault-over')]
}

function drafts(
  findings: readonly StandingFinding[],
  ofVtep: 'unreachable' | 'reachable',
  other: 'fault' | 'fault-over',
): EventDraft[] {
  const faults = findings.filter(({ severity }) => severity === 'fault')
  const kinds = [
    [ofVtep, faults.filter(isOfVtep)],
    [other, faults.filter((fault) => !isOfVtep(fault))],
  ] as const
  return kinds.flatMap(([kind, of]) => {
    const [first] = of
    return first !== undefined && of.length > mostOfAKind
      ? [{ ...draft(kind, first), count: of.length }]
      : of.map((finding) => draft(kind, finding))
  })
}

/** Whether it is about the way to one VTEP. */
function isOfVtep({ check, vtep }: StandingFinding): boolean {
  return vtep !== undefined && (check === 'route' || check === 'next-hop' || check === 'way-in')
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
