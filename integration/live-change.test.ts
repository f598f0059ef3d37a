/** One link for each key, and a change of that key alone: what the kernel shows, and whether the link was replaced for it. */
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { type Cleanup, type Namespace, namespace } from './support/namespace.ts'
import { needsLinux } from './support/needs-linux.ts'
import { type Installation, installVxagent } from './support/vxagent.ts'

interface Change {
  readonly key: string
  readonly from: unknown
  /** undefined: the key is no longer stated. */
  readonly to: unknown
  readonly isLive: boolean
  /** Where `ip -d -j` shows it, and as what. */
  readonly shows: readonly [path: string, value: unknown]
  /** Keys that the change needs beside it; by default a unicast remote over IPv4. */
  readonly base?: Readonly<Record<string, unknown>>
}

const ipv4 = { remote: '10.0.2.254' }
const ipv6 = { remote: '2001:db8::fe' }
const multicast = { dev: 'eth1' }
const info = (key: string): string => `linkinfo.info_data.${key}`
const flag = (key: string, shown: string): Change => ({
  key,
  from: false,
  to: true,
  isLive: false,
  shows: [info(shown), true],
})

const changes: readonly Change[] = [
  { key: 'id', from: 900, to: 901, isLive: false, shows: [info('id'), 901] },
  {
    key: 'group',
    from: '239.1.1.1',
    to: '239.1.1.2',
    isLive: true,
    shows: [info('group'), '239.1.1.2'],
    base: multicast,
  },
  {
    key: 'remote',
    from: '10.0.2.254',
    to: '10.0.2.253',
    isLive: true,
    shows: [info('remote'), '10.0.2.253'],
    base: {},
  },
  {
    key: 'remote',
    from: '10.0.2.254',
    to: '2001:db8::fe',
    isLive: false,
    shows: [info('remote6'), '2001:db8::fe'],
    base: {},
  },
  { key: 'dev', from: 'eth1', to: 'eth2', isLive: true, shows: [info('link'), 'eth2'], base: { group: '239.1.1.7' } },
  { key: 'local', from: '10.0.2.1', to: '10.0.2.2', isLive: true, shows: [info('local'), '10.0.2.2'] },
  { key: 'dstport', from: 4789, to: 8472, isLive: false, shows: [info('port'), 8472] },
  { key: 'ttl', from: 16, to: 5, isLive: true, shows: [info('ttl'), 5] },
  { key: 'ttl', from: 16, to: undefined, isLive: true, shows: [info('ttl'), 0] },
  { key: 'ttl', from: 16, to: 'inherit', isLive: false, shows: [info('ttl'), undefined] },
  { key: 'tos', from: 0, to: 0x10, isLive: true, shows: [info('tos'), '0x10'] },
  { key: 'df', from: 'unset', to: 'set', isLive: true, shows: [info('df'), 'set'] },
  { key: 'ageing', from: 300, to: 100, isLive: true, shows: [info('ageing'), 100] },
  { key: 'ageing', from: 100, to: undefined, isLive: true, shows: [info('ageing'), 300] },
  { key: 'learning', from: true, to: false, isLive: true, shows: [info('learning'), false] },
  { key: 'maxaddr', from: 0, to: 100, isLive: false, shows: [info('limit'), 100] },
  { key: 'maxaddr', from: 100, to: undefined, isLive: false, shows: [info('limit'), undefined] },
  {
    key: 'srcport',
    from: [40000, 50000],
    to: [40000, 60000],
    isLive: false,
    shows: [info('port_range'), { low: 40000, high: 60000 }],
  },
  { key: 'flowlabel', from: 1, to: 0x12345, isLive: true, shows: [info('label'), '0x12345'], base: ipv6 },
  flag('proxy', 'proxy'),
  flag('rsc', 'rsc'),
  flag('l2miss', 'l2miss'),
  flag('l3miss', 'l3miss'),
  { key: 'udpcsum', from: true, to: false, isLive: false, shows: [info('udp_csum'), false] },
  { ...flag('udp6zerocsumtx', 'udp_zero_csum6_tx'), base: ipv6 },
  { ...flag('udp6zerocsumrx', 'udp_zero_csum6_rx'), base: ipv6 },
  flag('remcsumtx', 'remcsum_tx'),
  flag('remcsumrx', 'remcsum_rx'),
  { key: 'mtu', from: 1400, to: 1300, isLive: true, shows: ['mtu', 1300] },
  { key: 'mtu', from: 1300, to: undefined, isLive: true, shows: ['mtu', 1450], base: { ...ipv4, dev: 'eth1' } },
  {
    key: 'mac',
    from: '02:00:00:00:00:01',
    to: '02:00:00:00:00:02',
    isLive: true,
    shows: ['address', '02:00:00:00:00:02'],
  },
  { key: 'alias', from: 'one', to: 'two', isLive: true, shows: ['ifalias', 'two'] },
  { key: 'alias', from: 'one', to: undefined, isLive: true, shows: ['ifalias', undefined] },
  { key: 'up', from: true, to: false, isLive: true, shows: ['operstate', 'DOWN'] },
]

/** Each on a port of its own, so that none is in another's way. */
function specs(pick: (change: Change) => unknown): Record<string, unknown> {
  const links = changes.map((change, index) => {
    const { key, base = ipv4 } = change
    const spec: Record<string, unknown> = {
      id: index + 1,
      dstport: 10_000 + index,
      ...base,
      addresses: [`10.1.${index}.1/24`],
    }
    spec[key] = pick(change)
    return [`vx${index}`, spec]
  })
  return { vxlans: Object.fromEntries(links) }
}

// biome-ignore lint/suspicious/noExplicitAny: iproute2's JSON.
type Shown = any
const shown = async (host: Namespace): Promise<Map<string, Shown>> => {
  const links = (await host.json('ip -d -j addr show type vxlan')) as Shown[]
  return new Map(links.map((link) => [link.ifname, link]))
}

function at(link: Shown, path: string): unknown {
  return path.split('.').reduce((value, key) => value?.[key], link)
}

describe('a changed key', () => {
  const undo: (() => unknown)[] = []
  const cleanup: Cleanup = (each) => undo.push(each)
  let before: Map<string, Shown>
  let after: Map<string, Shown>
  let plan: string[]
  let installation: Installation

  beforeAll(async () => {
    const host = await namespace(cleanup)
    await host.addVeth('eth1', '10.0.2.1/24')
    await host.addVeth('eth2', '10.0.2.2/24')
    installation = installVxagent(host, { 'links.yaml': specs(({ from }) => from) }, cleanup)
    expect(await installation.vxagent('apply')).toMatchObject({ code: 0, stderr: '' })
    before = await shown(host)
    installation.write(
      'links.yaml',
      specs(({ to }) => to),
    )
    const diff = await installation.vxagent('diff')
    expect(diff.code).toBe(2)
    plan = diff.stdout.split('\n')
    expect(await installation.vxagent('apply')).toMatchObject({ code: 0, stderr: '' })
    after = await shown(host)
  })

  afterAll(async () => {
    for (const each of undo.toReversed()) {
      await each()
    }
  })

  test.each(changes.map((change, index) => ({ ...change, name: `vx${index}` })))(
    '$key from $from to $to: live $isLive',
    ({ key, isLive, shows: [path, value], name }) => {
      const [was, is] = [before.get(name), after.get(name)]
      expect(at(was, path)).not.toEqual(value)
      expect(at(is, path)).toEqual(value)
      expect(is.ifindex === was.ifindex).toBe(isLive)
      if (key !== 'mac') {
        expect(is.address).toBe(was.address)
      }
      expect(is.addr_info.map(({ local }: Shown) => local)).toContain(`10.1.${name.slice(2)}.1`)
      const line = plan.find((each) => each.includes(`link ${name}:`)) ?? ''
      expect(line).toMatch(
        isLive
          ? new RegExp(`^~ +link ${name}: ${key} `)
          : new RegExp(`^-/\\+ link ${name}: replace, forced by .*${key} `),
      )
    },
  )

  test('leaves nothing to do afterwards', async () => {
    expect(await installation.vxagent('diff')).toMatchObject({ code: 0 })
  })
})

async function oneLink(spec: Record<string, unknown>): Promise<{ host: Namespace; installation: Installation }> {
  const host = await namespace(onTestFinished)
  await host.addVeth('eth1', '10.0.2.1/24')
  await host.addVeth('eth2', '10.0.3.1/24')
  const installation = installVxagent(host, { 'link.yaml': { vxlans: { vxlan0: spec } } }, onTestFinished)
  expect(await installation.vxagent('apply')).toMatchObject({ code: 0 })
  return { host, installation }
}

test('a changed dev keeps what was learned', async (context) => {
  needsLinux(context, 6, 15, 'the link is set down for it, and the kernel forgets')
  const spec = { id: 42, dstport: 8472, group: '239.1.1.1', dev: 'eth1' }
  const { host, installation } = await oneLink(spec)
  await host.bridge('fdb add 02:00:00:00:00:aa dev vxlan0 dst 10.0.2.9 dynamic')
  installation.write('link.yaml', { vxlans: { vxlan0: { ...spec, dev: 'eth2' } } })
  expect(await installation.vxagent('apply')).toMatchObject({ code: 0 })
  const entries = await host.json('bridge -d -j fdb show dev vxlan0')
  expect(entries).toContainEqual(expect.objectContaining({ mac: '02:00:00:00:00:aa', dst: '10.0.2.9' }))
})

test('a changed dev takes flooding and membership along, and the addresses stay', async () => {
  const addresses = ['10.0.1.1/24', '2001:db8:1::1/64']
  const spec = { id: 42, dstport: 8472, group: '239.1.1.1', dev: 'eth1', addresses }
  const { host, installation } = await oneLink(spec)
  installation.write('link.yaml', { vxlans: { vxlan0: { ...spec, dev: 'eth2' } } })
  expect(await installation.vxagent('apply')).toMatchObject({ code: 0 })
  const entries = await host.json('bridge -d -j fdb show dev vxlan0')
  expect(entries).toContainEqual(expect.objectContaining({ mac: '00:00:00:00:00:00', dst: '239.1.1.1', viaIf: 'eth2' }))
  expect(entries).not.toContainEqual(expect.objectContaining({ viaIf: 'eth1' }))
  const groups = async (dev: string): Promise<string> => host.ip(`maddress show dev ${dev}`)
  expect(await groups('eth2')).toContain('239.1.1.1')
  expect(await groups('eth1')).not.toContain('239.1.1.1')
  const [{ addr_info }] = await host.json('ip -j address show dev vxlan0')
  const shown = addr_info.map(({ local, prefixlen }: Shown) => `${local}/${prefixlen}`)
  expect(shown).toEqual(expect.arrayContaining(addresses))
})

test('from group to remote and back is a live change', async () => {
  const spec = { id: 42, dstport: 8472, dev: 'eth1' }
  const { host, installation } = await oneLink({ ...spec, group: '239.1.1.1' })
  const [{ ifindex }] = await host.json('ip -d -j link show vxlan0')
  for (const [key, address] of [
    ['remote', '10.0.2.254'],
    ['group', '239.1.1.1'],
  ] as const) {
    installation.write('link.yaml', { vxlans: { vxlan0: { ...spec, [key]: address } } })
    expect(await installation.vxagent('apply')).toMatchObject({ code: 0 })
    const [link] = await host.json('ip -d -j link show vxlan0')
    expect(link.ifindex).toBe(ifindex)
    expect(link.linkinfo.info_data[key]).toBe(address)
    const entries = await host.json('bridge -d -j fdb show dev vxlan0')
    expect(entries.filter(({ mac }: Shown) => mac === '00:00:00:00:00:00')).toMatchObject([{ dst: address }])
  }
})

test('a key that was never stated and is changed by hand is left alone', async () => {
  const { host, installation } = await oneLink({ id: 42, dstport: 8472, remote: '10.0.2.254' })
  await host.ip('link set vxlan0 type vxlan ttl 7')
  await host.ip('link set vxlan0 txqueuelen 77')
  expect(await installation.vxagent('apply')).toMatchObject({ code: 0 })
  const [link] = await host.json('ip -d -j link show vxlan0')
  expect(link.linkinfo.info_data.ttl).toBe(7)
  expect(link.txqlen).toBe(77)
})

test('two links exchange their ids, ports and addresses', async () => {
  const host = await namespace(onTestFinished)
  const one = { id: 1, dstport: 4789, remote: '10.0.2.1', addresses: ['10.1.1.1/24', '2001:db8:1::1/64'] }
  const two = { id: 2, dstport: 8472, remote: '10.0.2.2', addresses: ['10.1.2.1/24', '2001:db8:2::1/64'] }
  const installation = installVxagent(host, { 'a.yaml': { vxlans: { one, two } } }, onTestFinished)
  expect(await installation.vxagent('apply')).toMatchObject({ code: 0 })
  installation.write('a.yaml', { vxlans: { one: two, two: one } })
  expect(await installation.vxagent('apply')).toMatchObject({ code: 0 })
  const links = await shown(host)
  expect(links.get('one').linkinfo.info_data).toMatchObject({ id: 2, port: 8472, remote: '10.0.2.2' })
  expect(links.get('two').linkinfo.info_data).toMatchObject({ id: 1, port: 4789, remote: '10.0.2.1' })
  const addresses = links.get('one').addr_info.map(({ local, scope }: Shown) => (scope === 'link' ? [] : [local]))
  expect(addresses.flat()).toEqual(['10.1.2.1', '2001:db8:2::1'])
  expect(await installation.vxagent('diff')).toMatchObject({ code: 0 })
})
