/** One list of VTEPs for all hosts, the host itself among them. */
import { expect, onTestFinished, test } from 'vitest'
import { eventually } from './support/eventually.ts'
import { namespace } from './support/namespace.ts'
import { installVxagent } from './support/vxagent.ts'

test('a host leaves itself out, follows its addresses, and says so', async () => {
  const host = await namespace(onTestFinished)
  await host.addVeth('eth1', '10.0.2.1/24')
  const vxlan0 = { id: 42, dev: 'eth1', dstport: 4789, remotes: ['10.0.2.1', '10.0.2.2', '10.0.2.3'] }
  const agent = installVxagent(host, { 'a.yaml': { vxlans: { vxlan0 } } }, onTestFinished)
  await agent.startAndWait()
  await agent.converged()
  const floods = async (): Promise<string[]> =>
    (await host.json('bridge -d -j fdb show dev vxlan0'))
      .filter(({ mac }: { mac: string }) => mac === '00:00:00:00:00:00')
      .map(({ dst }: { dst: string }) => dst)
      .sort()
  expect(await floods()).toEqual(['10.0.2.2', '10.0.2.3'])
  expect((await agent.vxagent('status')).stdout).toContain(
    '10.0.2.1 of remotes is an address of this host, and is left out',
  )

  await host.ip('address add 10.0.2.2/24 dev eth1')
  await eventually(async () => expect(await floods()).toEqual(['10.0.2.3']))
  await host.ip('address del 10.0.2.2/24 dev eth1')
  await eventually(async () => expect(await floods()).toEqual(['10.0.2.2', '10.0.2.3']))
  expect((await agent.vxagent('diff')).code).toBe(0)
  // The host has changed, and nobody has changed what vxagent made.
  const { counters } = JSON.parse((await agent.vxagent('status', '--json')).stdout)
  expect(counters.repairs).toBe(0)
})

test('an entry that leads to this host itself is kept, and status says where its frames go', async () => {
  const host = await namespace(onTestFinished)
  await host.addVeth('eth1', '10.0.2.1/24')
  const fdb = [{ mac: '02:00:00:00:00:0a', dst: '10.0.2.9' }]
  const vxlan0 = { id: 42, dev: 'eth1', dstport: 4789, remotes: ['10.0.2.3'], fdb }
  const agent = installVxagent(host, { 'a.yaml': { vxlans: { vxlan0 } } }, onTestFinished)
  await agent.startAndWait()
  await agent.converged()
  expect((await agent.vxagent('status')).stdout).not.toContain('an address of this host')

  await host.ip('address add 10.0.2.9/24 dev eth1')
  await eventually(async () =>
    expect((await agent.vxagent('status')).stdout).toContain(
      'the entry for 02:00:00:00:00:0a of fdb leads to 10.0.2.9, an address of this host',
    ),
  )
  const entries = await host.json('bridge -d -j fdb show dev vxlan0')
  expect(entries).toContainEqual(expect.objectContaining({ mac: '02:00:00:00:00:0a', dst: '10.0.2.9' }))
})
