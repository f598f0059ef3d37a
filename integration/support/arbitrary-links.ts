/** Desired links at random: every key, in every combination that the rules allow. */
import fc from 'fast-check'
import type { VxlanSpec } from '../../src/agent/desired/schema.ts'

// One below the highest, so that there is a port above any.
const port = fc.integer({ min: 1024, max: 65534 })
const host = fc.integer({ min: 1, max: 254 })

/** Where the outer packets go: keys that must agree with one another. */
const underlays = fc.oneof(
  fc.constant({}),
  fc.record({ remote: host.map((octet) => `10.0.2.${octet}`) }),
  fc.record({
    remote: host.map((octet) => `10.0.2.${octet}`),
    local: fc.constant('10.0.2.1'),
    dev: fc.constant('eth1'),
  }),
  fc.record({ local: host.map((octet) => `192.0.2.${octet}`) }),
  fc.record({ group: host.map((octet) => `239.1.1.${octet}`), dev: fc.constantFrom('eth1', 'eth2') }),
  fc.record(
    { remote: host.map((octet) => `2001:db8::${octet.toString(16)}`), flowlabel: fc.integer({ min: 0, max: 0xfffff }) },
    { requiredKeys: ['remote'] },
  ),
  fc.record(
    {
      group: host.map((octet) => `ff05::${octet.toString(16)}`),
      dev: fc.constantFrom('eth1', 'eth2'),
      local: fc.constant('2001:db8::1'),
      flowlabel: fc.integer({ min: 0, max: 0xfffff }),
    },
    { requiredKeys: ['group', 'dev'] },
  ),
)

const settings = fc.record(
  {
    ttl: fc.oneof(fc.integer({ min: 0, max: 255 }), fc.constant('inherit')),
    tos: fc.oneof(fc.integer({ min: 2, max: 255 }), fc.constant('inherit')),
    df: fc.constantFrom('unset', 'set', 'inherit'),
    // Long enough for entries that age to be there when they are looked at, on a slow machine too.
    ageing: fc.integer({ min: 1000, max: 100_000 }),
    maxaddr: fc.integer({ min: 0, max: 0x7fffffff }),
    srcport: fc
      .tuple(port, port)
      .map(([one, other]): [number, number] => [Math.min(one, other), Math.max(one, other) + (one === other ? 1 : 0)]),
    learning: fc.boolean(),
    proxy: fc.boolean(),
    rsc: fc.boolean(),
    l2miss: fc.boolean(),
    l3miss: fc.boolean(),
    udpcsum: fc.boolean(),
    udp6zerocsumtx: fc.boolean(),
    udp6zerocsumrx: fc.boolean(),
    remcsumtx: fc.boolean(),
    remcsumrx: fc.boolean(),
    mtu: fc.integer({ min: 1280, max: 1400 }),
    alias: fc.stringMatching(/^[a-z][a-z0-9._-]{0,40}$/),
    up: fc.boolean(),
  },
  { requiredKeys: [] },
)

/** How much a link has of what must be its own among all links of a host: made of its number, so that no two are the same. */
const own = fc.record({
  hasMac: fc.boolean(),
  ipv4: fc.integer({ min: 0, max: 2 }),
  ipv6: fc.integer({ min: 0, max: 2 }),
})

/** Links by name, all of them valid beside one another. */
export const arbitraryLinks: fc.Arbitrary<Record<string, VxlanSpec>> = fc
  .array(fc.tuple(underlays, settings, own), { minLength: 25, maxLength: 25 })
  .map((parts) => {
    const links = parts.map(([underlay, setting, { hasMac, ipv4, ipv6 }], number) => {
      const octet = number.toString(16).padStart(2, '0')
      const addresses = [
        ...Array.from({ length: ipv4 }, (_, index) => `10.${number + 1}.${index}.1/24`),
        ...Array.from({ length: ipv6 }, (_, index) => `2001:db8:${number + 1}:${index}::1/64`),
      ]
      const spec = {
        id: number * 1000,
        dstport: 20_000 + number,
        ...underlay,
        ...setting,
        ...(hasMac && { mac: `02:00:00:00:01:${octet}` }),
        ...(addresses.length > 0 && { addresses }),
      }
      return [`vx${number}`, spec as VxlanSpec] as const
    })
    return Object.fromEntries(links)
  })
