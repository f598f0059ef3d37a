/** What ifupdown2's tests of VXLAN assert. The list is in docs/maintainers/acceptance.md. */
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { applied, apply, floods, linkOf, type Shown } from '../support/applied.ts'
import { eventually } from '../support/eventually.ts'
import { type Namespace, namespace } from '../support/namespace.ts'
import { needsBridgeVlans } from '../support/needs-linux.ts'
import { installVxagent } from '../support/vxagent.ts'

async function portOf(host: Namespace, name: string): Promise<Shown> {
  const [port] = await host.json(`bridge -d -j link show dev ${name}`)
  return port
}

test('IF-1: links with a local address, a remote, a service node and several remotes pass their check', async () => {
  const { host, installation } = await applied({
    vxlans: {
      vxlan1000: { id: 1000, local: '27.0.0.11', dstport: 4789, learning: false },
      vxlan10200: { id: 10200, local: '6.0.0.15', dstport: 4789, remotes: ['6.0.0.16'] },
      vx0: {
        ...{ id: 42, local: '172.16.20.105', dstport: 4789, ageing: 30, learning: true },
        ...{ remote: '172.16.22.126', remotes: ['172.16.22.128'] },
      },
    },
    bridges: { bridge: { ports: { vxlan1000: { learning: false }, vxlan10200: { learning: true } } } },
  })
  const dataOf = async (name: string): Promise<Shown> => (await linkOf(host, name)).linkinfo.info_data
  expect(await dataOf('vxlan1000')).toMatchObject({ id: 1000, local: '27.0.0.11', learning: false })
  expect(await dataOf('vxlan10200')).toMatchObject({ id: 10200, local: '6.0.0.15', learning: true })
  expect(await floods(host, 'vxlan10200')).toEqual(['6.0.0.16'])
  expect(await portOf(host, 'vxlan10200')).toMatchObject({ master: 'bridge', learning: true })
  expect(await dataOf('vx0')).toMatchObject({ id: 42, local: '172.16.20.105', ageing: 30, remote: '172.16.22.126' })
  expect((await floods(host, 'vx0')).toSorted()).toEqual(['172.16.22.126', '172.16.22.128'])
  expect(await installation.vxagent('diff')).toMatchObject({ code: 0 })
})

test('IF-2, IF-3: another VNI replaces the link and back again, another remote changes it', async () => {
  const state = (id: number, vtep: string) => ({
    vxlans: { vx0: { id, local: '172.16.20.105', dstport: 4789, remotes: [vtep] } },
  })
  const { host, installation } = await applied(state(42, '172.16.22.128'))
  for (const id of [43, 42]) {
    await apply(installation, state(id, '172.16.22.128'))
    expect((await linkOf(host, 'vx0')).linkinfo.info_data.id).toBe(id)
    expect(await floods(host, 'vx0')).toEqual(['172.16.22.128'])
  }
  const { ifindex } = await linkOf(host, 'vx0')
  await apply(installation, state(42, '172.16.22.43'))
  expect(await floods(host, 'vx0')).toEqual(['172.16.22.43'])
  expect((await linkOf(host, 'vx0')).ifindex).toBe(ifindex)
})

test('IF-4, IF-5: learning off on link and port is so after a start, after both were deleted, and after drift', async () => {
  const link = (id: number) => ({ id, local: '27.0.0.16', dstport: 4789, learning: false, mtu: 9152 })
  const state = {
    vxlans: { 'vx-1000': link(1000), 'vx-1001': link(1001) },
    bridges: { bridge: { ports: { 'vx-1000': { learning: false }, 'vx-1001': { learning: false } } } },
  }
  const host = await namespace(onTestFinished)
  const installation = installVxagent(host, { 'overlay.yaml': state }, onTestFinished)
  await installation.startAndWait()
  const areBothOff = (): Promise<void> =>
    eventually(async () => {
      for (const name of ['vx-1000', 'vx-1001']) {
        expect(await linkOf(host, name)).toMatchObject({ mtu: 9152, linkinfo: { info_data: { learning: false } } })
        expect(await portOf(host, name)).toMatchObject({ master: 'bridge', learning: false })
      }
    })
  await areBothOff()
  await host.ipBatch('link delete vx-1000\nlink delete bridge')
  await areBothOff()
  await host.bridge('link set dev vx-1001 learning on')
  await host.ip('link set vx-1001 type vxlan learning')
  await areBothOff()
  await installation.converged()
})

test('IF-7, IF-8: options of link and port that are no longer stated are back at the default, on the same link', async () => {
  const state = (vxlan: object, port: object) => ({
    vxlans: { vxlan10101: { id: 10101, local: '6.0.0.17', dstport: 4789, ...vxlan } },
    bridges: { br0: { ports: { vxlan10101: port } } },
  })
  const stated = { neigh_suppress: true, cost: 7, priority: 4, flood: false, mcast_flood: false, learning: false }
  const { host, installation } = await applied(state({ learning: false }, stated))
  expect(await portOf(host, 'vxlan10101')).toMatchObject(stated)
  const before = await linkOf(host, 'vxlan10101')
  expect(before.linkinfo.info_data.learning).toBe(false)

  await apply(installation, state({}, {}))
  const defaults = { neigh_suppress: false, priority: 32, flood: true, mcast_flood: true, learning: true }
  expect(await portOf(host, 'vxlan10101')).toMatchObject(defaults)
  const after = await linkOf(host, 'vxlan10101')
  expect(after.linkinfo.info_data.learning).toBe(true)
  expect(after.ifindex).toBe(before.ifindex)
})

describe('with bridge VLAN filtering', () => {
  beforeEach(needsBridgeVlans)

  const access = (vid: number) => ({ vlans: [{ vid, pvid: true, untagged: true }] })

  test('IF-1, IF-6: access VLANs are those stated, and the same again when a link comes back', async () => {
    const state = {
      vxlans: { vxlan1: { id: 1, dstport: 4789 }, vxlan500: { id: 500, dstport: 4789 } },
      bridges: { bridge: { vlan_filtering: true, ports: { vxlan1: access(1), vxlan500: access(500) } } },
    }
    const { host, installation } = await applied(state)
    const vlans = async (): Promise<unknown> =>
      new Map(((await host.json('bridge -j vlan show')) as Shown[]).map(({ ifname, vlans }) => [ifname, vlans]))
    const before = await vlans()
    const flags = ['PVID', 'Egress Untagged']
    expect(before).toEqual(
      new Map([
        ['bridge', [{ vlan: 1, flags }]],
        ['vxlan1', [{ vlan: 1, flags }]],
        ['vxlan500', [{ vlan: 500, flags }]],
      ]),
    )
    await host.ip('link delete vxlan1')
    await apply(installation, state)
    expect(await vlans()).toEqual(before)
  })
})
