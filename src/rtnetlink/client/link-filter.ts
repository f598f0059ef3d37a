/** What links are asked for without: their counters, which are most of what there is to tell. */
import { release } from 'node:os'
import { RTEXT_FILTER_SKIP_STATS } from '../messages/constants.ts'

/**
 * IFLA_EXT_MASK for links without their counters. Linux 5.10 leaves out with them IFLA_INET6_ADDR_GEN_MODE and IFLA_INET6_TOKEN, which
 * 6.1 does not; so before 6.1 the counters are taken along. Source: inet6_fill_ifla6_attrs(), net/ipv6/addrconf.c.
 * @param kernel release of the running kernel, such as `6.18.44`
 */
export function withoutCounters(kernel = release()): { readonly extMask?: number } {
  const [major = 0, minor = 0] = kernel.split('.').map((part) => Number.parseInt(part, 10))
  return major > 6 || (major === 6 && minor >= 1) ? { extMask: RTEXT_FILTER_SKIP_STATS } : {}
}
