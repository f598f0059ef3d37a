/** One part of a link that the kernel refuses: everything else of it is there, it alone is told, and it alone is tried again. */
import { describe, expect, test } from 'vitest'
import type { BridgeSpec, VxlanSpec } from '../../../../src/agent/desired/schema.ts'
import { SysctlError } from '../../../../src/agent/host/sysctls.ts'
import { constants } from '../../../../src/rtnetlink/index.ts'
import { AgentOnFakeKernel } from '../../../support/agent-on-fake-kernel.ts'
import { FakeKernel, type SeenRequest } from '../../../support/fake-kernel.ts'
import { advance, advanceUntilConverged, stopTime } from '../../../support/virtual-time.ts'

const { RTM_NEWLINK, RTM_NEWADDR, RTM_NEWNEIGH, AF_BRIDGE } = constants
const mac = '02:00:00:00:00:09'

const bare: VxlanSpec = { id: 42, dev: 'eth1' }
const whole: VxlanSpec = {
  ...bare,
  master: 'br0',
  ttl: 16,
  mtu: 1400,
  alias: 'lab',
  devgroup: 7,
  sysctl: { ipv4: { arp_accept: 1, arp_notify: 1 } },
  addresses: ['10.0.1.1/24', '2001:db8::1/64'],
  remotes: ['10.0.2.2', '10.0.2.3'],
  fdb: [
    { mac, dst: '10.0.2.2' },
    { mac: '02:00:00:00:00:0a', dst: '10.0.2.3' },
  ],
  neighbours: [
    { ip: '10.0.1.2', mac },
    { ip: '10.0.1.3', mac },
  ],
}
const bridges: Record<string, BridgeSpec> = { br0: { ports: { vxlan0: { learning: false, cost: 55 } } } }

/** Everything declared that the fake kernel has of vxlan0, a word each. */
function present(kernel: FakeKernel): Record<string, boolean> {
  const link = kernel.namespace.byName('vxlan0')
  const hasEntry = (lladdr: string, dst: string): boolean =>
    link?.forwarding.fdb.some(({ attributes }) => attributes.lladdr === lladdr && attributes.dst === dst) === true
  const hasAddress = (text: string): boolean => link?.addresses.some(({ ip }) => ip === text) === true
  return {
    link: link !== undefined,
    up: link?.isUp === true,
    master: link?.master === kernel.namespace.byName('br0')?.index,
    ttl: link?.vxlan.ttl === 16,
    mtu: link?.mtu === 1400,
    alias: link?.alias === 'lab',
    devgroup: link?.group === 7,
    'sysctl arp_accept': link?.sysctls.get('ipv4.arp_accept') === 1,
    'sysctl arp_notify': link?.sysctls.get('ipv4.arp_notify') === 1,
    'IPv4 address': hasAddress('10.0.1.1'),
    'IPv6 address': hasAddress('2001:db8::1'),
    'remote 2': hasEntry('00:00:00:00:00:00', '10.0.2.2'),
    'remote 3': hasEntry('00:00:00:00:00:00', '10.0.2.3'),
    'fdb 2': hasEntry(mac, '10.0.2.2'),
    'fdb 3': hasEntry('02:00:00:00:00:0a', '10.0.2.3'),
    'neighbour 2': link?.forwarding.neighbours.some(({ attributes }) => attributes.dst === '10.0.1.2') === true,
    'neighbour 3': link?.forwarding.neighbours.some(({ attributes }) => attributes.dst === '10.0.1.3') === true,
    'port learning': link?.port.learning === false,
    'port cost': link?.port.cost === 55,
  }
}

type IsMeant = (request: SeenRequest) => boolean

const aboutLink =
  (key: string): IsMeant =>
  ({ type, message }) =>
    type === RTM_NEWLINK &&
    message.object === 'link' &&
    (key in message.value.attributes || key in (message.value.attributes.linkinfo?.data ?? {}))
const ofPort =
  (key: string): IsMeant =>
  ({ type, message }) =>
    type === RTM_NEWLINK && message.object === 'link' && key in (message.value.attributes.linkinfo?.slaveData ?? {})
const address =
  (ip: string): IsMeant =>
  ({ type, message }) =>
    type === RTM_NEWADDR &&
    message.object === 'address' &&
    (message.value.attributes.local ?? message.value.attributes.address) === ip
const entry =
  (lladdr: string, dst: string): IsMeant =>
  ({ type, message }) =>
    type === RTM_NEWNEIGH &&
    message.object === 'neighbour' &&
    message.value.family === AF_BRIDGE &&
    message.value.attributes.lladdr === lladdr &&
    message.value.attributes.dst === dst
const neighbour =
  (ip: string): IsMeant =>
  ({ type, message }) =>
    type === RTM_NEWNEIGH &&
    message.object === 'neighbour' &&
    message.value.family !== AF_BRIDGE &&
    message.value.attributes.dst === ip

interface Row {
  /** What is missing in the end, as `present` names it. */
  readonly part: string
  readonly isMeant: IsMeant
}

/** On a link that is to be made. */
const ofNewLink: readonly Row[] = [
  { part: 'master', isMeant: aboutLink('master') },
  { part: 'alias', isMeant: aboutLink('ifalias') },
  { part: 'IPv4 address', isMeant: address('10.0.1.1') },
  { part: 'IPv6 address', isMeant: address('2001:db8::1') },
  { part: 'remote 2', isMeant: entry('00:00:00:00:00:00', '10.0.2.2') },
  { part: 'fdb 3', isMeant: entry('02:00:00:00:00:0a', '10.0.2.3') },
  { part: 'neighbour 2', isMeant: neighbour('10.0.1.2') },
  { part: 'port learning', isMeant: ofPort('learning') },
  { part: 'port cost', isMeant: ofPort('cost') },
]

/** On a link that is there without it. */
const ofLiveLink: readonly Row[] = [
  ...ofNewLink,
  { part: 'ttl', isMeant: aboutLink('ttl') },
  { part: 'mtu', isMeant: aboutLink('mtu') },
  { part: 'devgroup', isMeant: aboutLink('group') },
]

/** Refuses what is meant, asks that all else comes, that it alone is tried again, and that it comes when it is taken at last. */
async function expectAlone(agent: AgentOnFakeKernel, kernel: FakeKernel, { part, isMeant }: Row): Promise<void> {
  await agent.want({ vxlan0: whole }, bridges)
  const all = Object.fromEntries(Object.keys(present(kernel)).map((key) => [key, true]))
  // Options of a port are none of a link that is no port.
  const lost = part === 'master' ? { 'port learning': false, 'port cost': false } : {}
  expect(present(kernel)).toEqual({ ...all, ...lost, [part]: false })
  const object = agent.object('vxlan0')
  expect(object).toMatchObject({ state: 'failing', reason: expect.stringContaining('ENOSPC') })
  expect(object?.failures).toHaveLength(1)
  expect(object?.reason).not.toMatch(/and \d+ more/)
  const requests: SeenRequest[] = []
  const refuse = kernel.meddle
  kernel.meddle = (request) => {
    // Whether the kernel has it still is a question, and no change.
    if (!request.isDump && request.type !== constants.RTM_GETLINK) {
      requests.push(request)
    }
    return refuse(request)
  }
  await advance(agent, 1500)
  expect(requests.length).toBeGreaterThan(1)
  expect(requests.filter((request) => !isMeant(request))).toEqual([])
  kernel.meddle = () => undefined
  await advanceUntilConverged(agent)
  expect(present(kernel)).toEqual(all)
  expect(agent.object('vxlan0')).not.toHaveProperty('failures')
}

function refusing({ isMeant }: Row): { readonly kernel: FakeKernel; readonly agent: AgentOnFakeKernel } {
  stopTime()
  const kernel = new FakeKernel()
  kernel.others.plugIn('eth1')
  kernel.meddle = (request) => (isMeant(request) ? { kind: 'refuse', code: 'ENOSPC' } : undefined)
  return { kernel, agent: new AgentOnFakeKernel(kernel) }
}

describe('a part that the kernel refuses is alone', () => {
  test.each(ofNewLink)('on a new link: $part', async (row) => {
    const { kernel, agent } = refusing(row)
    await expectAlone(agent, kernel, row)
    await agent.stop()
  })

  test.each(ofLiveLink)('on a live link: $part', async (row) => {
    const { kernel, agent } = refusing(row)
    const refuse = kernel.meddle
    kernel.meddle = () => undefined
    await agent.want({ vxlan0: bare })
    expect(agent.isConverged).toBe(true)
    kernel.meddle = refuse
    await expectAlone(agent, kernel, row)
    await agent.stop()
  })

  test.each(['new', 'live'])('on a %s link: a sysctl', async (which) => {
    stopTime()
    const kernel = new FakeKernel()
    kernel.others.plugIn('eth1')
    const agent = new AgentOnFakeKernel(kernel)
    await agent.want(which === 'new' ? {} : { vxlan0: bare })
    const write = kernel.writeSysctl.bind(kernel)
    const tried: string[] = []
    kernel.writeSysctl = (link, setting, value) => {
      tried.push(setting)
      if (setting === 'ipv4.arp_accept') {
        throw new SysctlError('/proc/sys/net/…', value, Object.assign(new Error('no'), { code: 'EINVAL' }))
      }
      write(link, setting, value)
    }
    await agent.want({ vxlan0: whole }, bridges)
    expect(Object.entries(present(kernel)).filter(([, isThere]) => !isThere)).toEqual([['sysctl arp_accept', false]])
    expect(agent.object('vxlan0')?.failures).toHaveLength(1)
    tried.length = 0
    await advance(agent, 1500)
    expect(new Set(tried)).toEqual(new Set(['ipv4.arp_accept']))
    kernel.writeSysctl = write
    await advanceUntilConverged(agent)
    await agent.stop()
  })

  test('two that fail for two reasons are two failures, each with its own place', async () => {
    const { kernel, agent } = refusing(ofNewLink[3] as Row)
    const refuse = kernel.meddle
    const isOther = address('10.0.1.1')
    kernel.meddle = (request) => (isOther(request) ? { kind: 'refuse', code: 'ENOBUFS' } : refuse(request))
    await agent.want({ vxlan0: whole }, bridges)
    expect(agent.object('vxlan0')?.failures?.map(({ reason }) => reason.slice(0, 60))).toEqual([
      expect.stringContaining('10.0.1.1/24'),
      expect.stringContaining('2001:db8::1/64'),
    ])
    expect(agent.object('vxlan0')?.reason).toMatch(/ENOBUFS.*ENOSPC/)
    await agent.stop()
  })
})

test('entries that are refused for two reasons are two failures, and the others are there', async () => {
  stopTime()
  const kernel = new FakeKernel()
  kernel.others.plugIn('eth1')
  const isOther = entry(mac, '10.0.2.2')
  const isFull = entry('02:00:00:00:00:0a', '10.0.2.3')
  kernel.meddle = (request) =>
    isFull(request)
      ? { kind: 'refuse', code: 'ENOSPC' }
      : isOther(request)
        ? { kind: 'refuse', code: 'EAFNOSUPPORT' }
        : undefined
  const agent = new AgentOnFakeKernel(kernel)
  await agent.want({ vxlan0: whole }, bridges)
  expect(Object.entries(present(kernel)).filter(([, isThere]) => !isThere)).toEqual([
    ['fdb 2', false],
    ['fdb 3', false],
  ])
  expect(agent.object('vxlan0')?.failures?.map(({ reason }) => /E[A-Z]+/.exec(reason)?.[0])).toEqual([
    'EAFNOSUPPORT',
    'ENOSPC',
  ])
  await agent.stop()
})

test('what does not wait for a VNI that another link holds goes on', async () => {
  const kernel = new FakeKernel()
  kernel.others.plugIn('eth1')
  const agent = new AgentOnFakeKernel(kernel)
  await agent.want({ vxlan0: bare })
  kernel.others.addVxlan('theirs', { id: 43 })
  await agent.want({ vxlan0: { ...bare, id: 43, alias: 'lab', addresses: ['10.0.1.1/24'] } })
  expect(agent.object('vxlan0')).toMatchObject({ state: 'conflict', reason: expect.stringContaining('theirs') })
  const link = kernel.namespace.byName('vxlan0')
  expect(link).toMatchObject({ alias: 'lab', vxlan: expect.objectContaining({ id: 42 }) })
  expect(link?.addresses.map(({ ip }) => ip)).toContain('10.0.1.1')
  await agent.stop()
})

test('entries by an interface that does not exist wait for it, and all others are there', async () => {
  stopTime()
  const kernel = new FakeKernel()
  kernel.others.plugIn('eth1')
  const agent = new AgentOnFakeKernel(kernel)
  const spec: VxlanSpec = {
    ...whole,
    remotes: ['10.0.2.2', '10.0.2.3', { dst: '10.0.2.4', via: 'eth9' }],
    fdb: [...(whole.fdb ?? []), { mac: '02:00:00:00:00:0b', dst: '10.0.2.4', via: 'eth9' }],
  }
  await agent.want({ vxlan0: spec }, bridges)
  expect(Object.values(present(kernel))).not.toContain(false)
  expect(agent.object('vxlan0')).toMatchObject({
    state: 'waiting',
    missing: 'eth9',
    reason: expect.stringMatching(/eth9.*00:00:00:00:00:00 dst 10\.0\.2\.4 and 1 more/),
  })
  kernel.others.plugIn('eth9')
  await advanceUntilConverged(agent)
  const { fdb = [] } = kernel.namespace.byName('vxlan0')?.forwarding ?? {}
  expect(fdb.filter(({ attributes }) => attributes.dst === '10.0.2.4')).toHaveLength(2)
  // What there is of them stays while the interface is away.
  kernel.others.deleteLink('eth9')
  await advance(agent, 2000)
  expect(agent.plan.actions).toEqual([])
  await agent.stop()
})

describe('entries of a bridge by a port that the kernel refuses', () => {
  const toTap = { mac, dev: 'tap0' }
  const toVxlan = { mac: '02:00:00:00:00:0a', dev: 'vxlan0' }
  const attachment: IsMeant = (request) =>
    aboutLink('master')(request) && request.message.object === 'link' && request.message.value.index === tapIndex
  const withTap: Record<string, BridgeSpec> = { br0: { ports: { vxlan0: {}, tap0: {} }, fdb: [toTap, toVxlan] } }
  let tapIndex = 0

  function refusingTap(): { readonly kernel: FakeKernel; readonly agent: AgentOnFakeKernel } {
    stopTime()
    const kernel = new FakeKernel()
    kernel.others.plugIn('eth1')
    tapIndex = kernel.others.plugIn('tap0').index
    kernel.meddle = (request) => (attachment(request) ? { kind: 'refuse', code: 'EBUSY' } : undefined)
    return { kernel, agent: new AgentOnFakeKernel(kernel) }
  }

  const macsOf = (kernel: FakeKernel): (string | undefined)[] =>
    kernel.namespace
      .byName('br0')
      ?.forwarding.fdb.map(({ attributes }) => attributes.lladdr)
      .sort() ?? []

  test('wait for it, and the bridge has all others, is repaired meanwhile, and does not fail', async () => {
    const { kernel, agent } = refusingTap()
    await agent.want({ vxlan0: bare }, withTap)
    expect(macsOf(kernel)).toEqual([toVxlan.mac])
    expect(agent.object('tap0')).toMatchObject({ state: 'failing', reason: expect.stringContaining('EBUSY') })
    const waits = { state: 'waiting', reason: 'tap0 is not a port of br0: one forwarding entry waits for that' }
    expect(agent.object('br0')).toMatchObject(waits)
    expect(agent.object('br0')).not.toHaveProperty('failures')
    expect(agent.object('br0')).not.toHaveProperty('missing')

    // While the attachment is held back, too.
    kernel.others.setLink('br0', { up: false })
    await advance(agent, 300)
    expect(kernel.namespace.byName('br0')?.isUp).toBe(true)
    expect(agent.object('br0')).toMatchObject(waits)

    kernel.meddle = () => undefined
    await advanceUntilConverged(agent)
    expect(macsOf(kernel)).toEqual([mac, toVxlan.mac])
    await agent.stop()
  })
})
