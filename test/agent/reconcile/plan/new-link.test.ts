import { expect, test } from 'vitest'
import type { VxlanSpec } from '../../../../src/agent/desired/schema.ts'
import { planNewLink } from '../../../../src/agent/reconcile/plan/new-link.ts'
import { planContext } from '../../../../src/agent/reconcile/plan/plan-context.ts'
import { desired, desiredVxlan, device, observed, owned, release } from '../../../support/builders.ts'

const spec: VxlanSpec = { id: 42, group: '239.1.1.1', dev: 'eth1', mtu: 9000 }

test('states the MTU that fits, and warns when that is not the declared one', () => {
  const context = planContext(desired({ vxlan0: spec }), observed([device(2, 'eth1')]), owned({}), release)
  const { actions, notices } = planNewLink(desiredVxlan('vxlan0', spec), undefined, context)
  expect(actions).toMatchObject([{ kind: 'createLink', mtu: 1450, wanted: { spec }, reason: 'declared, absent' }])
  expect(actions[0]).not.toHaveProperty('mac')
  expect(notices).toMatchObject([{ link: 'vxlan0', message: expect.stringContaining('9000') }])
})

test.each<{ what: string; vxlans: Record<string, VxlanSpec>; says: RegExp }>([
  { what: 'that nobody declares', vxlans: { vxlan0: spec }, says: /eth1 does not exist; .* as soon as eth1 appears/ },
  { what: 'that is declared too', vxlans: { vxlan0: spec, eth1: { id: 1 } }, says: /eth1 has not been created yet/ },
])('says of an underlay device $what that it must come first', ({ vxlans, says }) => {
  const context = planContext(desired(vxlans), observed([]), owned({}), release)
  expect(planNewLink(desiredVxlan('vxlan0', spec), undefined, context)).toMatchObject({
    actions: [],
    obstacles: [{ link: 'vxlan0', kind: 'waiting', reason: expect.stringMatching(says) }],
  })
})
