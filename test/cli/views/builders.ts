/** What the views show, with the parts that matter to a test. */

import type { AgentStatus, ObjectStatus } from '../../../src/agent/answers/status.ts'
import type { Iproute2Link } from '../../../src/agent/publish/iproute2/iproute2-link.ts'

/** The moment at which the views are looked at. */
export const now = new Date('2026-01-02T12:00:00Z')

/** The vxlan link of the first story. */
export const vxlan0: Iproute2Link = {
  ifindex: 7,
  ifname: 'vxlan0',
  flags: ['BROADCAST', 'MULTICAST', 'UP', 'LOWER_UP'],
  mtu: 1450,
  operstate: 'UNKNOWN',
  link_type: 'ether',
  address: 'be:c7:6a:21:67:f6',
  linkinfo: { info_kind: 'vxlan', info_data: { id: 42, group: '239.1.1.1', link: 'eth1', port: 8472, ttl: 16 } },
}

export function link(parts: Partial<Iproute2Link>): Iproute2Link {
  return { ...vxlan0, ...parts }
}

export function object(parts: Partial<ObjectStatus> = {}): ObjectStatus {
  return {
    name: 'vxlan0',
    kind: 'vxlan',
    state: 'converged',
    warnings: [],
    since: '2026-01-02T11:57:00Z',
    ifindex: 7,
    ...parts,
  }
}

export function status({
  desired,
  ...parts
}: Partial<Omit<AgentStatus, 'desired'>> & { desired?: Partial<AgentStatus['desired']> } = {}): AgentStatus {
  return {
    version: '0.1.0',
    hostname: 'ubuntu',
    pid: 4711,
    startedAt: '2026-01-01T12:00:00Z',
    stateDir: '/var/lib/vxagent',
    converged: true,
    objects: [object()],
    counters: { reconciles: 9, repairs: 2, resyncs: 1, overruns: 0, events: 5, requests: 4, dumps: 3 },
    ...parts,
    desired: {
      path: '/etc/vxagent/desired.d',
      isValid: true,
      issues: [],
      files: ['/etc/vxagent/desired.d/a.yaml'],
      enforcing: 'current',
      isInForce: true,
      enforcedSince: '2026-01-02T07:00:00Z',
      ...desired,
    },
  }
}
