import { statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test, vi } from 'vitest'
import { type DesiredState, desiredStateSchema } from '../../../src/agent/desired/schema.ts'
import { Fleet } from '../../../src/agent/fleet/fleet.ts'
import { handoverOf, member } from '../../support/handovers.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'

const section = { name: 'prod', endpoints: ['https://10.9.0.1:2379'] }
const link = { id: 42, dev: 'eth1', dstport: 4789, remotes: 'fleet' }
const stateOf = (vxlans: object, fleet = section): DesiredState => desiredStateSchema.parse({ vxlans, fleet })

describe('what was handed over', () => {
  test('is there for the next process, which knows that it has not heard it itself', () => {
    const stateDir = temporaryDirectory()
    const first = new Fleet(stateDir)
    expect(first.handover).toBeUndefined()
    const handover = handoverOf({ vxlan0: [member('10.0.2.2')] })
    first.take(handover, stateOf({ vxlan0: link }))
    expect(first.heardMsAgo).toBeGreaterThanOrEqual(0)
    const second = new Fleet(stateDir)
    expect(second.handover).toEqual(handover)
    expect(second.heardMsAgo).toBeUndefined()
    expect(statSync(join(stateDir, 'fleet.json')).mode & 0o777).toBe(0o600)
    second.forget()
    expect(new Fleet(stateDir).handover).toBeUndefined()
  })

  test.each(['', '{"v":1}', 'null', '{"v":2}'])('is ignored where the file says %j, and that is told', (text) => {
    const stateDir = temporaryDirectory()
    writeFileSync(join(stateDir, 'fleet.json'), text)
    const onDamage = vi.fn()
    expect(new Fleet(stateDir, onDamage).handover).toBeUndefined()
    expect(onDamage).toHaveBeenCalledWith(expect.objectContaining({ message: expect.stringContaining('fleet.json') }))
  })

  test('is kept of the links that ask, and of one that it does not speak of what was known before', () => {
    const fleet = new Fleet(temporaryDirectory())
    const state = stateOf({ a: link, b: { ...link, id: 43 }, c: { ...link, id: 44, remotes: ['10.0.9.9'] } })
    fleet.take(handoverOf({ a: [member('10.0.2.2')], b: [member('10.0.2.3')], c: [], d: [] }), state)
    expect(Object.keys(fleet.handover?.links ?? {})).toEqual(['a', 'b'])
    fleet.take(handoverOf({ b: [] }), state)
    expect(fleet.handover?.links).toEqual({
      a: { vni: 42, remotes: [member('10.0.2.2')] },
      b: { vni: 42, remotes: [] },
    })
    fleet.take(handoverOf({ b: [] }, { fleet: 'test' }), state)
    expect(Object.keys(fleet.handover?.links ?? {})).toEqual(['b'])
  })

  test('is in force though it cannot be written, and that is told', () => {
    const stateDir = temporaryDirectory()
    const fleet = new Fleet(join(stateDir, 'nowhere'))
    const follower = vi.fn()
    fleet.follow(follower)
    expect(() => fleet.take(handoverOf(), undefined)).toThrow(/cannot write .*fleet\.json/)
    expect(fleet.handover).toBeDefined()
    expect(follower).toHaveBeenCalledOnce()
  })
})

describe('a filled state', () => {
  test('is the same object as long as nothing differs, and so is each link', () => {
    const fleet = new Fleet(temporaryDirectory())
    const state = stateOf({ a: link, b: { ...link, id: 43 } })
    const given = { a: [member('10.0.2.2')], b: { vni: 43, remotes: [member('10.0.2.3')] } }
    fleet.take(handoverOf(given), state)
    const first = fleet.fill(state)
    expect(fleet.fill(state)).toBe(first)
    fleet.take(handoverOf(given, { revision: 8, members: 9 }), state)
    expect(fleet.fill(state)).toBe(first)
    fleet.take(handoverOf({ ...given, a: [] }), state)
    const second = fleet.fill(state)
    expect(second).not.toBe(first)
    expect(second.vxlans['b']).toBe(first.vxlans['b'])
    expect(second.vxlans['a']?.remotes).toEqual([])
  })

  test('is another one where the rest of the state is', () => {
    const fleet = new Fleet(temporaryDirectory())
    const first = fleet.fill(stateOf({ a: link }))
    expect(fleet.fill(stateOf({ a: link, b: { id: 1 } })).vxlans).toHaveProperty('b')
    const third = fleet.fill({ ...stateOf({ a: link }), bridges: { br0: {} } })
    expect(third.bridges).toEqual({ br0: {} })
    expect(fleet.fill(stateOf({}))).toEqual(stateOf({}))
    expect(first.vxlans).not.toHaveProperty('b')
  })
})
