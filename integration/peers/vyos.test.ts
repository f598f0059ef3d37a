/** What VyOS's smoke tests of VXLAN assert, and what the tests of FRR, which it runs, assert of the kernel. The list is in docs/maintainers/acceptance.md. */
import { beforeEach, describe, expect, test } from 'vitest'
import { type AppliedHost, applied, apply, floods, linkOf, type Shown, validate } from '../support/applied.ts'
import type { Namespace } from '../support/namespace.ts'
import { needsBridgeVlans, needsLinux } from '../support/needs-linux.ts'

/** A host with `eth1` in which this state has been applied. */
const onEth1 = (state: object): Promise<AppliedHost> => applied(state, { eth1: '10.0.2.1/24' })

/** A range as iproute2's JSON has it, one by one: without a last, it is the first alone. */
function expand(first: number, last = first): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index)
}

const fiveTunnels = {
  vxlan10: { id: 10, remote: '10.0.0.2', ttl: 20 },
  vxlan20: { id: 20, group: '239.1.1.1', dev: 'eth1', mtu: 1450, ttl: 30 },
  vxlan30: { id: 30, remote: '2001:db8:2000::1', local: '2001:db8:1000::1', flowlabel: 0x1000, ttl: 40 },
  vxlan40: { id: 40, remotes: ['10.0.0.2', '10.0.0.3'], ttl: 50 },
  vxlan50: { id: 50, remote: '2001:db8:2000::1', remotes: ['2001:db8:2000::2'], flowlabel: 0x1000, ttl: 60 },
}

test('VY-1: five tunnels, to a group, to one VTEP and to two, over IPv4 and IPv6, are as stated', async () => {
  const vxlans = Object.fromEntries(
    Object.entries(fiveTunnels).map(([name, spec]) => [name, { ...spec, dstport: 4789, df: 'set', tos: 0x40 }]),
  )
  const { host } = await onEth1({ vxlans })
  const expected: Record<string, { info: object; floods: string[] }> = {
    vxlan10: { info: { remote: '10.0.0.2', ttl: 20 }, floods: ['10.0.0.2'] },
    vxlan20: { info: { group: '239.1.1.1', link: 'eth1', ttl: 30 }, floods: ['239.1.1.1'] },
    vxlan30: {
      info: { remote6: '2001:db8:2000::1', local6: '2001:db8:1000::1', label: '0x1000', ttl: 40 },
      floods: ['2001:db8:2000::1'],
    },
    vxlan40: { info: { ttl: 50 }, floods: ['10.0.0.2', '10.0.0.3'] },
    vxlan50: { info: { label: '0x1000', ttl: 60 }, floods: ['2001:db8:2000::1', '2001:db8:2000::2'] },
  }
  for (const [name, { info, floods: vteps }] of Object.entries(expected)) {
    const { flags, linkinfo } = await linkOf(host, name)
    expect(flags).toContain('UP')
    expect(linkinfo).toMatchObject({ info_kind: 'vxlan', info_data: { ...info, df: 'set', tos: '0x40', port: 4789 } })
    expect(linkinfo.info_data.id).toBe(Number(name.slice('vxlan'.length)))
    expect((await floods(host, name)).toSorted(), name).toEqual(vteps)
  }
})

describe('an external link', () => {
  const external = { external: true, local: '192.0.2.1', dstport: 4789 }

  test('VY-2: an external link with a VNI, or beside others on its port, is refused, each of them named', async () => {
    const others = Object.entries(fiveTunnels).map(([name, spec]) => [name, { ...spec, dstport: 4789 }] as const)
    const vxlan1 = { ...external, dstport: 4790, id: 111 }
    const { code, stderr } = await validate({ vxlans: { vxlan0: external, vxlan1, ...Object.fromEntries(others) } })
    expect(code).toBe(4)
    expect(stderr).toContain('vxlan1 is external and has an id')
    const clashes = stderr.matchAll(/external of (vxlan\d0) is false and that of vxlan0 .* is true.* port 4789/g)
    expect([...clashes].map(([, name]) => name)).toEqual(Object.keys(fiveTunnels))
  })

  test('VY-2: an external link alone is external', async () => {
    const { host } = await onEth1({ vxlans: { vxlan0: external } })
    const { linkinfo } = await linkOf(host, 'vxlan0')
    expect(linkinfo.info_data).toMatchObject({ external: true, local: '192.0.2.1' })
  })
})

/** An external vxlan0 in br0 with this map of VLANs to VNIs. */
function mapped(vlanToVni: readonly object[], vxlan: object = {}, port: object = {}) {
  return {
    vxlans: { vxlan0: { external: true, local: '192.0.2.99', dstport: 4789, ...vxlan } },
    bridges: {
      br0: { vlan_filtering: true, ports: { vxlan0: { vlan_tunnel: true, vlan_to_vni: vlanToVni, ...port } } },
    },
  }
}

test('VY-3: a map with a VLAN or a VNI twice, or with a range of VNIs of another length, is refused', async () => {
  const maps = [
    [
      { vid: 10, vni: 10010 },
      { vid: 11, vni: 10010 },
    ],
    [
      { vid: 10, vni: 10010 },
      { vid: 10, vni: 10011 },
    ],
    [{ vid: 100, vni: '100-102' }],
    [{ vid: '100-102', vni: '100-105' }],
  ]
  const vxlans = Object.fromEntries(
    maps.map((map, index) => [
      `vxlan${index}`,
      { external: true, dstport: 4789 + index, master: 'br0', port: { vlan_tunnel: true, vlan_to_vni: map } },
    ]),
  )
  const { code, stderr } = await validate({ vxlans, bridges: { br0: { vlan_filtering: true } } })
  expect(code).toBe(4)
  expect(stderr).toContain('VNI 10010 stands twice in vlan_to_vni of vxlan0')
  expect(stderr).toContain('VLAN 10 stands twice in vlan_to_vni of vxlan1')
  expect(stderr).toContain('1 VLAN (100) of vxlan2 cannot be mapped to 3 VNIs (100-102)')
  expect(stderr).toContain('3 VLANs (100-102) of vxlan3 cannot be mapped to 6 VNIs (100-105)')
})

test('VY-3, VY-4: what needs a bridge, on a link that nothing here puts into one, is valid with a warning', async () => {
  const mapping = { vlan_tunnel: true, vlan_to_vni: [{ vid: 10, vni: 10010 }] }
  const vxlan0 = { external: true, dstport: 4789, port: mapping }
  const vxlan555 = { external: true, dstport: 4790, port: { neigh_suppress: true } }
  const { code, stderr } = await validate({ vxlans: { vxlan0, vxlan555 } })
  expect(code).toBe(0)
  expect(stderr).toMatch(/warning: vxlan0 has options as a port, but nothing here says of which bridge/)
  expect(stderr).toMatch(/warning: vxlan555 has options as a port, but nothing here says of which bridge/)
})

describe('with bridge VLAN filtering', () => {
  beforeEach(needsBridgeVlans)

  /** Each mapped VLAN with its VNI. */
  async function tunnels(host: Namespace): Promise<number[][]> {
    const [port] = (await host.json('bridge -j vlan tunnelshow dev vxlan0')) as Shown[]
    return (port?.tunnels ?? []).flatMap(({ vlan, vlanEnd, tunid }: Shown) =>
      expand(vlan, vlanEnd).map((vid, index) => [vid, tunid + index]),
    )
  }

  test('VY-3: the map in the kernel is the stated one, ranges expanded, and follows a change', async () => {
    const pairs = [10, 11, 12, 13, 20, 30, 31].map((vid) => ({ vid, vni: 10_000 + vid }))
    const { host, installation } = await onEth1(mapped(pairs))
    const [port] = await host.json('bridge -d -j link show dev vxlan0')
    expect(port).toMatchObject({ master: 'br0', neigh_suppress: false })
    expect(await tunnels(host)).toEqual(pairs.map(({ vid, vni }) => [vid, vni]))

    const ranges = [
      { vid: '40-43', vni: '10040-10043' },
      { vid: '45-47', vni: '10045-10047' },
    ]
    await apply(installation, mapped([...pairs, ...ranges]))
    const vlans = [...pairs.map(({ vid }) => vid), ...expand(40, 43), ...expand(45, 47)]
    expect(await tunnels(host)).toEqual(vlans.map((vid) => [vid, 10_000 + vid]))
  })

  test('VY-6: the VNIs of the filter are those of the map, when it shrinks and when it grows', async (context) => {
    needsLinux(context, 5, 18, 'there is no VNI filter')
    const state = (...vlans: number[]) =>
      mapped(
        vlans.map((vid) => ({ vid, vni: 10_000 + vid })),
        { vnifilter: true, local: '192.0.2.66' },
      )
    const { host, installation } = await onEth1(state(...expand(50, 54), 60, 69))
    const expectVlans = async (...vlans: number[]): Promise<void> => {
      expect(await tunnels(host)).toEqual(vlans.map((vid) => [vid, 10_000 + vid]))
      expect(await filtered(host, 'vxlan0')).toEqual(vlans.map((vid) => 10_000 + vid))
    }
    await expectVlans(...expand(50, 54), 60, 69)
    await apply(installation, state(...expand(50, 54), 60))
    await expectVlans(...expand(50, 54), 60)
    await apply(installation, state(...expand(50, 54), 60, ...expand(70, 73), ...expand(75, 77)))
    await expectVlans(...expand(50, 54), 60, ...expand(70, 73), ...expand(75, 77))
  })

  test('FR-3: one link carries all VLANs of a bridge, ARP suppressed, nothing learned', async () => {
    const pairs = [
      { vid: 1, vni: 101 },
      { vid: 100, vni: 100 },
      { vid: 400, vni: 400 },
    ]
    const { host, installation } = await onEth1(
      mapped(pairs, { learning: false }, { learning: false, neigh_suppress: true }),
    )
    const [port] = await host.json('bridge -d -j link show dev vxlan0')
    expect(port).toMatchObject({ vlan_tunnel: true, neigh_suppress: true, learning: false })
    expect((await linkOf(host, 'vxlan0')).linkinfo.info_data).toMatchObject({ external: true, learning: false })
    expect(await tunnels(host)).toEqual(pairs.map(({ vid, vni }) => [vid, vni]))
    const [{ vlans }] = (await host.json('bridge -j vlan show dev vxlan0')) as Shown[]
    expect(vlans.flatMap(({ vlan, vlanEnd }: Shown) => expand(vlan, vlanEnd))).toEqual([1, 100, 400])
    expect(await installation.vxagent('diff')).toMatchObject({ code: 0 })
  })
})

test('VY-4: neighbour suppression comes with its option and goes with it, learning the other way round', async () => {
  const state = (port: object) => ({
    vxlans: { vxlan555: { external: true, dev: 'eth1', dstport: 4789 } },
    bridges: { br555: { ports: { vxlan555: port } } },
  })
  const { host, installation } = await onEth1(state({ neigh_suppress: true, learning: false }))
  const portOf = async (): Promise<Shown> => (await host.json('bridge -d -j link show dev vxlan555'))[0]
  const before = await portOf()
  expect(before).toMatchObject({ master: 'br555', neigh_suppress: true, learning: false })

  await apply(installation, state({}))
  const { ifindex } = before
  expect(await portOf()).toMatchObject({ master: 'br555', neigh_suppress: false, learning: true, ifindex })
})

/** The VNIs that a link takes, one by one. */
async function filtered(host: Namespace, name: string): Promise<number[]> {
  const links: Shown[] = await host.json(`bridge -j vni show dev ${name}`)
  return links.flatMap(({ vnis }) => vnis.flatMap(({ vni, vniEnd }: Shown) => expand(vni, vniEnd)))
}

describe('the VNI filter', () => {
  const external = { external: true, local: '192.0.2.77', dstport: 4789 }
  const filtering = (...vnis: number[]) => ({ ...external, vnifilter: true, vnis })

  test('VY-5: a VNI filter on none of the external links of a port, or on one of them only, is refused', async () => {
    const onOther = { dstport: 4790 }
    const { code, stderr } = await validate({
      vxlans: {
        ...{ vxlan1: external, vxlan2: external, vxlan3: external },
        vxlan4: { ...external, ...onOther },
        vxlan5: { ...filtering(1), ...onOther },
      },
    })
    expect(code).toBe(4)
    expect(stderr).toMatch(/vxlan2 and vxlan1 .* are both external and take every VNI on UDP port 4789/)
    expect(stderr).toMatch(/vxlan3 and vxlan1 .* are both external and take every VNI on UDP port 4789/)
    expect(stderr).toMatch(/vnifilter of vxlan5 is true and that of vxlan4 .* is false/)
  })

  test('VY-5: a VNI filter on each of three external links lets them share a port', async (context) => {
    needsLinux(context, 5, 18, 'there is no VNI filter')
    const { host } = await onEth1({
      vxlans: { vxlan985: filtering(85), vxlan986: filtering(86), vxlan987: filtering(87) },
    })
    for (const name of ['vxlan985', 'vxlan986', 'vxlan987']) {
      const { flags, linkinfo } = await linkOf(host, name)
      expect(flags).toContain('UP')
      expect(linkinfo.info_data).toMatchObject({ external: true, vnifilter: true })
      expect(await filtered(host, name)).toEqual([Number(name.slice('vxlan9'.length))])
    }
  })
})

test('VY-6: the VNI filter is the stated list, also when VNIs go and ranges come', async (context) => {
  needsLinux(context, 5, 18, 'there is no VNI filter')
  const state = (...vnis: (number | string)[]) => ({
    vxlans: { vxlan987: { external: true, vnifilter: true, local: '192.0.2.66', dstport: 4789, vnis } },
  })
  const { host, installation } = await onEth1(state('10050-10054', 10060, 10069))
  const { ifindex } = await linkOf(host, 'vxlan987')
  expect(await filtered(host, 'vxlan987')).toEqual([...expand(10050, 10054), 10060, 10069])
  await apply(installation, state('10050-10054', 10060, '10070-10073', '10075-10077'))
  const vnis = [...expand(10050, 10054), 10060, ...expand(10070, 10073), ...expand(10075, 10077)]
  expect(await filtered(host, 'vxlan987')).toEqual(vnis)
  expect(await linkOf(host, 'vxlan987')).toMatchObject({ ifindex })
})

describe('an interface of any kind', () => {
  const vxlan0 = { id: 42, remote: '10.0.2.2', dstport: 4789 }
  const state = (more: object) => ({ vxlans: { vxlan0: { ...vxlan0, ...more } } })

  test('VY-base: addresses of both families, description and MTU come, change and go on the running link', async () => {
    const addresses = [
      ...['192.0.2.1/26', '192.0.2.255/31', '192.0.2.64/32'],
      ...['2001:db8:1::ffff/64', '2001:db8:101::1/112'],
    ]
    const { host, installation } = await onEth1(state({ addresses, alias: 'to the branch', mtu: 1400 }))
    const before = await linkOf(host, 'vxlan0')
    const globals = ({ addr_info }: Shown): string[] =>
      addr_info
        .filter(({ scope }: Shown) => scope === 'global')
        .map(({ local, prefixlen }: Shown) => `${local}/${prefixlen}`)
    expect(globals(before).toSorted()).toEqual(addresses.toSorted())
    expect(before).toMatchObject({ ifalias: 'to the branch', mtu: 1400 })

    await apply(installation, state({ addresses: ['192.0.2.1/26'], up: false }))
    const after = await linkOf(host, 'vxlan0')
    expect(after).toMatchObject({ ifindex: before.ifindex, operstate: 'DOWN', mtu: 1500 })
    expect(after.ifalias).toBeUndefined()
    expect(globals(after)).toEqual(['192.0.2.1/26'])
  })

  test('VY-base: an MTU too small for IPv6 is for a link without IPv6', async () => {
    expect(await validate(state({ mtu: 1200, addresses: ['2001:db8::1/64'] }))).toMatchObject({
      code: 4,
      stderr: expect.stringContaining('mtu of vxlan0 is below 1280'),
    })
    const { host } = await onEth1(state({ mtu: 1200 }))
    expect(await linkOf(host, 'vxlan0')).toMatchObject({ mtu: 1200, addr_info: [] })
  })

  // The kernel has no IPv6 settings for a link with such an MTU, so that IPv6 is off already.
  test('VY-base: an MTU too small for IPv6 goes with IPv6 switched off', async () => {
    await onEth1(state({ mtu: 1200, sysctl: { ipv6: { disable_ipv6: 1 } } }))
  })

  test('VY-base: the ARP, ND and IP settings are as stated, and the link-local address is left out', async () => {
    const ipv4 = { arp_accept: 1, arp_announce: 1, arp_ignore: 1, arp_filter: 0, proxy_arp: 1, rp_filter: 2 }
    const ipv6 = { accept_dad: 2, dad_transmits: 10, forwarding: 0 }
    const { host } = await onEth1(state({ sysctl: { ipv4, ipv6 }, addrgenmode: 'none' }))
    for (const [family, settings] of Object.entries({ ipv4, ipv6 })) {
      const paths = Object.keys(settings).map((name) => `/proc/sys/net/${family}/conf/vxlan0/${name}`)
      const values = (await host.run('cat', paths)).trim().split('\n').map(Number)
      expect(values).toEqual(Object.values(settings))
    }
    expect((await linkOf(host, 'vxlan0')).addr_info).toEqual([])
  })

  test('VY-base: the link-local address comes when it is no longer left out', async () => {
    const { host, installation } = await onEth1(state({ addrgenmode: 'none' }))
    await apply(installation, state({ addrgenmode: 'eui64' }))
    expect((await linkOf(host, 'vxlan0')).addr_info).toEqual([expect.objectContaining({ scope: 'link' })])
  })

  test('VY-base: the link moves from one master to another, and waits for one that does not exist', async () => {
    const { host, installation } = await onEth1({ ...state({ master: 'red' }), bridges: { red: {}, blue: {} } })
    expect(await linkOf(host, 'vxlan0')).toMatchObject({ master: 'red' })
    await apply(installation, { ...state({ master: 'blue' }), bridges: { red: {}, blue: {} } })
    expect(await linkOf(host, 'vxlan0')).toMatchObject({ master: 'blue' })
    installation.write('overlay.yaml', state({ master: 'green' }))
    const { code, stderr } = await installation.vxagent('apply')
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringMatching(/vxlan0 is waiting: .*green/) })
  })
})

test('FR-4, FR-5: of VNIs of which one floods there is one entry with a destination, and none needs a local address', async () => {
  const vni = (id: number, more: object = {}) => ({ id, dstport: 4789, learning: false, ...more })
  const { host } = await onEth1({
    vxlans: { vxlan10: vni(10), vxlan20: vni(20, { remotes: ['10.0.2.2'] }), vxlan30: vni(30) },
  })
  const entries: Shown[] = await host.json('bridge -d -j fdb show')
  expect(entries.filter(({ dst }) => dst !== undefined)).toEqual([
    expect.objectContaining({ ifname: 'vxlan20', mac: '00:00:00:00:00:00', dst: '10.0.2.2' }),
  ])
  const { flags, linkinfo } = await linkOf(host, 'vxlan20')
  expect(flags).toContain('UP')
  expect(linkinfo.info_data).not.toHaveProperty('local')
})
