/** Where a socket for probes may stand, by the tables of the kernel. */
import { expect, test } from 'vitest'
import { probePlaceOf } from '../../../src/agent/fleet/probe-place.ts'
import { linkNames } from '../../../src/agent/kernel/observed.ts'
import { type Address, constants, type Link } from '../../../src/rtnetlink/index.ts'
import { device, observed, vxlan } from '../../support/builders.ts'

const up = constants.IFF_UP
const address = (local: string, flags = 0): Address =>
  ({
    family: local.includes(':') ? 10 : 2,
    prefixlen: 24,
    flags,
    scope: 0,
    index: 0,
    attributes: { local, flags },
  }) as unknown as Address

function placeIn(links: readonly Link[], addresses: ReadonlyMap<number, readonly Address[]>): unknown {
  const tables = observed(links)
  for (const [index, list] of addresses) {
    tables.addresses.set(index, new Map(list.map((each) => [each.attributes.local ?? '', each])))
  }
  const names = linkNames(links)
  const nameOf = (index: number): string => names.get(index) ?? `${index}`
  return probePlaceOf(links[0] as Link, { observed: tables, names: { nameOf } } as never)
}

const plain = vxlan(5, 'vxlan0', { id: 42 })
const port = (index: number, name: string): Link => {
  const link = vxlan(index, name, { id: index })
  return {
    ...link,
    attributes: { ...link.attributes, master: 7, linkinfo: { ...link.attributes.linkinfo, slaveKind: 'bridge' } },
  } as Link
}
const bridge = (more: object = {}, flags = up): Link => {
  const link = device(7, 'br0')
  return {
    ...link,
    flags,
    attributes: { ...link.attributes, linkinfo: { kind: 'bridge', data: { kind: 'bridge', ...more } } },
  } as unknown as Link
}

test('on the link itself, its link-local address first; what the kernel does not send from is left out', () => {
  const tentative = address('2001:db8::1', constants.IFA_F_TENTATIVE)
  const list = [address('10.0.1.1'), address('fe80::a'), tentative]
  expect(placeIn([plain], new Map([[5, list]]))).toMatchObject({
    device: 'vxlan0',
    index: 5,
    addresses: ['fe80::a', '10.0.1.1'],
  })
})

test('a link without any address has none', () => {
  expect(placeIn([plain], new Map())).toEqual({ why: expect.stringContaining('vxlan0 has neither') })
})

test('on the bridge of a port, not on the port', () => {
  const addresses = new Map([
    [5, [address('fe80::a')]],
    [7, [address('fe80::b')]],
  ])
  expect(placeIn([port(5, 'vxlan0'), bridge()], addresses)).toMatchObject({
    device: 'br0',
    index: 7,
    addresses: ['fe80::b'],
  })
})

test.each([
  {
    what: 'that carries another VNI as well',
    links: [port(5, 'vxlan0'), port(6, 'vxlan1'), bridge()],
    why: /has vxlan1 as well/,
  },
  { what: 'that is down', links: [port(5, 'vxlan0'), bridge({}, 0)], why: /is down/ },
])('on no bridge $what', ({ links, why }) => {
  expect(placeIn(links, new Map([[7, [address('fe80::b')]]]))).toEqual({ why: expect.stringMatching(why) })
})
