import { expect, test } from 'vitest'
import type { VxlanSpec } from '../../../src/agent/desired/schema.ts'
import { planContext } from '../../../src/agent/reconcile/plan/plan-context.ts'
import { wantedMtu, willHaveIpv6, withoutIpv6 } from '../../../src/agent/words/mtu.ts'
import { desired, desiredVxlan, device, observed, owned, release } from '../../support/builders.ts'

test.each<{ name: string; spec: Partial<VxlanSpec>; lower: number; mtu: number | undefined; warns?: RegExp }>([
  { name: 'what an IPv4 underlay leaves', spec: { dev: 'eth1', group: '239.1.1.1' }, lower: 1500, mtu: 1450 },
  { name: 'what an IPv6 underlay leaves', spec: { dev: 'eth1', group: 'ff05::1' }, lower: 1500, mtu: 1430 },
  { name: 'what a jumbo underlay leaves', spec: { dev: 'eth1' }, lower: 9000, mtu: 8950 },
  { name: 'never less than an Ethernet device may have', spec: { dev: 'eth1' }, lower: 100, mtu: 68 },
  { name: 'a smaller one as stated', spec: { dev: 'eth1', mtu: 1400 }, lower: 1500, mtu: 1400 },
  { name: 'the greatest that fits as stated', spec: { dev: 'eth1', mtu: 1450 }, lower: 1500, mtu: 1450 },
  {
    name: 'the greatest that fits instead of a greater one, with a warning',
    spec: { dev: 'eth1', mtu: 1451 },
    lower: 1500,
    mtu: 1450,
    warns: /1451 .* 1500 less 50 .* 1450/,
  },
  { name: "the kernel's without an underlay device", spec: {}, lower: 1500, mtu: undefined },
  { name: 'whatever is stated without an underlay device', spec: { mtu: 9000 }, lower: 1500, mtu: 9000 },
  {
    name: 'what is stated while the underlay device is not there',
    spec: { dev: 'eth9', mtu: 9000 },
    lower: 1500,
    mtu: 9000,
  },
])('wants $name', ({ spec, lower, mtu, warns }) => {
  const whole = { id: 42, ...spec }
  const context = planContext(desired({ vxlan0: whole }), observed([device(2, 'eth1', lower)]), owned({}), release)
  const wanted = wantedMtu(whole, context)
  expect(wanted.mtu).toBe(mtu)
  expect(wanted.notice).toEqual(warns === undefined ? undefined : expect.stringMatching(warns))
})

test.each<{ name: string; spec: VxlanSpec; lower?: number; has: boolean }>([
  { name: 'has IPv6 with an MTU of 1280', spec: { id: 42, mtu: 1280 }, has: true },
  { name: 'has none with less', spec: { id: 42, mtu: 1279 }, has: false },
  { name: 'has none where the underlay leaves less', spec: { id: 42, dev: 'eth1' }, lower: 1329, has: false },
  { name: 'has IPv6 where the underlay leaves enough', spec: { id: 42, dev: 'eth1' }, lower: 1330, has: true },
  { name: 'has IPv6 by itself', spec: { id: 42 }, has: true },
])('$name', ({ spec, lower = 1500, has }) => {
  const context = planContext(desired({ vxlan0: spec }), observed([device(2, 'eth1', lower)]), owned({}), release)
  expect(willHaveIpv6(desiredVxlan('vxlan0', spec), undefined, context)).toBe(has)
})

test('without IPv6 its settings are not asked for, and all others are', () => {
  const sysctl = { ipv4: { arp_accept: 1 }, ipv6: { disable_ipv6: 1 } }
  const spec: VxlanSpec = { id: 42, mtu: 1200, addrgenmode: 'none', sysctl }
  expect(withoutIpv6(desiredVxlan('vxlan0', spec)).spec).toEqual({
    id: 42,
    mtu: 1200,
    sysctl: { ipv4: { arp_accept: 1 } },
  })
})
