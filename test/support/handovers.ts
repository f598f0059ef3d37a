/** What a fleet process may hand over, for tests. */
import type { FleetHandover, FleetLinkState, FleetRemote } from '../../src/agent/answers/fleet.ts'

/** A member that is there, at this address. */
export function member(dst: string, more: Partial<FleetRemote> = {}): FleetRemote {
  return { dst, node: `host-${dst.replaceAll(/[.:]+/g, '-')}`, state: 'present', ...more }
}

/** A handover of the fleet prod for links of VNI 42: by link its remotes, or all that it is to have. */
export function handoverOf(
  links: Readonly<Record<string, readonly FleetRemote[] | FleetLinkState>> = {},
  more: Partial<FleetHandover> = {},
): FleetHandover {
  return {
    ...{ v: 1, fleet: 'prod', node: 'vyos01', revision: 7, mode: 'live', since: '2026-12-01T00:00:00Z' },
    ...{ members: 3, gone: 0, problems: [], counters: { lists: 1, repairs: 0, leases: 1, failures: 0 } },
    links: Object.fromEntries(
      Object.entries(links).map(([name, given]) => [name, 'vni' in given ? given : { vni: 42, remotes: given }]),
    ),
    ...more,
  }
}
