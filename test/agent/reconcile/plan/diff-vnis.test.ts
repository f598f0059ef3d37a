import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { VxlanSpec } from '../../../../src/agent/desired/schema.ts'
import { diffVnis } from '../../../../src/agent/reconcile/plan/diff-vnis.ts'
import { desiredVxlan } from '../../../support/builders.ts'

const device: VxlanSpec = { external: true, vnifilter: true }
const record = { kind: 'vxlan' as const, id: 0, mac: '02:00:00:00:00:01', ifindex: 5, stated: ['vnis'] }

type Vnis = ReadonlyMap<number, string | undefined>

function plan(spec: VxlanSpec, present: Vnis | undefined, stated = record.stated) {
  const vnis = new Map(present === undefined ? [] : [[5, new Map(present)] as const])
  const actions = diffVnis(desiredVxlan('vxlan0', spec), { ...record, stated }, { vnis }, 5)
  const changes = actions.filter((action) => action.kind === 'changeVnis')
  expect(changes).toHaveLength(actions.length)
  // Removals are an action of their own: they are done on all links before any addition.
  expect(changes.filter(({ add, remove }) => add.length > 0 && remove.length > 0)).toEqual([])
  const [add, remove] = [changes.flatMap((each) => each.add), changes.flatMap((each) => each.remove)]
  return actions.length === 0 ? undefined : { add, remove }
}

test('a range is one message, and so is each destination', () => {
  const spec = {
    ...device,
    vnis: ['100-199', { vni: '200-201', group: '239.1.1.1' }, { vni: 202, remote: '10.0.2.2' }],
  }
  expect(plan(spec, undefined)).toEqual({
    add: [
      { first: 100, last: 199, value: undefined },
      { first: 200, last: 201, value: '239.1.1.1' },
      { first: 202, last: 202, value: '10.0.2.2' },
    ],
    remove: [],
  })
})

test('only what differs is touched', () => {
  const present: Vnis = new Map([
    [100, undefined],
    [101, '239.1.1.9'],
    [103, undefined],
  ])
  expect(plan({ ...device, vnis: ['100-102'] }, present)).toEqual({
    add: [{ first: 101, last: 102, value: undefined }],
    remove: [
      { first: 101, last: 101, value: '239.1.1.9' },
      { first: 103, last: 103, value: undefined },
    ],
  })
})

test('a VNI that is told with the destination of the link is as declared', () => {
  const present: Vnis = new Map([[100, '239.1.1.1']])
  expect(plan({ ...device, group: '239.1.1.1', dev: 'eth1', vnis: [100] }, present)).toBeUndefined()
})

test('VNIs of the map of the port are among the wanted', () => {
  const desired = {
    ...desiredVxlan('vxlan0', device),
    port: { link: 'vxlan0', path: [], spec: { vlan_to_vni: [{ vid: '10-12', vni: '1010-1012' }] } },
  }
  expect(diffVnis(desired, undefined, { vnis: new Map() }, undefined)).toEqual([
    expect.objectContaining({ kind: 'changeVnis', add: [{ first: 1010, last: 1012, value: undefined }], remove: [] }),
  ])
})

test('VNIs that were stated and no longer are go; those that never were stay', () => {
  const present: Vnis = new Map([[100, undefined]])
  expect(plan(device, present)).toEqual({ add: [], remove: [{ first: 100, last: 100, value: undefined }] })
  expect(plan(device, present, [])).toBeUndefined()
  expect(plan(device, present, ['port.vlan_to_vni'])).toEqual({
    add: [],
    remove: [{ first: 100, last: 100, value: undefined }],
  })
})

test('what is done leaves exactly what is declared', () => {
  const destination = fc.constantFrom<string | undefined>(undefined, '239.1.1.1', '10.0.2.2')
  const vnis = fc.uniqueArray(fc.tuple(fc.integer({ min: 1, max: 30 }), destination), { selector: ([vni]) => vni })
  fc.assert(
    fc.property(vnis, vnis, (before, wanted) => {
      const spec = {
        ...device,
        vnis: wanted.map(([vni, group]) => (group === undefined ? vni : { vni, group })),
      }
      const after = new Map(before)
      const { add = [], remove = [] } = plan(spec, after) ?? {}
      for (const { first, last } of remove) {
        for (let vni = first; vni <= last; vni += 1) {
          expect(after.delete(vni)).toBe(true)
        }
      }
      for (const { first, last, value } of add) {
        for (let vni = first; vni <= last; vni += 1) {
          after.set(vni, value)
        }
      }
      expect(after).toEqual(new Map(wanted))
    }),
  )
})
