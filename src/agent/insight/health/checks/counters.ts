/** Counters of the kernel that grow where packets are lost. */
import { countOf } from '../../../facts/count-of.ts'
import type { ProtocolCounter } from '../../../kernel/protocol-counters.ts'
import { type Check, type Found, nothingToLookAt } from '../check.ts'
import { type Growth, lossCounters } from '../counter-watch.ts'
import type { HealthFacts } from '../facts.ts'

export const reversePathFilter: Check = {
  code: 'reverse-path-filter',
  look(facts) {
    const grown = facts.counters.growth('reversePathDrops')
    const found: Found[] =
      grown === undefined
        ? []
        : [
            {
              severity: 'warning',
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
      const grown = facts.counters.growth(counter) ?? facts.counters.growth(of6(counter))
      return grown === undefined
        ? []
        : [{ severity: 'warning', links: [], found: `${packets(grown, facts)}: ${text}`, means, cure }]
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

export const drops: Check = {
  code: 'drops',
  look(facts) {
    const { vxlans, observed, counters } = facts
    if (vxlans.length === 0) {
      return nothingToLookAt
    }
    const devices = new Set(vxlans.map(({ data }) => data.link ?? 0))
    const links = [
      ...vxlans.map(({ link, name }) => ({ link, name, isVxlan: true })),
      ...[...devices].flatMap((index) => {
        const link = observed.links.get(index)
        return link === undefined ? [] : [{ link, name: link.attributes.ifname ?? '', isVxlan: false }]
      }),
    ]
    const found: Found[] = []
    for (const { link, name, isVxlan } of links) {
      for (const counter of lossCounters) {
        const grown = counters.loss(link.index, counter)
        if (grown !== undefined) {
          found.push({
            severity: 'warning',
            links: isVxlan ? [name] : vxlans.filter(({ data }) => data.link === link.index).map((each) => each.name),
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
    }
    return { found, at: `error and drop counters of ${countOf(links.length, 'link')}${watched(facts)}` }
  },
}

function packets({ count, sinceMs }: Growth, { nowMs }: HealthFacts): string {
  return `${count} within ${Math.max(1, Math.round((nowMs - sinceMs) / 1000))} s`
}

function watched({ counters }: HealthFacts): string {
  return `, watched for ${Math.round(counters.watchedMs / 1000)} s`
}
