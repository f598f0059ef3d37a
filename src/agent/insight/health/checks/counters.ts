/** Counters of the kernel that grow where packets are lost. */
import { countOf } from '../../../facts/count-of.ts'
import { eachStep, type Steps } from '../../../facts/steps.ts'
import type { ProtocolCounter } from '../../../kernel/protocol-counters.ts'
import { type Check, type Found, type Looked, nothingToLookAt } from '../check.ts'
import { type Growth, type LossCounter, lossCounters } from '../counter-watch.ts'
import { type HealthFacts, linksBy } from '../facts.ts'

/** Fewer within a minute than these are seen on every host: a port scan, a name server that is down. */
const leastGrowth = 5

export const reversePathFilter: Check = {
  code: 'reverse-path-filter',
  look(facts) {
    if (facts.vxlans.length === 0) {
      return nothingToLookAt
    }
    const grown = facts.counters.growth('reversePathDrops', leastGrowth)
    const found: Found[] =
      grown === undefined
        ? []
        : [
            {
              severity: 'warning',
              subject: 'IPReversePathFilter',
              links: [],
              found: `${packets(grown, facts)} dropped by the reverse-path filter (IPReversePathFilter)`,
              means:
                'packets arrive from addresses whose route leads by another device; the kernel does not say whether they are of the overlay',
              cure: 'sysctl -w net.ipv4.conf.DEV.rp_filter=2 on the device where they arrive, or routes that lead back there',
            },
          ]
    return { found, at: `/proc/net/netstat${watched(facts)}` }
  },
}

export const udpPorts: Check = {
  code: 'udp-ports',
  look(facts) {
    const { vxlans } = facts
    if (vxlans.length === 0) {
      return nothingToLookAt
    }
    const ports = [...new Set(vxlans.map(({ data }) => data.port ?? 0))].sort((a, b) => a - b)
    const rows: readonly [ProtocolCounter, string, string, string][] = [
      [
        'udpNoPorts',
        'UDP packets arrived for ports on which nothing listens (UdpNoPorts)',
        `of the overlay if a VTEP sends to another port than ${ports.join(', ')}: everything from it is lost`,
        'tcpdump -nni DEV "udp port 4789 or udp port 8472" shows to which port the other end sends; state it as dstport',
      ],
      [
        'destinationsUnreachable',
        'ICMP errors arrived: destination or port unreachable',
        'a VTEP has no vxlan on that UDP port, or is not there, if they answer the overlay’s packets',
        'tcpdump -nni DEV icmp shows who answers, and to what',
      ],
    ]
    const found = rows.flatMap(([counter, text, means, cure]): Found[] => {
      const grown = facts.counters.growth(counter, leastGrowth) ?? facts.counters.growth(of6(counter), leastGrowth)
      return grown === undefined
        ? []
        : [
            {
              severity: 'warning',
              subject: counter,
              links: [],
              found: `${packets(grown, facts)}: ${text}`,
              means,
              cure,
            },
          ]
    })
    return { found, at: `/proc/net/snmp and snmp6${watched(facts)}` }
  },
}

function of6(counter: ProtocolCounter): ProtocolCounter {
  return counter === 'udpNoPorts' ? 'udp6NoPorts' : 'destinationsUnreachable6'
}

const lossWords = {
  rxErrors: 'receive errors',
  txErrors: 'transmit errors',
  rxDropped: 'received frames dropped',
  txDropped: 'frames dropped before they were sent',
} as const

/** As many within a minute are a sign. An underlay device also counts each frame of a protocol that this host does not speak, such as spanning tree. */
function leastLoss(counter: LossCounter, isVxlan: boolean): number {
  return counter === 'rxDropped' && !isVxlan ? 600 : leastGrowth
}

export const drops: Check = {
  code: 'drops',
  *look(facts): Steps<Looked> {
    const { vxlans, observed, counters } = facts
    if (vxlans.length === 0) {
      return nothingToLookAt
    }
    const byDevice = yield* linksBy(
      vxlans,
      ({ data }) => `${data.link ?? 0}`,
      ({ name }) => name,
    )
    const links = [
      ...vxlans.map(({ link, name }) => ({ index: link.index, name, isVxlan: true, concerned: [name] })),
      ...[...byDevice].flatMap(([index, { links: concerned }]) => {
        const link = observed.links.get(Number(index))
        return link === undefined
          ? []
          : [{ index: link.index, name: link.attributes.ifname ?? index, isVxlan: false, concerned }]
      }),
    ]
    const found: Found[] = []
    yield* eachStep(links, ({ index, name, isVxlan, concerned }) => {
      for (const counter of lossCounters) {
        const grown = counters.loss(index, counter, leastLoss(counter, isVxlan))
        if (grown !== undefined) {
          found.push({
            severity: 'warning',
            subject: `${name} ${counter}`,
            links: concerned,
            found: `${name}: ${lossWords[counter]}, ${packets(grown, facts)}`,
            means: isVxlan
              ? 'frames of the overlay are lost here: without a destination, without a route, or refused by a filter of the link'
              : 'packets of the underlay device are lost here',
            cure: isVxlan
              ? `vxagent explain MAC --dev ${name} shows where a frame goes`
              : `ip -s -s link show ${name} has the reasons`,
          })
        }
      }
    })
    return { found, at: `error and drop counters of ${countOf(links.length, 'link')}${watched(facts)}` }
  },
}

function packets({ count, sinceMs }: Growth, { nowMs }: HealthFacts): string {
  return `${count} within ${Math.max(1, Math.round((nowMs - sinceMs) / 1000))} s`
}

function watched({ counters }: HealthFacts): string {
  return `, watched for ${Math.round(counters.watchedMs / 1000)} s`
}
