/** The remotes that are drawn: hosts with their VTEP addresses, and groups. Pure. */
import type { StandingFinding } from '../../../answers/health.ts'
import type { Tunnel } from '../../../answers/tunnel.ts'
import { tunnelProblem } from '../../../answers/tunnel-state.ts'
import { addressKey } from './addresses.ts'

/** A remote host or group, with all VNIs by which it is reached. */
export interface RemoteNode {
  /** Its first address: what it is known by on the page. */
  readonly address: string
  /** All of its addresses that tunnels lead to, in the order of addresses. */
  readonly addresses: readonly string[]
  readonly isGroup: boolean
  /** In the order of VNIs and addresses. */
  readonly tunnels: readonly Tunnel[]
  readonly macs: number
  /** What is wrong with it; undefined when nothing is known to be. */
  readonly problem: string | undefined
}

/** Which host each address belongs to, as far as it was ever seen. */
export type KnownHosts = ReadonlyMap<string, string>

/**
 * What is known with these tunnels. Two VTEP addresses belong to one host when the same MAC address answers for both on one device; an
 * address behind a gateway says nothing, for the MAC address is the gateway's. What was known stays when a neighbour entry fails, so that
 * a host which dies is not torn apart.
 */
export function learnHosts(known: KnownHosts, tunnels: readonly Tunnel[]): KnownHosts {
  const hosts = new Map(known)
  for (const { remote, isGroup, underlay } of tunnels) {
    const { dev, gateway, nextHopMac } = underlay
    if (!isGroup && dev !== undefined && gateway === undefined && nextHopMac !== undefined) {
      hosts.set(remote, `${dev} ${nextHopMac}`)
    }
  }
  return hosts
}

/** What is wrong with a tunnel: what its own state says, or a health check found about it. */
export function problemOf(tunnel: Tunnel, findings: readonly StandingFinding[]): string | undefined {
  return tunnelProblem(tunnel) ?? findings.find((finding) => isAbout(finding, tunnel))?.found
}

/** Whether a fault concerns the tunnel as a whole; one of a single MAC address does not, unless it names the VTEP. */
function isAbout({ severity, vtep, vni, mac, links }: StandingFinding, tunnel: Tunnel): boolean {
  const isThere = vtep === undefined ? mac === undefined && links.includes(tunnel.ifname) : vtep === tunnel.remote
  return severity === 'fault' && isThere && (vni === undefined || vni === tunnel.vni)
}

/**
 * Groups first, then hosts, each in the order of their addresses. Neither numbers nor problems change the order, so that whoever looks
 * again finds everything where it was.
 */
export function remotesIn(
  tunnels: readonly Tunnel[],
  hosts: KnownHosts = new Map(),
  findings: readonly StandingFinding[] = [],
): RemoteNode[] {
  const byHost = new Map<string, Tunnel[]>()
  for (const tunnel of tunnels) {
    const host = hosts.get(tunnel.remote) ?? tunnel.remote
    const of = byHost.get(host)
    if (of === undefined) {
      byHost.set(host, [tunnel])
    } else {
      of.push(tunnel)
    }
  }
  const nodes = Array.from(byHost.values(), (of): RemoteNode => {
    const sorted = of
      .map((tunnel) => ({ tunnel, key: addressKey(tunnel.remote) }))
      .toSorted((a, b) => a.tunnel.vni - b.tunnel.vni || order(a.key, b.key))
      .map(({ tunnel }) => tunnel)
    const addresses = [...new Set(of.map(({ remote }) => remote))].toSorted((a, b) =>
      order(addressKey(a), addressKey(b)),
    )
    return {
      address: addresses[0] as string,
      addresses,
      isGroup: of.some(({ isGroup }) => isGroup),
      tunnels: sorted,
      macs: of.reduce((sum, { macs }) => sum + macs, 0),
      problem: sorted.map((tunnel) => problemOf(tunnel, findings)).find((problem) => problem !== undefined),
    }
  })
  return nodes
    .map((node) => ({ node, key: addressKey(node.address) }))
    .toSorted((a, b) => Number(b.node.isGroup) - Number(a.node.isGroup) || order(a.key, b.key))
    .map(({ node }) => node)
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
