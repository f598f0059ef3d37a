/** Looks at the overlay on a fake kernel, through the client and the tables that the agent has. */

import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { EventLog } from '../../../src/agent/insight/events/event-log.ts'
import { FirstSeen } from '../../../src/agent/insight/events/first-seen.ts'
import { Inspector } from '../../../src/agent/insight/inspector.ts'
import { constants } from '../../../src/rtnetlink/index.ts'
import { AgentOnFakeKernel } from '../../support/agent-on-fake-kernel.ts'
import { release } from '../../support/builders.ts'
import { FakeKernel, type SeenRequest } from '../../support/fake-kernel.ts'

const { NTF_SELF, NUD_REACHABLE, AF_BRIDGE, NLM_F_CREATE, RTM_GETNEIGH, RTM_GETROUTE, RTM_GETTUNNEL } = constants
const startMs = Date.parse('2026-01-01T00:00:00Z')
const remote = '10.0.2.254'
const mac = '02:00:00:00:00:09'

/** How an inspector looks: as the daemon does, or as a command without one does. */
interface Options {
  readonly isDaemon?: boolean
  /** How long each dump of forwarding entries takes. */
  readonly dumpMs?: number
}

/** A kernel with one vxlan that floods to `remote`, an inspector, and clocks that stand still. */
async function inspected({ isDaemon = true, dumpMs = 0 }: Options = {}) {
  const kernel = new FakeKernel()
  kernel.others.plugIn('eth1')
  const agent = new AgentOnFakeKernel(kernel)
  await agent.want({ vxlan0: { id: 42, dev: 'eth1', remote } })
  await agent.settle()
  await agent.reconciler.stop()
  let passedMs = 0
  const clocks = [
    vi.spyOn(performance, 'now').mockImplementation(() => passedMs),
    vi.spyOn(Date, 'now').mockImplementation(() => startMs + passedMs),
  ]
  onTestFinished(async () => {
    for (const clock of clocks) {
      clock.mockRestore()
    }
    await agent.stop()
  })
  const pass = (ms: number): void => {
    passedMs += ms
  }
  kernel.meddle = (request) => (isFdbDump(request) ? { kind: 'after', act: () => pass(dumpMs) } : undefined)
  const log = new EventLog()
  const firstSeen = new FirstSeen()
  const inspector = new Inspector({
    client: agent.client,
    tables: agent.observer,
    release,
    ...(isDaemon && { history: { log, firstSeen } }),
  })
  const vxlan = kernel.namespace.find({ name: 'vxlan0' })
  const learn = (lladdr: string, dst: string): void =>
    kernel.namespace.addNeighbour(
      vxlan,
      { family: AF_BRIDGE, ifindex: vxlan.index, state: NUD_REACHABLE, flags: NTF_SELF, attributes: { lladdr, dst } },
      NLM_F_CREATE,
    )
  return {
    ...{ agent, kernel, inspector, log, firstSeen, learn, pass },
    index: vxlan.index,
    fdbDumpsBefore: kernel.fdbDumps,
  }
}

function isFdbDump({ isDump, type, message }: SeenRequest): boolean {
  return isDump && type === RTM_GETNEIGH && message.object === 'neighbour' && message.value.family === AF_BRIDGE
}

async function remotes({ inspector }: { readonly inspector: Inspector }): Promise<string[]> {
  return (await inspector.tunnels()).tunnels.map((tunnel) => tunnel.remote)
}

describe('the answer about tunnels', () => {
  test('is shared for ten times as long as it took to make, and then made again', async () => {
    const host = await inspected({ dumpMs: 50 })
    expect(await remotes(host)).toEqual([remote])
    host.learn(mac, '10.0.2.9')
    host.pass(499)
    expect(await remotes(host)).toEqual([remote])
    expect(host.kernel.fdbDumps).toBe(host.fdbDumpsBefore + 1)
    host.pass(502)
    expect(await remotes(host)).toEqual([remote, '10.0.2.9'].toSorted())
    expect(host.kernel.fdbDumps).toBe(host.fdbDumpsBefore + 2)
  })

  test('is one for all who ask while it is made', async () => {
    const host = await inspected({ dumpMs: 50 })
    const [first, second] = await Promise.all([host.inspector.tunnels(), host.inspector.tunnels()])
    expect(second).toBe(first)
  })

  test('is made again at once where it took no time', async () => {
    const host = await inspected()
    await remotes(host)
    host.learn(mac, '10.0.2.9')
    expect(await remotes(host)).toContain('10.0.2.9')
    expect(host.kernel.fdbDumps).toBe(host.fdbDumpsBefore + 2)
  })

  test('has ages as of when the dump began', async () => {
    const host = await inspected({ dumpMs: 50 })
    host.learn(mac, '10.0.2.9')
    host.pass(3000)
    const { tunnels } = await host.inspector.tunnels()
    expect(tunnels.find((tunnel) => tunnel.remote === '10.0.2.9')?.lastSeen).toBe('2026-01-01T00:00:03.000Z')
  })

  test('is refused to those who asked when the kernel refuses, and made for the next one', async () => {
    const host = await inspected()
    const { meddle } = host.kernel
    host.kernel.meddle = (request) => {
      if (!isFdbDump(request)) {
        return undefined
      }
      // It takes a while: no refusal is given again for ten times as long.
      host.pass(50)
      return { kind: 'refuse', code: 'ENOMEM' }
    }
    await expect(remotes(host)).rejects.toMatchObject({ code: 'ENOMEM' })
    host.kernel.meddle = meddle
    expect(await remotes(host)).toEqual([remote])
  })

  test('is from the tables as they are where nobody watches: these have just been dumped', async () => {
    const host = await inspected({ isDaemon: false })
    expect(await remotes(host)).toEqual([remote])
    expect(host.kernel.fdbDumps).toBe(host.fdbDumpsBefore)
  })

  test('has since when a remote is known, by who watches', async () => {
    const host = await inspected()
    host.firstSeen.note(host.index, remote, startMs - 60_000)
    expect((await host.inspector.tunnels()).tunnels).toMatchObject([
      { remote, vni: 42, ifname: 'vxlan0', firstSeen: '2025-12-31T23:59:00.000Z' },
    ])
  })

  test('says of a remote why the underlay does not reach it', async () => {
    const host = await inspected()
    const { meddle } = host.kernel
    host.kernel.meddle = (request) =>
      request.type === RTM_GETROUTE ? { kind: 'refuse', code: 'ENETUNREACH' } : meddle(request)
    const { tunnels } = await host.inspector.tunnels()
    expect(tunnels.map(({ underlay }) => underlay)).toEqual([
      { isResolved: false, problem: `there is no route to ${remote}` },
    ])
  })

  test('asks for the counters of VNIs only where a link filters VNIs', async () => {
    const host = await inspected()
    const types: number[] = []
    host.kernel.meddle = ({ type }) => {
      types.push(type)
      return undefined
    }
    await remotes(host)
    expect(types).not.toContain(RTM_GETTUNNEL)
    host.pass(1001)
    host.agent.observer.observed.vnis.set(host.index, new Map([[42, undefined]]))
    await remotes(host)
    expect(types).toContain(RTM_GETTUNNEL)
  })
})

describe('an explanation', () => {
  const question = { target: mac, isMac: true, dev: 'vxlan0' }

  test('takes the kernel’s word that there is no entry for the address', async () => {
    const { inspector, kernel } = await inspected()
    kernel.meddle = ({ type, isDump }) =>
      type === RTM_GETNEIGH && !isDump ? { kind: 'refuse', code: 'ENOENT' } : undefined
    const { steps } = await inspector.explain(question)
    expect(steps).toContainEqual({
      table: 'forwarding',
      text: expect.stringMatching(/^vxlan0 has no entry for .* flooded/),
    })
  })

  test('fails when the kernel cannot be asked for the entry', async () => {
    const { inspector, kernel } = await inspected()
    kernel.meddle = ({ type, isDump }) =>
      type === RTM_GETNEIGH && !isDump ? { kind: 'refuse', code: 'ENOMEM' } : undefined
    await expect(inspector.explain(question)).rejects.toMatchObject({ code: 'ENOMEM' })
  })

  test('has what happened to the address, and nothing of others', async () => {
    const { inspector, kernel, log } = await inspected()
    kernel.meddle = ({ type, isDump }) =>
      type === RTM_GETNEIGH && !isDump ? { kind: 'refuse', code: 'ENOENT' } : undefined
    log.append({ kind: 'aged-out', dev: 'vxlan0', mac, vtep: '10.0.2.9' })
    log.append({ kind: 'aged-out', dev: 'vxlan0', mac: '02:00:00:00:00:08', vtep: '10.0.2.9' })
    const { steps } = await inspector.explain(question)
    expect(steps.filter(({ table }) => table === 'history').map(({ text }) => text)).toEqual([
      expect.stringMatching(/02:00:00:00:00:09 on vxlan0.* aged out/),
    ])
  })
})
