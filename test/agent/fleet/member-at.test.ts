import { expect, test } from 'vitest'
import type { Explanation } from '../../../src/agent/answers/explanation.ts'
import type { FleetHandover, FleetRemote } from '../../../src/agent/answers/fleet.ts'
import { memberIn } from '../../../src/agent/fleet/member-at.ts'
import { withMembers } from '../../../src/agent/insight/explain/with-members.ts'

function handoverOf(links: FleetHandover['links']): FleetHandover {
  return {
    ...{ v: 1, fleet: 'lab', node: 'vyos01', revision: 1, mode: 'live', since: '2026-12-01T00:00:00.000Z' },
    ...{ members: 3, gone: 0, problems: [], counters: { lists: 1, repairs: 0, leases: 1, failures: 0 } },
    links,
  }
}

const ubuntu: FleetRemote = { dst: '10.0.2.1', node: 'ubuntu', state: 'present' }

test('finds a member by VNI, address and port', () => {
  const shared = (node: string, port: number): FleetRemote => ({ dst: '203.0.113.7', port, node, state: 'present' })
  const memberAt = memberIn(
    handoverOf({
      vxlan0: { vni: 42, remotes: [ubuntu, shared('a', 4001), shared('b', 4002)] },
      vxlan1: { vni: 43, remotes: [{ ...ubuntu, node: 'other' }] },
    }),
  )
  expect(memberAt(42, '10.0.2.1', 4789)?.node).toBe('ubuntu')
  expect(memberAt(43, '10.0.2.1', 4789)?.node).toBe('other')
  expect(memberAt(44, '10.0.2.1', 4789)).toBeUndefined()
  expect([4001, 4002].map((port) => memberAt(42, '203.0.113.7', port)?.node)).toEqual(['a', 'b'])
  expect(memberAt(42, '203.0.113.7', 4789)).toBeUndefined()
  expect(memberIn(undefined)(42, '10.0.2.1', 4789)).toBeUndefined()
})

test('an explanation names the members that its packets go to, and says who is gone', () => {
  const explanation: Explanation = {
    ...{ target: '10.0.1.9', fate: 'flood', steps: [], changes: [], answer: 'flooded' },
    packets: [
      { vni: 42, remote: '10.0.2.1', dstport: 4789 },
      { vni: 42, remote: '10.0.2.9', dstport: 4789 },
    ],
  }
  const gone: FleetRemote = { ...ubuntu, state: 'gone', goneSince: '2026-12-01T00:00:00.000Z' }
  const named = withMembers(explanation, memberIn(handoverOf({ vxlan0: { vni: 42, remotes: [gone] } })))
  expect(named.packets.map(({ node }) => node)).toEqual(['ubuntu', undefined])
  expect(named.steps).toEqual([
    {
      table: 'fleet',
      text: '10.0.2.1 is ubuntu, as the fleet says; ubuntu is gone from the fleet since 2026-12-01T00:00:00.000Z',
    },
  ])
  expect(withMembers(explanation, () => undefined)).toBe(explanation)
})
