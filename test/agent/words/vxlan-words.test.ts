import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import * as z from 'zod'
import { inKernel } from '../../../src/agent/desired/schema/kernel-attribute.ts'
import { type VxlanKey, type VxlanSpec, vxlanKeys } from '../../../src/agent/desired/schema.ts'
import type { IpFamily } from '../../../src/agent/facts/ip-text.ts'
import { encapsulationOverhead, underlayFamily } from '../../../src/agent/facts/vxlan.ts'
import type { LinkNames } from '../../../src/agent/kernel/link-names.ts'
import { linkWords } from '../../../src/agent/words/link-words.ts'
import {
  keysElsewhere,
  toVxlanAttributes,
  type VxlanDataKey,
  vxlanWords,
} from '../../../src/agent/words/vxlan-words.ts'
import { RtnetlinkClient, type VxlanAttributes } from '../../../src/rtnetlink/index.ts'
import { FakeKernel } from '../../support/fake-kernel.ts'

const names: LinkNames = {
  nameOf: (index) => (index === 7 ? 'eth1' : undefined),
  indexOf: (name) => {
    if (name !== 'eth1') {
      throw new Error(`there is no link ${name}`)
    }
    return 7
  },
}

/** Whatever a desired file may state, of keys that are translated. */
const translated: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  group: fc.constantFrom('239.1.1.1', '224.0.0.1', '239.255.255.255', 'ff05::100', 'ff02::1'),
  remote: fc.constantFrom('10.0.2.254', '192.168.0.1', '223.255.255.255', '2001:db8::1', 'fe80::1'),
  dev: fc.constant('eth1'),
  local: fc.constantFrom('10.0.2.1', '2001:db8::2'),
  ttl: fc.oneof(fc.integer({ min: 0, max: 255 }), fc.constant('inherit')),
  tos: fc.oneof(fc.constantFrom(0, 2, 255), fc.constant('inherit')),
  df: fc.constantFrom('unset', 'set', 'inherit'),
  srcport: fc.tuple(fc.integer({ min: 0, max: 65535 }), fc.integer({ min: 0, max: 65535 })),
  localbypass: fc.boolean(),
  labelpolicy: fc.constantFrom('fixed', 'inherit'),
  reserved_bits: fc.constantFrom('0xf7ffffff000000ff', '0x0000000000000000'),
  mcroute: fc.boolean(),
}

/** The same of a key whose value is one attribute: by its JSON Schema. */
function plainValue(key: VxlanKey): fc.Arbitrary<unknown> {
  const { type, minimum, maximum } = z.toJSONSchema(vxlanKeys[key], { io: 'input' })
  return type === 'boolean' ? fc.boolean() : fc.integer({ min: Number(minimum), max: Number(maximum) })
}

describe.each(vxlanWords.map((word) => ({ key: word.key, word })))('$key', ({ key, word }) => {
  test('reads what it writes', () => {
    fc.assert(
      fc.property(translated[key] ?? plainValue(key), (value) => {
        expect(word.read(word.write({ [key]: value }, names) ?? {}, names)).toEqual(value)
      }),
    )
  })

  test('reads its fallback where the kernel shows nothing', () => {
    expect(word.read({}, names)).toEqual(word.fallback)
  })
})

test('each key of the schema is a word, once, or known to live elsewhere', () => {
  const words = vxlanWords.map(({ key }) => key)
  const all = [...words, ...linkWords.map(({ key }) => key), ...keysElsewhere]
  expect(all.toSorted()).toEqual(Object.keys(vxlanKeys).toSorted())
})

test('a key that says what the kernel has for it is in no other table', () => {
  const plain = Object.entries(vxlanKeys).flatMap(([key, schema]) => (inKernel.has(schema) ? [key] : []))
  expect(plain).toHaveLength(vxlanWords.length - Object.keys(translated).length)
  expect(plain.filter((key) => key in translated)).toEqual([])
})

test.each<{ data: VxlanAttributes; group: unknown; remote: unknown }>([
  { data: { group: '239.1.1.1' }, group: '239.1.1.1', remote: undefined },
  { data: { group: '10.0.2.254' }, group: undefined, remote: '10.0.2.254' },
  { data: { group: '240.0.0.1' }, group: undefined, remote: '240.0.0.1' },
  { data: { group6: '2001:db8::ff' }, group: undefined, remote: '2001:db8::ff' },
])('$data is group $group and remote $remote', ({ data, group, remote }) => {
  const read = (key: VxlanDataKey): unknown => vxlanWords.find((word) => word.key === key)?.read(data, names)
  expect(read('group')).toBe(group)
  expect(read('remote')).toBe(remote)
})

test('an underlay device without a known name is shown by its number', () => {
  const dev = vxlanWords.find(({ key }) => key === 'dev')
  expect(dev?.read({ link: 9 }, names)).toBe('9')
  expect(dev?.read({ link: 0 }, names)).toBeUndefined()
})

test('states the keys that live in IFLA_INFO_DATA and no others', () => {
  const spec: Partial<VxlanSpec> = { id: 42, dev: 'eth1', ttl: 16, mtu: 1400, mac: '02:00:00:00:00:01', addresses: [] }
  expect(toVxlanAttributes(spec, names)).toEqual({ id: 42, link: 7, ttl: 16 })
})

test('an underlay device that does not exist cannot be written', () => {
  expect(() => toVxlanAttributes({ dev: 'eth9' }, names)).toThrow('there is no link eth9')
})

test.each<{ spec: Partial<VxlanSpec>; family: IpFamily; overhead: number }>([
  { spec: {}, family: 'IPv4', overhead: 50 },
  { spec: { group: '239.1.1.1' }, family: 'IPv4', overhead: 50 },
  { spec: { group: 'ff05::100' }, family: 'IPv6', overhead: 70 },
  { spec: { remote: '2001:db8::1' }, family: 'IPv6', overhead: 70 },
  { spec: { local: '2001:db8::1' }, family: 'IPv6', overhead: 70 },
])('$spec goes over $family and costs $overhead bytes', ({ spec, family, overhead }) => {
  expect(underlayFamily(spec)).toBe(family)
  expect(encapsulationOverhead(family)).toBe(overhead)
})

/** Keys whose change the fake kernel, as the real one, takes on a live link of the right family. */
test.each(vxlanWords.map(({ key, isLive, fallback }) => ({ key, isLive, fallback })))(
  'the kernel agrees that $key is live: $isLive',
  async ({ key, isLive, fallback }) => {
    const kernel = new FakeKernel()
    const eth1 = kernel.others.plugIn('eth1')
    const isV6 = key === 'flowlabel' || key === 'labelpolicy'
    kernel.others.addVxlan('vxlan0', isV6 ? { id: 1, local6: '2001:db8::9' } : { id: 1, link: eth1.index })
    const link = kernel.namespace.byName('vxlan0')
    const changed: Record<string, unknown> = {
      ...{
        id: 2,
        group: '239.1.1.1',
        remote: '10.0.2.254',
        dev: 'eth1',
        local: '10.0.2.1',
        dstport: 4789,
        ttl: 9,
        tos: 4,
      },
      ...{ df: 'set', ageing: 9, learning: false, maxaddr: 9, srcport: [1, 2], flowlabel: 9, udpcsum: false },
      ...{ labelpolicy: 'inherit', reserved_bits: '0x00000000000000ff', localbypass: false },
    }
    const here: LinkNames = { nameOf: () => 'eth1', indexOf: () => eth1.index }
    const data = toVxlanAttributes({ [key]: changed[key] ?? (typeof fallback === 'number' ? 9 : true) }, here)
    const client = new RtnetlinkClient(kernel.open())
    const request = client.changeLink({ index: link?.index ?? 0, attributes: { linkinfo: { kind: 'vxlan', data } } })
    if (isLive) {
      await expect(request).resolves.toBeUndefined()
    } else {
      await expect(request).rejects.toMatchObject({ code: 'EOPNOTSUPP' })
    }
    client.close()
  },
)
