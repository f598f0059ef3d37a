/** Multicast on the underlay: joined, kept alive by somebody's queries, and room for more. */
import { countOf } from '../../../facts/count-of.ts'
import { familyOf } from '../../../facts/ip-text.ts'
import { eachStep, type Steps } from '../../../facts/steps.ts'
import { remoteOf, vxlanData } from '../../../kernel/vxlan-link.ts'
import type { Remote } from '../../tunnels/remotes.ts'
import { type Check, type Found, type Looked, nothingToLookAt } from '../check.ts'
import { type HealthFacts, linksBy } from '../facts.ts'

export const membership: Check = {
  code: 'membership',
  *look({ groups, memberships, observed }): Steps<Looked> {
    const missing = groups.filter(
      (group) => memberships.get(deviceOf(group, observed.links) ?? '')?.has(group.address) !== true,
    )
    const byGroup = yield* linksBy(
      missing,
      (group) =>
        `${group.address} ${deviceOf(group, observed.links) ?? ''}${isOwnGroup(group, observed) ? '' : ' entry'}`,
      ({ ifname }) => ifname,
    )
    const found = [...byGroup].map(([subject, { links, first }]): Found => {
      const dev = deviceOf(first, observed.links)
      if (!isOwnGroup(first, observed)) {
        return {
          severity: 'warning',
          subject,
          links,
          vtep: first.address,
          found: `frames are sent to ${first.address}, which is not joined on ${dev ?? 'any device'}`,
          means:
            'the kernel joins the group of the link, and of no entry: if other hosts flood to it, that does not arrive here',
          cure: `state group: ${first.address}, unless this host is to send there only`,
        }
      }
      return {
        severity: 'fault',
        subject,
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
    return groups.length === 0
      ? nothingToLookAt
      : {
          found,
          at: `${countOf(groups.length, 'group')} in /proc/net/igmp and igmp6; what switches do with them is not seen`,
        }
  },
}

export const querier: Check = {
  code: 'querier',
  *look({ groups, observed, queriers, counters }): Steps<Looked> {
    const byDevice = yield* linksBy(
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
    // Queries come every two minutes: until as long has been watched twice, silence means nothing.
    if (counters.watchedMs < queryIntervalMs * 2 && known.some(([dev]) => queriers.get(dev) === false)) {
      return {
        found: [],
        at: known.map(([dev]) => dev).join(', '),
        whyNot: `none has been heard, and a querier may ask only every ${queryIntervalMs / 1000} s: ask the daemon when it has watched twice as long`,
      }
    }
    const found = known
      .filter(([dev]) => queriers.get(dev) === false)
      .map(
        ([dev, { links }]): Found => ({
          severity: 'warning',
          subject: dev,
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
  *look({ groups, vxlans, mostMemberships }): Steps<Looked> {
    // Links with one UDP port share a socket, and the limit is the socket's. Source: ip_mc_join_group(), net/ipv4/igmp.c.
    const ports = new Map(vxlans.map(({ name, data }) => [name, data.port ?? 0]))
    const joined = new Map<number, Set<string>>()
    yield* eachStep(groups, ({ ifname, address }) => {
      if (familyOf(address) === 'IPv4') {
        const port = ports.get(ifname) ?? 0
        joined.set(port, (joined.get(port) ?? new Set()).add(address))
      }
    })
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
          subject: `UDP port ${port}`,
          links: [],
          found: `links on UDP port ${port} have ${groupsOf.size} groups, and net.ipv4.igmp_max_memberships is ${mostMemberships}`,
          means: 'a link with another group does not come up: the kernel answers ENOBUFS',
          cure: `sysctl -w net.ipv4.igmp_max_memberships=${Math.max(1000, groupsOf.size * 2)}`,
        }),
      )
    return { found, at: `${countOf(joined.size, 'socket')}, at most ${mostMemberships} groups each` }
  },
}

/** Query Interval, RFC 3376 §8.2, in milliseconds. */
const queryIntervalMs = 125_000

/** Whether it is the group of the link, or of one of its VNIs: the kernel joins no other. Source: vxlan_multicast_join(), drivers/net/vxlan/vxlan_multicast.c. */
function isOwnGroup({ index, vni, address }: Remote, { links, vnis }: HealthFacts['observed']): boolean {
  const own = remoteOf(vxlanData(links.get(index)) ?? {})
  return address === own || vnis.get(index)?.get(vni) === address
}

/** The device on which a group is joined: that of the entry. */
function deviceOf({ query }: Remote, links: HealthFacts['observed']['links']): string | undefined {
  return links.get(query?.oif ?? 0)?.attributes.ifname
}
