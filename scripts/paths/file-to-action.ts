/** A file of one vxlan, from its text to the request that makes the link. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { loadDesired } from '../../src/agent/desired/load.ts'
import { AgentOnFakeKernel } from '../../test/support/agent-on-fake-kernel.ts'
import { FakeKernel } from '../../test/support/fake-kernel.ts'
import type { Ends } from './main.ts'

const RTM_NEWLINK = 16

export async function fileToAction({ begin, end }: Ends, directory: string): Promise<void> {
  const file = join(directory, 'vxlan.yaml')
  writeFileSync(file, 'vxlans:\n  vxlan0: {id: 42, remote: 10.0.2.2, dstport: 4789}\n')
  const kernel = new FakeKernel()
  const agent = new AgentOnFakeKernel(kernel, { stateDir: directory })
  // What the host has is known before.
  await agent.want({})
  let isAsked = false
  kernel.meddle = ({ type }) => {
    if (type === RTM_NEWLINK && !isAsked) {
      isAsked = true
      end()
    }
    return undefined
  }
  begin()
  const { state } = await loadDesired([file])
  await agent.want(state.vxlans, state.bridges)
  if (!isAsked) {
    throw new Error('no link was asked for')
  }
  agent.close()
}
