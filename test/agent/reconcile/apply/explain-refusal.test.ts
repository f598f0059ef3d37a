import { expect, test } from 'vitest'
import type { VxlanSpec } from '../../../../src/agent/desired/schema.ts'
import { explainRefusal } from '../../../../src/agent/reconcile/apply/explain-refusal.ts'
import type { Action } from '../../../../src/agent/reconcile/plan/action.ts'
import { KernelError } from '../../../../src/rtnetlink/index.ts'
import { desiredVxlan } from '../../../support/builders.ts'

const create = (spec: VxlanSpec): Action => ({
  kind: 'createLink',
  link: 'vxlan0',
  wanted: desiredVxlan('vxlan0', spec),
  path: ['vxlans', 'vxlan0'],
  reason: 'declared, absent',
})
const refused = (code: string, attribute?: string): KernelError =>
  new KernelError({ operation: 'create link vxlan0', code, ...(attribute !== undefined && { attribute }) })

test.each<{ attribute: string; spec: VxlanSpec; key: string | undefined }>([
  { attribute: 'IFLA_LINKINFO: IFLA_INFO_DATA: IFLA_VXLAN_PORT', spec: { id: 1, dstport: 4789 }, key: 'dstport' },
  { attribute: 'IFLA_LINKINFO: IFLA_INFO_DATA: IFLA_VXLAN_GROUP6', spec: { remote: 'fe80::1' }, key: 'remote' },
  {
    attribute: 'IFLA_LINKINFO: IFLA_INFO_DATA: IFLA_VXLAN_UDP_ZERO_CSUM6_TX',
    spec: { udp6zerocsumtx: true },
    key: 'udp6zerocsumtx',
  },
  { attribute: 'IFLA_MTU', spec: { id: 1, mtu: 9000 }, key: 'mtu' },
  { attribute: 'IFLA_VXLAN_TTL', spec: { id: 1 }, key: undefined },
  { attribute: 'IFLA_NUM_VF', spec: { id: 1 }, key: undefined },
])('$attribute of $spec is the key $key', ({ attribute, spec, key }) => {
  const { path } = explainRefusal(create(spec), refused('EINVAL', attribute))
  expect(path).toEqual(key === undefined ? undefined : ['vxlans', 'vxlan0', key])
})

test('a port that is taken is named, whether a file states it or not', () => {
  const stated = explainRefusal(create({ id: 1, dstport: 4789 }), refused('EADDRINUSE'))
  expect(stated.error.message).toMatch(/^cannot create link vxlan0: EADDRINUSE; .* UDP port 4789; /)
  expect(stated.path).toEqual(['vxlans', 'vxlan0', 'dstport'])
  const unstated = explainRefusal(create({ id: 1 }), refused('EADDRINUSE'))
  expect(unstated.error.message).toContain('UDP port 8472')
  expect(unstated.path).toBeUndefined()
})

test('a VNI that a link in another network namespace holds is told with the way out', () => {
  const kernelMessage = 'A VXLAN device with the specified VNI already exists'
  const error = new KernelError({ operation: 'create link vxlan0', code: 'EEXIST', kernelMessage })
  const { error: told, path } = explainRefusal(create({ id: 1 }), error)
  expect(told.message).toContain(`${kernelMessage}; if no link here has that VNI`)
  expect(path).toEqual(['vxlans', 'vxlan0', 'id'])
})

test('what is refused for no known reason is told as the kernel told it', () => {
  const error = refused('EPERM')
  expect(explainRefusal(create({ id: 1 }), error)).toEqual({ error })
  const other = new Error('no disk')
  expect(explainRefusal(create({ id: 1 }), other)).toEqual({ error: other })
})
