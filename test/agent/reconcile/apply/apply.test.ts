import { describe, expect, test } from 'vitest'
import type { VxlanSpec } from '../../../../src/agent/desired/schema.ts'
import { appliedActions } from '../../../../src/agent/reconcile/apply/applied-actions.ts'
import { apply, type Outcome } from '../../../../src/agent/reconcile/apply/apply.ts'
import type { Action } from '../../../../src/agent/reconcile/plan/action.ts'
import { Ownership } from '../../../../src/agent/record/ownership.ts'
import { constants } from '../../../../src/rtnetlink/index.ts'
import { AgentOnFakeKernel } from '../../../support/agent-on-fake-kernel.ts'
import { address, desiredVxlan, device, release } from '../../../support/builders.ts'
import { FakeKernel, type Fault, type SeenRequest } from '../../../support/fake-kernel.ts'
import { overlay, overlayLink } from '../../../support/overlay.ts'

const reason = 'test'
const { RTM_NEWLINK, RTM_DELLINK, RTM_GETLINK, RTM_NEWADDR, RTM_DELADDR } = constants

/** A kernel with eth1 and links of ours, made by an agent that plans nothing more; what is asked for then is recorded. */
async function applyContext(vxlans: Readonly<Record<string, VxlanSpec>> = {}): Promise<{
  readonly kernel: FakeKernel
  readonly agent: AgentOnFakeKernel
  readonly requests: string[]
  /** Applies, with faults if any. */
  run(
    actions: readonly Action[],
    faultFor?: (request: string, seen: SeenRequest) => Fault | undefined,
  ): Promise<readonly Outcome[]>
  index(name: string): number
}> {
  const kernel = new FakeKernel()
  kernel.others.plugIn('eth1')
  const agent = new AgentOnFakeKernel(kernel)
  await agent.want(vxlans)
  await agent.settle()
  await agent.reconciler.stop()
  const requests: string[] = []
  return {
    kernel,
    agent,
    requests,
    index: (name) => kernel.namespace.find({ name }).index,
    run(actions, faultFor = () => undefined) {
      kernel.meddle = (seen) => {
        const request = requestText(kernel, seen)
        requests.push(request)
        return faultFor(request, seen)
      }
      const { client, observer, ownership } = agent
      return apply(actions, {
        client,
        observer,
        ownership,
        release,
        writeSysctl: () => {},
        readMemberships: () => new Map(),
      })
    },
  }
}

function requestText(kernel: FakeKernel, { type, message }: SeenRequest): string {
  const words: Record<number, string> = {
    [RTM_NEWLINK]: 'set',
    [RTM_DELLINK]: 'delete',
    [RTM_GETLINK]: 'get',
    [RTM_NEWADDR]: 'add address',
    [RTM_DELADDR]: 'remove address',
  }
  const { value } = message
  const index = 'index' in value ? value.index : 0
  const ifname = message.object === 'link' ? message.value.attributes.ifname : undefined
  const name = ifname ?? kernel.namespace.links.find((link) => link.index === index)?.name
  const isCreation = type === RTM_NEWLINK && ifname !== undefined && kernel.namespace.byName(ifname) === undefined
  return `${isCreation ? 'create' : words[type]}${name === undefined ? '' : ` ${name}`}`
}

function create(link: string, id: number, more: Partial<VxlanSpec> = {}): Action {
  return { kind: 'createLink', link, wanted: desiredVxlan(link, { id, dev: 'eth1', ...more }), mtu: 1450, reason }
}

function errors(outcomes: readonly Outcome[]): (string | undefined)[] {
  return outcomes.map(({ action, error }) => (error === undefined ? undefined : `${action.link}: ${error.message}`))
}

describe('the order', () => {
  test('is deletions, creations, the rest, whatever the order of the plan', async () => {
    const place = await applyContext({ old0: { id: 1, dev: 'eth1' }, live0: { id: 2, dev: 'eth1' } })
    const spec: VxlanSpec = { id: 2, dev: 'eth1', ttl: 9 }
    await place.run([
      { kind: 'addAddress', link: 'new0', address: { address: '10.0.0.1/24' }, reason },
      {
        kind: 'changeLink',
        link: 'live0',
        ifindex: place.index('live0'),
        wanted: desiredVxlan('live0', spec),
        changes: [{ attribute: 'ttl', from: 0, to: 9 }],
        reason,
      },
      create('new0', 1),
      { kind: 'deleteLink', link: 'old0', madeAs: 'old0', ifindex: place.index('old0'), reason },
    ])
    expect(place.requests.slice(0, 3)).toEqual(['delete old0', 'create new0', 'get new0'])
    expect(place.requests.slice(3, 5).sort()).toEqual(['add address new0', 'set live0'])
    expect(overlay(place.kernel)).toMatchObject({ new0: { id: 1, addresses: ['10.0.0.1/24'] }, live0: { ttl: 9 } })
    await place.agent.stop()
  })

  test('of one link is the order of the plan', async () => {
    const place = await applyContext({ vxlan0: { id: 1 } })
    await place.run([
      { kind: 'addAddress', link: 'vxlan0', address: { address: '10.0.0.2/24' }, reason },
      {
        kind: 'removeAddress',
        link: 'vxlan0',
        address: address(place.index('vxlan0'), '10.0.0.2/24'),
        keepsOthers: false,
        reason,
      },
      { kind: 'addAddress', link: 'vxlan0', address: { address: '10.0.0.3/24' }, reason },
    ])
    expect(overlayLink(place.kernel, 'vxlan0')?.addresses).toEqual(['10.0.0.3/24'])
    await place.agent.stop()
  })
})

describe('the record', () => {
  test('of a link that was renamed stays, and no other takes its name, until that one is deleted', async () => {
    const place = await applyContext({ vxlan0: { id: 1 } })
    const former = place.kernel.namespace.find({ name: 'vxlan0' })
    place.kernel.namespace.rename(former, 'renamed0')
    await place.agent.observer.drain()
    const [refused] = await place.run([create('vxlan0', 2)])
    expect(refused?.error?.message).toContain('created as vxlan0 before still exists as renamed0')
    expect(place.agent.ownership.links).toMatchObject({ vxlan0: { ifindex: former.index, id: 1 } })
    const deletion: Action = { kind: 'deleteLink', link: 'renamed0', madeAs: 'vxlan0', ifindex: former.index, reason }
    expect(await place.run([deletion, create('vxlan0', 2)])).toMatchObject([{}, { action: { link: 'vxlan0' } }])
    expect(place.agent.ownership.links).toMatchObject({ vxlan0: { ifindex: place.index('vxlan0'), id: 2 } })
    await place.agent.stop()
  })

  test('of a link that is gone keeps nothing from being made, whoever has its ifindex', async () => {
    const place = await applyContext({ vxlan0: { id: 1 } })
    const former = place.kernel.namespace.find({ name: 'vxlan0' })
    place.kernel.others.deleteLink('vxlan0')
    await place.agent.observer.drain()
    place.agent.observer.observed.links.set(former.index, device(former.index, 'taken0'))
    const [made] = await place.run([create('vxlan0', 2)])
    expect(made?.error).toBeUndefined()
    expect(place.agent.ownership.links).toMatchObject({ vxlan0: { ifindex: place.index('vxlan0'), id: 2 } })
    await place.agent.stop()
  })

  test('has a link, its VNI and its MAC before the kernel is asked to make it', async () => {
    const place = await applyContext()
    let recorded: unknown
    await place.run([create('vxlan0', 42, { ttl: 3 })], (request) => {
      if (request === 'create vxlan0') {
        recorded = Ownership.load(place.agent.stateDir).links['vxlan0']
      }
      return undefined
    })
    const mac = place.kernel.namespace.byName('vxlan0')?.mac
    expect(recorded).toEqual({ kind: 'vxlan', id: 42, mac, stated: ['id', 'dev', 'ttl'] })
    await place.agent.stop()
  })

  test('loses a link when it is deleted, and keeps it when that fails', async () => {
    const place = await applyContext({ vxlan0: { id: 1 }, vxlan1: { id: 2 } })
    const actions = ['vxlan0', 'vxlan1'].map(
      (link): Action => ({ kind: 'deleteLink', link, madeAs: link, ifindex: place.index(link), reason }),
    )
    const outcomes = await place.run(actions, (request) =>
      request === 'delete vxlan1' ? { kind: 'refuse', code: 'EBUSY' } : undefined,
    )
    expect(errors(outcomes)).toEqual([undefined, expect.stringMatching(/^vxlan1: cannot delete link .*: EBUSY/)])
    expect(Object.keys(Ownership.load(place.agent.stateDir).links)).toEqual(['vxlan1'])
    await place.agent.stop()
  })
})

describe('a failure', () => {
  test('stays with its link, and leaves the rest of that link undone', async () => {
    const place = await applyContext()
    const outcomes = await place.run(
      [
        create('bad0', 1),
        { kind: 'addAddress', link: 'bad0', address: { address: '10.0.0.1/24' }, reason },
        create('good0', 2),
        { kind: 'addAddress', link: 'good0', address: { address: '10.0.0.1/24' }, reason },
      ],
      (request) => (request === 'create bad0' ? { kind: 'refuse', code: 'EINVAL', text: 'no such thing' } : undefined),
    )
    expect(errors(outcomes).filter(Boolean)).toEqual(['bad0: cannot create link bad0: EINVAL: no such thing'])
    expect(outcomes).toHaveLength(3)
    expect(overlay(place.kernel)).toEqual({ good0: expect.objectContaining({ addresses: ['10.0.0.1/24'] }) })
    await place.agent.stop()
  })

  test('to delete a link that is to be replaced leaves it as it is', async () => {
    const place = await applyContext({ vxlan0: { id: 1, addresses: ['10.0.0.1/24'] } })
    const before = overlay(place.kernel)
    const replace: Action = {
      kind: 'replaceLink',
      link: 'vxlan0',
      ifindex: place.index('vxlan0'),
      wanted: desiredVxlan('vxlan0', { id: 1, dstport: 4789 }),
      order: 'break before make',
      forcedBy: [{ attribute: 'dstport', from: 8472, to: 4789 }],
      alongside: [],
      takesAlong: [],
      reason,
    }
    const outcomes = await place.run([replace], (request) =>
      request.startsWith('delete') ? { kind: 'refuse', code: 'EBUSY' } : undefined,
    )
    expect(errors(outcomes)).toEqual([expect.stringContaining('EBUSY')])
    expect(overlay(place.kernel)).toEqual(before)
    expect(place.requests).not.toContain('create vxlan0')
    await place.agent.stop()
  })

  test('with the new link beside the old one gives the old one its name back', async () => {
    const place = await applyContext({ vxlan0: { id: 1, addresses: ['10.0.0.1/24'] } })
    const before = overlay(place.kernel)
    const replace: Action = {
      kind: 'replaceLink',
      link: 'vxlan0',
      ifindex: place.index('vxlan0'),
      wanted: desiredVxlan('vxlan0', { id: 2 }),
      order: 'make before break',
      forcedBy: [{ attribute: 'id', from: 1, to: 2 }],
      alongside: [],
      takesAlong: [],
      reason,
    }
    const addAddress: Action = { kind: 'addAddress', link: 'vxlan0', address: { address: '10.0.0.1/24' }, reason }
    const outcomes = await place.run([replace, addAddress], (request) =>
      request === 'add address vxlan0' ? { kind: 'refuse', code: 'ENOBUFS' } : undefined,
    )
    expect(errors(outcomes)).toEqual([expect.stringContaining('ENOBUFS')])
    expect(overlay(place.kernel)).toEqual(before)
    expect(Ownership.load(place.agent.stateDir).links).toMatchObject({ vxlan0: { id: 1 } })
    expect(Object.keys(Ownership.load(place.agent.stateDir).links)).toEqual(['vxlan0'])
    await place.agent.stop()
  })

  test('is none when what is to go is gone already', async () => {
    const place = await applyContext({ vxlan0: { id: 1, addresses: ['10.0.0.1/24'] }, vxlan1: { id: 2 } })
    const ifindex = place.index('vxlan1')
    place.kernel.others.deleteAddress('vxlan0', '10.0.0.1/24')
    place.kernel.others.deleteLink('vxlan1')
    const outcomes = await place.run([
      {
        kind: 'removeAddress',
        link: 'vxlan0',
        address: address(place.index('vxlan0'), '10.0.0.1/24'),
        keepsOthers: false,
        reason,
      },
      { kind: 'deleteLink', link: 'vxlan1', madeAs: 'vxlan1', ifindex, reason },
    ])
    expect(errors(outcomes)).toEqual([undefined, undefined])
    await place.agent.stop()
  })

  test('is none when what is to come is there already', async () => {
    const place = await applyContext({ vxlan0: { id: 1 } })
    place.kernel.others.addAddress('vxlan0', '10.0.0.1/24')
    const outcomes = await place.run([
      { kind: 'addAddress', link: 'vxlan0', address: { address: '10.0.0.1/24' }, reason },
    ])
    expect(errors(outcomes)).toEqual([undefined])
    await place.agent.stop()
  })

  test('is none when the link goes away under our hands: that is a matter for the next plan', async () => {
    const place = await applyContext({ vxlan0: { id: 1 } })
    const ifindex = place.index('vxlan0')
    const change: Action = {
      kind: 'changeLink',
      link: 'vxlan0',
      ifindex,
      wanted: desiredVxlan('vxlan0', { id: 1, ttl: 9 }),
      changes: [{ attribute: 'ttl', from: 0, to: 9 }],
      reason,
    }
    const outcomes = await place.run([change], (request) =>
      request === 'set vxlan0' ? { kind: 'before', act: () => place.kernel.others.deleteLink('vxlan0') } : undefined,
    )
    expect(outcomes).toEqual([])
    expect(place.agent.observer.observed.links.has(ifindex)).toBe(false)
    await place.agent.stop()
  })
})

describe('deleting many links', () => {
  const many: Record<string, VxlanSpec> = Object.fromEntries(
    Array.from({ length: 6 }, (_, index) => [`vxlan${index}`, { id: index + 1 }]),
  )

  async function deleteAll(
    faultFor?: (request: string) => Fault | undefined,
  ): Promise<{ readonly outcomes: readonly Outcome[]; readonly requests: string[]; readonly left: string[] }> {
    const place = await applyContext(many)
    place.kernel.others.addVxlan('foreign0', { id: 100 })
    const actions = Object.keys(many).map(
      (link): Action => ({ kind: 'deleteLink', link, madeAs: link, ifindex: place.index(link), reason }),
    )
    const outcomes = await place.run(actions, faultFor)
    await place.agent.stop()
    return { outcomes, requests: place.requests, left: Object.keys(overlay(place.kernel)) }
  }

  test('takes one deletion, of a group that only they are in', async () => {
    const { requests, left, outcomes } = await deleteAll()
    expect(requests.filter((request) => request.startsWith('delete'))).toEqual(['delete'])
    expect(left).toEqual(['foreign0'])
    expect(errors(outcomes)).toEqual(Object.keys(many).map(() => undefined))
  })

  test.each<{ name: string; faultFor: (request: string) => Fault | undefined }>([
    {
      name: 'one cannot be put into the group',
      faultFor: (request) => (request === 'set vxlan3' ? { kind: 'refuse', code: 'EPERM' } : undefined),
    },
    {
      name: 'the group cannot be deleted',
      faultFor: (request) => (request === 'delete' ? { kind: 'refuse', code: 'EOPNOTSUPP' } : undefined),
    },
    {
      name: 'the group is reported as deleted and is not',
      faultFor: (request) => (request === 'delete' ? { kind: 'ignore' } : undefined),
    },
  ])('deletes them one by one when $name', async ({ faultFor }) => {
    const { left, outcomes } = await deleteAll(faultFor)
    expect(left).toEqual(['foreign0'])
    expect(errors(outcomes)).toEqual(Object.keys(many).map(() => undefined))
  })
})

test('outcomes read as lines with a sign, and an error where there is one', () => {
  const action: Action = {
    kind: 'addAddress',
    link: 'vxlan0',
    address: { address: '10.0.0.1/24' },
    reason: 'declared, absent',
  }
  expect(appliedActions([{ action }, { action, error: new Error('no room') }])).toEqual([
    { sign: '+', description: 'address 10.0.0.1/24 dev vxlan0: add (declared, absent)' },
    { sign: '+', description: 'address 10.0.0.1/24 dev vxlan0: add (declared, absent)', error: 'no room' },
  ])
})
