import { describe, expect, test } from 'vitest'
import { overlayOf } from '../../../src/agent/desired/overlay.ts'
import { desiredStateSchema } from '../../../src/agent/desired/schema.ts'
import { withHeldDown } from '../../../src/agent/trial/with-held-down.ts'

const stateOf = (vxlans: object, bridges: object = {}) => desiredStateSchema.parse({ vxlans, bridges })
const vxlan0 = { id: 42, remote: '10.0.2.9', dstport: 4789 }

describe('a link that is held down', () => {
  test('stays as it was, with what the files declare beside it', () => {
    const before = stateOf({ vxlan0, vxlan1: { ...vxlan0, id: 43 } }, { br0: { ports: { vxlan0: {} } } })
    const files = stateOf({ vxlan1: { ...vxlan0, id: 43, ttl: 9 } })
    const { state, held } = withHeldDown(files, before, ['vxlan0', 'br0'])
    expect(held).toEqual(['vxlan0', 'br0'])
    expect(state.vxlans['vxlan0']).toEqual(before.vxlans['vxlan0'])
    expect(state.vxlans['vxlan1']).toEqual(files.vxlans['vxlan1'])
    expect(state.bridges['br0']).toEqual(before.bridges['br0'])
  })

  test('keeps the fleet that it asks, where the files name none any more', () => {
    const fleet = { name: 'prod', endpoints: ['https://10.9.0.1:2379'] }
    const asking = { id: 42, dev: 'eth1', dstport: 4789, remotes: 'fleet' }
    const before = { ...stateOf({ vxlan0: asking, vxlan1: vxlan0 }), fleet }
    expect(withHeldDown(stateOf({}), before, ['vxlan0']).state.fleet).toEqual(fleet)
    expect(withHeldDown(stateOf({}), before, ['vxlan1']).state).not.toHaveProperty('fleet')
    const other = { ...fleet, name: 'test' }
    expect(withHeldDown({ ...stateOf({}), fleet: other }, before, ['vxlan0']).state.fleet).toEqual(other)
  })

  test('stays in its bridge, though the files have taken its line out of that as well', () => {
    const before = stateOf({ vxlan0 }, { br0: { ports: { vxlan0: { isolated: true } } } })
    const { state, held } = withHeldDown(stateOf({}, { br0: {} }), before, ['vxlan0'])
    expect(held).toEqual(['vxlan0'])
    expect(overlayOf(state).links.get('vxlan0')).toMatchObject({
      spec: { master: 'br0' },
      port: { spec: { isolated: true } },
    })
    const named = withHeldDown(stateOf({}, { br0: { ports: { vxlan0: {} } } }), before, ['vxlan0'])
    expect(named.state.vxlans['vxlan0']).toEqual(before.vxlans['vxlan0'])
  })

  test.each<[string, object, object]>([
    ['a VNI', vxlan0, { ...vxlan0 }],
    ['an address', { ...vxlan0, addresses: ['10.0.1.1/24'] }, { ...vxlan0, id: 43, addresses: ['10.0.1.1/24'] }],
    ['a MAC address', { ...vxlan0, mac: '02:00:00:00:00:01' }, { ...vxlan0, id: 43, mac: '02:00:00:00:00:01' }],
    ['an alternative name', { ...vxlan0, altnames: ['overlay'] }, { ...vxlan0, id: 43, altnames: ['overlay'] }],
  ])('goes at once where it has %s that the files give to another', (_, before, now) => {
    const { state, held } = withHeldDown(stateOf({ new0: now }), stateOf({ vxlan0: before }), ['vxlan0'])
    expect(held).toEqual([])
    expect(Object.keys(state.vxlans)).toEqual(['new0'])
  })

  test('goes at once where it is a bridge that has a port which the files put elsewhere', () => {
    const before = stateOf({ vxlan0, vxlan5: { ...vxlan0, id: 5 } }, { br0: { ports: { vxlan0: {} } } })
    const files = stateOf({ vxlan0 }, { br1: { ports: { vxlan0: {} } } })
    // The other one is in nobody's way.
    expect(withHeldDown(files, before, ['vxlan5', 'br0']).held).toEqual(['vxlan5'])
  })

  test('is found by a name that every object seems to have', () => {
    const before = stateOf({ constructor: vxlan0 })
    const { state } = withHeldDown(stateOf({}), before, ['constructor'])
    expect(Object.keys(state.vxlans)).toEqual(['constructor'])
    expect(state.vxlans['toString']).toBeUndefined()
  })
})
