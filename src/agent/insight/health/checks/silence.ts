/** Links that send and hear nothing, with what else speaks for a reason. */

import { countOf } from '../../../facts/count-of.ts'
import { grouped } from '../../../facts/grouped.ts'
import { isMulticast } from '../../../facts/ip-text.ts'
import { eachStep, type Steps } from '../../../facts/steps.ts'
import type { Remote } from '../../tunnels/remotes.ts'
import { type Check, type Found, type Looked, nothingToLookAt } from '../check.ts'
import { type Silence, silentMs } from '../counter-watch.ts'
import type { HealthFacts, SeenVxlan } from '../facts.ts'

export const silence: Check = {
  code: 'silence',
  *look(facts): Steps<Looked> {
    const remotes = new Map<number, Remote[]>()
    yield* eachStep(facts.remotes, (remote) => {
      const known = remotes.get(remote.index)
      if (known === undefined) {
        remotes.set(remote.index, [remote])
      } else {
        known.push(remote)
      }
    })
    const talking = facts.vxlans.filter(({ link }) => remotes.has(link.index))
    if (talking.length === 0) {
      return nothingToLookAt
    }
    const found: Found[] = []
    for (const vxlan of talking) {
      const ofLink = remotes.get(vxlan.link.index) ?? []
      const vnis = facts.observed.vnis.get(vxlan.link.index)
      const asked = vnis === undefined ? new Map([[undefined, ofLink]]) : grouped(ofLink, ({ vni }) => vni)
      for (const [vni, ofVni] of asked) {
        const quiet = facts.counters.silence(vxlan.link.index, { vni, least: leastSent(ofVni) })
        if (quiet !== undefined) {
          found.push(finding(vxlan, vni, quiet, ofVni, facts))
        }
        yield
      }
    }
    const many = talking.some(({ link }) => (remotes.get(link.index)?.length ?? 0) > 1)
    const limit = many ? '; the kernel counts per VNI, so one silent VTEP among several does not show' : ''
    const seconds = Math.round(facts.counters.watchedMs / 1000)
    return { found, at: `packet counters of ${countOf(talking.length, 'link')}, watched for ${seconds} s${limit}` }
  },
}

/**
 * So many packets within a minute are more than the kernel sends by itself: router solicitations and multicast reports, when a link comes
 * up, a copy to each remote.
 */
function leastSent(remotes: readonly Remote[]): number {
  return 10 + 10 * remotes.filter(({ isFloodedTo }) => isFloodedTo).length
}

function finding(
  { name, data }: SeenVxlan,
  vni: number | undefined,
  { sent, heardMs, watchedMs }: Silence,
  remotes: readonly Remote[],
  { counters, nowMs }: HealthFacts,
): Found {
  const hasGroup = remotes.some(({ isGroup, address }) => isGroup || isMulticast(address))
  const [only, other] = remotes
  const id = vni ?? (data.collectMetadata === true ? undefined : data.id)
  const since = heardMs === undefined ? 'since the link was made' : `for ${Math.round((nowMs - heardMs) / 1000)} s`
  const evidence = [
    ...(counters.growth('udpNoPorts') === undefined && counters.growth('udp6NoPorts') === undefined
      ? []
      : ['UDP packets arrive for a port on which nothing listens: the other end may send to another port']),
    ...(counters.growth('destinationsUnreachable') === undefined &&
    counters.growth('destinationsUnreachable6') === undefined
      ? []
      : [
          'ICMP errors arrive (destination or port unreachable): the other end may have no vxlan on this UDP port, or a firewall may reject it',
        ]),
    ...(counters.growth('reversePathDrops') === undefined
      ? []
      : ['the reverse-path filter of this host drops packets: see the check reverse-path-filter']),
  ]
  const causes = `the other end’s link is down, or has another VNI or UDP port (here ${data.port}); a firewall, or a reverse-path filter, drops one direction${hasGroup ? '; a switch that snoops drops the group' : ''}`
  return {
    severity: watchedMs >= silentMs || heardMs !== undefined ? 'fault' : 'warning',
    subject: vni === undefined ? name : `${name} VNI ${vni}`,
    links: [name],
    ...(id !== undefined && { vni: id }),
    ...(only !== undefined && other === undefined && { vtep: only.address }),
    found: `${countOf(sent, 'packet')} sent${vni === undefined ? '' : ` in VNI ${vni}`} and none received ${since}`,
    means: [...evidence, `nobody answers: ${causes}`].join('; '),
    cure: `compare VNI ${id ?? ''} and UDP port ${data.port} with the other end; timeout 10 tcpdump -nni ${only === undefined ? 'DEV' : 'any'} udp port ${data.port} shows whether anything arrives`,
  }
}
