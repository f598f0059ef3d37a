/** One pass on a fake kernel: what happens to a link when the record cannot be written, or the kernel says no half way. */
import { mkdirSync, rmdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { VxlanSpec } from '../../../../src/agent/desired/schema.ts'
import { apply, type Outcome } from '../../../../src/agent/reconcile/apply/apply.ts'
import type { Action, ActionOf, ReplacementOrder } from '../../../../src/agent/reconcile/plan/action.ts'
import { Ownership } from '../../../../src/agent/record/ownership.ts'
import { constants, type Neighbour } from '../../../../src/rtnetlink/index.ts'
import { AgentOnFakeKernel } from '../../../support/agent-on-fake-kernel.ts'
import { desiredVxlan, release } from '../../../support/builders.ts'
import { FakeKernel } from '../../../support/fake-kernel.ts'
import { fileSteps } from '../../../support/file-steps.ts'
import { overlay } from '../../../support/overlay.ts'
import { advance, advanceUntilConverged, stopTime } from '../../../support/virtual-time.ts'

const { RTM_NEWLINK, RTM_DELLINK, RTM_DELNEIGH, AF_BRIDGE, NTF_SELF, NUD_PERMANENT } = constants
const reason = 'test'

/** A kernel with these links of ours, and an agent that does nothing more unless it is told to. */
async function applyContext(vxlans: Readonly<Record<string, VxlanSpec>>) {
  const kernel = new FakeKernel()
  kernel.others.plugIn('eth1')
  const agent = new AgentOnFakeKernel(kernel)
  await agent.want(vxlans)
  await agent.settle()
  await agent.reconciler.stop()
  const { client, observer, ownership } = agent
  const run = (actions: readonly Action[]): Promise<Outcome[]> =>
    apply(actions, {
      ...{ client, observer, ownership, release },
      writeSysctl: () => {},
      readMemberships: () => new Map(),
    })
  return { kernel, agent, run, index: (name: string) => kernel.namespace.find({ name }).index }
}

/** Nothing can be written to the record until the function given back is called: a directory in the way stands for a full disk. */
function fillDisk(stateDir: string): () => void {
  const inTheWay = join(stateDir, 'owned.json.new')
  mkdirSync(inTheWay)
  return () => rmdirSync(inTheWay)
}

function replacement(link: string, ifindex: number, order: ReplacementOrder, spec: VxlanSpec): ActionOf<'replaceLink'> {
  return {
    ...{ kind: 'replaceLink', link, ifindex, order, reason },
    wanted: desiredVxlan(link, spec),
    forcedBy: [{ attribute: 'id', from: 1, to: spec.id }],
    alongside: [],
    takesAlong: [],
  }
}

describe('the record', () => {
  /** Files and requests that change something, in their order. */
  async function stepsOf(
    place: Awaited<ReturnType<typeof applyContext>>,
    actions: readonly Action[],
  ): Promise<unknown> {
    const steps: string[] = []
    place.kernel.meddle = ({ type }) => {
      const request = type === RTM_NEWLINK ? 'create' : type === RTM_DELLINK ? 'delete' : undefined
      if (request !== undefined) {
        steps.push(request)
      }
      return undefined
    }
    await fileSteps(place.agent.stateDir, async () => void (await place.run(actions)), steps)
    return steps
  }

  // Not synced: a power cut takes the links too (docs/decisions/0003-ownership-by-write-ahead-record.md).
  const written = ['write owned.json.new', 'rename owned.json']

  test('names a link before the kernel is asked to make it, and waits for no disk', async () => {
    const place = await applyContext({})
    const create: Action = { kind: 'createLink', link: 'new0', wanted: desiredVxlan('new0', { id: 1 }), reason }
    // After the answer it gets the ifindex.
    expect(await stepsOf(place, [create])).toEqual([...written, 'create', ...written])
    await place.agent.stop()
  })

  test('is written before a link is deleted, and forgets it after the answer', async () => {
    const place = await applyContext({ old0: { id: 1 } })
    const ifindex = place.index('old0')
    const steps = await stepsOf(place, [{ kind: 'deleteLink', link: 'old0', madeAs: 'old0', ifindex, reason }])
    expect(steps).toEqual([...written, 'delete', ...written])
    await place.agent.stop()
  })
})

describe('on a full disk', () => {
  const before = { old0: { id: 1, dev: 'eth1' } }

  test.each<{ name: string; actions: (ifindex: number) => Action[] }>([
    {
      name: 'is not deleted for another one to take its VNI',
      actions: (ifindex) => [
        { kind: 'deleteLink', link: 'old0', madeAs: 'old0', ifindex, reason },
        { kind: 'createLink', link: 'new0', wanted: desiredVxlan('new0', { id: 1, dev: 'eth1' }), mtu: 1450, reason },
      ],
    },
    {
      name: 'is not deleted for its successor to come',
      actions: (ifindex) => [replacement('old0', ifindex, 'break before make', { id: 2, dev: 'eth1' })],
    },
    {
      name: 'is not renamed for its successor to come beside it',
      actions: (ifindex) => [replacement('old0', ifindex, 'make before break', { id: 2, dev: 'eth1' })],
    },
  ])('a link $name', async ({ actions }) => {
    const place = await applyContext(before)
    const links = overlay(place.kernel)
    const ifindex = place.index('old0')
    fillDisk(place.agent.stateDir)
    await expect(place.run(actions(ifindex))).rejects.toThrow(/cannot write .*owned\.json/)
    expect(overlay(place.kernel)).toEqual(links)
    expect(place.index('old0')).toBe(ifindex)
    expect(place.agent.ownership.links).toMatchObject({ old0: { ifindex, id: 1 } })
    expect(Ownership.load(place.agent.stateDir).links).toMatchObject({ old0: { ifindex, id: 1 } })
    await place.agent.stop()
  })

  test('one link stays until the disk has room again, and then the other takes its VNI', async () => {
    stopTime()
    const kernel = new FakeKernel()
    kernel.others.plugIn('eth1')
    const agent = new AgentOnFakeKernel(kernel)
    void agent.want(before)
    await advanceUntilConverged(agent)
    const links = overlay(kernel)
    const makeRoom = fillDisk(agent.stateDir)
    void agent.want({ new0: { id: 1, dev: 'eth1' } }).catch(() => {})
    await advance(agent, 5000)
    expect(overlay(kernel)).toEqual(links)
    expect(agent.reconciler.trouble?.message).toMatch(/owned\.json/)
    makeRoom()
    await advanceUntilConverged(agent)
    expect(Object.keys(overlay(kernel))).toEqual(['new0'])
    expect(Object.keys(Ownership.load(agent.stateDir).links)).toEqual(['new0'])
    await agent.stop()
  })
})

test('a forwarding entry is removed by all of its destination, and by nothing else of it', async () => {
  const place = await applyContext({ vxlan0: { id: 1 } })
  const destination = { lladdr: '02:00:00:00:00:09', dst: '10.0.2.2', port: 4789, vni: 43, srcVni: 44, ifindex: 2 }
  const present: Neighbour = {
    ...{ family: AF_BRIDGE, ifindex: place.index('vxlan0'), state: NUD_PERMANENT, flags: NTF_SELF, type: 0 },
    attributes: { ...destination, cacheinfo: { confirmed: 1, used: 2, updated: 3, refcnt: 4 } },
  }
  const removed: unknown[] = []
  place.kernel.meddle = ({ type, message }) => {
    if (type === RTM_DELNEIGH && message.object === 'neighbour') {
      removed.push(message.value.attributes)
    }
    return undefined
  }
  const entries = [{ key: destination.lladdr, present }]
  await place.run([{ kind: 'removeEntries', link: 'vxlan0', table: 'fdb', entries, reason }])
  expect(removed).toEqual([destination])
  await place.agent.stop()
})
