import { describe, expect, test } from 'vitest'
import type { VxlanSpec } from '../../../../src/agent/desired/schema.ts'
import { parseKernelRelease } from '../../../../src/agent/host/kernel-release.ts'
import { repairsPerWindow } from '../../../../src/agent/reconcile/loop/repair-pace.ts'
import { constants } from '../../../../src/rtnetlink/index.ts'
import { AgentOnFakeKernel, type AgentOnFakeKernelOptions } from '../../../support/agent-on-fake-kernel.ts'
import { FakeKernel, type FakeKernelOptions } from '../../../support/fake-kernel.ts'
import type { OtherPrograms } from '../../../support/other-programs.ts'
import { overlay, overlayLink } from '../../../support/overlay.ts'
import { advance, advanceUntilConverged, stopTime } from '../../../support/virtual-time.ts'

const story: VxlanSpec = { id: 42, group: '239.1.1.1', dev: 'eth1', ttl: 16, ageing: 300, addresses: ['10.0.1.1/24'] }

const storyReached = {
  id: 42,
  dstport: 8472,
  remote: '239.1.1.1',
  dev: 'eth1',
  floodsVia: 'eth1',
  ttl: 16,
  ageing: 300,
  mtu: 1450,
  isUp: true,
  alias: undefined,
  addresses: ['10.0.1.1/24'],
}

/** A kernel with an underlay device, and an agent on it that has carried out what is declared. */
async function started(
  vxlans: Readonly<Record<string, VxlanSpec>>,
  { agent: agentOptions, ...kernelOptions }: FakeKernelOptions & { readonly agent?: AgentOnFakeKernelOptions } = {},
): Promise<{ readonly kernel: FakeKernel; readonly agent: AgentOnFakeKernel }> {
  const kernel = new FakeKernel(kernelOptions)
  kernel.others.plugIn('eth1')
  const agent = new AgentOnFakeKernel(kernel, agentOptions)
  await agent.want(vxlans)
  await agent.settle()
  return { kernel, agent }
}

test('makes what is declared, and asks for nothing more then', async () => {
  const { kernel, agent } = await started({ vxlan0: story })
  expect(overlay(kernel)).toEqual({ vxlan0: storyReached })
  expect(agent.object('vxlan0')).toMatchObject({
    state: 'converged',
    ifindex: kernel.namespace.byName('vxlan0')?.index,
  })
  const { requests } = kernel
  await agent.settle()
  expect(kernel.requests).toBe(requests)
  await agent.stop()
})

/** Links twice, as such and as bridges see them; neighbours twice, ARP and ND ones and forwarding entries; and VNIs. */
const dumpsOfEachTable = [
  ...[constants.RTM_GETLINK, constants.RTM_GETLINK, constants.RTM_GETADDR],
  ...[constants.RTM_GETNEIGH, constants.RTM_GETNEIGH, constants.RTM_GETTUNNEL],
]

test('asks the kernel for no more than a dump of each table to begin with', async () => {
  const { kernel, agent } = await started({ vxlan0: story, vxlan1: { ...story, id: 43 } })
  expect(kernel.dumps.toSorted((left, right) => left - right)).toEqual(dumpsOfEachTable)
  await agent.stop()
})

test.each<{ change: string; from: VxlanSpec; to: VxlanSpec; reached: object; isSameLink: boolean }>([
  {
    change: 'a live change keeps the link',
    from: story,
    to: { ...story, ttl: 32, ageing: 60, alias: 'lab', mtu: 1400 },
    reached: { ttl: 32, ageing: 60, alias: 'lab', mtu: 1400 },
    isSameLink: true,
  },
  {
    change: 'a setting that is no longer stated goes back to the default',
    from: { ...story, ageing: 60 },
    to: { id: 42, group: '239.1.1.1', dev: 'eth1', addresses: ['10.0.1.1/24'] },
    reached: { ttl: 0, ageing: 300 },
    isSameLink: true,
  },
  {
    change: 'a change of port replaces the link, addresses and all',
    from: { ...story, addresses: ['10.0.1.1/24', '2001:db8::1/64'] },
    to: { ...story, dstport: 4789, addresses: ['10.0.1.1/24', '2001:db8::1/64'] },
    reached: { dstport: 4789, addresses: ['10.0.1.1/24', '2001:db8::1/64'] },
    isSameLink: false,
  },
  {
    change: 'a group becomes a unicast remote on the same link',
    from: story,
    to: { id: 42, remote: '10.0.2.254', dev: 'eth1', ttl: 16, addresses: ['10.0.1.1/24'] },
    reached: { remote: '10.0.2.254', floodsVia: 'eth1' },
    isSameLink: true,
  },
  {
    change: 'flooding follows a change of the underlay device',
    from: story,
    to: { ...story, dev: 'eth2' },
    reached: { dev: 'eth2', floodsVia: 'eth2', mtu: 1350 },
    isSameLink: true,
  },
  {
    change: 'an address is exchanged',
    from: story,
    to: { ...story, addresses: ['10.0.1.2/24'] },
    reached: { addresses: ['10.0.1.2/24'] },
    isSameLink: true,
  },
  {
    change: 'a prefix length of an IPv4 address is changed',
    from: story,
    to: { ...story, addresses: ['10.0.1.1/25'] },
    reached: { addresses: ['10.0.1.1/25'] },
    isSameLink: true,
  },
  {
    change: 'the first of two addresses of one subnet goes',
    from: { ...story, addresses: ['10.0.1.1/24', '10.0.1.2/24'] },
    to: { ...story, addresses: ['10.0.1.2/24', '10.0.1.3/24'] },
    reached: { addresses: ['10.0.1.2/24', '10.0.1.3/24'] },
    isSameLink: true,
  },
  {
    change: 'an addresses list that is no longer stated leaves none',
    from: story,
    to: { id: 42, group: '239.1.1.1', dev: 'eth1', ttl: 16 },
    reached: { addresses: [] },
    isSameLink: true,
  },
  {
    change: 'a link that is made down is as declared, though it tells of nothing',
    from: { id: 7 },
    to: { id: 42, up: false, alias: 'dark', ttl: 3, addresses: ['10.0.1.1/24', '2001:db8::1/64'] },
    reached: { isUp: false, alias: 'dark', ttl: 3, addresses: ['10.0.1.1/24', '2001:db8::1/64'] },
    isSameLink: false,
  },
  {
    change: 'a link that is down is changed, though it tells of nothing',
    from: { id: 42, up: false, alias: 'dark', ttl: 3 },
    to: { id: 42, up: false, alias: 'darker', ttl: 4 },
    reached: { isUp: false, alias: 'darker', ttl: 4 },
    isSameLink: true,
  },
  {
    change: 'a prefix length of an IPv6 address is changed',
    from: { ...story, addresses: ['2001:db8::1/64'] },
    to: { ...story, addresses: ['2001:db8::1/56'] },
    reached: { addresses: ['2001:db8::1/56'] },
    isSameLink: true,
  },
  {
    change: 'ttl inherit is a flag that takes a new link',
    from: story,
    to: { ...story, ttl: 'inherit' },
    reached: { ttl: 'inherit' },
    isSameLink: false,
  },
  {
    change: 'a link is set down',
    from: story,
    to: { ...story, up: false },
    reached: { isUp: false },
    isSameLink: true,
  },
  {
    change: 'an IPv4 underlay becomes an IPv6 one',
    from: { id: 42, remote: '10.0.2.254', dev: 'eth1' },
    to: { id: 42, remote: '2001:db8::254', dev: 'eth1' },
    reached: { remote: '2001:db8::254', mtu: 1430 },
    isSameLink: false,
  },
])('$change', async ({ from, to, reached, isSameLink }) => {
  const { kernel, agent } = await started({ vxlan0: from })
  kernel.others.plugIn('eth2', 1400)
  const before = kernel.namespace.byName('vxlan0')
  const { index, mac } = before ?? {}
  await agent.want({ vxlan0: to })
  expect(overlayLink(kernel, 'vxlan0')).toMatchObject(reached)
  expect(agent.isConverged).toBe(true)
  const after = kernel.namespace.byName('vxlan0')
  expect(after?.mac).toBe(mac)
  expect(after?.index === index).toBe(isSameLink)
  await agent.stop()
})

test('a link whose file is gone is deleted, and one that others made stays', async () => {
  const { kernel, agent } = await started({ vxlan0: story })
  kernel.others.addVxlan('foreign0', { id: 77, group: '239.1.1.7', link: 2 })
  await agent.want({})
  expect(Object.keys(overlay(kernel))).toEqual(['foreign0'])
  expect(agent.reconciler.objects).toEqual([])
  await agent.stop()
})

describe.each([false, true])('forwarding entries, on a kernel that reports each of them twice: %s', (reportsTwice) => {
  const mac = '02:00:00:00:00:01'
  const zeroMac = '00:00:00:00:00:00'
  const link: VxlanSpec = { id: 42, dstport: 4789 }
  const vtep = (host: number): string => `10.0.2.${host}`
  const waysOf = (kernel: FakeKernel, of: string): (string | undefined)[] =>
    (kernel.namespace.byName('vxlan0')?.forwarding.fdb ?? [])
      .filter(({ attributes }) => attributes.lladdr === of)
      .map(({ attributes }) => attributes.dst)

  test.each([
    { kind: 'permanent', entry: { mac, dst: vtep(3) } },
    { kind: 'static', entry: { mac, dst: vtep(3), state: 'static' as const } },
    { kind: 'learned by a control plane', entry: { mac, dst: vtep(3), extern_learn: true } },
    { kind: 'of a nexthop', entry: { mac, nhid: 7 } },
    { kind: 'of a group address', entry: { mac: '01:00:5e:00:00:05', dst: vtep(3) } },
  ])('an entry that is $kind is added once, and is as declared', async ({ entry }) => {
    const { kernel, agent } = await started({ vxlan0: { ...link, fdb: [entry] } }, { reportsTwice })
    expect(agent.object('vxlan0')).toMatchObject({ state: 'converged' })
    const { requests } = kernel
    await agent.settle()
    expect(kernel.requests).toBe(requests)
    await agent.want({ vxlan0: { ...link, fdb: [] } })
    expect(kernel.namespace.byName('vxlan0')?.forwarding.fdb).toEqual([])
    expect(agent.isConverged).toBe(true)
    await agent.stop()
  })

  test('an exclusive flood list stays whole when another program adds to it', async () => {
    const spec: VxlanSpec = { ...link, remotes: [vtep(2), vtep(3)], fdb_exclusive: true }
    const { kernel, agent } = await started({ vxlan0: spec }, { reportsTwice })
    expect(waysOf(kernel, zeroMac)).toEqual([vtep(2), vtep(3)])
    kernel.others.appendFdb('vxlan0', zeroMac, vtep(9))
    await agent.settle()
    expect(waysOf(kernel, zeroMac)).toEqual([vtep(2), vtep(3)])
    expect(agent.isConverged).toBe(true)
    await agent.stop()
  })

  test("another program's entry is known with its destination", async () => {
    const { kernel, agent } = await started({ vxlan0: link }, { reportsTwice })
    kernel.others.appendFdb('vxlan0', mac, vtep(9))
    await agent.settle()
    const entries = agent.observer.observed.fdb.get(agent.observer.names.indexOf('vxlan0'))
    expect(Array.from(entries?.values() ?? [], ({ attributes }) => attributes.dst)).toEqual([vtep(9)])
    await agent.stop()
  })
})

test('links swap their VNIs', async () => {
  const { kernel, agent } = await started({ vxlan0: { id: 1 }, vxlan1: { id: 2 } })
  await agent.want({ vxlan0: { id: 2 }, vxlan1: { id: 1 } })
  expect(overlay(kernel)).toMatchObject({ vxlan0: { id: 2 }, vxlan1: { id: 1 } })
  expect(agent.isConverged).toBe(true)
  await agent.stop()
})

test('a vxlan on a vxlan is made whatever the order of the two', async () => {
  const { kernel, agent } = await started({ above: { id: 2, dev: 'below' }, below: { id: 1, dev: 'eth1' } })
  expect(overlay(kernel)).toMatchObject({ below: { dev: 'eth1', mtu: 1450 }, above: { dev: 'below', mtu: 1400 } })
  expect(agent.isConverged).toBe(true)
  await agent.stop()
})

test('a link that stands on one that is replaced comes back', async () => {
  const below: VxlanSpec = { id: 1, dev: 'eth1' }
  const above: VxlanSpec = { id: 2, dev: 'below', addresses: ['10.0.1.1/24'] }
  const { kernel, agent } = await started({ above, below })
  await agent.want({ above, below: { ...below, dstport: 4789 } })
  await agent.settle()
  expect(overlay(kernel)).toMatchObject({
    below: { dstport: 4789 },
    above: { dev: 'below', addresses: ['10.0.1.1/24'] },
  })
  expect(agent.isConverged).toBe(true)
  await agent.stop()
})

test('two links of ours whose names others exchanged get them back', async () => {
  const { kernel, agent } = await started({ vxlan0: story, vxlan1: { id: 43 } })
  kernel.others.rename('vxlan0', 'aside')
  kernel.others.rename('vxlan1', 'vxlan0')
  kernel.others.rename('aside', 'vxlan1')
  await agent.settle()
  expect(overlay(kernel)).toMatchObject({ vxlan0: storyReached, vxlan1: { id: 43 } })
  expect(Object.keys(overlay(kernel))).toHaveLength(2)
  expect(agent.isConverged).toBe(true)
  await agent.stop()
})

test('what was declared while the link could not converge does not stay when it is declared no more', async () => {
  const bare: VxlanSpec = { id: 42, dev: 'eth1' }
  const { kernel, agent } = await started({ vxlan0: bare }, { knowsNot: ['df'] })
  await agent.want({ vxlan0: { ...bare, df: 'set', ttl: 16, alias: 'lab', addresses: ['10.0.1.1/24'] } })
  expect(agent.object('vxlan0')?.state).toBe('failing')
  expect(overlayLink(kernel, 'vxlan0')).toMatchObject({ ttl: 16, alias: 'lab' })
  await agent.want({ vxlan0: bare })
  expect(overlayLink(kernel, 'vxlan0')).toMatchObject({ ttl: 0, alias: undefined, addresses: [] })
  expect(agent.isConverged).toBe(true)
  await agent.stop()
})

test('a key that is declared no more is taken back when the kernel refuses that at first', async () => {
  stopTime()
  const bare: VxlanSpec = { id: 42, dev: 'eth1' }
  const { kernel, agent } = await started({ vxlan0: { ...bare, ttl: 16 } })
  kernel.meddle = ({ type }) => (type === constants.RTM_NEWLINK ? { kind: 'refuse', code: 'EBUSY' } : undefined)
  await agent.want({ vxlan0: bare })
  expect(agent.object('vxlan0')?.state).toBe('failing')
  kernel.meddle = () => undefined
  await advanceUntilConverged(agent)
  expect(overlayLink(kernel, 'vxlan0')).toMatchObject({ ttl: 0 })
  await agent.stop()
})

test('each repair counts once, and what was asked for counts not at all', async () => {
  const { kernel, agent } = await started({ vxlan0: story })
  expect(agent.reconciler.counters.repairs).toBe(0)
  kernel.others.setVxlan('vxlan0', { ttl: 1 })
  await agent.settle()
  expect(overlayLink(kernel, 'vxlan0')).toEqual(storyReached)
  expect(agent.reconciler.counters.repairs).toBe(1)
  await agent.stop()
})

test('before Linux 6.15 a change of group sets the link down and up, and its IPv6 addresses come back', async () => {
  const addresses = ['10.0.1.1/24', '2001:db8::1/64']
  const { kernel, agent } = await started(
    { vxlan0: { ...story, addresses } },
    { agent: { release: parseKernelRelease('6.8.0-generic') } },
  )
  const seen: number[] = []
  kernel.meddle = ({ message }) => {
    if (message.object === 'link' && message.value.change & constants.IFF_UP) {
      seen.push(message.value.flags & constants.IFF_UP)
    }
    return undefined
  }
  await agent.want({ vxlan0: { ...story, addresses, group: '239.1.1.2' } })
  await agent.settle()
  expect(seen).toEqual([0, constants.IFF_UP])
  expect(overlayLink(kernel, 'vxlan0')).toMatchObject({ remote: '239.1.1.2', isUp: true, addresses })
  expect(agent.isConverged).toBe(true)
  await agent.stop()
})

test.each<{ drift: string; act: (others: OtherPrograms) => void; repaired?: object }>([
  { drift: 'a deleted link', act: (others) => others.deleteLink('vxlan0') },
  { drift: 'a link set down', act: (others) => others.setLink('vxlan0', { up: false }) },
  { drift: 'another MTU', act: (others) => others.setLink('vxlan0', { mtu: 1300 }) },
  { drift: 'another ttl', act: (others) => others.setVxlan('vxlan0', { ttl: 1 }) },
  { drift: 'another group', act: (others) => others.setVxlan('vxlan0', { group: '239.9.9.9' }) },
  { drift: 'no group any more', act: (others) => others.setVxlan('vxlan0', { group: '0.0.0.0' }) },
  { drift: 'another ageing', act: (others) => others.setVxlan('vxlan0', { ageing: 5 }) },
  { drift: 'a removed address', act: (others) => others.deleteAddress('vxlan0', '10.0.1.1/24') },
  { drift: 'a surplus address', act: (others) => others.addAddress('vxlan0', '10.0.1.77/24') },
  { drift: 'a surplus IPv6 address', act: (others) => others.addAddress('vxlan0', '2001:db8::77/64') },
  {
    drift: 'the MTU of the underlay device',
    act: (others) => others.setLink('eth1', { mtu: 9000 }),
    repaired: { mtu: 8950 },
  },
  {
    drift: 'the name',
    act: (others) => others.rename('vxlan0', 'elsewhere0'),
  },
  {
    drift: 'a link deleted and one of that name and VNI made in its place a moment ago',
    act: (others) => {
      others.setVxlan('vxlan0', { ttl: 1 })
      others.setVxlan('vxlan0', { ttl: 2 })
      others.setLink('vxlan0', { up: false, mtu: 1280 })
    },
  },
])('repairs $drift upon the event, without a dump', async ({ act, repaired }) => {
  const { kernel, agent } = await started({ vxlan0: story, vxlan1: { id: 43, dev: 'eth1' } })
  const dumps = kernel.dumps.length
  act(kernel.others)
  await agent.settle()
  expect(overlayLink(kernel, 'vxlan0')).toEqual({ ...storyReached, ...repaired })
  expect(Object.keys(overlay(kernel)).sort()).toEqual(['vxlan0', 'vxlan1'])
  expect(agent.isConverged).toBe(true)
  expect(agent.object('vxlan0')?.lastRepair?.what).not.toEqual([])
  expect(agent.reconciler.counters.repairs).toBeGreaterThan(0)
  expect(kernel.dumps.length).toBe(dumps)
  await agent.stop()
})

test.each<{ name: string; act: (others: OtherPrograms) => void }>([
  { name: 'an address comes to another device', act: (others) => others.addAddress('eth2', '192.0.2.1/24') },
  { name: 'another device changes', act: (others) => others.setLink('eth2', { mtu: 1400 }) },
  { name: 'another device goes', act: (others) => others.deleteLink('eth2') },
  { name: 'another device comes', act: (others) => void others.plugIn('eth3') },
])('neither asks nor plans when $name', async ({ act }) => {
  const { kernel, agent } = await started({ vxlan0: story })
  kernel.others.plugIn('eth2')
  await agent.settle()
  const { requests } = kernel
  const { reconciles } = agent.reconciler.counters
  const { events } = agent.observer
  act(kernel.others)
  await agent.settle()
  expect(agent.observer.events).toBeGreaterThan(events)
  expect(kernel.requests).toBe(requests)
  expect(agent.reconciler.counters.reconciles).toBe(reconciles)
  await agent.stop()
})

test('leaves alone what nobody stated', async () => {
  const { kernel, agent } = await started({ vxlan0: { id: 42, dev: 'eth1' } })
  kernel.others.setVxlan('vxlan0', { ttl: 9, ageing: 10 })
  kernel.others.addAddress('vxlan0', '10.0.1.77/24')
  kernel.others.setLink('vxlan0', { alias: 'hands off' })
  await agent.settle()
  expect(overlayLink(kernel, 'vxlan0')).toMatchObject({
    ttl: 9,
    ageing: 10,
    alias: 'hands off',
    addresses: ['10.0.1.77/24'],
  })
  expect(agent.isConverged).toBe(true)
  await agent.stop()
})

test('the link-local address that the kernel made stays', async () => {
  const { kernel, agent } = await started({ vxlan0: story })
  expect(kernel.namespace.byName('vxlan0')?.addresses.map(({ ip }) => ip.slice(0, 4))).toContain('fe80')
  await agent.stop()
})

test('waits for an underlay device by name, and makes the link when it comes', async () => {
  const { kernel, agent } = await started({ vxlan0: { ...story, dev: 'eth7' } })
  expect(agent.object('vxlan0')).toMatchObject({ state: 'waiting', reason: expect.stringContaining('eth7') })
  expect(overlay(kernel)).toEqual({})
  kernel.others.plugIn('eth7')
  await agent.settle()
  expect(overlayLink(kernel, 'vxlan0')).toEqual({ ...storyReached, dev: 'eth7', floodsVia: 'eth7' })
  expect(agent.isConverged).toBe(true)
  await agent.stop()
})

test('makes the link when another device is given the name of the underlay device', async () => {
  const { kernel, agent } = await started({ vxlan0: { ...story, dev: 'lan0' } })
  kernel.others.rename('eth1', 'lan0')
  await agent.settle()
  expect(overlayLink(kernel, 'vxlan0')).toMatchObject({ dev: 'lan0' })
  await agent.stop()
})

test('an underlay device that goes takes the link along, and brings it back with its MAC', async () => {
  const { kernel, agent } = await started({ vxlan0: story })
  const mac = kernel.namespace.byName('vxlan0')?.mac
  kernel.others.deleteLink('eth1')
  await agent.settle()
  expect(agent.object('vxlan0')).toMatchObject({ state: 'waiting' })
  kernel.others.plugIn('eth1')
  await agent.settle()
  expect(overlayLink(kernel, 'vxlan0')).toEqual(storyReached)
  expect(kernel.namespace.byName('vxlan0')?.mac).toBe(mac)
  await agent.stop()
})

test('names the link that holds the VNI, and takes its place when it goes', async () => {
  const kernel = new FakeKernel()
  kernel.others.plugIn('eth1')
  kernel.others.addVxlan('byhand', { id: 42 })
  const agent = new AgentOnFakeKernel(kernel)
  await agent.want({ vxlan0: story })
  expect(agent.object('vxlan0')).toMatchObject({ state: 'conflict', reason: expect.stringContaining('byhand') })
  kernel.others.deleteLink('byhand')
  await agent.settle()
  expect(overlay(kernel)).toEqual({ vxlan0: storyReached })
  await agent.stop()
})

test('a link of a declared name that others made is neither touched nor adopted', async () => {
  const kernel = new FakeKernel()
  kernel.others.plugIn('eth1')
  kernel.others.addVxlan('vxlan0', { id: 42, ttl: 3 })
  const agent = new AgentOnFakeKernel(kernel)
  await agent.want({ vxlan0: story })
  expect(agent.object('vxlan0')).toMatchObject({ state: 'conflict' })
  expect(overlayLink(kernel, 'vxlan0')).toMatchObject({ ttl: 3, addresses: [] })
  await agent.want({})
  expect(overlayLink(kernel, 'vxlan0')).toMatchObject({ ttl: 3 })
  await agent.stop()
})

test('our link leaving a bridge is no loss of the link', async () => {
  const { kernel, agent } = await started({ vxlan0: story })
  kernel.others.addBridge('br0')
  kernel.others.setMaster('vxlan0', 'br0')
  kernel.others.setMaster('vxlan0')
  await agent.settle()
  expect(agent.object('vxlan0')).toMatchObject({ state: 'converged' })
  expect(agent.reconciler.counters.repairs).toBe(0)
  await agent.stop()
})

test('a setting that this kernel does not know is told as not taken, and not sent without end', async () => {
  stopTime()
  const { kernel, agent } = await started({ vxlan0: { ...story, df: 'set' } }, { knowsNot: ['df'] })
  expect(agent.object('vxlan0')).toMatchObject({ state: 'failing', attempts: 1, reason: expect.stringContaining('df') })
  expect(agent.object('vxlan0')?.reason).toContain('did not take')
  const { requests } = kernel
  await advance(agent, 10_000)
  expect(kernel.requests - requests).toBeLessThan(30)
  await agent.stop()
})

test('a failing object does not hold back the others, and is tried again ever more rarely until it works', async () => {
  stopTime()
  const attempts: number[] = []
  const kernel = new FakeKernel()
  kernel.others.plugIn('eth1')
  kernel.meddle = ({ type, message }) => {
    const isBad =
      type === constants.RTM_NEWLINK && message.object === 'link' && message.value.attributes.ifname === 'bad0'
    if (isBad) {
      attempts.push(Date.now())
    }
    return isBad ? { kind: 'refuse', code: 'EADDRINUSE', text: 'somebody is here' } : undefined
  }
  const agent = new AgentOnFakeKernel(kernel)
  await agent.want({ bad0: { id: 1, dev: 'eth1' }, good0: story })
  expect(agent.object('good0')?.state).toBe('converged')
  expect(agent.object('bad0')).toMatchObject({ state: 'failing', attempts: 1 })
  expect(agent.object('bad0')?.reason).toBe('cannot create link bad0: EADDRINUSE: somebody is here')
  await advance(agent, 2900)
  const delays = attempts.slice(1).map((at, index) => at - (attempts[index] ?? 0))
  expect(delays).toEqual([200, 400, 800])
  expect(agent.object('bad0')).toMatchObject({ attempts: 4 })
  const warnings = agent.log.filter(({ link, level }) => link === 'bad0' && level >= 40)
  expect(warnings).toHaveLength(1)
  kernel.meddle = () => undefined
  await advanceUntilConverged(agent)
  expect(overlayLink(kernel, 'bad0')).toMatchObject({ id: 1 })
  expect(agent.object('bad0')).not.toHaveProperty('attempts')
  await agent.stop()
})

test('an event that may cure cuts a long wait short', async () => {
  stopTime()
  const kernel = new FakeKernel()
  kernel.others.plugIn('eth1')
  let isBroken = true
  kernel.meddle = ({ type, message }) =>
    isBroken && type === constants.RTM_NEWLINK && message.object === 'link'
      ? { kind: 'refuse', code: 'ENETDOWN' }
      : undefined
  const agent = new AgentOnFakeKernel(kernel)
  await agent.want({ vxlan0: story })
  await advance(agent, 7000)
  const retryInMs = Date.parse(agent.object('vxlan0')?.nextAttempt ?? '') - Date.now()
  expect(retryInMs).toBeGreaterThan(3000)
  isBroken = false
  kernel.others.setLink('eth1', { mtu: 9000 })
  await agent.settle()
  expect(overlayLink(kernel, 'vxlan0')).toEqual({ ...storyReached, mtu: 8950 })
  await agent.stop()
})

test('an overrun is answered by one dump of each table, and what was missed is repaired', async () => {
  const { kernel, agent } = await started({ vxlan0: story })
  const dumps = kernel.dumps.length
  kernel.overrun()
  kernel.others.deleteAddress('vxlan0', '10.0.1.1/24')
  kernel.others.setVxlan('vxlan0', { ttl: 1 })
  await agent.settle()
  expect(overlayLink(kernel, 'vxlan0')).toEqual(storyReached)
  expect(agent.reconciler.counters.overruns).toBe(1)
  expect(kernel.dumps.slice(dumps).toSorted((left, right) => left - right)).toEqual(dumpsOfEachTable)
  await agent.stop()
})

test('what was changed in silence is found by the timer, forwarding entries included', async () => {
  stopTime()
  const { kernel, agent } = await started({ vxlan0: { ...story, up: false } }, { agent: { resyncIntervalMs: 5000 } })
  // A link that is down tells of no change.
  kernel.others.setVxlan('vxlan0', { ttl: 1 })
  await advance(agent, 4000)
  expect(overlayLink(kernel, 'vxlan0')?.ttl).toBe(1)
  const dumps = kernel.fdbDumps
  await advance(agent, 1500)
  expect(overlayLink(kernel, 'vxlan0')?.ttl).toBe(16)
  expect(kernel.fdbDumps).toBe(dumps + 1)
  await agent.stop()
})

test('a dump that the kernel calls interrupted is asked for again', async () => {
  const kernel = new FakeKernel()
  kernel.others.plugIn('eth1')
  let interruptions = 3
  kernel.meddle = ({ isDump }) => (isDump && interruptions-- > 0 ? { kind: 'interruptDump' } : undefined)
  const agent = new AgentOnFakeKernel(kernel)
  await agent.want({ vxlan0: story })
  expect(overlay(kernel)).toEqual({ vxlan0: storyReached })
  expect(agent.client.counters.interruptedDumps).toBe(3)
  await agent.stop()
})

test('a kernel that does not answer is told as trouble of the whole, once, and its end too', async () => {
  stopTime()
  const kernel = new FakeKernel()
  kernel.others.plugIn('eth1')
  kernel.meddle = () => ({ kind: 'loseAnswer' })
  const agent = new AgentOnFakeKernel(kernel)
  void agent.want({ vxlan0: story })
  await advance(agent, 5000)
  expect(agent.reconciler.trouble?.message).toMatch(/no answer from the kernel within 1000 ms/)
  kernel.meddle = () => undefined
  await advanceUntilConverged(agent)
  expect(agent.reconciler.trouble).toBeUndefined()
  expect(overlay(kernel)).toEqual({ vxlan0: storyReached })
  expect(agent.log.filter(({ msg }) => msg.startsWith('cannot reconcile'))).toHaveLength(1)
  expect(agent.log.filter(({ msg }) => msg === 'reconciling again')).toHaveLength(1)
  await agent.stop()
})

test('a fight with another program is slowed down, and told with what to do', async () => {
  stopTime()
  const { kernel, agent } = await started({ vxlan0: story, calm0: { id: 43 } })
  let repairs = 0
  kernel.meddle = ({ type, message }) => {
    const isRepair = type === constants.RTM_NEWLINK && message.object === 'link' && !message.value.attributes.ifname
    if (!isRepair) {
      return undefined
    }
    repairs += 1
    return { kind: 'after', act: () => setTimeout(() => kernel.others.setVxlan('vxlan0', { ttl: 1 }), 20) }
  }
  kernel.others.setVxlan('vxlan0', { ttl: 1 })
  await advance(agent, 60_000)
  expect(repairs).toBeGreaterThan(repairsPerWindow)
  expect(repairs).toBeLessThan(repairsPerWindow * 7)
  expect(
    agent.log.filter(({ msg, link }) => link === 'vxlan0' && msg.includes('another program')).length,
  ).toBeGreaterThan(0)
  expect(agent.object('calm0')?.state).toBe('converged')
  kernel.meddle = () => undefined
  await advanceUntilConverged(agent)
  expect(overlayLink(kernel, 'vxlan0')).toEqual(storyReached)
  await agent.stop()
})

test('a program that undoes each change at once does not get an endless round of repairs', async () => {
  stopTime()
  const { kernel, agent } = await started({ vxlan0: story })
  kernel.meddle = ({ type, message }) =>
    type === constants.RTM_NEWLINK && message.object === 'link'
      ? { kind: 'after', act: () => kernel.others.setVxlan('vxlan0', { ttl: 1 }) }
      : undefined
  const { requests } = kernel
  kernel.others.setVxlan('vxlan0', { ttl: 1 })
  await agent.settle()
  expect(agent.object('vxlan0')).toMatchObject({ state: 'failing', reason: expect.stringContaining('took it back') })
  await advance(agent, 10_000)
  expect(kernel.requests - requests).toBeLessThan(40)
  await agent.stop()
})

test('calls at the same time make each change once, whether they come before a cycle or in its midst', async () => {
  const { kernel, agent } = await started({ vxlan0: story })
  const { reconciler } = agent
  const later: Promise<unknown>[] = []
  const created: (string | undefined)[] = []
  kernel.meddle = ({ message }) => {
    const name =
      message.object === 'link' && message.value.attributes.linkinfo ? message.value.attributes.ifname : undefined
    if (name !== undefined) {
      created.push(name)
    }
    if (name !== 'vxlan1' || later.length > 0) {
      return undefined
    }
    const act = (): void => {
      const vxlans = { vxlan0: story, vxlan1: { id: 43 }, vxlan2: { id: 44 } }
      const taken = reconciler.setDesired({ vxlans, bridges: {} })
      later.push(
        taken.then(() => reconciler.reconcileNow()),
        taken.then(() => reconciler.reconcileNow()),
      )
    }
    return { kind: 'after', act }
  }
  await reconciler.setDesired({ vxlans: { vxlan0: story, vxlan1: { id: 43 } }, bridges: {} })
  await Promise.all([reconciler.reconcileNow(), reconciler.reconcileNow()])
  await Promise.all(later)
  expect(created).toEqual(['vxlan1', 'vxlan2'])
  expect(reconciler.objects.map(({ state }) => state)).toEqual(['converged', 'converged', 'converged'])
  await agent.stop()
})

test('a link of ours stays ours when others change its MAC, across a restart too', async () => {
  const { kernel, agent } = await started({ vxlan0: story })
  kernel.others.setLink('vxlan0', { mac: '02:00:00:00:00:77' })
  await agent.settle()
  expect(agent.object('vxlan0')?.state).toBe('converged')
  const { stateDir } = agent
  await agent.stop()
  const successor = new AgentOnFakeKernel(kernel, { stateDir })
  await successor.want({ vxlan0: story })
  expect(successor.object('vxlan0')?.state).toBe('converged')
  await successor.want({})
  expect(overlay(kernel)).toEqual({})
  await successor.stop()
})

test('after it is stopped nothing is repaired any more', async () => {
  stopTime()
  const { kernel, agent } = await started({ vxlan0: story })
  await agent.reconciler.stop()
  kernel.others.setVxlan('vxlan0', { ttl: 1 })
  await advance(agent, 120_000)
  expect(overlayLink(kernel, 'vxlan0')?.ttl).toBe(1)
  await agent.stop()
})

test('a state directory that cannot be written keeps links from being made, and is told', async () => {
  stopTime()
  const kernel = new FakeKernel()
  kernel.others.plugIn('eth1')
  const agent = new AgentOnFakeKernel(kernel, { stateDir: '/proc/self/nowhere' })
  await agent.want({ vxlan0: story })
  expect(agent.reconciler.trouble?.message).toContain('/proc/self/nowhere/owned.json')
  expect(overlay(kernel)).toEqual({})
  await agent.stop()
})
