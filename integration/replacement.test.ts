/** Links that take the place of others: in a chain, cut short, and with what was put on them by hand. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { applied, apply, linkOf, type Shown } from './support/applied.ts'
import { eventually } from './support/eventually.ts'
import type { Namespace } from './support/namespace.ts'

const mac = '02:00:00:00:00:bb'
const vxlan = (id: number): object => ({ id, dstport: 4789, remote: '192.0.2.2' })

async function putByHand(host: Namespace, name: string): Promise<void> {
  await host.ip(`address add 10.9.9.9/24 dev ${name}`)
  await host.bridge(`fdb add ${mac} dev ${name} dst 192.0.2.9`)
}

async function expectByHand(host: Namespace, name: string, id: number): Promise<void> {
  const link = await linkOf(host, name)
  expect(link.linkinfo.info_data.id).toBe(id)
  expect(link.addr_info).toContainEqual(expect.objectContaining({ local: '10.9.9.9' }))
  const entries: Shown[] = await host.json(`bridge -d -j fdb show dev ${name}`)
  expect(entries).toContainEqual(expect.objectContaining({ mac, dst: '192.0.2.9' }))
}

test('one link takes the VNI of another, which takes a new one; a third takes one that is given up', async () => {
  const { host, installation } = await applied({ vxlans: { va: vxlan(10), vb: vxlan(20) } })
  await putByHand(host, 'va')
  await apply(installation, { vxlans: { va: vxlan(20), vb: vxlan(30) } })
  await expectByHand(host, 'va', 20)
  await apply(installation, { vxlans: { va: vxlan(20), vb: vxlan(40), vc: vxlan(30) } })
  await expectByHand(host, 'va', 20)
  expect((await linkOf(host, 'vc')).linkinfo.info_data.id).toBe(30)
})

test('a record that cannot be written keeps a replacement from being begun, and takes nothing from the link', async () => {
  const { host, installation } = await applied({ vxlans: { va: vxlan(10) } })
  await putByHand(host, 'va')
  const { ifindex } = await linkOf(host, 'va')
  await installation.startAndWait('env', 'VXAGENT_RESYNC_INTERVAL=3600')
  // A directory in the place of the file that is written first stands for a full disk.
  const inTheWay = join(installation.stateDir, 'owned.json.new')
  mkdirSync(inTheWay)
  writeFileSync(join(inTheWay, 'x'), '')
  installation.write('overlay.yaml', { vxlans: { va: vxlan(11) } })
  await eventually(async () => expect((await installation.status()).problem).toMatch(/owned\.json/))
  expect((await linkOf(host, 'va')).ifindex).toBe(ifindex)
  rmSync(inTheWay, { recursive: true })
  await eventually(async () => expect((await linkOf(host, 'va')).linkinfo.info_data.id).toBe(11))
  await installation.converged()
  await expectByHand(host, 'va', 11)
})

test('an IPv4 address gets a peer, and another one', async () => {
  const state = (address: unknown): object => ({ vxlans: { va: { ...vxlan(10), addresses: [address] } } })
  const { host, installation } = await applied(state('10.0.0.1/24'))
  for (const peer of ['10.0.0.2', '10.0.0.3']) {
    await apply(installation, state({ address: '10.0.0.1/24', peer }))
    const { addr_info } = await linkOf(host, 'va')
    expect(addr_info).toContainEqual(expect.objectContaining({ local: '10.0.0.1', address: peer }))
  }
})
