import { describe, expect, onTestFinished, test } from 'vitest'
import type { Change } from '../../../src/agent/kernel/change.ts'
import { NoSuchLink } from '../../../src/agent/kernel/link-names.ts'
import { Observer } from '../../../src/agent/kernel/observer.ts'
import { constants, type RouteMessage, RtnetlinkClient, subscribe } from '../../../src/rtnetlink/index.ts'
import { release } from '../../support/builders.ts'
import { FakeKernel, type FakeKernelOptions } from '../../support/fake-kernel.ts'

/** An observer on a kernel with eth1 and vxlan0, which has not looked yet. */
function observing(options: FakeKernelOptions = {}): {
  readonly kernel: FakeKernel
  readonly observer: Observer
  readonly changes: Change[]
  overruns(): number
} {
  const kernel = new FakeKernel(options)
  kernel.others.plugIn('eth1')
  kernel.others.addVxlan('vxlan0', { id: 42, group: '239.1.1.1', link: 2 })
  const changes: Change[] = []
  let overruns = 0
  const client = new RtnetlinkClient(kernel.open())
  const observer = new Observer(client, release, (groups, listener) =>
    subscribe(groups, listener, kernel.openSubscription(groups)),
  )
  observer.follow({
    onChange: (change) => changes.push(change),
    onOverrun: () => {
      overruns += 1
    },
    onUndecodable: ({ error }) => {
      throw error
    },
  })
  onTestFinished(() => {
    observer.close()
    client.close()
  })
  return { kernel, observer, changes, overruns: () => overruns }
}

function ttlOf({ observed, names }: Observer, name = 'vxlan0'): unknown {
  const data = observed.links.get(names.indexOf(name))?.attributes.linkinfo?.data
  return data !== undefined && 'ttl' in data ? data.ttl : undefined
}

describe('a resync', () => {
  test('knows what the kernel has', async () => {
    const { kernel, observer } = observing()
    expect(observer.observed.links.size).toBe(0)
    await observer.resync({ fdb: true })
    const index = kernel.namespace.find({ name: 'vxlan0' }).index
    expect(observer.names.indexOf('vxlan0')).toBe(index)
    expect(observer.names.nameOf(index)).toBe('vxlan0')
    expect(observer.observed.addresses.get(index)?.size).toBe(1)
    expect(observer.observed.fdb.get(index)?.size).toBe(1)
  })

  test('forgets what is gone, though nobody told', async () => {
    const { kernel, observer } = observing()
    await observer.resync({ fdb: true })
    kernel.overrun()
    kernel.others.deleteLink('vxlan0')
    await observer.resync({ fdb: true })
    expect(() => observer.names.indexOf('vxlan0')).toThrow('there is no link vxlan0')
  })

  test('after a loss does not miss what happens before the loss is read', async () => {
    const { kernel, observer, overruns } = observing({ eventLagTurns: 50 })
    await observer.resync({ fdb: true })
    kernel.overrun()
    kernel.meddle = ({ type }) =>
      type === constants.RTM_GETADDR
        ? { kind: 'before', act: () => kernel.others.setVxlan('vxlan0', { ttl: 9 }) }
        : undefined
    await observer.resync({ fdb: true })
    await observer.drain()
    expect(overruns()).toBe(1)
    expect(ttlOf(observer)).toBe(9)
  })

  test('without forwarding entries leaves those as they were', async () => {
    const { kernel, observer } = observing()
    await observer.resync({ fdb: true })
    await observer.resync({ fdb: false })
    expect(observer.observed.fdb.size).toBe(1)
    expect(kernel.fdbDumps).toBe(1)
  })

  test('still knows what the kernel left behind', async () => {
    const { kernel, observer } = observing()
    await observer.resync({ fdb: true })
    const { index } = kernel.namespace.find({ name: 'vxlan0' })
    const [left] = observer.observed.fdb.get(index)?.keys() ?? []
    kernel.others.plugIn('eth2')
    kernel.others.setVxlan('vxlan0', { link: kernel.namespace.find({ name: 'eth2' }).index })
    await observer.drain()
    expect([...(observer.observed.leftBehind.get(index) ?? [])]).toEqual([left])
    for (const fdb of [false, true]) {
      await observer.resync({ fdb })
      expect([...(observer.observed.leftBehind.get(index) ?? [])]).toEqual([left])
    }
  })

  test.each([0, 1, 5])('takes in what happens between its dumps, with events %i turns late', async (eventLagTurns) => {
    const { kernel, observer } = observing({ eventLagTurns })
    // The first of the two dumps of links; the other is that of the bridges.
    kernel.meddle = ({ type, message }) =>
      type === constants.RTM_GETLINK && message.object === 'link'
        ? {
            kind: 'after',
            act: () => {
              kernel.others.setVxlan('vxlan0', { ttl: 9 })
              kernel.others.plugIn('eth2')
              kernel.others.addAddress('eth2', '192.0.2.1/24')
              kernel.others.deleteLink('eth1')
            },
          }
        : undefined
    await observer.resync({ fdb: true })
    await observer.drain()
    expect(Array.from(observer.observed.links.values(), ({ attributes }) => attributes.ifname)).toEqual(['eth2'])
    expect(observer.observed.addresses.get(observer.names.indexOf('eth2'))?.size).toBe(2)
  })

  test('that fails leaves what was known, and what is told then is taken in', async () => {
    const { kernel, observer } = observing()
    await observer.resync({ fdb: true })
    kernel.meddle = ({ type }) => (type === constants.RTM_GETADDR ? { kind: 'refuse', code: 'ENOMEM' } : undefined)
    await expect(observer.resync({ fdb: true })).rejects.toMatchObject({ code: 'ENOMEM' })
    kernel.others.setVxlan('vxlan0', { ttl: 9 })
    await observer.drain()
    expect(ttlOf(observer)).toBe(9)
  })
})

test('a dump of one port leaves the entries of its bridge by other ports as they were', async () => {
  const { kernel, observer } = observing()
  const bridge = kernel.others.addBridge('br0')
  const { index } = kernel.namespace.find({ name: 'vxlan0' })
  const cacheinfo = { confirmed: 0, used: 0, updated: 0, refcnt: 0 }
  const byPort = (ifindex: number, lladdr: string): RouteMessage => ({
    object: 'neighbour',
    verb: 'new',
    value: {
      ...{ family: constants.AF_BRIDGE, ifindex, state: constants.NUD_PERMANENT, flags: 0, type: 0 },
      attributes: { lladdr, master: bridge.index, cacheinfo },
    },
  })
  const [eth1, vxlan0] = [byPort(2, '02:00:00:00:00:02'), byPort(index, '02:00:00:00:00:03')]
  const list = kernel.namespace.list.bind(kernel.namespace)
  let dumped = [eth1, vxlan0]
  kernel.namespace.list = (object, family) =>
    object === 'neighbour' && family === constants.AF_BRIDGE ? dumped : list(object, family)
  await observer.resync({ fdb: true })
  await observer.withoutEvents(index, async () => [])
  dumped = [vxlan0]
  await observer.resync({ fdb: false })
  const table = observer.observed.fdb.get(bridge.index)
  expect(Array.from(table?.values() ?? [], ({ attributes }) => attributes.lladdr)).toEqual([
    '02:00:00:00:00:02',
    '02:00:00:00:00:03',
  ])
})

test('a look at the VNIs finds those that the kernel did not report', async () => {
  const { kernel, observer } = observing()
  await observer.resync({ fdb: true })
  const { index } = kernel.namespace.find({ name: 'vxlan0' })
  const list = kernel.namespace.list.bind(kernel.namespace)
  const attributes = { entries: [{ start: 10, end: 11 }] }
  kernel.namespace.list = (object, family) =>
    object === 'tunnel'
      ? [{ object, verb: 'new', value: { family: constants.AF_BRIDGE, flags: 0, ifindex: index, attributes } }]
      : list(object, family)
  await observer.refreshVnis()
  expect([...(observer.observed.vnis.get(index)?.keys() ?? [])]).toEqual([10, 11])
})

describe('events', () => {
  test('change what is known, and tell what was known before', async () => {
    const { kernel, observer, changes } = observing()
    await observer.resync({ fdb: true })
    await observer.drain()
    changes.length = 0
    const { events } = observer
    kernel.others.rename('vxlan0', 'renamed')
    await observer.drain()
    expect(observer.events).toBe(events + 1)
    expect(changes).toMatchObject([
      {
        object: 'link',
        verb: 'new',
        value: { attributes: { ifname: 'renamed' } },
        before: { attributes: { ifname: 'vxlan0' } },
      },
    ])
    expect(observer.names.indexOf('renamed')).toBe(3)
    expect(() => observer.names.indexOf('vxlan0')).toThrow(NoSuchLink)
  })

  test('that were lost are told, and end with a resync', async () => {
    const { kernel, observer, overruns } = observing()
    await observer.resync({ fdb: true })
    kernel.overrun()
    kernel.others.setVxlan('vxlan0', { ttl: 9 })
    await observer.drain()
    expect(overruns()).toBe(1)
    expect(ttlOf(observer)).toBe(0)
    await observer.resync({ fdb: true })
    expect(ttlOf(observer)).toBe(9)
  })
})

describe('a refresh', () => {
  test('finds what the kernel does not tell of a link that is down', async () => {
    const { kernel, observer } = observing()
    kernel.others.setLink('vxlan0', { up: false })
    await observer.resync({ fdb: true })
    kernel.others.setVxlan('vxlan0', { ttl: 9 })
    await observer.drain()
    expect(ttlOf(observer)).toBe(0)
    await observer.refresh(['vxlan0'])
    expect(ttlOf(observer)).toBe(9)
  })

  test('asks for the named links alone', async () => {
    const { kernel, observer } = observing()
    await observer.resync({ fdb: true })
    const { requests } = kernel
    const dumps = kernel.dumps.length
    await observer.refresh(['vxlan0'])
    expect(kernel.requests - requests).toBe(1)
    expect(kernel.dumps).toHaveLength(dumps)
  })

  test.each([0, 3])(
    'never undoes an event that came while it asked, with events %i turns late',
    async (eventLagTurns) => {
      const { kernel, observer } = observing({ eventLagTurns })
      await observer.resync({ fdb: true })
      kernel.meddle = () => ({ kind: 'after', act: () => kernel.others.setVxlan('vxlan0', { ttl: 9 }) })
      await observer.refresh(['vxlan0'])
      await observer.drain()
      expect(ttlOf(observer)).toBe(9)
    },
  )

  test('does not bring back a link that went while it asked', async () => {
    const { kernel, observer } = observing()
    await observer.resync({ fdb: true })
    kernel.meddle = () => ({ kind: 'after', act: () => kernel.others.deleteLink('vxlan0') })
    await observer.refresh(['vxlan0'])
    expect(() => observer.names.indexOf('vxlan0')).toThrow('there is no link vxlan0')
  })

  test('passes over a link that is not there', async () => {
    const { observer } = observing()
    await observer.resync({ fdb: true })
    await expect(observer.refresh(['nowhere0', 'vxlan0'])).resolves.toBeUndefined()
  })

  test('rejects when the kernel cannot be asked', async () => {
    const { kernel, observer } = observing()
    await observer.resync({ fdb: true })
    kernel.meddle = () => ({ kind: 'refuse', code: 'ENOMEM' })
    await expect(observer.refresh(['vxlan0'])).rejects.toMatchObject({ code: 'ENOMEM' })
  })
})

test('the kernel is not looked at before it is followed: what happened meanwhile would be missed', async () => {
  const kernel = new FakeKernel()
  const client = new RtnetlinkClient(kernel.open())
  onTestFinished(() => client.close())
  const observer = new Observer(client, release, (groups, listener) =>
    subscribe(groups, listener, kernel.openSubscription(groups)),
  )
  await expect(observer.resync({ fdb: true })).rejects.toThrow('is not being followed')
  observer.close()
})
