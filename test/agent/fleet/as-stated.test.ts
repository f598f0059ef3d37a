import { expect, test } from 'vitest'
import type { FleetHandover } from '../../../src/agent/answers/fleet.ts'
import type { DesiredState } from '../../../src/agent/desired/schema.ts'
import { asStated } from '../../../src/agent/fleet/as-stated.ts'

const fleet = { name: 'lab', endpoints: ['https://10.9.0.1:2379'] }

function stateOf(remotes: readonly string[], more: Partial<DesiredState> = {}): DesiredState {
  return { vxlans: { vxlan0: { id: 42, dev: 'eth1', remotes } }, bridges: {}, ...more }
}

const handover: FleetHandover = {
  ...{ v: 1, fleet: 'lab', node: 'vyos01', revision: 1, mode: 'live', since: '2026-12-01T00:00:00.000Z' },
  ...{ members: 2, gone: 0, problems: [], counters: { lists: 1, repairs: 0, leases: 1, failures: 0 } },
  links: { vxlan0: { vni: 42, remotes: [{ dst: '10.0.2.1', node: 'ubuntu', state: 'present' }] } },
}

test('says fleet for the members, and keeps what the file or somebody else put there', () => {
  const found = stateOf(['10.0.2.1', '10.0.9.9', '10.0.7.7'])
  const stated = stateOf(['fleet', '10.0.9.9'], { fleet })
  expect(asStated(found, stated, handover)).toEqual(stateOf(['fleet', '10.0.9.9', '10.0.7.7'], { fleet }))
})

test.each<[string, DesiredState | undefined]>([
  ['there is no state', undefined],
  ['the host is in no fleet', stateOf(['10.0.2.1'])],
  ['the link does not ask the fleet', stateOf(['10.0.2.1'], { fleet })],
])('changes nothing where %s', (_what, stated) => {
  const found = stateOf(['10.0.2.1'])
  expect(asStated(found, stated, handover)).toBe(found)
})

test('says addresses for what was handed over of another fleet', () => {
  const stated = stateOf(['fleet'], { fleet: { ...fleet, name: 'other' } })
  expect(asStated(stateOf(['10.0.2.1']), stated, handover).vxlans['vxlan0']?.remotes).toEqual(['fleet', '10.0.2.1'])
})
