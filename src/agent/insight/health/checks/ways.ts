/** The ways to the VTEPs: from an address that the host has, by a route, over a next hop that answers, and back. */
import { countOf } from '../../../facts/count-of.ts'
import { eachStep, type Steps } from '../../../facts/steps.ts'
import { askedLatelyMs, resolutionProtocol } from '../../underlay/path.ts'
import { type Check, type Found, type Looked, nothingToLookAt } from '../check.ts'
import { findingKey, type Group, type HealthFacts, linksBy, type Way } from '../facts.ts'

export const localAddress: Check = {
  code: 'local-address',
  *look({ vxlans, own }): Steps<Looked> {
    const stated = vxlans.flatMap(({ name, data: { local, local6 } }) => {
      const address = local ?? local6
      return address === undefined ? [] : [{ name, address }]
    })
    const byAddress = yield* linksBy(
      stated,
      ({ address }) => address,
      ({ name }) => name,
    )
    const found = [...byAddress].flatMap(([address, { links }]): Found[] =>
      own.has(address)
        ? []
        : [
            {
              severity: 'fault',
              subject: address,
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
  *look(facts): Steps<Looked> {
    const { ways } = facts
    const found: Found[] = []
    const bound = boundDevices(facts)
    const broken = yield* waysThat(ways, (way) => isWithoutRoute(way, bound, facts))
    for (const [subject, { links, first }] of yield* byVtep(broken)) {
      const { path, remote } = first
      found.push({
        severity: 'fault',
        subject,
        links,
        vtep: remote.address,
        found: path.problem ?? `there is no way to ${remote.address}`,
        means: 'frames to that VTEP are dropped on this host',
        cure: `ip route get ${remote.address} shows what the kernel does; add the route, or correct the VTEP’s address`,
      })
    }
    const detours = yield* waysThat(ways, isDetour)
    for (const [subject, { links, first }] of yield* byVtep(detours)) {
      const { path, free, remote } = first
      found.push({
        severity: 'warning',
        subject,
        links,
        vtep: remote.address,
        found: `the link is bound to ${path.dev}, and the route to ${remote.address} leads by ${free?.dev}`,
        means: `frames leave by ${path.dev}, where that VTEP may not be`,
        cure: `state dev: ${free?.dev}, or no dev, unless ${path.dev} is meant`,
      })
    }
    return ways.length === 0
      ? nothingToLookAt
      : { found, at: `the kernel’s route to ${countOf(yield* vtepsOf(ways), 'VTEP')}` }
  },
}

/**
 * A link that is bound to a device without a route there takes the VTEP for a neighbour on it. Two routes by routers, of equal cost or not,
 * are no fault.
 */
function isDetour({ path, free }: Way): boolean {
  return (
    path.isResolved &&
    path.gateway === undefined &&
    free?.isResolved === true &&
    free.dev !== undefined &&
    free.dev !== path.dev
  )
}

/** By ifindex of a vxlan: the name of the device that it is bound to. */
function boundDevices({ vxlans, observed }: HealthFacts): Map<number, string | undefined> {
  return new Map(vxlans.map(({ link, data }) => [link.index, observed.links.get(data.link ?? 0)?.attributes.ifname]))
}

/** No route, an own address, or a device that is down; what other checks report of it is left to them. */
function isWithoutRoute(
  { path, remote }: Way,
  bound: ReadonlyMap<number, string | undefined>,
  { own }: HealthFacts,
): boolean {
  if (path.isResolved || path.neighbour !== undefined || remote.query === undefined) {
    return false
  }
  const { src } = remote.query
  const isBoundDown = path.dev !== undefined && path.dev === bound.get(remote.index)
  return !isBoundDown && (src === undefined || own.has(src))
}

export const nextHop: Check = {
  code: 'next-hop',
  *look({ ways, before, isWatching, nowMs }): Steps<Looked> {
    const asked = yield* waysThat(ways, ({ path }) => path.neighbour !== undefined && path.neighbour !== 'noarp')
    const silent = yield* waysThat(asked, ({ path }) => path.neighbour === 'failed' || path.neighbour === 'incomplete')
    const found = [...(yield* byVtep(silent))].flatMap(([subject, { links, first }]): Found[] => {
      const { path, remote } = first
      const hop = path.gateway ?? remote.address
      const finding: Found = {
        severity: 'fault',
        subject,
        links,
        vtep: remote.address,
        found: path.problem ?? `${hop} does not answer`,
        means: 'frames to that VTEP are dropped on this host',
        cure: `ping ${hop}; check that host, its cable, the VLAN of the switch port, and whether ${hop} is its address`,
      }
      if (path.askedAt !== undefined && nowMs - Date.parse(path.askedAt) > askedLatelyMs) {
        const means = 'nothing was sent there since; the next frame asks again, and is lost if there is no answer'
        return [{ ...finding, severity: 'warning', means }]
      }
      // While it is being asked for the first time, nobody knows.
      const isNew = path.neighbour === 'incomplete' && !before.has(findingKey({ check: 'next-hop', ...finding }))
      if (!isNew) {
        return [finding]
      }
      const [protocol, dev] = [resolutionProtocol(hop), path.dev]
      return isWatching
        ? []
        : [
            {
              ...finding,
              severity: 'warning',
              found: `${hop} has not answered ${protocol} on ${dev} so far`,
              means: 'until it does, frames to that VTEP are dropped on this host',
            },
          ]
    })
    const hops = new Set<string>()
    const unasked = new Set<string>()
    const protocols = new Set<string>()
    yield* eachStep(asked, ({ path, remote }) => {
      const hop = `${path.dev} ${path.gateway ?? remote.address}`
      hops.add(hop)
      protocols.add(resolutionProtocol(path.gateway ?? remote.address))
      if (path.neighbour === 'none') {
        unasked.add(hop)
      }
    })
    const rest = unasked.size === 0 ? '' : `; not asked yet: ${unasked.size}`
    return asked.length === 0
      ? nothingToLookAt
      : { found, at: `${countOf(hops.size, 'next hop')} in the ${[...protocols].sort().join(' and ')} table${rest}` }
  },
}

export const wayIn: Check = {
  code: 'way-in',
  *look({ ways }): Steps<Looked> {
    const elsewhere = yield* waysThat(ways, ({ arrival }) => arrival !== undefined)
    const byArrival = yield* linksBy(
      elsewhere,
      ({ remote, path, arrival }) =>
        `${remote.address} ${path.dev} ${arrival?.dev}${arrival?.isAccepted ? '' : ' dropped'}`,
      ({ remote }) => remote.ifname,
    )
    const found = [...byArrival].map(([subject, { links, first }]): Found => {
      const { path, remote, arrival } = first
      const base = { subject, links, vtep: remote.address }
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
      : { found, at: `by which device ${countOf(yield* vtepsOf(ways), 'VTEP')} would be heard` }
  },
}

/** Ways by VTEP and by what is found of it, so that a fault of a thousand links is told once. */
function byVtep(ways: readonly Way[]): Steps<Map<string, Group<Way>>> {
  return linksBy(
    ways,
    ({ remote, path }) => `${remote.address} ${path.problem ?? path.dev}`,
    ({ remote }) => remote.ifname,
  )
}

function* waysThat(ways: readonly Way[], isMeant: (way: Way) => boolean): Steps<Way[]> {
  const meant: Way[] = []
  yield* eachStep(ways, (way) => {
    if (isMeant(way)) {
      meant.push(way)
    }
  })
  return meant
}

/** How many VTEPs there are. */
function* vtepsOf(ways: readonly Way[]): Steps<number> {
  const vteps = new Set<string>()
  yield* eachStep(ways, ({ remote }) => {
    vteps.add(remote.address)
  })
  return vteps.size
}
