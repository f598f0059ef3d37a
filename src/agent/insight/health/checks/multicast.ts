/** Multicast on the underlay: joined, kept alive by somebody's queries, and room for more. */
import { constants } from '../../../../rtnetlink/index.ts'
import { countOf } from '../../../facts/count-of.ts'
import { familyOf } from '../../../facts/ip-text.ts'
import type { Remote } from '../../tunnels/remotes.ts'
import { type Check, type Found, nothingToLookAt } from '../check.ts'
import { type HealthFacts, linksBy } from '../facts.ts'

export const membership: Check = {
  code: 'membership',
  look(facts) {
    const { groups, memberships, observed } = facts
    const asked = groups.filter(({ index }) => isUp(index, facts))
    const missing = asked.filter(
      (group) => memberships.get(deviceOf(group, observed.links) ?? '')?.has(group.address) !== true,
    )
    const byGroup = linksBy(
      missing,
      (group) => `${group.address} ${deviceOf(group, observed.links) ?? ''}`,
      ({ ifname }) => ifname,
    )
    const found = [...byGroup].map(([, { links, first }]): Found => {
      const dev = deviceOf(first, observed.links)
      return {
        severity: 'fault',
        links,
        vtep: first.address,
        found: `${first.address} is not joined on ${dev ?? 'any device'}`,
        means: 'what other hosts flood does not arrive here',
        cure:
          dev === undefined
            ? 'state dev: the kernel joins a group on a device'
            : `ip link set ${first.ifname} down, then up: the kernel joins when the link comes up`,
      }
    })
    return asked.length === 0
      ? nothingToLookAt
      : {
          found,
          at: `${countOf(asked.length, 'group')} in /proc/net/igmp and igmp6; what switches do with them is not seen`,
        }
  },
}

export const querier: Check = {
  code: 'querier',
  look({ groups, observed, queriers }) {
    const byDevice = linksBy(
      groups,
      (group) => deviceOf(group, observed.links),
      ({ ifname }) => ifname,
    )
    if (byDevice.size === 0) {
      return nothingToLookAt
    }
    const known = [...byDevice].filter(([dev]) => queriers.get(dev) !== undefined)
    if (known.length === 0) {
      return {
        found: [],
        at: [...byDevice.keys()].join(', '),
        whyNot:
          'the kernel keeps no trace of IGMP queries on such a device; tcpdump -nni DEV igmp shows one within two minutes, if there are any',
      }
    }
    const found = known
      .filter(([dev]) => queriers.get(dev) === false)
      .map(
        ([dev, { links }]): Found => ({
          severity: 'warning',
          links,
          found: `no query for multicast groups has been heard on ${dev}`,
          means: 'a switch that snoops forgets the members after some minutes: it works at first, then stops',
          cure: 'let a router or switch of that network send queries, or turn snooping off there',
        }),
      )
    return { found, at: known.map(([dev]) => dev).join(', ') }
  },
}

export const membershipLimit: Check = {
  code: 'membership-limit',
  look({ groups, vxlans, mostMemberships }) {
    // Links with one UDP port share a socket, and the limit is the socket's. Source: ip_mc_join_group(), net/ipv4/igmp.c.
    const ports = new Map(vxlans.map(({ name, data }) => [name, data.port ?? 0]))
    const joined = new Map<number, Set<string>>()
    for (const { ifname, address } of groups.filter((group) => familyOf(group.address) === 'IPv4')) {
      const port = ports.get(ifname) ?? 0
      joined.set(port, (joined.get(port) ?? new Set()).add(address))
    }
    if (joined.size === 0) {
      return nothingToLookAt
    }
    if (mostMemberships === undefined) {
      return { found: [], at: 'net.ipv4.igmp_max_memberships', whyNot: 'it cannot be read here' }
    }
    const found = [...joined]
      .filter(([, groupsOf]) => groupsOf.size >= mostMemberships)
      .map(
        ([port, groupsOf]): Found => ({
          severity: 'warning',
          links: [],
          found: `links on UDP port ${port} have ${groupsOf.size} groups, and net.ipv4.igmp_max_memberships is ${mostMemberships}`,
          means: 'a link with another group does not come up: the kernel answers ENOBUFS',
          cure: `sysctl -w net.ipv4.igmp_max_memberships=${Math.max(100, groupsOf.size * 2)}`,
        }),
      )
    return { found, at: `${countOf(joined.size, 'socket')}, at most ${mostMemberships} groups each` }
  },
}

function isUp(index: number, { observed }: HealthFacts): boolean {
  return ((observed.links.get(index)?.flags ?? 0) & constants.IFF_UP) !== 0
}

/** The device on which a group is joined: that of the entry. */
function deviceOf({ query }: Remote, links: HealthFacts['observed']['links']): string | undefined {
  return links.get(query?.oif ?? 0)?.attributes.ifname
}
