import { describe, expect, test } from 'vitest'
import type { VxlanSpec } from '../../../../src/agent/desired/schema.ts'
import { parseKernelRelease } from '../../../../src/agent/host/kernel-release.ts'
import type { LinkNames } from '../../../../src/agent/kernel/link-names.ts'
import type { Kernel } from '../../../../src/agent/reconcile/apply/kernel.ts'
import { changeLink, createLink } from '../../../../src/agent/reconcile/apply/perform-link.ts'
import type { LinkChange } from '../../../../src/agent/words/link-values.ts'
import { constants, type LinkRequest, RtnetlinkClient } from '../../../../src/rtnetlink/index.ts'
import { desiredVxlan } from '../../../support/builders.ts'
import { FakeKernel } from '../../../support/fake-kernel.ts'
import { overlayLink } from '../../../support/overlay.ts'

const mac = '02:00:00:00:00:01'

/** A kernel with eth1 and eth2, and what is asked of it. */
function kernelWith({ doesMembershipFollow = true, memberships = new Map([['eth1', new Set(['239.1.1.1'])]]) } = {}): {
  readonly fake: FakeKernel
  readonly kernel: Kernel
  readonly seen: LinkRequest[]
} {
  const fake = new FakeKernel()
  fake.others.plugIn('eth1')
  fake.others.plugIn('eth2')
  const seen: LinkRequest[] = []
  fake.meddle = ({ message }) => {
    if (message.object === 'link') {
      seen.push(message.value)
    }
    return undefined
  }
  const names: LinkNames = {
    nameOf: (index) => fake.namespace.links.find((link) => link.index === index)?.name,
    indexOf: (name) => fake.namespace.find({ name }).index,
  }
  return {
    fake,
    seen,
    kernel: {
      client: new RtnetlinkClient(fake.open()),
      names,
      release: parseKernelRelease(doesMembershipFollow ? '6.18.0' : '6.8.0'),
      writeSysctl: async () => {},
      readMemberships: () => memberships,
    },
  }
}

async function create(kernel: Kernel, spec: VxlanSpec): Promise<void> {
  await createLink(kernel, { wanted: desiredVxlan('vxlan0', spec), mtu: 1450 }, mac)
}

async function change(kernel: Kernel, spec: VxlanSpec, changes: readonly LinkChange[]): Promise<void> {
  const ifindex = kernel.names.indexOf('vxlan0')
  await changeLink(kernel, {
    kind: 'changeLink',
    link: 'vxlan0',
    ifindex,
    wanted: desiredVxlan('vxlan0', spec),
    changes,
    reason: 'test',
  })
}

describe('making a link', () => {
  test('takes one message, in which it is up, with its MAC and its MTU', async () => {
    const { fake, kernel, seen } = kernelWith()
    await create(kernel, { id: 42, group: '239.1.1.1', dev: 'eth1' })
    expect(seen).toHaveLength(1)
    expect(fake.namespace.byName('vxlan0')).toMatchObject({ mac, mtu: 1450, isUp: true })
  })

  test('leaves it down when that is declared', async () => {
    const { fake, kernel } = kernelWith()
    await create(kernel, { id: 42, up: false })
    expect(fake.namespace.byName('vxlan0')?.isUp).toBe(false)
  })

  test('sets the alias after it, since the kernel takes none at creation', async () => {
    const { fake, kernel, seen } = kernelWith()
    await create(kernel, { id: 42, alias: 'lab' })
    expect(seen.at(-1)?.attributes?.ifalias).toBe('lab')
    expect(seen[0]?.attributes).not.toHaveProperty('ifalias')
    expect(fake.namespace.byName('vxlan0')?.alias).toBe('lab')
  })

  test('leaves a stranger alone that has got its name meanwhile', async () => {
    const { fake, kernel } = kernelWith()
    let isRenamed = false
    fake.meddle = ({ message }) => {
      const made = fake.namespace.byName('vxlan0')
      if (made !== undefined && !isRenamed && message.object === 'link') {
        isRenamed = true
        fake.namespace.rename(made, 'renamed0')
        fake.namespace.rename(fake.namespace.find({ name: 'eth2' }), 'vxlan0')
      }
      return undefined
    }
    await expect(create(kernel, { id: 42, alias: 'lab' })).rejects.toThrow('there is no link vxlan0')
    expect(fake.namespace.byName('vxlan0')).toMatchObject({ kind: 'veth', alias: undefined })
  })
})

describe('changing a link', () => {
  const spec: VxlanSpec = { id: 42, group: '239.1.1.1', dev: 'eth1' }

  test('states what differs and nothing else, with the MTU in a message of its own', async () => {
    const { kernel, seen } = kernelWith()
    await create(kernel, spec)
    seen.length = 0
    await change(kernel, { ...spec, ttl: 9 }, [
      { attribute: 'ttl', from: 0, to: 9 },
      { attribute: 'mtu', from: 1450, to: 1400 },
      { attribute: 'up', from: false, to: true },
    ])
    expect(seen.map(({ attributes }) => attributes)).toEqual([
      { linkinfo: { kind: 'vxlan', data: { ttl: 9 } } },
      { mtu: 1400 },
    ])
    expect(seen.map(({ flags, change: mask }) => [flags, mask])).toEqual([
      [0, 0],
      [constants.IFF_UP, constants.IFF_UP],
    ])
  })

  test.each<{ name: string; from: VxlanSpec; to: VxlanSpec; remote: string }>([
    { name: 'a group', from: spec, to: { ...spec, dev: 'eth2' }, remote: '239.1.1.1' },
    {
      name: 'an IPv6 group',
      from: { ...spec, group: 'ff05::1' },
      to: { ...spec, group: 'ff05::1', dev: 'eth2' },
      remote: 'ff05::1',
    },
    {
      name: 'a unicast remote',
      from: { id: 42, remote: '10.0.2.9', dev: 'eth1' },
      to: { id: 42, remote: '10.0.2.9', dev: 'eth2' },
      remote: '10.0.2.9',
    },
  ])('moves the flooding to $name along with the underlay device', async ({ from, to, remote }) => {
    const { fake, kernel } = kernelWith()
    await create(kernel, from)
    await change(kernel, to, [{ attribute: 'dev', from: 'eth1', to: 'eth2' }])
    expect(overlayLink(fake, 'vxlan0')).toMatchObject({ dev: 'eth2', floodsVia: 'eth2', remote })
  })

  const group: LinkChange = { attribute: 'group', from: spec.group, to: '239.1.1.2' }
  const dev: LinkChange = { attribute: 'dev', from: spec.dev, to: 'eth2' }
  const ttl: LinkChange = { attribute: 'ttl', from: undefined, to: 9 }

  test.each<{ what: string; differing: LinkChange; follows: boolean; flaps: number }>([
    { what: 'the group', differing: group, follows: false, flaps: 2 },
    { what: 'the underlay device', differing: dev, follows: false, flaps: 2 },
    { what: 'the group, where membership follows', differing: group, follows: true, flaps: 0 },
    { what: 'the ttl', differing: ttl, follows: false, flaps: 0 },
  ])('sets the link down and up $flaps times for $what', async ({ differing, follows, flaps }) => {
    const { fake, kernel, seen } = kernelWith({ doesMembershipFollow: follows })
    await create(kernel, spec)
    seen.length = 0
    await change(kernel, { ...spec, [differing.attribute]: differing.to }, [differing])
    expect(seen.filter(({ change: mask }) => mask === constants.IFF_UP)).toHaveLength(flaps)
    expect(fake.namespace.byName('vxlan0')?.isUp).toBe(true)
  })

  test('does not set down a link whose group somebody else has changed: it never left the old one', async () => {
    const { kernel, seen } = kernelWith({ doesMembershipFollow: false })
    await create(kernel, spec)
    for (const from of ['239.9.9.9', undefined]) {
      seen.length = 0
      await change(kernel, spec, [{ attribute: 'group', from, to: '239.1.1.1' }])
      expect(seen.filter(({ change: mask }) => mask === constants.IFF_UP)).toEqual([])
    }
    await change(kernel, spec, [{ attribute: 'dev', from: 'eth2', to: 'eth1' }])
    expect(seen.filter(({ change: mask }) => mask === constants.IFF_UP)).toEqual([])
  })

  test('sets a link down for the group that somebody gave it, where it has joined that', async () => {
    const remotes = { id: 42, remotes: ['10.0.2.2'] }
    for (const [group, flaps] of [
      ['239.1.1.1', 2],
      ['239.9.9.9', 0],
    ] as const) {
      const { kernel, seen } = kernelWith({ doesMembershipFollow: false })
      await create(kernel, remotes)
      seen.length = 0
      await change(kernel, remotes, [{ attribute: 'group', from: group, to: undefined }])
      expect(seen.filter(({ change: mask }) => mask === constants.IFF_UP)).toHaveLength(flaps)
    }
  })

  test('sets a link down and up that had no group and is to join one', async () => {
    const { kernel, seen } = kernelWith({ doesMembershipFollow: false, memberships: new Map() })
    await create(kernel, spec)
    seen.length = 0
    await change(kernel, spec, [{ attribute: 'group', from: undefined, to: '239.1.1.1' }])
    expect(seen.filter(({ change: mask }) => mask === constants.IFF_UP)).toHaveLength(2)
  })

  test('does not set up, for the sake of the membership, a link that is declared down', async () => {
    const { fake, kernel } = kernelWith({ doesMembershipFollow: false })
    await create(kernel, { ...spec, up: false })
    await change(kernel, { ...spec, up: false, group: '239.1.1.2' }, [
      { attribute: 'group', from: '239.1.1.1', to: '239.1.1.2' },
    ])
    expect(fake.namespace.byName('vxlan0')).toMatchObject({ isUp: false, vxlan: { group: '239.1.1.2' } })
  })
})
