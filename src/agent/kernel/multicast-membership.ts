/** Multicast groups that this host has joined, device by device. Source: igmp_mc_seq_show(), net/ipv4/igmp.c; igmp6_mc_seq_show(), net/ipv6/mcast.c. */
import { readFileSync } from 'node:fs'
import { endianness } from 'node:os'
import ipaddr from 'ipaddr.js'

/** By device name: the groups joined there, in the form in which the kernel's addresses are written everywhere else. */
export type Memberships = ReadonlyMap<string, ReadonlySet<string>>

/** The kernel's, of the network namespace of this process. Of a family that the kernel does not have there are none. */
export function readMemberships(): Memberships {
  return parseMemberships(readIfThere('/proc/self/net/igmp'), readIfThere('/proc/self/net/igmp6'))
}

/** From the text of /proc/net/igmp and /proc/net/igmp6. Lines that are no such lines are passed over. */
export function parseMemberships(igmp: string, igmp6: string): Memberships {
  const groups = new Map<string, Set<string>>()
  const note = (device: string, group: string): void => {
    groups.set(device, (groups.get(device) ?? new Set()).add(group))
  }
  let device = ''
  for (const line of igmp.split('\n')) {
    // `2<tab>eth1      :     2      V3`, then a line for each group, indented, that begins with the address as a number.
    device = /^\d+\s+(\S+)\s*:/.exec(line)?.[1] ?? device
    const group = /^\s+([0-9A-Fa-f]{8})\s/.exec(line)?.[1]
    if (group !== undefined) {
      note(device, ipv4Of(group))
    }
  }
  for (const line of igmp6.split('\n')) {
    const [, name, group] = /^\d+\s+(\S+)\s+([0-9A-Fa-f]{32})\s/.exec(line) ?? []
    if (name !== undefined && group !== undefined) {
      note(name, ipaddr.fromByteArray([...Buffer.from(group, 'hex')]).toString())
    }
  }
  return groups
}

/** The address is printed as a number of the host's byte order, though it is in network order. */
function ipv4Of(hex: string): string {
  const bytes = Buffer.from(hex, 'hex')
  return [...(endianness() === 'LE' ? bytes.reverse() : bytes)].join('.')
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
      return ''
    }
    throw error
  }
}
