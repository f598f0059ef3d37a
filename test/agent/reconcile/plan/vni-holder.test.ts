import { expect, test } from 'vitest'
import type { VxlanSpec } from '../../../../src/agent/desired/schema.ts'
import { planContext } from '../../../../src/agent/reconcile/plan/plan-context.ts'
import { foreignVniHolder, isVniWantedElsewhere, vniHolders } from '../../../../src/agent/reconcile/plan/vni-holder.ts'
import type { VxlanAttributes } from '../../../../src/rtnetlink/index.ts'
import { bridge, desired, observed, owned, release, vxlan } from '../../../support/builders.ts'

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
  const context = planContext(desired({ vxlan0: spec }), observed([vxlan(9, 'byhand', other)]), owned({}), release)
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
  const context = planContext(
    desired({}),
    observed([vxlan(9, 'ours', { id: 42 })]),
    owned({ ours: { id: 42, ifindex: 9 } }),
    release,
  )
  expect(foreignVniHolder('vxlan0', { id: 42 }, context)).toBeUndefined()
})

test.each<{ name: string; vxlans: Record<string, VxlanSpec>; isWanted: boolean }>([
  { name: 'a link of another name has its VNI and port', vxlans: { vxlan1: { id: 42 } }, isWanted: true },
  { name: 'the link itself has them', vxlans: { vxlan0: { id: 42 } }, isWanted: false },
  { name: 'a link of another name has another VNI', vxlans: { vxlan1: { id: 43 } }, isWanted: false },
  { name: 'a link of another name has another port', vxlans: { vxlan1: { id: 42, dstport: 4789 } }, isWanted: false },
  {
    name: 'one of several links has its VNI and port',
    vxlans: { vxlan0: { id: 43 }, vxlan1: { id: 44 }, vxlan2: { id: 42 } },
    isWanted: true,
  },
  { name: 'nothing is declared', vxlans: {}, isWanted: false },
])('a VNI is wanted elsewhere where $name: $isWanted', ({ vxlans, isWanted }) => {
  const link = vxlan(5, 'vxlan0', { id: 42 })
  const context = planContext(desired(vxlans, { br0: {} }), observed([link]), owned({}), release)
  expect(isVniWantedElsewhere('vxlan0', link, context)).toBe(isWanted)
})

test('the holders of a VNI are all vxlans that have it, ours and others', () => {
  const links = [
    bridge(2, 'br0'),
    vxlan(9, 'ours', { id: 42 }),
    vxlan(10, 'byhand', { id: 42 }),
    vxlan(11, 'other', { id: 43 }),
  ]
  const found = vniHolders({ id: 42 }, planContext(desired({}), observed(links), owned({}), release))
  expect(found.map(({ attributes }) => attributes.ifname)).toEqual(['ours', 'byhand'])
})

test.each([
  { name: 'not where neither filters VNIs', isFiltering: false, isInTheWay: true },
  { name: 'where both filter VNIs', isFiltering: true, isInTheWay: false },
])('links for many VNIs share a port $name', ({ isFiltering, isInTheWay }) => {
  const spec = { external: true, ...(isFiltering && { vnifilter: true }) }
  const other = vxlan(9, 'byhand', { id: 0, collectMetadata: true, ...(isFiltering && { vnifilter: true }) })
  const context = planContext(desired({ vxlan0: spec }), observed([other]), owned({}), release)
  expect(foreignVniHolder('vxlan0', spec, context)?.reason).toEqual(
    isInTheWay ? expect.stringContaining('takes all VNIs on port 8472') : undefined,
  )
})
