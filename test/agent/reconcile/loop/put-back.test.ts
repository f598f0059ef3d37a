/** What others had put on a link that is replaced, and what becomes of it. */
import { expect, test } from 'vitest'
import { constants } from '../../../../src/rtnetlink/index.ts'
import { AgentOnFakeKernel } from '../../../support/agent-on-fake-kernel.ts'
import { FakeKernel } from '../../../support/fake-kernel.ts'
import { advance, advanceUntilConverged, stopTime } from '../../../support/virtual-time.ts'

const { RTM_NEWROUTE } = constants

/** The kernel cannot change `udpcsum` on a live link. */
const before = { id: 42, udpcsum: true, remote: '10.0.2.9' }
const after = { ...before, udpcsum: false }
const warning = 40

/** A vxlan0 with routes that somebody added. */
async function withRoutes(...prefixes: readonly string[]): Promise<{ kernel: FakeKernel; agent: AgentOnFakeKernel }> {
  stopTime()
  const kernel = new FakeKernel()
  const agent = new AgentOnFakeKernel(kernel)
  void agent.want({ vxlan0: before })
  await advanceUntilConverged(agent)
  for (const prefix of prefixes) {
    kernel.others.addRoute('vxlan0', prefix)
  }
  return { kernel, agent }
}

function routesOf(kernel: FakeKernel): string[] {
  return kernel.namespace
    .find({ name: 'vxlan0' })
    .routes.map(({ dstLen, attributes: { dst } }) => `${dst}/${dstLen}`)
    .sort()
}

test('routes are put back on the successor, and no warning is given', async () => {
  const { kernel, agent } = await withRoutes('10.50.0.0/16', '10.51.0.0/16')
  void agent.want({ vxlan0: after })
  await advanceUntilConverged(agent)
  expect(routesOf(kernel)).toEqual(['10.50.0.0/16', '10.51.0.0/16'])
  expect(agent.log.filter(({ level }) => level >= warning)).toEqual([])
  await agent.stop()
})

test('each object that cannot be put back is a warning with what it is and why', async () => {
  const { kernel, agent } = await withRoutes('10.50.0.0/16', '10.51.0.0/16', '10.52.0.0/16')
  kernel.meddle = ({ type, message }) =>
    type === RTM_NEWROUTE && message.object === 'route' && message.value.attributes.dst !== '10.50.0.0'
      ? { kind: 'refuse', code: 'ENETUNREACH', text: 'Nexthop has invalid gateway' }
      : undefined
  void agent.want({ vxlan0: after })
  await advance(agent, 10_000)
  expect(routesOf(kernel)).toEqual(['10.50.0.0/16'])
  // Nothing more can be done, and status says that all is as declared.
  expect(agent.isConverged).toBe(true)
  const warnings = agent.log.filter(({ msg }) => msg.startsWith('not put back'))
  expect(warnings).toMatchObject([
    { level: warning, link: 'vxlan0', object: 'route 10.51.0.0/16', reason: expect.stringContaining('ENETUNREACH') },
    { level: warning, link: 'vxlan0', object: 'route 10.52.0.0/16' },
  ])
  expect(warnings[0]?.msg).toMatch(
    /^not put back on vxlan0: route 10\.51\.0\.0\/16: cannot add the route to 10\.51\.0\.0\/16: ENETUNREACH: Nexthop has invalid gateway$/,
  )
  await agent.stop()
})

test('of many objects that cannot be put back the log names the first twenty', async () => {
  const { kernel, agent } = await withRoutes(...Array.from({ length: 30 }, (_, number) => `10.${number + 50}.0.0/16`))
  kernel.meddle = ({ type }) => (type === RTM_NEWROUTE ? { kind: 'refuse', code: 'EPERM' } : undefined)
  void agent.want({ vxlan0: after })
  await advance(agent, 1000)
  const lines = agent.log.filter(({ msg }) => msg.startsWith('not put back')).map(({ msg }) => msg)
  expect(lines).toHaveLength(21)
  expect(lines.at(-1)).toBe('not put back on vxlan0: 10 more objects')
  await agent.stop()
})

test('entries of others that the successor refuses are named, too', async () => {
  const { kernel, agent } = await withRoutes()
  const mac = '02:00:00:00:00:01'
  kernel.others.appendFdb('vxlan0', mac, '10.0.2.7')
  await advance(agent, 100)
  kernel.meddle = ({ type, message }) =>
    type === constants.RTM_NEWNEIGH && message.object === 'neighbour' && message.value.attributes.lladdr === mac
      ? { kind: 'refuse', code: 'ENOSPC' }
      : undefined
  void agent.want({ vxlan0: after })
  await advance(agent, 1000)
  expect(agent.log.filter(({ msg }) => msg.startsWith('not put back'))).toMatchObject([
    { level: warning, link: 'vxlan0', object: `fdb ${mac} dst 10.0.2.7 dev vxlan0: add (kept across the replacement)` },
  ])
  await agent.stop()
})
