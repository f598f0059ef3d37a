/**
 * The kernel's own counters of dropped and refused packets, which no rtnetlink message has. Source: snmp_seq_show() and netstat_seq_show(),
 * net/ipv4/proc.c; snmp6_seq_show() and snmp6_dev_seq_show(), net/ipv6/proc.c.
 */
import { readIfReadable } from '../host/proc-file.ts'

/** The counters that are read, by names of our own, and where each is: the file, and the kernel's name there. */
const sources = {
  reversePathDrops: ['netstat', 'TcpExt.IPReversePathFilter'],
  udpNoPorts: ['snmp', 'Udp.NoPorts'],
  udpErrors: ['snmp', 'Udp.InErrors'],
  // Less those that this host sent: it sends some to itself, for what it cannot deliver.
  destinationsUnreachable: ['snmp', 'Icmp.InDestUnreachs', 'Icmp.OutDestUnreachs'],
  udp6NoPorts: ['snmp6', 'Udp6NoPorts'],
  udp6Errors: ['snmp6', 'Udp6InErrors'],
  destinationsUnreachable6: ['snmp6', 'Icmp6InDestUnreachs', 'Icmp6OutDestUnreachs'],
  packetsTooBig6: ['snmp6', 'Icmp6InPktTooBigs'],
} as const satisfies Record<string, readonly [file: keyof ProtocolFiles, name: string, less?: string]>

export type ProtocolCounter = keyof typeof sources

/** Those that this kernel has. Packets since the network namespace was made. */
export type ProtocolCounters = ReadonlyMap<ProtocolCounter, number>

/** The text of files below /proc/net; empty where there is none. */
export interface ProtocolFiles {
  readonly snmp: string
  readonly netstat: string
  readonly snmp6: string
}

/** The counters of the network namespace of this process. */
export function readProtocolCounters(): ProtocolCounters {
  const read = (name: string): string => readIfReadable(`/proc/self/net/${name}`) ?? ''
  return parseProtocolCounters({ snmp: read('snmp'), netstat: read('netstat'), snmp6: read('snmp6') })
}

/** The counters in the text of these files. */
export function parseProtocolCounters({ snmp, netstat, snmp6 }: ProtocolFiles): ProtocolCounters {
  const values = { snmp: parsePairs(snmp), netstat: parsePairs(netstat), snmp6: parseLines(snmp6) }
  return new Map(
    Object.entries(sources).flatMap(([counter, [file, name, less]]) => {
      const value = values[file].get(name)
      const rest = less === undefined ? 0 : (values[file].get(less) ?? 0)
      return value === undefined ? [] : [[counter as ProtocolCounter, value - rest] as const]
    }),
  )
}

/** How many MLD queries a device has received; undefined where the kernel does not tell. */
export function readMldQueries(device: string): number | undefined {
  return parseLines(readIfReadable(`/proc/self/net/dev_snmp6/${device}`) ?? '').get('Icmp6InGroupMembQueries')
}

/** Lines in twos: `Udp: InDatagrams NoPorts …`, then `Udp: 12 0 …`. Lines that are not such are passed over. */
function parsePairs(text: string): Map<string, number> {
  const found = new Map<string, number>()
  const lines = text.split('\n').map((line) => line.split(' '))
  for (const [at, [prefix = '', ...values]] of lines.entries()) {
    const [ofNames, ...names] = lines[at - 1] ?? []
    for (const [column, value] of prefix === ofNames && prefix.endsWith(':') ? values.entries() : []) {
      const name = names[column]
      if (name !== undefined && /^-?\d+$/.test(value)) {
        found.set(`${prefix.slice(0, -1)}.${name}`, Number(value))
      }
    }
  }
  return found
}

/** A name and a number on each line. */
function parseLines(text: string): Map<string, number> {
  return new Map(
    text.split('\n').flatMap((line) => {
      const [, name, value] = /^(\S+)\s+(\d+)$/.exec(line.trim()) ?? []
      return name === undefined ? [] : [[name, Number(value)] as const]
    }),
  )
}
