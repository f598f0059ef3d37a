/** `vxagent tunnels` against what bridge, ip and /proc say. */
import { expect, onTestFinished, test } from 'vitest'
import type { Tunnel } from '../../src/agent/answers/tunnel.ts'
import { eventually } from '../support/eventually.ts'
import { threeHosts } from '../support/three-hosts.ts'
import { installVxagent } from '../support/vxagent.ts'

test('one row for each remote, as bridge, ip and /proc/net/igmp have them', async () => {
  const { ubuntu, ask, agent } = await threeHosts(onTestFinished)
  expect(await ubuntu.canPing('10.0.1.254')).toBe(true)
  expect(await ubuntu.canPing('10.0.1.253')).toBe(true)

  const { tunnels } = (await ask('tunnels')) as { tunnels: Tunnel[] }
  const fdb = (await ubuntu.json('bridge -d -j fdb show dev vxlan0')) as { mac: string; dst: string; viaIf?: string }[]
  expect(tunnels.map(({ remote }) => remote).sort()).toEqual([...new Set(fdb.map(({ dst }) => dst))].sort())
  for (const { ifname, vni, dstport, remote, isGroup, macs, sources, isFloodedTo } of tunnels) {
    const entries = fdb.filter(({ dst }) => dst === remote)
    expect({ ifname, vni, dstport }).toEqual({ ifname: 'vxlan0', vni: 42, dstport: 8472 })
    expect(macs).toBe(entries.filter(({ mac }) => mac !== '00:00:00:00:00:00').length)
    expect(isFloodedTo).toBe(entries.some(({ mac }) => mac === '00:00:00:00:00:00'))
    expect(sources).toEqual(isGroup ? ['group'] : ['learned'])
  }

  for (const { remote, isGroup, underlay } of tunnels) {
    const [route] = await ubuntu.json(`ip -j route get ${remote}${isGroup ? ' oif eth1' : ''}`)
    expect(underlay).toMatchObject({ isResolved: true, dev: route.dev, source: route.prefsrc, mtu: 1500 })
    if (!isGroup) {
      const [neighbour] = await ubuntu.json(`ip -j neigh show to ${remote} dev eth1`)
      expect(underlay.nextHopMac).toBe(neighbour.lladdr)
    }
  }

  const group = tunnels.find(({ isGroup }) => isGroup)
  const igmp = await ubuntu.run('cat', ['/proc/net/igmp'])
  expect(igmp).toContain('010101EF')
  expect(group).toMatchObject({ remote: '239.1.1.1', membership: 'joined' })

  // A question of ARP between the two readings would be counted by one of them.
  await eventually(async () => {
    const { vnis } = (await ask('tunnels')) as { vnis: { traffic: object }[] }
    const [counted] = await ubuntu.json('ip -s -j link show vxlan0')
    expect(vnis).toEqual([
      {
        ifname: 'vxlan0',
        vni: 42,
        traffic: {
          rxPackets: counted.stats64.rx.packets,
          rxBytes: counted.stats64.rx.bytes,
          txPackets: counted.stats64.tx.packets,
          txBytes: counted.stats64.tx.bytes,
        },
      },
    ])
  })
  const text = (await agent.vxagent('tunnels')).stdout
  expect(text).toMatch(/42 {2}vxlan0 {2}10\.0\.2\.254 +8472 {2}learned +1 .*eth1 .*confirmed/)
  expect(text).toMatch(/239\.1\.1\.1 +8472 {2}group .*yes .*joined/)
})

test('without a daemon a group that is not joined shows, and a VTEP that does not answer', async () => {
  const { vyos01 } = await threeHosts(onTestFinished)
  const alone = installVxagent(vyos01, {}, onTestFinished)
  const read = async (): Promise<Tunnel[]> => JSON.parse((await alone.vxagent('tunnels', '--json')).stdout).tunnels
  expect(await read()).toEqual([expect.objectContaining({ remote: '239.1.1.1', membership: 'joined' })])

  await vyos01.ip('link set vxlan0 down')
  expect(await read()).toEqual([expect.objectContaining({ remote: '239.1.1.1', membership: 'not joined' })])
  expect((await alone.vxagent('tunnels')).stdout).toContain('239.1.1.1 is not joined on eth1')

  await vyos01.ip('link set vxlan0 up')
  await vyos01.bridge('fdb append 00:00:00:00:00:00 dev vxlan0 dst 10.0.2.77')
  await vyos01.bridge('fdb append 00:00:00:00:00:00 dev vxlan0 dst 192.0.2.9')
  // A frame that is flooded makes the kernel look for both.
  expect(await vyos01.canPing('10.0.1.99')).toBe(false)
  const rows = new Map((await read()).map((row) => [row.remote, row]))
  expect(rows.get('10.0.2.77')).toMatchObject({
    sources: ['head-end'],
    underlay: { isResolved: false, problem: '10.0.2.77 does not answer ARP on eth1' },
  })
  expect(rows.get('192.0.2.9')).toMatchObject({
    underlay: { isResolved: false, problem: 'there is no route to 192.0.2.9' },
  })
})
