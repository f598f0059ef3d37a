/** Which packet counters are read. */
import { expect, test, vi } from 'vitest'
import { linkCounters, vniCounters, vxlanCounters } from '../../../src/agent/kernel/packet-counters.ts'
import type { LinkStats, VnifilterEntry } from '../../../src/rtnetlink/index.ts'
import { device, observed, vxlan } from '../../support/builders.ts'

const withStats = (link: ReturnType<typeof device>, rxPackets: number) => ({
  ...link,
  attributes: { ...link.attributes, stats64: { rxPackets } as LinkStats },
})
const client = {
  listLinks: async () => [
    withStats(device(2, 'eth1'), 1),
    withStats(vxlan(5, 'vxlan0', {}), 2),
    vxlan(6, 'vxlan1', {}),
  ],
}

test('those of the links that are meant, if the kernel has them', async () => {
  expect([...(await linkCounters(client, (index) => index !== 5)).keys()]).toEqual([2])
  expect([...(await vxlanCounters(client, observed([device(2, 'eth1'), vxlan(5, 'vxlan0', {})]))).keys()]).toEqual([5])
})

test('those of VNIs, asked for only where a link filters them', async () => {
  const counted = { rxPackets: 1n, txPackets: 2n }
  const listVnis = vi.fn(
    async () =>
      [
        { ifindex: 5, attributes: { entries: [{ start: 7, stats: counted }, { start: 8 }] } },
        { ifindex: 6, attributes: {} },
      ] as unknown as { ifindex: number; attributes: { entries: VnifilterEntry[] } }[],
  )
  const ask = listVnis as unknown as Parameters<typeof vniCounters>[0]['listVnis']
  expect(await vniCounters({ listVnis: ask }, { vnis: new Map() })).toEqual(new Map())
  expect(listVnis).not.toHaveBeenCalled()
  expect(await vniCounters({ listVnis: ask }, { vnis: new Map([[5, new Map()]]) })).toEqual(
    new Map([
      [5, new Map([[7, counted]])],
      [6, new Map()],
    ]),
  )
})
