/** What is gathered of a kernel, and asked of it. */
import { describe, expect, test, vi } from 'vitest'
import type { DesiredState } from '../../../../src/agent/desired/schema.ts'
import { EventLog } from '../../../../src/agent/insight/events/event-log.ts'
import { arrivalsFrom } from '../../../../src/agent/insight/health/arrivals.ts'
import { CounterWatch } from '../../../../src/agent/insight/health/counter-watch.ts'
import { gather, type HealthSources } from '../../../../src/agent/insight/health/gather.ts'
import { HealthLook } from '../../../../src/agent/insight/health/health-look.ts'
import { waysTo } from '../../../../src/agent/insight/health/ways.ts'
import type { Observed } from '../../../../src/agent/kernel/observed.ts'
import {
  constants,
  KernelError,
  type Route,
  type RouteQuery,
  type RtnetlinkClient,
} from '../../../../src/rtnetlink/index.ts'
import { address, desired, device, observed, release, vxlan } from '../../../support/builders.ts'
import { entry, eth1, permanent, remote, stats, tables, vxlan0, way, withAttributes } from './support.ts'

/** A kernel whose routes all lead by eth1, unless told otherwise. */
function kernel(answer: (query: RouteQuery) => number | KernelError = () => 2) {
  const getRoute = vi.fn(async (query: RouteQuery): Promise<Route> => {
    const oif = answer(query)
    if (oif instanceof KernelError) {
      throw oif
    }
    return { type: constants.RTN_UNICAST, attributes: { oif } } as unknown as Route
  })
  const links = [eth1, vxlan0, device(8, 'eth5')].map((link) =>
    withAttributes(link, { stats64: stats({ rxPackets: 1 }) }),
  )
  return { getRoute, listLinks: async () => links, listVnis: async () => [], listNexthops: async () => [] }
}

const refused = (code: string) => new KernelError({ operation: 'look up the route', code })

describe('gather', () => {
  const flood = (ifindex: number, dst: string) => entry(ifindex, { lladdr: '00:00:00:00:00:00', dst }, permanent)
  const look = (tablesOf: Observed, more: Partial<HealthSources> = {}) => {
    const client = kernel()
    const sources = {
      client: client as unknown as RtnetlinkClient,
      tables: { observed: tablesOf },
      release,
      counters: new CounterWatch(),
      ...more,
    }
    return gather(sources, { before: new Set(), isWatching: true })
  }

  test('ways to unicast remotes, and groups apart', async () => {
    const facts = await look(tables([eth1, vxlan0], [flood(5, '10.0.2.2'), flood(5, '239.1.1.1')]))
    expect(facts.ways.map((each) => each.remote.address)).toEqual(['10.0.2.2'])
    expect(facts.groups.map((each) => each.address)).toEqual(['239.1.1.1'])
    expect(facts.remotes).toHaveLength(2)
  })

  test.each([
    { what: 'a link that is down', link: vxlan(5, 'vxlan0', { id: 42, link: 2 }, { isUp: false }) },
    { what: 'one whose underlay is in another network namespace', link: withAttributes(vxlan0, { linkNetnsid: 0 }) },
  ])('no ways of $what', async ({ link }) => {
    const facts = await look(tables([eth1, link], [flood(5, '10.0.2.2'), flood(5, '239.1.1.1')]))
    expect([facts.ways.length, facts.groups.length, facts.remotes.length]).toEqual([0, 0, 2])
  })

  test('an underlay elsewhere is not taken for a device of this host', async () => {
    const facts = await look(
      observed([eth1, withAttributes(vxlan(5, 'vxlan0', { id: 42, link: 2, local: '10.0.2.9' }), { linkNetnsid: 0 })]),
    )
    expect(facts.vxlans).toEqual([
      expect.objectContaining({ isUnderlayHere: false, data: expect.not.objectContaining({ link: 2 }) }),
    ])
    expect(facts.vxlans[0]?.data.local).toBeUndefined()
  })

  test.each<{ what: string; state: DesiredState; absent: object[] }>([
    { what: 'its device is there', state: desired({ vxlan1: { dev: 'eth1' } }), absent: [] },
    {
      what: 'its device is absent',
      state: desired({ vxlan1: { dev: 'eht1' } }),
      absent: [{ name: 'vxlan1', dev: 'eht1' }],
    },
    { what: 'it is there, made otherwise', state: desired({ vxlan0: { dev: 'eht1' } }), absent: [] },
    { what: 'it has none', state: desired({ vxlan1: {} }), absent: [] },
  ])('a declared link: $what', async ({ state, absent }) => {
    expect((await look(observed([eth1, vxlan0]), { desired: () => state })).absent).toEqual(absent)
  })

  test('MAC addresses that moved within three minutes, as of their last move', async () => {
    let now = Date.now() - 200_000
    const log = new EventLog({ now: () => now })
    const flap = { kind: 'flapping', dev: 'vxlan0', from: '10.0.2.2' } as const
    log.append({ ...flap, mac: '02:00:00:00:00:0a', vtep: '10.0.2.3' })
    now = Date.now() - 100_000
    log.append({ ...flap, mac: '02:00:00:00:00:0b', vtep: '10.0.2.3' })
    log.append({ ...flap, mac: '02:00:00:00:00:0b', vtep: '10.0.2.4' })
    log.append({ ...flap, kind: 'moved', mac: '02:00:00:00:00:0c' })
    expect((await look(observed([eth1]), { log })).moving).toEqual([
      { mac: '02:00:00:00:00:0b', link: 'vxlan0', places: ['10.0.2.2', '10.0.2.4'] },
    ])
  })

  test('two looks make a report, with since when', async () => {
    const down = observed([withAttributes(eth1, {}, 0), vxlan0])
    const sources = {
      client: kernel() as unknown as RtnetlinkClient,
      tables: { observed: down },
      release,
      counters: new CounterWatch(),
    }
    const watching = new HealthLook(sources, true)
    const { report, change } = await watching.look()
    expect(change.came).toEqual([expect.objectContaining({ subject: 'eth1', since: report.at })])
    const again = await watching.look()
    expect(again.change).toMatchObject({ came: [], went: [], standing: [{ since: report.at }] })
    const [finding] = (await new HealthLook(sources, false).look()).report.checks[0]?.findings ?? []
    expect(finding).not.toHaveProperty('since')
  })
})

describe('waysTo', () => {
  const ways = async (links: Observed, query: RouteQuery) => {
    const client = kernel(({ oif }) => oif ?? 8)
    const found = await waysTo([remote('10.0.2.2', { query })], client as unknown as RtnetlinkClient, {
      ...links,
      neighboursAtMs: 0,
    })
    return { found, asked: client.getRoute.mock.calls.map(([{ oif }]) => oif) }
  }
  const vrf = withAttributes(device(9, 'blue'), { linkinfo: { kind: 'vrf' } })

  test.each([
    { what: 'bound to a device', links: [eth1], query: { dst: '10.0.2.2', oif: 2 }, asked: [2, undefined] },
    { what: 'bound to none', links: [eth1], query: { dst: '10.0.2.2' }, asked: [undefined] },
    {
      what: 'bound to a device in a VRF',
      links: [withAttributes(eth1, { master: 9 }), vrf],
      query: { dst: '10.0.2.2', oif: 2 },
      asked: [2],
    },
    { what: 'bound to a VRF', links: [vrf], query: { dst: '10.0.2.2', oif: 9 }, asked: [9] },
  ])('$what', async ({ links, query, asked }) => {
    const result = await ways(observed([...links, device(8, 'eth5')]), query)
    expect(result.asked).toEqual(asked)
    expect(result.found[0]?.free?.dev).toBe(asked.length === 2 ? 'eth5' : undefined)
  })
})

describe('arrivalsFrom', () => {
  const eth2 = device(3, 'eth2')
  const lo = { ...device(1, 'lo'), flags: constants.IFF_UP | constants.IFF_LOOPBACK }
  const dummy = withAttributes(device(4, 'dummy0'), { linkinfo: { kind: 'dummy' } })
  const all = observed(
    [lo, eth1, eth2, dummy],
    [
      address(2, '10.0.2.1/24'),
      address(3, '10.0.3.1/24'),
      address(1, '10.9.0.1/32'),
      address(4, '10.9.0.2/32'),
      address(3, 'fd00::1/64'),
    ],
  )

  test.each([
    { what: 'it sends by the device of its address', source: '10.0.2.1', answer: 2, arrival: undefined, asked: 0 },
    {
      what: 'by another, and takes it',
      source: '10.0.3.1',
      answer: 3,
      arrival: { dev: 'eth2', isAccepted: true },
      asked: 1,
    },
    {
      what: 'by another, and drops it',
      source: '10.0.3.1',
      answer: refused('EXDEV'),
      arrival: { dev: 'eth2', isAccepted: false },
      asked: 1,
    },
    {
      what: 'the same since Linux 6.13',
      source: '10.0.3.1',
      answer: refused('EINVAL'),
      arrival: { dev: 'eth2', isAccepted: false },
      asked: 1,
    },
    {
      what: 'the kernel cannot say',
      source: '10.0.3.1',
      answer: refused('EHOSTUNREACH'),
      arrival: { dev: 'eth2', isAccepted: true },
      asked: 1,
    },
    { what: 'from an address of lo', source: '10.9.0.1', answer: 2, arrival: undefined, asked: 0 },
    { what: 'from that of a dummy', source: '10.9.0.2', answer: 2, arrival: undefined, asked: 0 },
    {
      what: 'of IPv6 nothing is asked',
      source: 'fd00::1',
      vtep: 'fd00::2',
      answer: 2,
      arrival: { dev: 'eth2', isAccepted: true },
      asked: 0,
    },
  ])('$what', async ({ source, vtep = '10.0.2.2', answer, arrival, asked }) => {
    const client = kernel(() => answer)
    const ways = [way(vtep, { source }), way(vtep, { source }, { ifname: 'vxlan1' })]
    const found = await arrivalsFrom(ways, client as unknown as RtnetlinkClient, all)
    expect(found.map((each) => each.arrival)).toEqual([arrival, arrival])
    expect(client.getRoute).toHaveBeenCalledTimes(asked)
    if (asked > 0) {
      expect(client.getRoute).toHaveBeenCalledWith({ dst: source, src: vtep, iif: 3 })
    }
  })

  test('another failure is one', async () => {
    const client = { getRoute: () => Promise.reject(new Error('closed')) }
    await expect(arrivalsFrom([way('10.0.2.2', { source: '10.0.3.1' })], client, all)).rejects.toThrow('closed')
  })
})
