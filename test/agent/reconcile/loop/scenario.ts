/** A change of the desired state that calls for every kind of action at once, beside links that are not ours. */
import { expect } from 'vitest'
import type { VxlanSpec } from '../../../../src/agent/desired/schema.ts'
import { FakeKernel } from '../../../support/fake-kernel.ts'
import { overlay, snapshot } from '../../../support/overlay.ts'

type Vxlans = Readonly<Record<string, VxlanSpec>>

/** Where it starts. */
export const first: Vxlans = {
  vxlan0: { id: 42, group: '239.1.1.1', dev: 'eth1', ttl: 16, addresses: ['10.0.1.1/24'] },
  vxlan1: { id: 43, remote: '10.0.2.254', addresses: ['10.1.1.1/24', '2001:db8::1/64'] },
  vxlan2: { id: 44, dev: 'eth1' },
  vxlan3: { id: 45, dev: 'eth1' },
  vxlan4: { id: 46, dev: 'eth1' },
}

/** Where it goes: vxlan0 changed live, vxlan1 replaced, vxlan2 to vxlan4 deleted, and vxlan9 made with a VNI that vxlan2 had. */
export const second: Vxlans = {
  vxlan0: { id: 42, group: '239.1.1.1', dev: 'eth1', ttl: 32, ageing: 100, alias: 'lab', addresses: ['10.0.1.2/24'] },
  vxlan1: { id: 43, remote: '10.0.2.254', dstport: 4789, addresses: ['10.1.1.1/24', '2001:db8::1/64'] },
  vxlan9: { id: 44, group: '239.1.1.2', dev: 'eth1', addresses: ['10.9.1.1/24'] },
}

const common = { ageing: 300, isUp: true, alias: undefined }

/** What the kernel has when `second` is reached. */
export const secondReached = {
  vxlan0: {
    ...common,
    ...{ id: 42, dstport: 8472, remote: '239.1.1.1', dev: 'eth1', floodsVia: 'eth1', ttl: 32, ageing: 100 },
    ...{ mtu: 1450, alias: 'lab', addresses: ['10.0.1.2/24'] },
  },
  vxlan1: {
    ...common,
    ...{ id: 43, dstport: 4789, remote: '10.0.2.254', dev: undefined, floodsVia: undefined, ttl: 0 },
    ...{ mtu: 1500, addresses: ['10.1.1.1/24', '2001:db8::1/64'] },
  },
  vxlan9: {
    ...common,
    ...{ id: 44, dstport: 8472, remote: '239.1.1.2', dev: 'eth1', floodsVia: 'eth1', ttl: 0 },
    ...{ mtu: 1450, addresses: ['10.9.1.1/24'] },
  },
}

/** Links of others: they look much like ours. */
const foreign = ['br0', 'eth9', 'other0', 'other1']

/** A kernel with an underlay device and what others have made, and a check that nobody touched the latter. */
export function busyKernel(): { readonly kernel: FakeKernel; readonly expectForeignUntouched: () => void } {
  const kernel = new FakeKernel()
  kernel.others.plugIn('eth1')
  const eth9 = kernel.others.plugIn('eth9')
  kernel.others.addBridge('br0')
  kernel.others.addVxlan('other0', { id: 100, group: '239.9.9.9', link: eth9.index })
  kernel.others.addVxlan('other1', { id: 42, port: 4790, group: '239.9.9.9', link: eth9.index })
  kernel.others.addAddress('other0', '10.0.1.1/24')
  kernel.others.setMaster('other0', 'br0')
  const before = snapshot(kernel, foreign)
  return { kernel, expectForeignUntouched: () => expect(snapshot(kernel, foreign)).toEqual(before) }
}

/** The vxlans that are not those of others. */
export function ours(kernel: FakeKernel): Record<string, unknown> {
  return Object.fromEntries(Object.entries(overlay(kernel)).filter(([name]) => !foreign.includes(name)))
}
