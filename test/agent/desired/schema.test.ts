import { deepStrictEqual } from 'node:assert/strict'
import fc from 'fast-check'
import { describe, expect, expectTypeOf, test } from 'vitest'
import type { AddressSpec } from '../../../src/agent/desired/schema/address.ts'
import {
  type BridgeSpec,
  bridgeKeys,
  bridgeSpecSchema,
  type DesiredState,
  desiredStateJsonSchema,
  desiredStateSchema,
  type FleetSpec,
  portKeys,
  type VxlanSpec,
  vxlanKeys,
  vxlanSpecSchema,
} from '../../../src/agent/desired/schema.ts'

test('types: nothing is required, and nothing can be assigned to', () => {
  expectTypeOf<object>().toExtend<VxlanSpec>()
  expectTypeOf<VxlanSpec['ttl']>().toEqualTypeOf<number | 'inherit' | undefined>()
  expectTypeOf<VxlanSpec['srcport']>().toEqualTypeOf<readonly [number, number] | undefined>()
  expectTypeOf<VxlanSpec['addresses']>().toEqualTypeOf<readonly AddressSpec[] | undefined>()
  expectTypeOf<DesiredState>().toEqualTypeOf<{
    readonly vxlans: Readonly<Record<string, VxlanSpec>>
    readonly bridges: Readonly<Record<string, BridgeSpec>>
    readonly fleet?: FleetSpec
  }>()
})

test.each([
  [['eth2', 'eth3'], { eth2: {}, eth3: {} }],
  [
    { eth2: null, eth3: { cost: 5 } },
    { eth2: {}, eth3: { cost: 5 } },
  ],
  [[], {}],
])('ports: %j is kept as %j', (stated, kept) => {
  expect(bridgeKeys.ports.parse(stated)).toEqual(kept)
})

test.each([
  ['ttl', 'auto', 0],
  ['ttl', 'inherit', 'inherit'],
  ['tos', 1, 'inherit'],
  ['tos', 2, 2],
  ['id', -0, 0],
  ['mac', '02-AB-CD-EF-00-01', '02:ab:cd:ef:00:01'],
  ['remote', '2001:DB8:0:0:0:0:0:FE', '2001:db8::fe'],
  ['remote', '2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
  ['group', 'FF05::0100', 'ff05::100'],
  ['local', '64:ff9b::10.0.0.1', '64:ff9b::a00:1'],
  ['addresses', ['10.0.1.1/24', '2001:DB8::0001/64'], ['10.0.1.1/24', '2001:db8::1/64']],
  ['addresses', [], []],
  ['alias', 'é'.repeat(127), 'é'.repeat(127)],
  ['alias', '', ''],
  ['dev', 'é', 'é'],
  ['addresses', [{ address: '10.0.1.1/24' }], ['10.0.1.1/24']],
  ['addresses', [{ address: '10.0.1.1/24', scope: 253 }], [{ address: '10.0.1.1/24', scope: 'link' }]],
  ['remotes', [{ dst: '10.0.2.9' }, { dst: '2001:DB8::9', vni: 5 }], ['10.0.2.9', { dst: '2001:db8::9', vni: 5 }]],
  ['remotes', 'fleet', ['fleet']],
  ['remotes', ['fleet', { dst: '10.0.2.9' }], ['fleet', '10.0.2.9']],
  ['vnis', [{ vni: 5 }, '7-7', ' 8 - 9'], [5, 7, '8-9']],
  ['vnis', [{ vni: '7-7', remote: '10.0.2.9' }], [{ vni: 7, remote: '10.0.2.9' }]],
  ['port', { vlans: [{ vid: '5-5' }, { vid: 6, pvid: true }] }, { vlans: [5, { vid: 6, pvid: true }] }],
  ['reserved_bits', '0xF7', '0x00000000000000f7'],
] as const)('%s: %j is kept as %j', (key, stated, kept) => {
  expect(vxlanKeys[key].parse(stated)).toStrictEqual(kept)
})

describe('refuses', () => {
  test.each<[keyof typeof vxlanKeys, unknown]>([
    ['id', -1],
    ['id', 2 ** 24],
    ['id', '42'],
    ['id', Number.POSITIVE_INFINITY],
    ['dstport', 0],
    ['dstport', 65536],
    ['ttl', 256],
    ['ttl', -1],
    ['ttl', 'AUTO'],
    ['tos', 'auto'],
    ['ageing', 0],
    ['ageing', 2 ** 32],
    ['ageing', 0.5],
    ['maxaddr', 2 ** 32],
    ['flowlabel', 2 ** 20],
    ['mtu', 67],
    ['mtu', 65536],
    ['srcport', [2, 1]],
    ['srcport', [1]],
    ['srcport', 1],
    ['remote', '10.0.0'],
    ['remote', '10.0.0.256'],
    ['remote', '0x0a000001'],
    ['remote', '167772161'],
    ['remote', '10.0.0.01'],
    ['remote', ' 10.0.0.1'],
    ['remote', '10.0.0.1/24'],
    ['remote', 'fe80::1%eth0'],
    ['remote', '::ffff:10.0.0.1'],
    ['remote', '0.0.0.0'],
    ['remote', '::'],
    ['remote', '255.255.255.255'],
    ['remote', 'vtep.example'],
    ['remote', ''],
    ['local', '224.0.0.1'],
    ['group', '10.0.0.1'],
    ['group', '255.255.255.255'],
    ['addresses', ['10.0.0.1']],
    ['addresses', ['10.0.0.1/']],
    ['addresses', ['10.0.0.1/33']],
    ['addresses', ['10.0.0.1/024']],
    ['addresses', ['10.0.0.1/24/24']],
    ['addresses', ['10.0.0.1/255.255.255.0']],
    ['addresses', ['2001:db8::1/129']],
    ['addresses', ['0.0.0.0/8']],
    ['addresses', ['239.1.1.1/24']],
    ['addresses', ['ff02::1/64']],
    ['addresses', ['::1/128']],
    ['addresses', '10.0.0.1/24'],
    ['mac', '00:00:00:00:00:00'],
    ['mac', '01:00:00:00:00:00'],
    ['mac', '02:00:00:00:00'],
    ['mac', '02:00-00:00:00:00'],
    ['mac', '02:00:00:00:00:00:00'],
    ['alias', 'é'.repeat(128)],
    ['alias', 'a\0b'],
    ['alias', '\ud800'],
    ['dev', ''],
    ['dev', 'a'.repeat(16)],
    ['dev', 'é'.repeat(8)],
    ['dev', 'a b'],
    ['dev', 'a/b'],
    ['dev', 'a:b'],
    ['dev', 'a\u0001b'],
    ['dev', '.'],
    ['dev', '..'],
    ['dev', 'eth%d'],
    ['dev', 'à'],
    ['dev', 'all'],
    ['dev', 'default'],
    ['up', 'true'],
    ['vnis', [0]],
    ['vnis', ['5-4']],
    ['vnis', ['5-16777216']],
    ['vnis', [{ group: '239.1.1.1' }]],
    ['remotes', ['10.0.2.9/24']],
    ['remotes', [{ vni: 5 }]],
    ['fdb', [{ mac: '02:00:00:00:00:01', dst: '10.0.2.9', state: 'reachable' }]],
    ['fdb', [{ mac: '02:00:00:00:00:01', nhid: 0 }]],
    ['neighbours', [{ ip: '239.1.1.1', mac: '02:00:00:00:00:01' }]],
    ['neighbours', [{ ip: '10.0.1.2', mac: '01:00:00:00:00:01' }]],
    ['port', { vlans: [4095] }],
    ['port', { vlans: ['0-5'] }],
    ['port', { vlan_to_vni: [{ vid: 10, vni: 0 }] }],
    ['port', { priority: 64 }],
    ['altnames', ['a'.repeat(128)]],
    ['sysctl', { ipv4: { arp_accept: 3 } }],
    ['reserved_bits', 247],
  ])('%s: %j', (key, value) => {
    expect(vxlanKeys[key].safeParse(value).success).toBe(false)
  })
})

test.each([
  [
    { mac: '02-00-00-00-00-FE', dev: 'eth2' },
    { mac: '02:00:00:00:00:fe', dev: 'eth2' },
  ],
  [
    { mac: '02:00:00:00:00:fe', dev: 'br0', vlan: 4094, state: 'permanent', sticky: true },
    { mac: '02:00:00:00:00:fe', dev: 'br0', vlan: 4094, state: 'permanent', sticky: true },
  ],
  [{ mac: '00:00:00:00:00:00', dev: 'eth2' }, undefined],
  [{ mac: '01:00:5e:00:00:01', dev: 'eth2' }, undefined],
  [{ mac: '02:00:00:00:00:fe' }, undefined],
  [{ dev: 'eth2' }, undefined],
  [{ mac: '02:00:00:00:00:fe', dev: 'eth2', vlan: 0 }, undefined],
  [{ mac: '02:00:00:00:00:fe', dev: 'eth2', vlan: 4095 }, undefined],
  [{ mac: '02:00:00:00:00:fe', dev: 'eth2', state: 'dynamic' }, undefined],
])('an entry of a bridge: %j is kept as %j', (stated, kept) => {
  expect(bridgeKeys.fdb.safeParse([stated]).data).toEqual(kept && [kept])
})

const number = (low: number, high: number) => fc.integer({ min: low, max: high })
const ipv6 = fc.ipV6().filter((text) => /^2/.test(text) && !text.includes('.'))
const flag = fc.boolean()
const macs = fc
  .uint8Array({ minLength: 5, maxLength: 5 })
  .map((bytes) => `02:${Buffer.from(bytes).toString('hex').match(/../g)?.join(':')}`)
const ranges = (high: number) =>
  fc.oneof(
    number(1, high),
    fc.tuple(number(1, high), number(1, high)).map((ends) => `${Math.min(...ends)}-${Math.max(...ends)}`),
  )
const destination = {
  port: number(1, 65535),
  vni: number(0, 0xffffff),
  src_vni: number(0, 0xffffff),
  via: fc.constantFrom('eth1', 'constructor'),
}
const lifetime = fc.oneof(number(0, 0xfffffffe), fc.constant('forever'))
const addresses = fc.tuple(ipv6, number(0, 128)).map(([host, bits]) => `${host}/${bits}`)
const vlans = fc.array(
  fc.oneof(ranges(4094), fc.record({ vid: ranges(4094), pvid: flag, untagged: flag }, { requiredKeys: ['vid'] })),
)
const ports = fc.record(
  {
    learning: flag,
    cost: number(1, 65535),
    vlans,
    vlan_to_vni: fc.array(fc.record({ vid: ranges(4094), vni: ranges(0xffffff) })),
  },
  { requiredKeys: [] },
)
const linkKeys = {
  txqlen: number(0, 0xffffffff),
  arp: flag,
  addrgenmode: fc.constantFrom('eui64', 'none', 'stable_secret', 'random'),
  altnames: fc.array(fc.constantFrom('one', 'a.b', 'constructor')),
  master: fc.constantFrom('br0', 'toString'),
  sysctl: fc.record(
    { ipv4: fc.record({ arp_accept: number(0, 2) }), ipv6: fc.record({ use_tempaddr: number(-1, 2) }) },
    { requiredKeys: [] },
  ),
  addresses: fc.array(
    fc.oneof(
      addresses,
      fc.record(
        {
          address: addresses,
          peer: ipv6,
          scope: fc.oneof(number(0, 254), fc.constantFrom('global', 'site', 'link', 'host')),
          valid_lft: lifetime,
          preferred_lft: lifetime,
          nodad: flag,
          metric: number(0, 0xffffffff),
        },
        { requiredKeys: ['address'] },
      ),
    ),
    { maxLength: 4 },
  ),
  neighbours: fc.array(fc.record({ ip: ipv6, mac: macs, router: flag }, { requiredKeys: ['ip', 'mac'] })),
  adopt: flag,
}
const specs = fc.record(
  {
    id: number(0, 0xffffff),
    group: fc.constantFrom('239.1.1.1', 'FF05::1'),
    remote: fc.oneof(
      fc.ipV4().filter((text) => /^[1-9]\d?\./.test(text)),
      ipv6,
    ),
    dev: fc.constantFrom('eth1', 'eth0.5', 'constructor'),
    local: ipv6,
    dstport: number(1, 65535),
    ttl: fc.oneof(number(0, 255), fc.constantFrom('inherit', 'auto')),
    tos: fc.oneof(number(0, 255), fc.constant('inherit')),
    df: fc.constantFrom('unset', 'set', 'inherit'),
    ageing: number(1, 0xffffffff),
    learning: flag,
    maxaddr: number(0, 0xffffffff),
    srcport: fc.tuple(number(0, 65535), number(0, 65535)).map(([a, b]) => [Math.min(a, b), Math.max(a, b)]),
    flowlabel: number(0, 0xfffff),
    proxy: flag,
    rsc: flag,
    l2miss: flag,
    l3miss: flag,
    udpcsum: flag,
    udp6zerocsumtx: flag,
    udp6zerocsumrx: flag,
    remcsumtx: flag,
    remcsumrx: flag,
    mtu: number(68, 65535),
    mac: macs,
    alias: fc
      .string({ unit: 'grapheme', maxLength: 20 })
      .filter((text) => !text.includes('\0') && Buffer.byteLength(text) < 256),
    up: flag,
    ...linkKeys,
    remotes: fc.array(fc.oneof(ipv6, fc.record({ dst: ipv6, ...destination }, { requiredKeys: ['dst'] }))),
    fdb: fc.array(
      fc.record(
        {
          mac: macs,
          dst: ipv6,
          ...destination,
          nhid: number(1, 0xffffffff),
          state: fc.constantFrom('permanent', 'static', 'dynamic'),
          router: flag,
          extern_learn: flag,
          sticky: flag,
          master: flag,
          vlan: number(1, 4094),
        },
        { requiredKeys: ['mac'] },
      ),
    ),
    fdb_exclusive: flag,
    vnis: fc.array(
      fc.oneof(ranges(0xffffff), fc.record({ vni: ranges(0xffffff), remote: ipv6 }, { requiredKeys: ['vni'] })),
    ),
    reserved_bits: number(0, 0xffffffff).map((bits) => `0x${bits.toString(16).toUpperCase()}`),
    labelpolicy: fc.constantFrom('fixed', 'inherit'),
    external: flag,
    port: ports,
  },
  { requiredKeys: [] },
)
const bridgeSpecs = fc.record(
  {
    ...linkKeys,
    vlan_filtering: flag,
    vlan_protocol: fc.constantFrom('802.1Q', '802.1ad'),
    forward_delay: number(0, 42_949_672),
    group_fwd_mask: number(0, 0x1fff).map((bits) => bits * 8),
    vlans,
    fdb: fc.array(
      fc.record(
        {
          mac: macs,
          dev: fc.constantFrom('eth2', 'constructor'),
          vlan: number(1, 4094),
          state: fc.constantFrom('static', 'permanent'),
          sticky: flag,
        },
        { requiredKeys: ['mac', 'dev'] },
      ),
    ),
    ports: fc.oneof(
      fc.uniqueArray(fc.constantFrom('eth2', 'constructor', 'é')),
      fc.dictionary(fc.constantFrom('eth2', 'toString', '7'), fc.oneof(fc.constant(null), ports)),
    ),
  },
  { requiredKeys: [] },
)
const names = fc.constantFrom('vxlan0', 'constructor', 'toString', '42', 'a.b', 'é')
/** Few links a state: to make them up takes ten times as long as to read them. */
const linksOf = <Spec>(spec: fc.Arbitrary<Spec>) => fc.dictionary(names, spec, { maxKeys: 2 })

test('a valid state, written as JSON and read back, is equal', { timeout: 60_000 }, () => {
  fc.assert(
    fc.property(linksOf(specs), linksOf(bridgeSpecs), (vxlans, bridges) => {
      const state = desiredStateSchema.parse({ vxlans, bridges })
      expect(Object.keys(state.vxlans).sort()).toEqual(Object.keys(vxlans).sort())
      expect(Object.keys(state.bridges).sort()).toEqual(Object.keys(bridges).sort())
      // Not toStrictEqual, which takes a link named `constructor` for the object's class.
      deepStrictEqual(desiredStateSchema.parse(JSON.parse(JSON.stringify(state))), state)
    }),
    { numRuns: 300 },
  )
})

test('an absent link is not found, whatever JavaScript has of its name', () => {
  expect(desiredStateSchema.parse({}).vxlans['constructor']).toBeUndefined()
})

describe('the JSON Schema', () => {
  interface LinkSchema {
    additionalProperties: boolean
    required?: string[]
    properties: Record<string, { description?: string; examples?: unknown[] }>
  }
  const schema = desiredStateJsonSchema() as {
    $schema: string
    additionalProperties: boolean
    properties: Record<'vxlans' | 'bridges', { additionalProperties: LinkSchema }>
  }
  const vxlan = schema.properties.vxlans.additionalProperties
  const bridge = schema.properties.bridges.additionalProperties

  test('is of draft 2020-12, and allows no other keys', () => {
    expect(schema.$schema).toBe('https://json-schema.org/draft/2020-12/schema')
    expect([schema, vxlan, bridge].map(({ additionalProperties }) => additionalProperties)).toEqual([
      false,
      false,
      false,
    ])
    expect([vxlan.required, bridge.required]).toEqual([undefined, undefined])
    expect(JSON.stringify(schema)).not.toContain('readOnly')
  })

  const port = vxlan.properties['port'] as LinkSchema
  test.each([
    ...Object.keys(vxlanKeys).map((key) => ({ key, of: 'a vxlan', link: vxlan, specSchema: vxlanSpecSchema })),
    ...Object.keys(bridgeKeys).map((key) => ({ key, of: 'a bridge', link: bridge, specSchema: bridgeSpecSchema })),
    ...Object.keys(portKeys).map((key) => ({ key, of: 'a port', link: port, specSchema: vxlanKeys.port })),
  ])('describes $key of $of, with examples that are accepted', ({ key, link, specSchema }) => {
    const { description, examples = [] } = link.properties[key] ?? {}
    expect(description).toMatch(/\.\)?$/)
    expect(examples).not.toEqual([])
    for (const example of examples) {
      expect(specSchema.safeParse({ [key]: example }).error).toBeUndefined()
    }
  })

  test('has the ranges', () => {
    expect(vxlan.properties['id']).toMatchObject({ type: 'integer', minimum: 0, maximum: 0xffffff })
    expect(vxlan.properties['ageing']).toMatchObject({ minimum: 1, maximum: 0xffffffff })
    expect(vxlan.properties['df']).toMatchObject({ enum: ['unset', 'set', 'inherit'] })
    expect(bridge.properties['hello_time']).toMatchObject({ minimum: 1, maximum: 10 })
  })
})
