/** A host's overlay as iproute2 shows it, less what no two makings share: ifindexes, random MACs, clocks. */

import { statedEntries } from '../../src/agent/desired/remote-parts.ts'
import type { DesiredState, VxlanSpec } from '../../src/agent/desired/schema.ts'
import { isAtLeast, readKernelRelease } from '../../src/agent/host/kernel-release.ts'
import type { Namespace } from './namespace.ts'

// biome-ignore lint/suspicious/noExplicitAny: iproute2's JSON.
type Shown = any

export interface OverlayPicture {
  readonly links: Record<string, unknown>
  readonly ports: Record<string, unknown>
  /** Forwarding entries of vxlans and bridges, a line each. */
  readonly fdb: readonly string[]
  readonly neighbours: readonly string[]
  readonly vnis: unknown
  /** The stated settings below /proc/sys/net. */
  readonly settings: Record<string, string>
}

/** What is to be the same in two hosts that were told to be so. */
export async function overlayPicture(host: Namespace, desired: DesiredState): Promise<OverlayPicture> {
  const links: Shown[] = [
    ...(await host.json('ip -d -j addr show type vxlan')),
    ...(await host.json('ip -d -j addr show type bridge')),
  ]
  const ports: Shown[] = await host.json('bridge -d -j link show')
  const fdb: Shown[] = await host.json('bridge -d -j fdb show')
  const neighbours: Shown[] = await host.json('ip -j neighbour show nud permanent')
  // Before that release the kernel has no VNI filter and refuses the question.
  const vnis: Shown[] = isAtLeast(readKernelRelease(), 5, 18) ? await host.json('bridge -j vni show') : []
  const named = (list: Shown[], describe: (one: Shown) => unknown): Record<string, unknown> =>
    Object.fromEntries(
      list.toSorted((one, other) => one.ifname.localeCompare(other.ifname)).map((one) => [one.ifname, describe(one)]),
    )
  return {
    links: named(links, (link) => linkPicture(link, desired)),
    ports: named(ports, (port) => portPicture(port, desired)),
    fdb: fdb
      .filter(({ flags, ifname, mac }) =>
        flags.includes('self') ? isStated(desired.vxlans[ifname], mac) : isStatedOfBridge(mac),
      )
      .map((entry) => JSON.stringify(entry, Object.keys(entry).toSorted()))
      .toSorted(),
    neighbours: neighbours.map((entry) => JSON.stringify(entry)).toSorted(),
    vnis: vnis.map(({ ifname, vnis: list }) => [ifname, list]),
    settings: await settingsOf(host, desired),
  }
}

/** A cost that nobody states follows from the link's speed, until somebody states one, and stays then. */
function portPicture({ ifindex: _, state: _s, link: _l, cost, ...port }: Shown, { bridges }: DesiredState): unknown {
  const isStated = bridges[port.master]?.ports?.[port.ifname]?.cost !== undefined
  return { ...port, ...(isStated && { cost }) }
}

function linkPicture(
  { ifindex: _, address, broadcast: _b, addr_info: addresses, linkinfo, ...link }: Shown,
  { vxlans }: DesiredState,
): unknown {
  const { info_slave_data: _slave, info_data: data, ...info } = linkinfo
  const isMacStated = vxlans[link.ifname]?.mac !== undefined
  return {
    ...link,
    // Carrier comes and goes with the ports of a bridge.
    operstate: undefined,
    // A link that was up once keeps it when it goes down.
    qdisc: undefined,
    flags: link.flags.filter((flag: string) => flag !== 'NO-CARRIER' && flag !== 'LOWER_UP').toSorted(),
    ...(isMacStated && { address }),
    linkinfo: { ...info, info_data: info.info_kind === 'bridge' ? bridgeData(data) : data },
    addr_info: addresses
      // vxagent marks its own addresses (IFA_PROTO), which iproute2 shows since 6.3.
      .filter(({ scope, family }: Shown) => !(family === 'inet6' && scope === 'link'))
      .map(({ tentative: _t, dadfailed: _d, protocol: _p, ...address }: Shown) => address)
      .toSorted((one: Shown, other: Shown) => one.local.localeCompare(other.local)),
  }
}

/** Others are learned from what goes over the wire by itself, such as neighbour solicitations. */
function isStated(spec: VxlanSpec | undefined, mac: string): boolean {
  return mac === '00:00:00:00:00:00' || statedEntries(spec?.fdb).some((entry) => entry.mac === mac)
}

/** The MAC addresses of entries in arbitrary-overlay.ts. */
function isStatedOfBridge(mac: string): boolean {
  return mac.startsWith('02:00:02:') || mac.startsWith('02:00:04:')
}

/** Identities made of the MAC, and clocks. */
function bridgeData(data: Shown): unknown {
  return Object.fromEntries(
    Object.entries(data).filter(
      ([key]) => !/_timer$|^(bridge_id|root_id|root_port|topology_change.*|designated.*)$/.test(key),
    ),
  )
}

async function settingsOf(host: Namespace, { vxlans }: DesiredState): Promise<Record<string, string>> {
  const paths = Object.entries(vxlans).flatMap(([name, { sysctl = {} }]) =>
    (['ipv4', 'ipv6'] as const).flatMap((family) =>
      Object.keys(sysctl[family] ?? {}).map((setting) => `/proc/sys/net/${family}/conf/${name}/${setting}`),
    ),
  )
  if (paths.length === 0) {
    return {}
  }
  const text = await host.run('head', ['-v', '-n', '1', ...paths])
  const values = [...text.matchAll(/==> (.*) <==\n(.*)\n/g)].map(([, path = '', value = '']) => [path, value])
  return Object.fromEntries(values)
}
