/** An address that another host of the segment has already: the kernel finds out some time after it was added. */
import { expect, onTestFinished, test } from 'vitest'
import { eventually } from './support/eventually.ts'
import { underlay } from './support/underlay.ts'
import { installVxagent } from './support/vxagent.ts'

const address = '2001:db8:42::1/64'

test('is told in status as soon as the kernel knows, and mended in the way that status says', async () => {
  const { near, far } = await underlay({ near: '10.0.2.1/24', far: '10.0.2.2/24' }, onTestFinished)
  await far.ipBatch(`
    link add vxlan0 type vxlan id 42 remote 10.0.2.1 dstport 4789
    address add ${address} dev vxlan0 nodad
    link set vxlan0 up`)
  const vxlan0 = { id: 42, remote: '10.0.2.2', dstport: 4789, addresses: [address, '10.0.1.1/24'] }
  const installation = installVxagent(near, { 'overlay.yaml': { vxlans: { vxlan0 } } }, onTestFinished)
  await installation.startAndWait('env', 'VXAGENT_RESYNC_INTERVAL=3600')

  const told = /^Not converged: vxlan0 is in conflict: another host on the segment has 2001:db8:42::1 .*; asked for at/
  await eventually(async () => expect((await installation.vxagent('status')).stdout).toMatch(told))
  const [{ addr_info }] = await near.json('ip -j address show dev vxlan0')
  expect(addr_info).toContainEqual(expect.objectContaining({ local: '2001:db8:42::1', dadfailed: true }))
  expect(addr_info).toContainEqual(expect.objectContaining({ local: '10.0.1.1' }))

  await far.ip(`address delete ${address} dev vxlan0`)
  await near.ip(`address delete ${address} dev vxlan0`)
  await installation.converged()
  const [{ addr_info: after }] = await near.json('ip -j address show dev vxlan0')
  expect(after).toContainEqual(expect.objectContaining({ local: '2001:db8:42::1' }))
  expect(after).not.toContainEqual(expect.objectContaining({ dadfailed: true }))
})
