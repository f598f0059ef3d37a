/** The three hosts of the story: an agent on `ubuntu`, plain iproute2 on the other two, whose MAC addresses the test decides. */
import type { OverlayEvent } from '../../src/agent/answers/overlay-event.ts'
import type { Cleanup, Namespace } from './namespace.ts'
import { underlay } from './underlay.ts'
import { type Installation, installVxagent } from './vxagent.ts'

export const macs = { vyos01: '02:00:00:00:00:fe', vyos02: '02:00:00:00:00:fd', ubuntu: '02:00:00:00:00:01' } as const

export interface ThreeHosts {
  readonly vyos01: Namespace
  readonly vyos02: Namespace
  readonly ubuntu: Namespace
  /** The agent on `ubuntu`, running. */
  readonly agent: Installation
  /** `vxagent ARGUMENTS --json` on `ubuntu`. */
  // biome-ignore lint/suspicious/noExplicitAny: each test says what it expects of the answer.
  ask(...args: readonly string[]): Promise<any>
  /** The agent's events that are kept, the oldest first. */
  events(...args: readonly string[]): Promise<OverlayEvent[]>
}

/** What `ubuntu` declares. IPv6 is off, so that no frame is sent but those of the test. */
export function story(ageing = 300): object {
  return {
    vxlans: {
      vxlan0: {
        id: 42,
        group: '239.1.1.1',
        dev: 'eth1',
        dstport: 8472,
        ttl: 16,
        ageing,
        mac: macs.ubuntu,
        addresses: ['10.0.1.1/24'],
        sysctl: { ipv6: { disable_ipv6: 1 } },
      },
    },
  }
}

/** The hosts, their agent ready and converged. */
export async function threeHosts(cleanup: Cleanup, state: object = story()): Promise<ThreeHosts> {
  const hosts = await underlay({ vyos01: '10.0.2.254/24', vyos02: '10.0.2.253/24', ubuntu: '10.0.2.1/24' }, cleanup)
  for (const name of ['vyos01', 'vyos02'] as const) {
    const last = name === 'vyos01' ? 254 : 253
    await hosts[name].run('sysctl', ['-qw', 'net.ipv6.conf.default.disable_ipv6=1'])
    await hosts[name].ipBatch(`
      link add vxlan0 address ${macs[name]} type vxlan id 42 group 239.1.1.1 dev eth1 ttl 16 dstport 8472
      address add 10.0.1.${last}/24 dev vxlan0
      link set vxlan0 up`)
  }
  const agent = installVxagent(hosts.ubuntu, { 'story.yaml': state }, cleanup)
  await agent.startAndWait()
  await agent.converged()
  const ask = async (...args: readonly string[]): Promise<unknown> => {
    const { stdout, stderr, code } = await agent.vxagent(...args, '--json')
    if (code !== 0) {
      throw new Error(`vxagent ${args.join(' ')}: exit code ${code}\n${stderr}${stdout}`)
    }
    return JSON.parse(stdout)
  }
  return {
    ...hosts,
    agent,
    ask,
    async events(...args) {
      const { stdout, stderr, code } = await agent.vxagent('events', '--once', '--recent', '10000', '--json', ...args)
      if (code !== 0) {
        throw new Error(stderr)
      }
      const lines = stdout.split('\n').filter((line) => line !== '')
      return lines.map((line) => JSON.parse(line) as OverlayEvent)
    },
  }
}
