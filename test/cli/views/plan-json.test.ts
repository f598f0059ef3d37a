import { expect, test } from 'vitest'
import { emptyPlan, type ReplacementOrder } from '../../../src/agent/reconcile/plan/action.ts'
import { planForJson } from '../../../src/cli/views/plan-json.ts'
import { desiredVxlan } from '../../support/builders.ts'

test.each<{ order: ReplacementOrder; isBeside: boolean }>([
  { order: 'make before break', isBeside: true },
  { order: 'break before make', isBeside: false },
])('a replacement with the order $order has the key that readers know: $isBeside', ({ order, isBeside }) => {
  const common = { kind: 'replaceLink', link: 'vxlan0', ifindex: 5, reason: 'test' } as const
  const rest = { ...common, wanted: desiredVxlan('vxlan0', { id: 42 }), forcedBy: [], alongside: [], takesAlong: [] }
  const plan = { ...emptyPlan, actions: [{ ...rest, order }] }
  expect(planForJson(plan)).toEqual({ ...emptyPlan, actions: [{ ...rest, isBeside }] })
})
