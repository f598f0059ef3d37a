import { expect, test } from 'vitest'
import type { VxlanSpec } from '../../../../src/agent/desired/schema.ts'
import { withInherited } from '../../../../src/agent/reconcile/plan/inherited.ts'
import { planContext } from '../../../../src/agent/reconcile/plan/plan-context.ts'
import type { OwnedLink } from '../../../../src/agent/record/owned.ts'
import type { BridgePortAttributes, Link } from '../../../../src/rtnetlink/index.ts'
import {
  address,
  desired,
  desiredVxlan,
  device,
  mac,
  observed,
  owned,
  release,
  vxlan,
} from '../../../support/builders.ts'

interface Present {
  readonly master?: number
  readonly port?: BridgePortAttributes
  readonly altIfname?: string[]
  readonly addresses?: readonly string[]
}

/** What vxlan0 is made with when it is made anew, with what it has now and what files stated before. */
function kept(spec: VxlanSpec, stated: readonly string[], { master, port, altIfname, addresses = [] }: Present = {}) {
  const plain = vxlan(5, 'vxlan0', { id: 41, ttl: 9, gbp: true }, { ifalias: 'by hand' })
  const { linkinfo } = plain.attributes
  const link: Link = {
    ...plain,
    attributes: {
      ...plain.attributes,
      txqlen: 1000,
      ...(master !== undefined && { master }),
      ...(altIfname !== undefined && { propList: { altIfname } }),
      ...(port !== undefined && { linkinfo: { ...linkinfo, slaveKind: 'bridge', slaveData: port } }),
    } as Link['attributes'],
  }
  const record: OwnedLink = { kind: 'vxlan', id: 41, mac, ifindex: 5, stated }
  const bridge = (index: number, name: string): Link => {
    const plainDevice = device(index, name)
    return { ...plainDevice, attributes: { ...plainDevice.attributes, linkinfo: { kind: 'bridge' } } }
  }
  const around = [bridge(8, 'br0'), bridge(9, 'br1'), device(10, 'ovs0'), link]
  const tables = observed(
    around,
    addresses.map((text) => address(5, text)),
  )
  const context = planContext(desired({ vxlan0: spec }), tables, owned({ vxlan0: record }), release)
  const { spec: wanted, port: wantedPort } = withInherited(desiredVxlan('vxlan0', spec), link, record, context)
  return { spec: wanted, port: wantedPort?.spec }
}

test('what others set on the link comes again, and what is declared goes before it', () => {
  const { spec } = kept({ id: 42, ttl: 5 }, ['id', 'ttl'], { addresses: ['10.9.9.9/24'], altIfname: ['tenant'] })
  expect(spec).toMatchObject({ id: 42, ttl: 5, gbp: true, alias: 'by hand', altnames: ['tenant'] })
  expect(spec.addresses).toEqual([expect.objectContaining({ address: '10.9.9.9/24' })])
})

test('what a file stated before and states no longer does not come again', () => {
  const stated = ['id', 'ttl', 'gbp', 'alias', 'addresses', 'altnames']
  const { spec } = kept({ id: 42 }, stated, { addresses: ['10.9.9.9/24'], altIfname: ['tenant'] })
  expect(spec).toEqual({ id: 42 })
})

test('a master that is neither a bridge nor a VRF is not asked for again: the kernel would refuse the link with it', () => {
  expect(kept({ id: 42 }, ['id'], { master: 10 }).spec.master).toBeUndefined()
})

test('the master stays, with what the link has there', () => {
  const { spec, port } = kept({ id: 42 }, ['id'], { master: 8, port: { isolated: true, learning: false } })
  expect(spec.master).toBe('br0')
  expect(port).toEqual({ isolated: true, learning: false })
})

test('into another bridge it comes as a new port', () => {
  const { spec, port } = kept({ id: 42, master: 'br1' }, ['id'], { master: 8, port: { isolated: true } })
  expect(spec.master).toBe('br1')
  expect(port).toBeUndefined()
})

test('an option of the port that was stated before and is no longer does not come again', () => {
  const { port } = kept({ id: 42 }, ['id', 'port.isolated'], { master: 8, port: { isolated: true, hairpin: true } })
  expect(port).toEqual({ hairpin: true })
})
