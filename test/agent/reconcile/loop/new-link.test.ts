/** What a new link is given after it was made does not hang on what has been heard of it. */
import { expect, test } from 'vitest'
import { constants } from '../../../../src/rtnetlink/index.ts'
import { AgentOnFakeKernel } from '../../../support/agent-on-fake-kernel.ts'
import { FakeKernel, type SeenRequest } from '../../../support/fake-kernel.ts'
import { advance, advanceUntilConverged, stopTime } from '../../../support/virtual-time.ts'

const { RTM_NEWLINK, RTM_DELLINK, RTM_GETLINK } = constants
const spec = { id: 42, sysctl: { ipv4: { arp_accept: 1, rp_filter: 2 } } }

const creates = (name: string, { type, message }: SeenRequest): boolean =>
  type === RTM_NEWLINK &&
  message.object === 'link' &&
  message.value.attributes.ifname === name &&
  message.value.attributes.linkinfo !== undefined

/** An agent on a kernel that has eth1; all requests are seen. */
async function started(): Promise<{ kernel: FakeKernel; agent: AgentOnFakeKernel }> {
  stopTime()
  const kernel = new FakeKernel()
  kernel.others.plugIn('eth1')
  const agent = new AgentOnFakeKernel(kernel)
  void agent.want({})
  await advanceUntilConverged(agent)
  return { kernel, agent }
}

test('settings are written when the notification of the link was lost', async () => {
  const { kernel, agent } = await started()
  const deletions: SeenRequest[] = []
  kernel.meddle = (request) => {
    if (request.type === RTM_DELLINK) {
      deletions.push(request)
    }
    return creates('vxlan0', request) ? { kind: 'overrun' } : undefined
  }
  void agent.want({ vxlan0: spec })
  await advance(agent, 0)
  await advanceUntilConverged(agent)
  expect(Object.fromEntries(kernel.namespace.find({ name: 'vxlan0' }).sysctls)).toEqual({
    'ipv4.arp_accept': 1,
    'ipv4.rp_filter': 2,
  })
  expect(deletions).toEqual([])
  expect(agent.log.filter(({ level }) => level > 30)).toEqual([])
  await agent.stop()
})

test('settings that a successor inherits are written when its notification was lost', async () => {
  const { kernel, agent } = await started()
  void agent.want({ vxlan0: { ...spec, udpcsum: true } })
  await advance(agent, 0)
  await advanceUntilConverged(agent)
  kernel.writeSysctl('vxlan0', 'ipv4.log_martians', 1)
  kernel.others.setLink('vxlan0', { alias: 'as set by a person' })
  await advance(agent, 100)
  kernel.meddle = (request) => (creates('vxlan0', request) ? { kind: 'overrun' } : undefined)
  void agent.want({ vxlan0: { ...spec, udpcsum: false } })
  await advance(agent, 0)
  await advanceUntilConverged(agent)
  expect(kernel.namespace.find({ name: 'vxlan0' }).sysctls.get('ipv4.log_martians')).toBe(1)
  await agent.stop()
})

test('settings are written to the link that was made, whatever has its name by then', async () => {
  const { kernel, agent } = await started()
  let made: number | undefined
  let stranger: number | undefined
  kernel.meddle = (request) => {
    const { type, message } = request
    const isByName = type === RTM_GETLINK && message.object === 'link' && message.value.attributes.ifname === 'vxlan0'
    if (!isByName || request.isDump || stranger !== undefined) {
      return undefined
    }
    const act = (): void => {
      made = kernel.namespace.find({ name: 'vxlan0' }).index
      kernel.others.rename('vxlan0', 'mine0')
      stranger = kernel.others.plugIn('vxlan0').index
    }
    return { kind: 'after', act }
  }
  void agent.want({ vxlan0: spec })
  await agent.settle()
  expect(stranger).toBeDefined()
  expect(kernel.namespace.find({ index: stranger }).sysctls.size).toBe(0)
  const left = kernel.namespace.links.find(({ index }) => index === made)
  // It is found renamed, and may be gone already.
  expect(left === undefined || left.sysctls.get('ipv4.arp_accept') === 1).toBe(true)
  await agent.stop()
})
