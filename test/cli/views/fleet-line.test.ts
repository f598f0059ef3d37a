import { expect, test } from 'vitest'
import type { FleetStatus } from '../../../src/agent/answers/fleet.ts'
import type { Tunnel } from '../../../src/agent/answers/tunnel.ts'
import { plain } from '../../../src/cli/colour.ts'
import { fleetLine } from '../../../src/cli/views/fleet.ts'
import { tunnelsLines } from '../../../src/cli/views/tunnels.ts'

const now = new Date('2026-12-01T00:02:00Z')

function status(heard: Partial<NonNullable<FleetStatus['heard']>> = {}): FleetStatus {
  return {
    ...{ name: 'lab', links: 1, missing: 0, macs: 0 },
    heard: {
      ...{
        node: 'vyos01',
        mode: 'live',
        since: '2026-12-01T00:00:00Z',
        at: '2026-12-01T00:01:50Z',
        members: 3,
        gone: 0,
      },
      ...{ revision: 7, counters: { lists: 1, repairs: 0, leases: 1, failures: 0 }, problems: [], problemCount: 0 },
      ...heard,
    },
  }
}

test.each<[string, FleetStatus, string]>([
  ['a fleet that is followed', status(), 'Fleet lab: live: 3 members, this host is vyos01, heard 10s ago'],
  [
    'a silent store',
    status({ mode: 'stale', reason: 'no answer', gone: 1 }),
    'Fleet lab: stale for 2m (no answer): 3 members (1 gone), this host is vyos01, heard 10s ago',
  ],
  [
    'a silent fleet process',
    status({ at: '2026-12-01T00:01:00Z' }),
    'Fleet lab: not heard for 1m: 3 members, this host is vyos01, heard 1m ago, look at systemctl status vxagent-fleet',
  ],
])('says how %s stands', (_what, fleet, line) => {
  expect(fleetLine(fleet, plain, now)).toBe(line)
})

const tunnel: Tunnel = {
  ...{ ifname: 'vxlan0', vni: 42, remote: '10.0.2.1', isGroup: false, dstport: 4789, sources: ['head-end', 'fleet'] },
  ...{ macs: 0, isFloodedTo: true, underlay: { isResolved: true, dev: 'eth1' }, node: 'ubuntu' },
}

function tunnelText(
  given: Partial<Tunnel>,
  fleet?: { mode: 'live' | 'stale'; since: string; reason?: string },
): string {
  const view = { paint: plain, width: undefined, now, isOfDaemon: true, isNarrowed: false }
  const all = { tunnels: [{ ...tunnel, ...given }], vnis: [], ...(fleet !== undefined && { fleet }) }
  return [...tunnelsLines(all, view)].join('')
}

test('a tunnel has the name of the member, and how long its entry stays when it is gone', () => {
  expect(tunnelText({})).toContain('10.0.2.1 (ubuntu)')
  const gone = { goneSince: '2026-12-01T00:01:30Z', removedAt: '2026-12-01T00:06:30Z' }
  expect(tunnelText(gone)).toContain('gone from the fleet for 30s, removed in 4m')
  const unreached = { ...gone, underlay: { isResolved: false, problem: '10.0.2.1 does not answer ARP on eth1' } }
  expect(tunnelText(unreached)).toMatch(/does not answer ARP on eth1; gone from the fleet/)
})

test('tunnels say since when the store of the fleet is silent', () => {
  expect(tunnelText({}, { mode: 'live', since: '2026-12-01T00:00:00Z' })).not.toContain('silent')
  expect(tunnelText({}, { mode: 'stale', since: '2026-12-01T00:01:00Z', reason: 'no answer' })).toContain(
    'The store of the fleet has been silent for 1m: no answer',
  )
})
