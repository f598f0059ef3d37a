import { expect, test } from 'vitest'
import type { VxlanSpec } from '../../../../src/agent/desired/schema.ts'
import { linkContext } from '../../../../src/agent/reconcile/plan/link-context.ts'
import { foreignVniHolder } from '../../../../src/agent/reconcile/plan/vni-holder.ts'
import type { VxlanAttributes } from '../../../../src/rtnetlink/index.ts'
import { desired, observed, owned, release, vxlan } from '../../../support/builders.ts'

test.each<{ other: VxlanAttributes; spec: VxlanSpec; isInTheWay: boolean; name: string }>([
  { name: 'VNI and unstated port', other: { id: 42 }, spec: { id: 42 }, isInTheWay: true },
  { name: 'VNI and stated port', other: { id: 42, port: 4789 }, spec: { id: 42, dstport: 4789 }, isInTheWay: true },
  { name: 'VNI, on another port', other: { id: 42, port: 4789 }, spec: { id: 42 }, isInTheWay: false },
  { name: 'port, with another VNI', other: { id: 43 }, spec: { id: 42 }, isInTheWay: false },
  {
    name: 'VNI, over the other address family',
    other: { id: 42, group6: 'ff05::1' },
    spec: { id: 42 },
    isInTheWay: false,
  },
  {
    name: 'VNI over IPv6',
    other: { id: 42, group6: 'ff05::1' },
    spec: { id: 42, remote: '2001:db8::1' },
    isInTheWay: true,
  },
  {
    name: 'VNI, that does not receive alike',
    other: { id: 42, gbp: true },
    spec: { id: 42 },
    isInTheWay: false,
  },
  {
    name: 'VNI, that receives alike',
    other: { id: 42, gbp: true },
    spec: { id: 42, gbp: true },
    isInTheWay: true,
  },
])('a foreign link with the same $name is in the way: $isInTheWay', ({ other, spec, isInTheWay }) => {
  const context = linkContext(desired({ vxlan0: spec }), observed([vxlan(9, 'byhand', other)]), owned({}), release)
  const obstacle = foreignVniHolder('vxlan0', spec, context)
  expect(obstacle !== undefined).toBe(isInTheWay)
  if (obstacle !== undefined) {
    expect(obstacle).toMatchObject({
      link: 'vxlan0',
      kind: 'conflict',
      reason: expect.stringMatching(/byhand.*42.*delete byhand/),
    })
  }
})

test('a link of ours is not in the way: the plan moves it', () => {
  const context = linkContext(
    desired({}),
    observed([vxlan(9, 'ours', { id: 42 })]),
    owned({ ours: { id: 42, ifindex: 9 } }),
    release,
  )
  expect(foreignVniHolder('vxlan0', { id: 42 }, context)).toBeUndefined()
})
