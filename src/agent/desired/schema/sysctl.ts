/** Settings of one link under /proc/sys/net: the kernel's names, and what each may be. */
import * as z from 'zod'
import { wholeNumber } from '../values.ts'

/** One setting. */
export interface SysctlRow {
  /** Its place in IFLA_INET_CONF or IFLA_INET6_CONF: IPV4_DEVCONF_*, less 1 (linux/ip.h); DEVCONF_* (linux/ipv6.h). */
  readonly position: number
  readonly low: number
  readonly high: number
  /** The kernel's own default. */
  readonly fallback: number
  readonly description: string
}

function row(position: number, low: number, high: number, fallback: number, description: string): SysctlRow {
  return { position, low, high, fallback, description }
}

/** Under /proc/sys/net/ipv4/conf/LINK. Source: Documentation/networking/ip-sysctl.rst. */
export const ipv4Sysctls = {
  forwarding: row(0, 0, 1, 0, 'forward IPv4 packets that come by this link'),
  proxy_arp: row(2, 0, 1, 0, 'answer ARP for addresses that are reached by other links'),
  accept_redirects: row(3, 0, 1, 1, 'accept ICMP redirects'),
  secure_redirects: row(4, 0, 1, 1, 'accept ICMP redirects of known gateways only'),
  send_redirects: row(5, 0, 1, 1, 'send ICMP redirects'),
  rp_filter: row(7, 0, 2, 0, 'check source addresses against the route back: 0 no, 1 strictly, 2 loosely'),
  accept_source_route: row(8, 0, 1, 1, 'accept packets with a source route'),
  log_martians: row(10, 0, 1, 0, 'log packets with impossible addresses'),
  arp_filter: row(12, 0, 1, 0, 'answer ARP only if the answer would leave by this link'),
  arp_announce: row(
    17,
    0,
    2,
    0,
    'which source address ARP requests have: 0 any, 1 of the subnet if possible, 2 the best',
  ),
  arp_ignore: row(
    18,
    0,
    8,
    0,
    'which ARP requests are answered: 0 for any local address, 1 for this link’s, 2 and of the same subnet, … 8 none',
  ),
  promote_secondaries: row(19, 0, 1, 0, 'keep the other addresses of a subnet when its first one is removed'),
  arp_accept: row(20, 0, 2, 0, 'learn from gratuitous ARP: 0 known hosts only, 1 all, 2 those of the subnet'),
  arp_notify: row(21, 0, 1, 0, 'send gratuitous ARP when the link comes up'),
  accept_local: row(22, 0, 1, 0, 'accept packets from local addresses'),
  proxy_arp_pvlan: row(24, 0, 1, 0, 'answer ARP for hosts on this same link (private VLAN)'),
  route_localnet: row(25, 0, 1, 0, 'route 127.0.0.0/8'),
  drop_unicast_in_l2_multicast: row(29, 0, 1, 0, 'drop unicast packets in multicast frames'),
  drop_gratuitous_arp: row(30, 0, 1, 0, 'drop gratuitous ARP'),
  bc_forwarding: row(31, 0, 1, 0, 'forward directed broadcasts'),
} as const

/** Under /proc/sys/net/ipv6/conf/LINK. */
export const ipv6Sysctls = {
  forwarding: row(0, 0, 1, 0, 'forward IPv6 packets that come by this link'),
  hop_limit: row(1, 1, 255, 64, 'hop limit of packets sent'),
  accept_ra: row(3, 0, 2, 1, 'accept router advertisements: 0 no, 1 if not forwarding, 2 in any case'),
  accept_redirects: row(4, 0, 1, 1, 'accept redirects'),
  autoconf: row(5, 0, 1, 1, 'make addresses after advertised prefixes'),
  dad_transmits: row(6, 0, 255, 1, 'probes of duplicate address detection'),
  use_tempaddr: row(10, -1, 2, 0, 'temporary addresses: 0 none, 1 made, 2 made and preferred'),
  accept_ra_defrtr: row(17, 0, 1, 1, 'take the default router from router advertisements'),
  accept_ra_pinfo: row(18, 0, 1, 1, 'take prefixes from router advertisements'),
  accept_ra_rtr_pref: row(19, 0, 1, 1, 'take router preferences from router advertisements'),
  proxy_ndp: row(22, 0, 1, 0, 'answer neighbour solicitations for others, as `ip neighbour add proxy` says'),
  disable_ipv6: row(26, 0, 1, 0, 'no IPv6 on this link'),
  accept_dad: row(
    27,
    0,
    2,
    1,
    'duplicate address detection: 0 off, 1 on, 2 and switch IPv6 off when the link-local address is taken',
  ),
  ndisc_notify: row(29, 0, 1, 0, 'send unsolicited neighbour advertisements when the link comes up'),
  drop_unicast_in_l2_multicast: row(40, 0, 1, 0, 'drop unicast packets in multicast frames'),
  drop_unsolicited_na: row(41, 0, 1, 0, 'drop unsolicited neighbour advertisements'),
  keep_addr_on_down: row(42, -1, 1, 0, 'keep addresses when the link goes down'),
} as const

type Names<Rows> = { readonly [Name in keyof Rows]?: number }

function family<Rows extends Readonly<Record<string, SysctlRow>>>(rows: Rows, description: string) {
  const shape = Object.fromEntries(
    Object.entries(rows).map(([name, { low, high, fallback, description: meaning }]) => [
      name,
      wholeNumber(low, high)
        .exactOptional()
        .meta({ description: `${meaning}. Kernel default: ${fallback}.`, examples: [high] }),
    ]),
  )
  return z
    .strictObject(shape, { error: 'be a mapping of names to numbers, such as {arp_accept: 1}' })
    .readonly()
    .exactOptional()
    .meta({ description }) as unknown as z.ZodExactOptional<z.ZodType<Names<Rows>>>
}

/** Settings of a link under /proc/sys/net, by family. */
export const sysctlSchema = z
  .strictObject(
    {
      ipv4: family(ipv4Sysctls, 'Under /proc/sys/net/ipv4/conf/LINK.'),
      ipv6: family(ipv6Sysctls, 'Under /proc/sys/net/ipv6/conf/LINK.'),
    },
    { error: 'be a mapping with the keys ipv4 and ipv6' },
  )
  .readonly()
  .meta({
    description:
      "Settings of the link under /proc/sys/net/ipv4/conf and ipv6/conf, by the kernel's names. What is not stated is left as `net.*.conf.default` made it.",
    examples: [{ ipv4: { arp_accept: 1 }, ipv6: { disable_ipv6: 1 } }],
  })

export type SysctlSpec = z.output<typeof sysctlSchema>
