/** Drift of every kind is undone, at once; what is not ours is left alone. */
import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { AgentStatus, ObjectStatus } from '../src/agent/answers/status.ts'
import { constants, type RouteMessage, subscribe } from '../src/rtnetlink/index.ts'
import { askJson } from './support/ask.ts'
import { eventually } from './support/eventually.ts'
import { inNetns } from './support/inside.ts'
import { pictureOf } from './support/link-picture.ts'
import { type Namespace, namespace } from './support/namespace.ts'
import { needsLinux } from './support/needs-linux.ts'
import { type DesiredFiles, type Installation, installVxagent } from './support/vxagent.ts'

/** Everything that can drift is stated. */
const vxlan0 = {
  id: 42,
  group: '239.1.1.1',
  dev: 'eth1',
  ttl: 16,
  ageing: 300,
  dstport: 4789,
  mtu: 1400,
  mac: '02:00:00:00:00:42',
  alias: 'the segment',
  addresses: ['10.0.1.1/24'],
}

interface Scene {
  readonly host: Namespace
  readonly installation: Installation
  status(): Promise<AgentStatus>
  object(name: string): Promise<ObjectStatus | undefined>
}

/** A host with `eth1`, what `before` says, and a daemon that answers. */
async function scene(files: DesiredFiles, before = ''): Promise<Scene> {
  const host = await namespace(onTestFinished)
  await host.addVeth('eth1', '10.0.2.1/24')
  if (before !== '') {
    await host.ipBatch(before)
  }
  const installation = installVxagent(host, files, onTestFinished)
  // The timer would repair too, and count as dumps.
  await installation.startAndWait('env', 'VXAGENT_RESYNC_INTERVAL=3600')
  const status = (): Promise<AgentStatus> => askJson<AgentStatus>(installation.socket, '/v1/status')
  const object = async (name: string): Promise<ObjectStatus | undefined> =>
    (await status()).objects.find((candidate) => candidate.name === name)
  return { host, installation, status, object }
}

/** Returns once the daemon has dealt with all events so far: it has repaired drift that came after them. */
async function afterAllEvents({ host, status, object }: Scene, name: string): Promise<void> {
  const { repairs } = (await status()).counters
  await host.ip(`link set ${name} mtu 1111`)
  await eventually(async () => {
    expect((await status()).counters.repairs).toBeGreaterThan(repairs)
    expect((await object(name))?.state).toBe('converged')
  })
}

/**
 * The counters once the kernel has told nothing for two seconds: for about so long it looks for duplicates of the link-local
 * address of a link that has come up, and then tells of that address again.
 */
async function countersWhenQuiet(status: Scene['status']): Promise<AgentStatus['counters']> {
  return await eventually(async () => {
    const { counters } = await status()
    await delay(2000)
    expect((await status()).counters).toMatchObject({ events: counters.events, reconciles: counters.reconciles })
    return counters
  })
}

const names = async (host: Namespace): Promise<string[]> =>
  (await host.json('ip -j link show type vxlan')).map(({ ifname }: { ifname: string }) => ifname)

describe('drift is repaired:', () => {
  test.for<{ drift: string; by: string }>([
    { drift: 'the link deleted', by: 'link delete vxlan0' },
    { drift: 'set down', by: 'link set vxlan0 down' },
    { drift: 'another ttl', by: 'link set vxlan0 type vxlan ttl 5' },
    { drift: 'another ageing', by: 'link set vxlan0 type vxlan ageing 17' },
    { drift: 'another group', by: 'link set vxlan0 type vxlan group 239.9.9.9 dev eth1' },
    { drift: 'another mtu', by: 'link set vxlan0 mtu 1234' },
    { drift: 'another mac', by: 'link set vxlan0 address 02:00:00:00:00:99' },
    { drift: 'another alias', by: 'link set vxlan0 alias nonsense' },
    { drift: 'its address removed', by: 'address delete 10.0.1.1/24 dev vxlan0' },
    { drift: 'a surplus IPv4 address', by: 'address add 10.0.1.77/24 dev vxlan0' },
    { drift: 'a surplus IPv6 address', by: 'address add fd00::77/64 dev vxlan0 nodad' },
    { drift: 'renamed', by: 'link set vxlan0 name renamed' },
  ])('$drift', async ({ drift, by }, context) => {
    if (drift === 'renamed') {
      needsLinux(context, 6, 2, 'nobody can rename a link that is up')
    }
    const { host, installation, status } = await scene({ 'overlay.yaml': { vxlans: { vxlan0 } } })
    await installation.converged()
    const before = await eventually(async () => {
      const picture = await pictureOf(host, 'vxlan0')
      expect(picture.addresses).toEqual(['10.0.1.1/24', expect.stringMatching(/^fe80:/)])
      return picture
    })

    await host.ip(by)

    await eventually(async () => {
      expect(await pictureOf(host, 'vxlan0')).toEqual(before)
      expect(await names(host)).toEqual(['vxlan0'])
      const { converged, objects, counters } = await status()
      expect(converged).toBe(true)
      expect(counters.repairs).toBeGreaterThan(0)
      expect(objects[0]?.lastRepair?.what.join()).toMatch(/vxlan0/)
    })
  })
})

test('what is changed live keeps its link, and so its learned entries', async () => {
  const { host, installation, object } = await scene({ 'overlay.yaml': { vxlans: { vxlan0 } } })
  await installation.converged()
  const ifindex = (await object('vxlan0'))?.ifindex
  await host.bridge('fdb add 02:00:00:00:00:07 dev vxlan0 dst 10.0.2.7')
  await host.ipBatch('link set vxlan0 type vxlan ttl 5 ageing 17\nlink set vxlan0 mtu 1234')
  await eventually(async () => expect(await pictureOf(host, 'vxlan0')).toMatchObject({ mtu: 1400, vxlan: { ttl: 16 } }))
  expect((await object('vxlan0'))?.ifindex).toBe(ifindex)
  expect(await host.bridge('fdb show dev vxlan0')).toContain('02:00:00:00:00:07 dst 10.0.2.7')
})

test('what is not stated is left as someone set it', async () => {
  const running = await scene({ 'overlay.yaml': { vxlans: { vxlan0: { id: 42, dev: 'eth1' } } } })
  const { host, installation } = running
  await installation.converged()
  await host.ipBatch(`
    link set vxlan0 type vxlan ttl 5 ageing 17
    link set vxlan0 alias mine address 02:00:00:00:00:99
    address add 10.0.1.77/24 dev vxlan0`)
  await afterAllEvents(running, 'vxlan0')
  expect(await pictureOf(host, 'vxlan0')).toMatchObject({
    alias: 'mine',
    mac: '02:00:00:00:00:99',
    vxlan: { ttl: 5, ageing: 17 },
    addresses: expect.arrayContaining(['10.0.1.77/24']),
  })
})

test('a link that was deleted is there again within moments, with the MAC that it had', async () => {
  const links = Object.fromEntries(
    [0, 1, 2, 3].map((n) => [`vxlan${n}`, { id: 100 + n, group: '239.1.1.1', dev: 'eth1', dstport: 4789 }]),
  )
  const { host, installation } = await scene({ 'overlay.yaml': { vxlans: links } })
  await installation.converged()
  const macs = await Promise.all(Object.keys(links).map(async (name) => (await pictureOf(host, name)).mac))

  const goneAt = new Map<string, number>()
  const backAfterMs: number[] = []
  const onMessage = ({ object, verb, value }: RouteMessage): void => {
    const name = object === 'link' ? (value.attributes.ifname ?? '') : ''
    const gone = goneAt.get(name)
    if (object !== 'link' || !(name in links)) {
      return
    }
    if (verb === 'delete') {
      goneAt.set(name, performance.now())
    } else if (gone !== undefined) {
      goneAt.delete(name)
      backAfterMs.push(performance.now() - gone)
    }
  }
  const watch = inNetns(host.name, () => subscribe([constants.RTNLGRP_LINK], { onMessage, onOverrun: () => {} }))
  onTestFinished(() => watch.close())

  // Fewer of one link than repair-pace.ts allows.
  for (let count = 1; count <= 20; count += 1) {
    await host.ip(`link delete vxlan${count % 4}`)
    await eventually(() => expect(backAfterMs).toHaveLength(count))
    await installationIsIdle()
  }

  // The kernel tells of a link before the daemon logs that it has made it.
  const requestedAfterMs = await eventually(() => {
    const repairs = installation.logged(/^repaired: link vxlan\d: create/)
    expect(repairs).toHaveLength(20)
    return repairs.map(({ sinceEventMs }) => Number(sinceEventMs))
  })
  expect(requestedAfterMs.every(Number.isFinite)).toBe(true)
  process.stdout.write(
    `repair of a deleted link: requested after ${medianAndMost(requestedAfterMs)}, there again after ${medianAndMost(backAfterMs)}\n`,
  )
  const after = await Promise.all(Object.keys(links).map(async (name) => (await pictureOf(host, name)).mac))
  expect(after).toEqual(macs)

  /** A deletion while the one before is still being read back would be measured with it. */
  async function installationIsIdle(): Promise<void> {
    await installation.converged()
  }
})

function medianAndMost(values: readonly number[]): string {
  const sorted = values.toSorted((a, b) => a - b)
  const median = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
  return `median ${median.toFixed(1)} ms (max ${sorted.at(-1)?.toFixed(1)} ms)`
}

describe('what is not ours', () => {
  test('is never touched, whatever is done to it', async () => {
    const running = await scene(
      { 'overlay.yaml': { vxlans: { vxlan0 } } },
      'link add vxlan9 type vxlan id 99 dstport 4789 remote 10.0.2.9 dev eth1 ttl 3',
    )
    const { host, installation } = running
    await installation.converged()
    await host.ipBatch(`
      link set vxlan9 up mtu 1300 alias theirs
      link set vxlan9 type vxlan ttl 5 ageing 17
      address add 10.9.9.9/24 dev vxlan9
      link set vxlan9 down`)
    const theirs = await host.json('ip -d -j address show dev vxlan9')
    await afterAllEvents(running, 'vxlan0')
    expect(await host.json('ip -d -j address show dev vxlan9')).toEqual(theirs)
    expect(theirs[0]).toMatchObject({ mtu: 1300, ifalias: 'theirs', linkinfo: { info_data: { ttl: 5, ageing: 17 } } })
  })

  test('costs no dump when the kernel tells of it', async () => {
    const { host, installation, status } = await scene({ 'overlay.yaml': { vxlans: { vxlan0 } } })
    await installation.converged()
    await host.addVeth('eth2', '10.7.0.1/24')
    const before = await countersWhenQuiet(status)
    const each = Array.from({ length: 25 }, (_, n) => [
      `link set eth2 alias number-${n}`,
      `neighbour replace 10.7.0.${n + 2} lladdr 02:00:00:00:00:07 dev eth2`,
      `neighbour delete 10.7.0.${n + 2} dev eth2`,
    ])
    await host.ipBatch(each.flat().join('\n'))
    const after = await eventually(async () => {
      const { counters } = await status()
      expect(counters.events).toBeGreaterThanOrEqual(before.events + 75)
      return counters
    })
    expect(after).toMatchObject({ dumps: before.dumps, requests: before.requests, reconciles: before.reconciles })
  })

  test('and has the name of a declared link is a conflict; gone, ours is made at once', async () => {
    const { host, installation, object } = await scene(
      { 'overlay.yaml': { vxlans: { vxlan0 } } },
      'link add vxlan0 type bridge',
    )
    const theirs = await host.json('ip -d -j link show vxlan0')
    const conflict = await object('vxlan0')
    expect(conflict).toMatchObject({ state: 'conflict', reason: expect.stringContaining('kind bridge') })
    const { code, stdout } = await installation.vxagent('status')
    expect(code).toBe(3)
    expect(stdout).toContain('conflict')
    expect(await host.json('ip -d -j link show vxlan0')).toEqual(theirs)

    await host.ip('link delete vxlan0')
    await eventually(async () => expect(await object('vxlan0')).toMatchObject({ state: 'converged' }))
    expect((await pictureOf(host, 'vxlan0')).vxlan).toMatchObject({ id: 42, group: '239.1.1.1' })
  })

  test('and holds a declared VNI is a conflict that names it; gone, ours is made at once', async () => {
    const { host, object } = await scene(
      { 'overlay.yaml': { vxlans: { vxlan0 } } },
      'link add theirs type vxlan id 42 dstport 4789 remote 10.0.2.9 dev eth1',
    )
    expect(await object('vxlan0')).toMatchObject({
      state: 'conflict',
      reason: expect.stringMatching(/link theirs.* holds VNI 42 on port 4789/),
    })
    expect(await names(host)).toEqual(['theirs'])
    await host.ip('link delete theirs')
    await eventually(async () => expect(await object('vxlan0')).toMatchObject({ state: 'converged' }))
    expect(await names(host)).toEqual(['vxlan0'])
  })

  test('and takes the name of a link of ours while it is away is a conflict, not a victim', async () => {
    const { host, installation, object } = await scene({ 'overlay.yaml': { vxlans: { vxlan0 } } })
    await installation.converged()
    await installation.stop()
    await host.ipBatch('link delete vxlan0\nlink add vxlan0 type vxlan id 42 dstport 4789 remote 10.0.2.9 dev eth1')
    const theirs = await host.json('ip -d -j link show vxlan0')
    await installation.startAndWait()
    expect(await object('vxlan0')).toMatchObject({ state: 'conflict' })
    expect(await host.json('ip -d -j link show vxlan0')).toEqual(theirs)
  })
})

describe('a link that the files no longer name', () => {
  const first = { id: 1, dev: 'eth1', remote: '10.0.2.9', dstport: 4789 }
  const second = { ...first, id: 2 }

  test('is deleted, and the others stay as they are', async () => {
    const { host, installation, status } = await scene({ 'overlay.yaml': { vxlans: { first, second } } })
    await installation.converged()
    const stays = await host.json('ip -d -j link show second')
    installation.write('overlay.yaml', { vxlans: { second } })
    await eventually(async () => expect(await names(host)).toEqual(['second']))
    expect(await host.json('ip -d -j link show second')).toEqual(stays)
    await eventually(async () => expect((await status()).objects.map(({ name }) => name)).toEqual(['second']))
  })

  test('is deleted too when its file goes, also while no daemon runs', async () => {
    // One that stays: the last of them would be held.
    const stays = { ...first, id: 3 }
    const files = {
      'one.yaml': { vxlans: { first } },
      'two.yaml': { vxlans: { second } },
      'x.yaml': { vxlans: { stays } },
    }
    const { host, installation } = await scene(files)
    await installation.converged()
    installation.remove('one.yaml')
    await eventually(async () => expect(await names(host)).toEqual(['second', 'stays']))
    await installation.stop()
    installation.remove('two.yaml')
    await installation.startAndWait()
    await eventually(async () => expect(await names(host)).toEqual(['stays']))
  })
})
