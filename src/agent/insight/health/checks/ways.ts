/** The ways to the VTEPs: from an address that the host has, by a route, over a next hop that answers, and back. */
import { countOf } from '../../../facts/count-of.ts'
import { hasAddress } from '../../../kernel/own-addresses.ts'
import { resolutionProtocol } from '../../underlay/path.ts'
import { type Check, type Found, nothingToLookAt } from '../check.ts'
import { findingKey, type HealthFacts, linksBy, type Way } from '../facts.ts'

export const localAddress: Check = {
  code: 'local-address',
  look({ vxlans, observed }) {
    const stated = vxlans.flatMap(({ name, data: { local, local6 } }) => {
      const address = local ?? local6
      return address === undefined ? [] : [{ name, address }]
    })
    const byAddress = linksBy(
      stated,
      ({ address }) => address,
      ({ name }) => name,
    )
    const found = [...byAddress].flatMap(([address, { links }]): Found[] =>
      hasAddress(observed, address)
        ? []
        : [
            {
              severity: 'fault',
              links,
              found: `local ${address} is not an address of this host`,
              means: 'the kernel sends nothing from an address that it lacks, and receives nothing for it',
              cure: `add ${address} to an interface, or state an address that this host has as local`,
            },
          ],
    )
    return byAddress.size === 0
      ? nothingToLookAt
      : {
          found,
          at: `${countOf(byAddress.size, 'source address', 'source addresses')} against the addresses of all links`,
        }
  },
}

export const route: Check = {
  code: 'route',
  look(facts) {
    const { ways } = facts
    const found: Found[] = []
    const broken = ways.filter((way) => isWithoutRoute(way, facts))
    for (const [, { links, first }] of byVtep(broken)) {
      const { path, remote } = first
      found.push({
        severity: 'fault',
        links,
        vtep: remote.address,
        found: path.problem ?? `there is no way to ${remote.address}`,
        means: 'frames to that VTEP are dropped on this host',
        cure: `ip route get ${remote.address} shows what the kernel does; add the route, or correct the VTEP’s address`,
      })
    }
    const detours = ways.filter(
      ({ path, free }) =>
        path.isResolved && free?.isResolved === true && free.dev !== path.dev && free.dev !== undefined,
    )
    for (const [, { links, first }] of byVtep(detours)) {
      const { path, free, remote } = first
      found.push({
        severity: 'warning',
        links,
        vtep: remote.address,
        found: `the link is bound to ${path.dev}, and the route to ${remote.address} leads by ${free?.dev}`,
        means: `frames leave by ${path.dev}, where that VTEP may not be`,
        cure: `state dev: ${free?.dev}, or no dev, unless ${path.dev} is meant`,
      })
    }
    return ways.length === 0
      ? nothingToLookAt
      : { found, at: `the kernel’s route to ${countOf(byVtep(ways).size, 'VTEP')}` }
  },
}

/** No route, an own address, or a device that is down; what other checks report of it is left to them. */
function isWithoutRoute({ path, remote }: Way, { observed, vxlans }: HealthFacts): boolean {
  if (path.isResolved || path.neighbour !== undefined || remote.query === undefined) {
    return false
  }
  const { src } = remote.query
  const isBoundDown =
    path.dev !== undefined &&
    vxlans.some(
      ({ name, data }) =>
        name === remote.ifname && data.link !== 0 && observed.links.get(data.link ?? 0)?.attributes.ifname === path.dev,
    )
  return !isBoundDown && (src === undefined || hasAddress(observed, src))
}

export const nextHop: Check = {
  code: 'next-hop',
  look({ ways, before }) {
    const asked = ways.filter(({ path }) => path.neighbour !== undefined && path.neighbour !== 'noarp')
    const silent = asked.filter(({ path }) => path.neighbour === 'failed' || path.neighbour === 'incomplete')
    const found = [...byVtep(silent)].flatMap(([, { links, first }]): Found[] => {
      const { path, remote } = first
      const hop = path.gateway ?? remote.address
      const finding: Found = {
        severity: 'fault',
        links,
        vtep: remote.address,
        found: path.problem ?? `${hop} does not answer`,
        means: 'frames to that VTEP are dropped on this host',
        cure: `ping ${hop}; check that host, its cable, the VLAN of the switch port, and whether ${hop} is its address`,
      }
      // While it is being asked for the first time, nobody knows.
      const isNew = path.neighbour === 'incomplete' && !before.has(findingKey({ check: 'next-hop', ...finding }))
      return isNew ? [] : [finding]
    })
    const hops = new Set(asked.map(({ path, remote }) => `${path.dev} ${path.gateway ?? remote.address}`)).size
    const unasked = asked.filter(({ path }) => path.neighbour === 'none')
    const rest = unasked.length === 0 ? '' : `; not asked yet: ${unasked.length}`
    return asked.length === 0
      ? nothingToLookAt
      : { found, at: `${countOf(hops, 'next hop')} in the ${protocolsOf(asked)} table${rest}` }
  },
}

function protocolsOf(ways: readonly Way[]): string {
  return [...new Set(ways.map(({ remote }) => resolutionProtocol(remote.address)))].sort().join(' and ')
}

export const wayIn: Check = {
  code: 'way-in',
  look({ ways }) {
    const elsewhere = ways.filter(({ arrival }) => arrival !== undefined)
    const found = [...byVtep(elsewhere)].map(([, { links, first }]): Found => {
      const { path, remote, arrival } = first
      const base = { links, vtep: remote.address }
      return arrival?.isAccepted === true
        ? {
            ...base,
            severity: 'warning',
            found: `frames to ${remote.address} leave by ${path.dev}, and its own arrive on ${arrival.dev}`,
            means: 'a firewall on the way, or a reverse-path filter of another host, may drop one direction',
            cure: `make both the same: dev: ${arrival.dev}, or another local address`,
          }
        : {
            ...base,
            severity: 'fault',
            found: `the reverse-path filter of ${arrival?.dev} drops what ${remote.address} sends: its route leads by ${path.dev}`,
            means: 'nothing is received from that VTEP',
            cure: `sysctl -w net.ipv4.conf.${arrival?.dev}.rp_filter=2, or a route to ${remote.address} by ${arrival?.dev}`,
          }
    })
    return ways.length === 0
      ? nothingToLookAt
      : { found, at: `by which device ${countOf(byVtep(ways).size, 'VTEP')} would be heard` }
  },
}

/** Ways by VTEP and by what is found of it, so that a fault of a thousand links is told once. */
function byVtep(ways: readonly Way[]): Map<string, { readonly links: string[]; readonly first: Way }> {
  return linksBy(
    ways,
    ({ remote, path }) => `${remote.address} ${path.problem ?? path.dev}`,
    ({ remote }) => remote.ifname,
  )
}
