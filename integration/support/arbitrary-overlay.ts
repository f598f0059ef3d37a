/** Desired states at random: vxlans with everything on them, bridges, ports, and a device for many VNIs. */
import fc from 'fast-check'
import { statedEntries } from '../../src/agent/desired/remote-parts.ts'
import type { BridgeSpec, DesiredState, PortSpec, VxlanSpec } from '../../src/agent/desired/schema.ts'
import { isAtLeast, readKernelRelease } from '../../src/agent/host/kernel-release.ts'
import { arbitraryLinks } from './arbitrary-links.ts'

/** Links that exist on the host and may become ports. */
export const foreignPorts = ['port0', 'port1', 'port2'] as const

/** How much of what must be its own among all links a link has: the values are made of the link's number. */
const extras = fc.record({
  fdb: fc.array(
    fc.record({
      state: fc.constantFrom(undefined, 'permanent' as const, 'static' as const, 'dynamic' as const),
      hasPort: fc.boolean(),
      hasVni: fc.boolean(),
      hasVia: fc.boolean(),
      router: fc.boolean(),
      sticky: fc.boolean(),
      externLearn: fc.boolean(),
    }),
    { maxLength: 3 },
  ),
  remotes: fc.array(fc.record({ hasVia: fc.boolean(), hasVni: fc.boolean() }), { maxLength: 3 }),
  neighbours: fc.array(fc.record({ isIpv6: fc.boolean(), isMarked: fc.boolean() }), { maxLength: 3 }),
  altnames: fc.integer({ min: 0, max: 2 }),
  link: fc.record(
    {
      txqlen: fc.integer({ min: 0, max: 5000 }),
      devgroup: fc.integer({ min: 0, max: 1000 }),
      addrgenmode: fc.constantFrom('eui64' as const, 'none' as const, 'random' as const),
      arp: fc.boolean(),
    },
    { requiredKeys: [] },
  ),
  sysctl: fc.record(
    {
      ipv4: fc.record(
        {
          arp_accept: fc.integer({ min: 0, max: 2 }),
          arp_announce: fc.integer({ min: 0, max: 2 }),
          arp_ignore: fc.constantFrom(0, 1, 2, 8),
          proxy_arp: fc.integer({ min: 0, max: 1 }),
          rp_filter: fc.integer({ min: 0, max: 2 }),
          forwarding: fc.integer({ min: 0, max: 1 }),
        },
        { requiredKeys: [] },
      ),
      ipv6: fc.record(
        {
          accept_ra: fc.integer({ min: 0, max: 2 }),
          autoconf: fc.integer({ min: 0, max: 1 }),
          dad_transmits: fc.integer({ min: 0, max: 3 }),
        },
        { requiredKeys: [] },
      ),
    },
    { requiredKeys: [] },
  ),
  address: fc.record(
    {
      noprefixroute: fc.constant(true),
      metric: fc.integer({ min: 1, max: 5000 }),
      preferred_lft: fc.constant(0),
    },
    { requiredKeys: [] },
  ),
  hasLabel: fc.boolean(),
  hasPeer: fc.boolean(),
  gbp: fc.boolean(),
})
type Extras = typeof extras extends fc.Arbitrary<infer T> ? T : never

function vxlanWith(number: number, name: string, spec: VxlanSpec, extra: Extras): VxlanSpec {
  const isIpv6 = (spec.group ?? spec.remote ?? spec.local ?? '').includes(':')
  const vtep = (host: number): string => (isIpv6 ? `2001:db8::1:${number.toString(16)}${host}` : `10.0.2.${100 + host}`)
  const via = { via: 'eth1' }
  const octet = number.toString(16).padStart(2, '0')
  const fdb = extra.fdb.map(({ state, hasPort, hasVni, hasVia, router, sticky, externLearn }, index) => ({
    mac: `02:00:02:${octet}:00:0${index}`,
    dst: vtep(index),
    ...(state !== undefined && { state }),
    ...(hasPort && { port: 1234 + index }),
    ...(hasVni && { vni: 7_000_000 + index }),
    ...(hasVia && via),
    ...(router && { router }),
    ...(sticky && { sticky }),
    ...(externLearn && { extern_learn: true }),
  }))
  const remotes = extra.remotes.map(({ hasVia, hasVni }, index) => {
    const options = { ...(hasVni && { vni: 8_000_000 + index }), ...(hasVia && via) }
    // None that may be the link's own remote.
    const dst = isIpv6 ? `2001:db8::2:${index}` : `10.0.3.${50 + index}`
    return Object.keys(options).length === 0 ? dst : { dst, ...options }
  })
  const neighbours = extra.neighbours.map((neighbour, index) => ({
    ip: neighbour.isIpv6 ? `fd00:${number}::${index + 9}` : `192.168.${number}.${index + 9}`,
    mac: `02:00:03:${octet}:00:0${index}`,
    ...(neighbour.isIpv6 && neighbour.isMarked && { router: true }),
    ...(!neighbour.isIpv6 && neighbour.isMarked && { extern_learn: true }),
  }))
  const [first, ...others] = spec.addresses ?? []
  const withOptions = typeof first !== 'string' ? [] : [addressWith(number, name, first, extra)]
  const altnames = Array.from({ length: extra.altnames }, (_, index) => `alternative-name-${index}-of-${name}`)
  return {
    ...spec,
    // Room for the entries below.
    ...(spec.maxaddr && { maxaddr: Math.max(spec.maxaddr, 100) }),
    ...extra.link,
    ...(extra.gbp && { gbp: true }),
    ...(Object.keys(extra.sysctl).length > 0 && { sysctl: extra.sysctl }),
    ...(fdb.length > 0 && { fdb }),
    ...(remotes.length > 0 && { remotes }),
    ...(neighbours.length > 0 && { neighbours }),
    ...(altnames.length > 0 && { altnames }),
    ...(spec.addresses !== undefined && { addresses: [...withOptions, ...others] }),
  }
}

function addressWith(number: number, name: string, address: string, { address: options, hasLabel, hasPeer }: Extras) {
  const own = address.includes(':')
    ? {}
    : { ...(hasLabel && { label: `${name}:l` }), ...(hasPeer && { peer: `172.16.${number}.9` }) }
  return { address, ...options, ...own }
}

const portOptions: fc.Arbitrary<PortSpec> = fc.record(
  {
    learning: fc.boolean(),
    neigh_suppress: fc.boolean(),
    isolated: fc.boolean(),
    flood: fc.boolean(),
    mcast_flood: fc.boolean(),
    bcast_flood: fc.boolean(),
    hairpin: fc.boolean(),
    guard: fc.boolean(),
    root_block: fc.boolean(),
    fast_leave: fc.boolean(),
    cost: fc.integer({ min: 1, max: 65535 }),
    priority: fc.integer({ min: 0, max: 63 }),
  },
  { requiredKeys: [] },
)

const bridgeOptions: fc.Arbitrary<BridgeSpec> = fc.record(
  {
    stp: fc.constant(false),
    priority: fc.integer({ min: 0, max: 65535 }),
    forward_delay: fc.integer({ min: 11, max: 30 }),
    hello_time: fc.integer({ min: 1, max: 2 }),
    max_age: fc.integer({ min: 6, max: 20 }),
    ageing_time: fc.integer({ min: 0, max: 10_000 }),
    mcast_snooping: fc.boolean(),
    mcast_querier: fc.boolean(),
    group_fwd_mask: fc.constantFrom(0, 8, 0x4000),
    alias: fc.stringMatching(/^[a-z][a-z0-9]{0,20}$/),
  },
  { requiredKeys: [] },
)

/** For each vxlan and each foreign port: in which bridge it is, and how; and what entries of the bridge lead to it. */
const membership = fc.record({
  bridge: fc.constantFrom(undefined, undefined, 'br0', 'br1'),
  options: portOptions,
  entries: fc.array(fc.constantFrom('static', 'sticky', 'permanent'), { maxLength: 2 }),
  areOfBoth: fc.boolean(),
})
type Membership = typeof membership extends fc.Arbitrary<infer T> ? T : never

function bridgeEntries(dev: string, number: number, { entries }: Membership): NonNullable<BridgeSpec['fdb']> {
  const octet = number.toString(16).padStart(2, '0')
  return entries.map((kind, index) => ({
    mac: `02:00:04:${octet}:00:0${index}`,
    dev,
    ...(kind === 'permanent' && { state: kind }),
    ...(kind === 'sticky' && { sticky: true }),
  }))
}

/** With the entries of the vxlan as entries of its bridge. */
function ofBoth(spec: VxlanSpec, member: Membership | undefined): VxlanSpec {
  return member?.bridge === undefined || !member.areOfBoth || spec.fdb === undefined
    ? spec
    : { ...spec, fdb: statedEntries(spec.fdb).map((entry) => ({ ...entry, master: true })) }
}

const vniDevice: fc.Arbitrary<VxlanSpec> = fc
  .record({
    ranges: fc.uniqueArray(fc.integer({ min: 1, max: 90 }), { maxLength: 6 }),
    hasGroup: fc.boolean(),
  })
  .map(({ ranges, hasGroup }) => ({
    external: true,
    vnifilter: true,
    // Where it is unstated iproute2 turns it off for such a link, and the kernel does not.
    learning: false,
    dstport: 19_999,
    dev: 'eth1',
    local: '10.0.2.1',
    vnis: [
      ...ranges.map((start) => (start % 2 === 0 ? start * 100 : `${start * 100}-${start * 100 + 20}`)),
      ...(hasGroup ? [{ vni: 50, group: '239.7.7.7' }] : []),
    ],
  }))

/** A whole desired state, valid. */
export const arbitraryOverlay: fc.Arbitrary<DesiredState> = fc
  .record({
    links: arbitraryLinks,
    extras: fc.array(extras, { minLength: 25, maxLength: 25 }),
    memberships: fc.array(membership, { minLength: 28, maxLength: 28 }),
    bridges: fc.record({ br0: bridgeOptions, br1: bridgeOptions }),
    manyVnis: vniDevice,
  })
  .map(({ links, extras, memberships, bridges, manyVnis }) => {
    const vxlans = Object.fromEntries(
      Object.entries(links).map(([name, spec], number) => [
        name,
        ofBoth(vxlanWith(number, name, spec, extras[number] as Extras), memberships[number]),
      ]),
    )
    const names = [...Object.keys(links), ...foreignPorts]
    const withPorts = (bridge: 'br0' | 'br1'): BridgeSpec => {
      const ports = names.flatMap((name, number) => {
        const one = memberships[number]
        // A port has the addresses of its bridge; what it has itself stays beside the point here.
        return one?.bridge === bridge ? [[name, one.options] as const] : []
      })
      const fdb = names.flatMap((name, number) => {
        const one = memberships[number]
        return one?.bridge === bridge ? bridgeEntries(name, number, one) : []
      })
      return { ...bridges[bridge], ports: Object.fromEntries(ports), ...(fdb.length > 0 && { fdb }) }
    }
    return {
      // Before that release the kernel has no VNI filter, and vxagent refuses it (integration/new-keys.test.ts).
      vxlans: { ...vxlans, ...(isAtLeast(readKernelRelease(), 5, 18) && { many: manyVnis }) },
      bridges: { br0: withPorts('br0'), br1: { ...withPorts('br1'), addresses: ['10.200.0.1/24'] } },
    }
  })
