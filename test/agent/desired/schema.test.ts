import { deepStrictEqual } from 'node:assert/strict'
import fc from 'fast-check'
import { describe, expect, expectTypeOf, test } from 'vitest'
import {
  type DesiredState,
  desiredStateJsonSchema,
  desiredStateSchema,
  type VxlanSpec,
  vxlanKeys,
  vxlanSpecSchema,
} from '../../../src/agent/desired/schema.ts'

test('types: only id is required, and nothing can be assigned to', () => {
  expectTypeOf<{ id: number }>().toExtend<VxlanSpec>()
  expectTypeOf<VxlanSpec['ttl']>().toEqualTypeOf<number | 'inherit' | undefined>()
  expectTypeOf<VxlanSpec['srcport']>().toEqualTypeOf<readonly [number, number] | undefined>()
  expectTypeOf<VxlanSpec['addresses']>().toEqualTypeOf<readonly string[] | undefined>()
  expectTypeOf<DesiredState>().toEqualTypeOf<{ readonly vxlans: Readonly<Record<string, VxlanSpec>> }>()
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
  ])('%s: %j', (key, value) => {
    expect(vxlanKeys[key].safeParse(value).success).toBe(false)
  })
})

const number = (low: number, high: number) => fc.integer({ min: low, max: high })
const ipv6 = fc.ipV6().filter((text) => /^2/.test(text) && !text.includes('.'))
const flag = fc.boolean()
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
    mac: fc
      .uint8Array({ minLength: 5, maxLength: 5 })
      .map((bytes) => `02:${Buffer.from(bytes).toString('hex').match(/../g)?.join(':')}`),
    alias: fc
      .string({ unit: 'grapheme', maxLength: 20 })
      .filter((text) => !text.includes('\0') && Buffer.byteLength(text) < 256),
    up: flag,
    addresses: fc.array(
      fc.tuple(ipv6, number(0, 128)).map(([host, bits]) => `${host}/${bits}`),
      { maxLength: 4 },
    ),
  },
  { requiredKeys: ['id'] },
)
const names = fc.constantFrom('vxlan0', 'constructor', 'toString', '42', 'a.b', 'é')

test('a valid state, written as JSON and read back, is equal', { timeout: 60_000 }, () => {
  fc.assert(
    fc.property(fc.dictionary(names, specs), (vxlans) => {
      const state = desiredStateSchema.parse({ vxlans })
      expect(Object.keys(state.vxlans).sort()).toEqual(Object.keys(vxlans).sort())
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
  const schema = desiredStateJsonSchema() as {
    $schema: string
    additionalProperties: boolean
    properties: { vxlans: { additionalProperties: LinkSchema } }
  }
  interface LinkSchema {
    additionalProperties: boolean
    required: string[]
    properties: Record<string, { description?: string; examples?: unknown[] }>
  }
  const link = schema.properties.vxlans.additionalProperties

  test('is of draft 2020-12, allows no other keys, and requires id only', () => {
    expect(schema.$schema).toBe('https://json-schema.org/draft/2020-12/schema')
    expect([schema.additionalProperties, link.additionalProperties]).toEqual([false, false])
    expect(link.required).toEqual(['id'])
    expect(JSON.stringify(schema)).not.toContain('readOnly')
  })

  test.each(Object.keys(vxlanKeys))('describes %s, with examples that are accepted', (key) => {
    const { description, examples = [] } = link.properties[key] ?? {}
    expect(description).toMatch(/\.$/)
    expect(examples).not.toEqual([])
    for (const example of examples) {
      expect(vxlanSpecSchema.safeParse({ id: 1, [key]: example }).error).toBeUndefined()
    }
  })

  test('has the ranges', () => {
    expect(link.properties['id']).toMatchObject({ type: 'integer', minimum: 0, maximum: 0xffffff })
    expect(link.properties['ageing']).toMatchObject({ minimum: 1, maximum: 0xffffffff })
    expect(link.properties['df']).toMatchObject({ enum: ['unset', 'set', 'inherit'] })
  })
})
