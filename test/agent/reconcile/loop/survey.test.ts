/** What hangs on links that are to be replaced is asked for when it matters, and what cannot be found out concerns its link alone. */
import { expect, test } from 'vitest'
import { constants } from '../../../../src/rtnetlink/index.ts'
import { AgentOnFakeKernel } from '../../../support/agent-on-fake-kernel.ts'
import { FakeKernel, type Fault, type SeenRequest } from '../../../support/fake-kernel.ts'
import { overlayLink } from '../../../support/overlay.ts'
import { advance, advanceUntilConverged, stopTime } from '../../../support/virtual-time.ts'

const { RTM_GETQDISC, RTM_GETNEXTHOP } = constants

/** The kernel cannot change `udpcsum` on a live link. */
const before = { udpcsum: true, remote: '10.0.2.9' }
const after = { udpcsum: false, remote: '10.0.2.9' }

const isAbout = (kernel: FakeKernel, name: string, { message }: SeenRequest): boolean =>
  message.object === 'nexthop' && message.value.attributes.oif === kernel.namespace.byName(name)?.index

const isQdiscs = ({ type }: SeenRequest): boolean => type === RTM_GETQDISC

test.each<{ name: string; fault: Fault; reason: RegExp }>([
  { name: 'refused', fault: { kind: 'refuse', code: 'EBUSY' }, reason: /cannot list nexthops: EBUSY/ },
  { name: 'interrupted each time', fault: { kind: 'interruptDump' }, reason: /cannot list nexthops: EINTR/ },
  { name: 'unanswered', fault: { kind: 'loseAnswer' }, reason: /no answer from the kernel/ },
])('a survey of one link that is $name fails that link alone', async ({ fault, reason }) => {
  stopTime()
  const kernel = new FakeKernel()
  const agent = new AgentOnFakeKernel(kernel, { timeoutMs: 50 })
  void agent.want({ a0: { id: 1, ...before }, b0: { id: 2, ...before }, c0: { id: 3, ttl: 1 } })
  await advanceUntilConverged(agent)
  const old = kernel.namespace.byName('a0')?.index
  kernel.meddle = (request) => (isAbout(kernel, 'a0', request) ? fault : undefined)
  void agent.want({ a0: { id: 1, ...after }, b0: { id: 2, ...after }, c0: { id: 3, ttl: 2 } })
  await advance(agent, 100)
  expect(agent.object('a0')).toMatchObject({ state: 'failing', reason: expect.stringMatching(reason) })
  expect(agent.object('a0')?.reason).toMatch(/^cannot find out what a replacement of a0 would take along: /)
  expect(kernel.namespace.byName('a0')?.index).toBe(old)
  expect([agent.object('b0')?.state, agent.object('c0')?.state]).toEqual(['converged', 'converged'])
  expect(overlayLink(kernel, 'c0')?.ttl).toBe(2)
  expect(agent.reconciler.trouble).toBeUndefined()
  kernel.meddle = () => undefined
  await advanceUntilConverged(agent)
  expect(kernel.namespace.byName('a0')?.index).not.toBe(old)
  await agent.stop()
})

test('a dump for all links that fails holds up those that are to be replaced alone', async () => {
  stopTime()
  const kernel = new FakeKernel()
  const agent = new AgentOnFakeKernel(kernel)
  void agent.want({ a0: { id: 1, ...before }, b0: { id: 2, ...before }, c0: { id: 3, ttl: 1 } })
  await advanceUntilConverged(agent)
  kernel.meddle = (request) => (isQdiscs(request) ? { kind: 'interruptDump' } : undefined)
  void agent.want({ a0: { id: 1, ...after }, b0: { id: 2, ...after }, c0: { id: 3, ttl: 2 } })
  await advance(agent, 100)
  expect(agent.reconciler.objects.map(({ name, state }) => [name, state])).toEqual([
    ['a0', 'failing'],
    ['b0', 'failing'],
    ['c0', 'converged'],
  ])
  expect(agent.object('a0')?.reason).toMatch(/cannot list qdiscs: EINTR: the table changed during each of 10 dumps/)
  kernel.meddle = () => undefined
  await advanceUntilConverged(agent)
  await agent.stop()
})

const many = Array.from({ length: 20 }, (_, number) => `vx${number}`)

function all(spec: object): Record<string, { id: number }> {
  return Object.fromEntries(many.map((name, number) => [name, { id: number + 1, ...spec }]))
}

/** Twenty links that may not be replaced, since each has a qdisc, and that are wanted otherwise. */
async function refused(): Promise<{ kernel: FakeKernel; agent: AgentOnFakeKernel; surveys: () => number }> {
  stopTime()
  const kernel = new FakeKernel()
  kernel.others.plugIn('eth1')
  const agent = new AgentOnFakeKernel(kernel, { replace: 'lossless' })
  void agent.want(all({ ...before, dev: 'eth1' }))
  await advanceUntilConverged(agent)
  for (const name of many) {
    kernel.others.addQdisc(name, 'htb')
  }
  void agent.want(all({ ...after, dev: 'eth1' }))
  await advance(agent, 1000)
  expect(agent.reconciler.objects.map(({ state }) => state)).toEqual(many.map(() => 'conflict'))
  return { kernel, agent, surveys: () => kernel.dumps.filter((type) => type === RTM_GETQDISC).length }
}

test('links that may not be replaced are surveyed once, whatever else happens', async () => {
  const { kernel, agent, surveys } = await refused()
  // One for all, and the filters of each qdisc.
  expect(surveys()).toBe(1)
  expect(kernel.dumps.filter((type) => type === constants.RTM_GETTFILTER)).toHaveLength(many.length)
  expect(kernel.dumps.filter((type) => type === RTM_GETNEXTHOP)).toHaveLength(1)
  // Each time all objects are looked at.
  for (let vni = 1000; vni < 1005; vni += 1) {
    kernel.others.addVxlan(`other${vni}`, { id: vni })
    await advance(agent, 10)
  }
  expect(agent.reconciler.counters.reconciles).toBeGreaterThan(5)
  expect(surveys()).toBe(1)
  await agent.stop()
})

test('a link is surveyed again when something is heard of it, and all of them with a resync', async () => {
  const { kernel, agent, surveys } = await refused()
  kernel.others.deleteQdiscs('vx7')
  kernel.others.setLink('vx7', { alias: 'without' })
  await advance(agent, 10)
  expect(surveys()).toBe(2)
  expect(agent.object('vx7')?.state).toBe('converged')
  expect(agent.object('vx8')?.state).toBe('conflict')
  for (const name of many) {
    kernel.others.deleteQdiscs(name)
  }
  await advance(agent, 60_000)
  expect(agent.isConverged).toBe(true)
  // For those that are left.
  expect(surveys()).toBe(3)
  await agent.stop()
})

test('a replacement that failed is surveyed when it is due, not in between', async () => {
  stopTime()
  const kernel = new FakeKernel()
  const agent = new AgentOnFakeKernel(kernel)
  void agent.want({ a0: { id: 1, ...before } })
  await advanceUntilConverged(agent)
  const { index } = kernel.namespace.find({ name: 'a0' })
  kernel.meddle = ({ message, type }) =>
    type === constants.RTM_DELLINK && message.object === 'link' && message.value.index === index
      ? { kind: 'refuse', code: 'EBUSY' }
      : undefined
  void agent.want({ a0: { id: 1, ...after } })
  await advance(agent, 5000)
  const attempts = agent.object('a0')?.attempts ?? 0
  const count = (): number => kernel.dumps.filter((type) => type === RTM_GETQDISC).length
  expect(attempts).toBeGreaterThan(2)
  expect(count()).toBe(attempts)
  for (let vni = 1000; vni < 1005; vni += 1) {
    kernel.others.setLink('a0', { alias: `alias ${vni}` })
    await advance(agent, 1)
  }
  expect(count()).toBe(attempts)
  await agent.stop()
})
