/** The underlay device comes late, goes, comes back, is renamed, changes its MTU: the vxlan on it follows. */
import { describe, expect, onTestFinished, test } from 'vitest'
import type { AgentStatus, ObjectStatus } from '../src/agent/answers/status.ts'
import { askJson } from './support/ask.ts'
import { eventually } from './support/eventually.ts'
import { pictureOf } from './support/link-picture.ts'
import { type Namespace, namespace } from './support/namespace.ts'
import { needsLinux } from './support/needs-linux.ts'
import { type Installation, installVxagent } from './support/vxagent.ts'

const vxlan0 = {
  id: 42,
  group: '239.1.1.1',
  dev: 'eth1',
  dstport: 4789,
  addresses: ['10.0.1.1/24', 'fd00:1::1/64'],
}

interface Scene {
  readonly host: Namespace
  readonly installation: Installation
  readonly object: () => Promise<ObjectStatus>
}

/** A host with a daemon that answers, and no underlay device yet. */
async function scene(vxlan: object = vxlan0): Promise<Scene> {
  const host = await namespace(onTestFinished)
  const installation = installVxagent(host, { 'overlay.yaml': { vxlans: { vxlan0: vxlan } } }, onTestFinished)
  await installation.startAndWait()
  const object = async (): Promise<ObjectStatus> => {
    const { objects } = await askJson<AgentStatus>(installation.socket, '/v1/status')
    return objects[0] as ObjectStatus
  }
  return { host, installation, object }
}

/** Far longer than an event takes, far shorter than the timer of 60 s, which would find it too. */
const soon = { timeoutMs: 20_000 }

async function isThereWithItsAddresses(host: Namespace, dev = 'eth1'): Promise<void> {
  await eventually(async () => {
    expect(await pictureOf(host, 'vxlan0')).toMatchObject({
      isUp: true,
      vxlan: { id: 42, group: '239.1.1.1', link: dev },
      addresses: expect.arrayContaining(vxlan0.addresses),
    })
  }, soon)
}

test('a link whose underlay device is not there waits, and is made when it appears', async () => {
  const { host, installation, object } = await scene()
  expect(await object()).toMatchObject({ state: 'waiting', reason: expect.stringContaining('eth1 does not exist') })
  expect((await installation.vxagent('status')).code).toBe(3)
  expect(await host.json('ip -j link show type vxlan')).toEqual([])

  await host.addVeth('eth1', '10.0.2.1/24')
  await isThereWithItsAddresses(host)
  await eventually(async () => expect(await object()).toMatchObject({ state: 'converged' }))
})

test('a link that goes with its underlay device comes back with it, addresses and all', async () => {
  const { host, object } = await scene()
  await host.addVeth('eth1')
  await isThereWithItsAddresses(host)
  const { mac } = await pictureOf(host, 'vxlan0')

  await host.ip('link delete eth1')
  await eventually(async () => expect(await object()).toMatchObject({ state: 'waiting' }), soon)
  expect(await host.json('ip -j link show type vxlan')).toEqual([])

  await host.addVeth('eth1')
  await isThereWithItsAddresses(host)
  expect((await pictureOf(host, 'vxlan0')).mac).toBe(mac)
})

test('an underlay device that goes to another namespace and returns brings its link back', async () => {
  const { host, object } = await scene()
  const elsewhere = await namespace(onTestFinished)
  await host.addVeth('eth1')
  await isThereWithItsAddresses(host)

  await host.ip(`link set eth1 netns ${elsewhere.name}`)
  await eventually(async () => expect(await object()).toMatchObject({ state: 'waiting' }), soon)

  await elsewhere.ip(`link set eth1 netns ${host.name}`)
  await isThereWithItsAddresses(host)
})

test('an underlay device that is renamed keeps its link as it is, and the link waits for the declared name', async (context) => {
  needsLinux(context, 6, 2, 'nobody can rename a link that is up')
  const { host, object } = await scene()
  await host.addVeth('eth1')
  await isThereWithItsAddresses(host)
  const [{ ifindex }] = await host.json('ip -j link show vxlan0')

  await host.ip('link set eth1 name elsewhere')
  await eventually(async () => {
    expect(await object()).toMatchObject({ state: 'waiting', reason: expect.stringContaining('eth1 does not exist') })
  }, soon)
  await isThereWithItsAddresses(host, 'elsewhere')

  await host.ip('link set elsewhere name eth1')
  await eventually(async () => expect(await object()).toMatchObject({ state: 'converged', ifindex }), soon)
  await isThereWithItsAddresses(host)
})

test('a link moves to another device that takes the declared name', async (context) => {
  needsLinux(context, 6, 2, 'nobody can rename a link that is up')
  const { host, object } = await scene()
  await host.addVeth('eth1')
  await host.addVeth('eth2')
  await isThereWithItsAddresses(host)

  await host.ipBatch('link set eth1 name former\nlink set eth2 name eth1')
  await isThereWithItsAddresses(host)
  await eventually(async () => expect(await object()).toMatchObject({ state: 'converged' }), soon)
  const flood = (await host.json('bridge -d -j fdb show dev vxlan0')).filter(
    ({ mac }: { mac: string }) => mac === '00:00:00:00:00:00',
  )
  expect(flood).toEqual([expect.objectContaining({ dst: '239.1.1.1', viaIf: 'eth1' })])
})

describe('the MTU', () => {
  test.each([
    { underlay: 'IPv4', group: '239.1.1.1', overhead: 50 },
    { underlay: 'IPv6', group: 'ff05::100', overhead: 70 },
  ])('unstated, follows that of an $underlay underlay', async ({ group, overhead }) => {
    const { host, installation } = await scene({ ...vxlan0, group })
    await host.addVeth('eth1')
    for (const lower of [1500, 1400, 9000, 1500]) {
      await host.ip(`link set eth1 mtu ${lower}`)
      await eventually(async () => expect((await pictureOf(host, 'vxlan0')).mtu).toBe(lower - overhead), soon)
    }
    await installation.converged()
  })

  test('stated too large, is what the underlay carries, with a warning, and grows as soon as it can', async () => {
    const { host, installation, object } = await scene({ ...vxlan0, mtu: 1500 })
    await host.addVeth('eth1')
    await installation.converged()
    expect((await pictureOf(host, 'vxlan0')).mtu).toBe(1450)
    const warning = 'mtu 1500 is more than eth1 carries'
    expect((await object()).warnings).toEqual([expect.stringContaining(warning)])
    const status = await installation.vxagent('status')
    expect(status).toMatchObject({ code: 0, stdout: expect.stringContaining(warning) })
    const diff = await installation.vxagent('diff')
    expect(diff).toMatchObject({ code: 0, stdout: expect.stringContaining(warning) })

    await host.ip('link set eth1 mtu 1550')
    await eventually(async () => expect((await pictureOf(host, 'vxlan0')).mtu).toBe(1500), soon)
    await eventually(async () => expect((await object()).warnings).toEqual([]))
  })

  test('stated and possible, stays whatever the underlay has', async () => {
    const { host, installation } = await scene({ ...vxlan0, mtu: 1300 })
    await host.addVeth('eth1')
    await installation.converged()
    await host.ip('link set eth1 mtu 9000')
    // Once later drift has been dealt with, so has the underlay's change.
    await host.ip('link set vxlan0 mtu 1350')
    await eventually(async () => expect((await pictureOf(host, 'vxlan0')).mtu).toBe(1300), soon)
    await installation.converged()
  })
})
