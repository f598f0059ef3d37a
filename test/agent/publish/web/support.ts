/** What the page shows, with the parts that matter to a test. */
import type { HealthStatus, StandingFinding } from '../../../../src/agent/answers/health.ts'
import type { Tunnel } from '../../../../src/agent/answers/tunnel.ts'

export function tunnel(remote: string, parts: Partial<Tunnel> = {}): Tunnel {
  return {
    ifname: 'vxlan0',
    vni: 42,
    remote,
    isGroup: false,
    dstport: 8472,
    sources: ['learned'],
    macs: 1,
    isFloodedTo: false,
    underlay: { isResolved: true, dev: 'eth1' },
    ...parts,
  }
}

export function finding(parts: Partial<StandingFinding> = {}): StandingFinding {
  return {
    check: 'silence',
    severity: 'fault',
    subject: 'vxlan0',
    links: ['vxlan0'],
    found: 'nothing was heard',
    means: 'frames are lost',
    cure: 'look at the other end',
    ...parts,
  }
}

export function health(...findings: readonly StandingFinding[]): HealthStatus {
  const faults = findings.filter(({ severity }) => severity === 'fault').length
  return {
    verdict: faults > 0 ? 'impaired' : 'no fault seen',
    checkedAt: '2026-01-02T12:00:00Z',
    faults,
    warnings: findings.length - faults,
    findings,
  }
}
