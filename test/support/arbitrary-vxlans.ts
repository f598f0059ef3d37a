/** Valid desired states of any kind, on a host with the underlay devices eth1 and eth2. */
import fc from 'fast-check'
import type { VxlanSpec } from '../../src/agent/desired/schema.ts'

const v4 = { group: '239.1.1.1', remote: '10.0.2.254', local: '10.0.2.1' }
const v6 = { group: 'ff05::100', remote: '2001:db8::254', local: '2001:db8::1' }

/** Keys that go together with any others. */
const free = fc.record(
  {
    dstport: fc.constantFrom(8472, 4789),
    ttl: fc.constantFrom(0, 16, 'inherit' as const),
    tos: fc.constantFrom(0, 8, 'inherit' as const),
    df: fc.constantFrom('unset', 'set', 'inherit'),
    ageing: fc.constantFrom(60, 300),
    learning: fc.boolean(),
    maxaddr: fc.constantFrom(0, 100),
    srcport: fc.constant([49152, 65535] as const),
    proxy: fc.boolean(),
    udpcsum: fc.boolean(),
    mtu: fc.constantFrom(1280, 1300, 1450, 9000),
    mac: fc.constantFrom('02:00:00:00:aa:01', '02:00:00:00:aa:02'),
    alias: fc.constantFrom('lab', ''),
    up: fc.boolean(),
    addresses: fc.uniqueArray(
      fc.constantFrom('10.0.1.1/24', '10.0.1.2/24', '10.0.1.1/16', '2001:db8:1::1/64', 'fe80::7/64'),
    ),
  },
  { requiredKeys: [] },
)

/** Where flooded frames go, and what that asks for. */
const underlay = fc
  .record({
    family: fc.constantFrom(v4, v6),
    flooding: fc.constantFrom('group', 'remote', 'none'),
    dev: fc.constantFrom('eth1', 'eth2', undefined),
    hasLocal: fc.boolean(),
    flowlabel: fc.constantFrom(undefined, 0, 0x12345),
  })
  .map(({ family, flooding, dev, hasLocal, flowlabel }): Omit<VxlanSpec, 'id'> => {
    const device = flooding === 'group' ? (dev ?? 'eth1') : dev
    const isV6 = family === v6 && (flooding !== 'none' || hasLocal)
    return {
      ...(flooding !== 'none' && { [flooding]: family[flooding as 'group' | 'remote'] }),
      ...(device !== undefined && { dev: device }),
      ...(hasLocal && { local: family.local }),
      ...(isV6 && flowlabel !== undefined && { flowlabel }),
    }
  })

/** Up to three links whose VNIs differ, named so that two such states share names and VNIs. */
export const arbitraryVxlans: fc.Arbitrary<Readonly<Record<string, VxlanSpec>>> = fc
  .uniqueArray(
    fc.tuple(fc.constantFrom('vxlan0', 'vxlan1', 'vxlan2'), fc.integer({ min: 1, max: 4 }), free, underlay),
    {
      maxLength: 3,
      comparator: ([name, id], [otherName, otherId]) => name === otherName || id === otherId,
    },
  )
  .map((links) => Object.fromEntries(links.map(([name, id, rest, below]) => [name, { id, ...rest, ...below }])))
