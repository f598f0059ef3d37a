/** What nmstate's tests of VXLAN assert. The list is in docs/maintainers/acceptance.md. */
import { expect, onTestFinished, test } from 'vitest'
import { type AppliedHost, applied, apply, linkOf, type Shown } from '../support/applied.ts'
import { finish } from '../support/command.ts'
import { type Namespace, namespace } from '../support/namespace.ts'
import { installVxagent, vxagentPath } from '../support/vxagent.ts'

/** A host with `eth1` in which this state has been applied. */
const onEth1 = (state: object): Promise<AppliedHost> => applied(state, { eth1: '192.168.100.9/24' })

async function namesOf(host: Namespace, kind: string): Promise<string[]> {
  return (await host.json(`ip -j link show type ${kind}`)).map(({ ifname }: Shown) => ifname).toSorted()
}

test('NM-1 to NM-4, NM-9: links with and without device, remote and learning are shown as stated, and absent afterwards', async () => {
  const { host, installation } = await onEth1({
    vxlans: {
      'eth1.201': { id: 201, dev: 'eth1', remote: '192.168.100.1', dstport: 4789, learning: true },
      'eth1.202': { id: 202, dev: 'eth1', remote: '192.168.100.2', dstport: 4789 },
      'vxlan.203': { id: 203, remote: '192.168.100.1', dstport: 4789 },
      'vxlan.204': { id: 204, remote: '192.168.100.1', dstport: 4789, learning: false },
      'vxlan.205': { id: 205, local: '192.168.100.9', dstport: 4789 },
    },
  })
  const dataOf = async (name: string): Promise<Shown> => (await linkOf(host, name)).linkinfo.info_data
  const [remote, port] = ['192.168.100.1', 4789]
  expect(await dataOf('eth1.201')).toMatchObject({ id: 201, link: 'eth1', remote, port, learning: true })
  expect(await dataOf('eth1.202')).toMatchObject({ id: 202, link: 'eth1', remote: '192.168.100.2', port })
  expect(await dataOf('vxlan.203')).toMatchObject({ id: 203, remote, port, learning: true })
  expect(await dataOf('vxlan.203')).not.toHaveProperty('link')
  expect(await dataOf('vxlan.204')).toMatchObject({ id: 204, remote, port, learning: false })
  expect(await dataOf('vxlan.205')).toMatchObject({ id: 205, local: '192.168.100.9', port })
  expect(await dataOf('vxlan.205')).not.toHaveProperty('remote')

  await apply(installation, { vxlans: {} })
  expect(await namesOf(host, 'vxlan')).toEqual([])
})

test('NM-5: a state of which one link has an unknown key is refused whole, and the host stays as it is', async () => {
  const good = { id: 201, remote: '192.168.100.1', dstport: 4789, addresses: ['10.1.1.1/24'] }
  const { host, installation } = await onEth1({ vxlans: { vxlan201: good } })
  const picture = async (): Promise<unknown> => [
    await host.json('ip -d -j link show'),
    (await host.json('ip -j address show')).flatMap(({ addr_info }: Shown) =>
      addr_info.map((info: Shown) => info.local),
    ),
    await host.json('bridge -d -j fdb show'),
  ]
  const before = await picture()
  const bad = { id: 202, remote: '192.168.100.2', dstport: 4789, remote_port: 1 }
  installation.write('overlay.yaml', { vxlans: { vxlan201: { ...good, ttl: 5 }, vxlan202: bad } })
  const refused = await installation.vxagent('apply')
  expect(refused).toMatchObject({ code: 4, stderr: expect.stringContaining('unknown key "remote_port" in vxlan202') })
  expect(await picture()).toEqual(before)
})

test('NM-6: a link that is no longer stated is gone, and one that is stated down is down', async () => {
  const vni = (id: number, more: object = {}) => ({ id, remote: '192.168.100.1', dstport: 4789, ...more })
  const { host, installation } = await onEth1({ vxlans: { vxlan201: vni(201), vxlan202: vni(202) } })
  await apply(installation, { vxlans: { vxlan202: vni(202, { up: false }) } })
  expect(await namesOf(host, 'vxlan')).toEqual(['vxlan202'])
  expect((await linkOf(host, 'vxlan202')).flags).not.toContain('UP')
})

test('NM-7: a link and the one under it, in one file, come in one apply and go in one', async () => {
  const { host, installation } = await onEth1({
    vxlans: { above: { id: 201, dev: 'under', group: '239.1.1.1', dstport: 4789 } },
    bridges: { under: { ports: { eth1: {} } } },
  })
  const { flags, linkinfo } = await linkOf(host, 'above')
  expect(flags).toContain('UP')
  expect(linkinfo.info_data).toMatchObject({ id: 201, link: 'under' })
  expect(await linkOf(host, 'eth1')).toMatchObject({ master: 'under' })

  await apply(installation, {})
  expect([...(await namesOf(host, 'vxlan')), ...(await namesOf(host, 'bridge'))]).toEqual([])
  expect(await linkOf(host, 'eth1')).not.toHaveProperty('master')
})

test('NM-8: a link that something else made is shown, and can be taken over and removed', async () => {
  const host = await namespace(onTestFinished)
  await host.ip('link add vxlan.208 type vxlan id 208 dstport 4789')
  const installation = installVxagent(host, {}, onTestFinished)
  const exported = await installation.vxagent('export', '--json')
  const state = JSON.parse(exported.stdout)
  expect(state.vxlans['vxlan.208']).toMatchObject({ id: 208, dstport: 4789, adopt: true })
  expect(state.vxlans['vxlan.208']).not.toHaveProperty('remote')

  const { ifindex } = await linkOf(host, 'vxlan.208')
  await apply(installation, state)
  expect((await linkOf(host, 'vxlan.208')).ifindex).toBe(ifindex)
  await apply(installation, {})
  expect(await namesOf(host, 'vxlan')).toEqual([])
})

test('NM-10: another VNI on an existing link is there after one apply, and the plan says what it takes', async () => {
  const vxlan0 = { remote: '192.168.100.1', dstport: 4789, addresses: ['10.1.1.1/24'] }
  const { host, installation } = await onEth1({ vxlans: { vxlan0: { ...vxlan0, id: 201 } } })
  const before = await linkOf(host, 'vxlan0')
  installation.write('overlay.yaml', { vxlans: { vxlan0: { ...vxlan0, id: 200 } } })
  const { code, stdout } = await installation.vxagent('apply')
  expect(code).toBe(0)
  expect(stdout).toMatch(/^-\/\+ link vxlan0: replace, forced by .*id 201 -> 200/m)
  const after = await linkOf(host, 'vxlan0')
  expect(after).toMatchObject({ address: before.address, linkinfo: { info_data: { id: 200 } } })
  expect(after.addr_info.map(({ local }: Shown) => local)).toContain('10.1.1.1')
})

test('NM-12: numbers as text are refused, with how to write them', async () => {
  const state = { vxlans: { vxlan0: { id: '101', dstport: '3389', remote: '1.2.3.4' } } }
  const { code, stderr } = await finish(process.execPath, [vxagentPath, 'validate', '-'], {
    input: JSON.stringify(state),
  })
  expect(code).toBe(4)
  expect(stderr).toContain('id: 101')
  expect(stderr).toContain('dstport: 3389')
})

test('NM-12: learning stated false is off without a device, and unstated stays as someone sets it', async () => {
  const vxlans = {
    stated: { id: 101, learning: false, local: '1.2.3.4', dstport: 4789 },
    unstated: { id: 102, local: '1.2.3.4', dstport: 4789 },
  }
  const { host, installation } = await onEth1({ vxlans })
  await host.ip('link set unstated type vxlan nolearning')
  await apply(installation, { vxlans })
  for (const name of ['stated', 'unstated']) {
    expect((await linkOf(host, name)).linkinfo.info_data).toMatchObject({ learning: false, local: '1.2.3.4' })
  }
})
