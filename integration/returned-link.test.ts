/** A link of vxagent's that was in another network namespace while no daemon ran. */
import { expect, onTestFinished, test } from 'vitest'
import { type Namespace, namespace } from './support/namespace.ts'
import { type Installation, installVxagent } from './support/vxagent.ts'

const vxlan0 = { id: 42, remote: '10.0.2.2', dev: 'eth1', addresses: ['10.0.1.1/24'] }

async function hosts(): Promise<{ host: Namespace; other: Namespace; installation: Installation; ifindex: number }> {
  const [host, other] = [await namespace(onTestFinished), await namespace(onTestFinished)]
  await host.addVeth('eth1', '10.0.2.1/24')
  const installation = installVxagent(host, { 'a.yaml': { vxlans: { vxlan0 } } }, onTestFinished)
  expect(await installation.vxagent('apply')).toMatchObject({ code: 0 })
  return { host, other, installation, ifindex: (await host.json('ip -j link show vxlan0'))[0].ifindex }
}

test('with the ifindex that it had it is ours again, and gets back what it lost', async () => {
  const { host, other, installation, ifindex } = await hosts()
  await host.ip(`link set vxlan0 netns ${other.name}`)
  await other.ip(`link set vxlan0 netns ${host.name}`)
  expect(await installation.vxagent('apply')).toMatchObject({ code: 0 })
  const [link] = await host.json('ip -j addr show vxlan0')
  expect(link).toMatchObject({ ifindex, flags: expect.arrayContaining(['UP']) })
  expect(link.addr_info).toContainEqual(expect.objectContaining({ local: '10.0.1.1' }))
})

test('with another ifindex it is left alone until adopt is stated, and the conflict says so', async () => {
  const { host, other, installation, ifindex } = await hosts()
  await other.ip(`link add index ${ifindex} name taken0 type bridge`)
  await host.ip(`link set vxlan0 netns ${other.name}`)
  await other.ip(`link set vxlan0 netns ${host.name}`)
  const { code, stderr } = await installation.vxagent('apply')
  expect(code).toBe(1)
  expect(stderr).toContain('it may have come back from another network namespace')
  expect((await host.json('ip -j link show vxlan0'))[0].flags).not.toContain('UP')
  installation.write('a.yaml', { vxlans: { vxlan0: { ...vxlan0, adopt: true } } })
  expect(await installation.vxagent('apply')).toMatchObject({ code: 0 })
  expect((await host.json('ip -j link show vxlan0'))[0].flags).toContain('UP')
})

test('as long as it is elsewhere its VNI is held, which the refusal says', async () => {
  const { host, other, installation } = await hosts()
  await host.ip(`link set vxlan0 netns ${other.name}`)
  const { code, stderr } = await installation.vxagent('apply')
  expect(code).toBe(1)
  expect(stderr).toContain('one that was moved to another network namespace still holds it')
})
