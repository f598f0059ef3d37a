/** Keys that a link of any kind has: what `ip link set` and `ip address` set. */
import * as z from 'zod'
import { flag, interfaceName, linkAlias, macAddress, wholeNumber } from '../values.ts'
import { addressList } from './address.ts'
import { neighbourList } from './forwarding.ts'
import { sysctlSchema } from './sysctl.ts'

export const linkKeys = {
  mac: macAddress()
    .exactOptional()
    .meta({
      description: 'Ethernet address of the link: unicast. `address` to `ip link`. Kernel default: a random one.',
      examples: ['02:00:00:00:00:01'],
    }),
  alias: linkAlias()
    .exactOptional()
    .meta({
      description: 'Free text that the kernel keeps with the link: at most 255 bytes of UTF-8. Kernel default: none.',
      examples: ['Tunnel segment of the laboratory'],
    }),
  up: flag()
    .exactOptional()
    .meta({
      description:
        'Whether the link is up. When not stated: up. A link that is down has left its group and forgotten what it learned.',
      examples: [true],
    }),
  arp: flag()
    .exactOptional()
    .meta({
      description: 'Whether the link resolves addresses by ARP and neighbour discovery. Kernel default: true.',
      examples: [false],
    }),
  txqlen: wholeNumber(0, 0xffffffff, ' packets')
    .exactOptional()
    .meta({ description: 'Length of the transmit queue, in packets. Kernel default: 1000.', examples: [1000] }),
  devgroup: wholeNumber(0, 0x7fffffff)
    .exactOptional()
    .meta({
      description:
        'Device group of the link, for filters that match it (`devgroup` to iptables, `group` to `ip link`). Kernel default: 0.',
      examples: [42],
    }),
  addrgenmode: z
    .enum(['eui64', 'none', 'stable_secret', 'random'], { error: 'be eui64, none, stable_secret or random' })
    .exactOptional()
    .meta({
      description: 'How the kernel makes IPv6 link-local addresses; `none`: not at all. Kernel default: eui64.',
      examples: ['none'],
    }),
  altnames: z
    .array(alternativeName(), { error: 'be a list of names, such as [overlay-42]' })
    .readonly()
    .exactOptional()
    .meta({
      description:
        'Alternative names of the link: 1 to 127 bytes each. A stated list is the whole list. Kernel default: none.',
      examples: [['overlay-of-the-laboratory']],
    }),
  master: interfaceName()
    .exactOptional()
    .meta({
      description:
        'Bridge or VRF that the link belongs to. A bridge that is declared here may name the link among its `ports` instead. Kernel default: none.',
      examples: ['br0'],
    }),
  sysctl: sysctlSchema.exactOptional(),
  addresses: addressList().exactOptional(),
  neighbours: neighbourList().exactOptional(),
  adopt: flag()
    .exactOptional()
    .meta({
      description:
        'Whether a link of this name and kind that something else made is taken over: from then on it is treated as if vxagent had made it. Otherwise such a link is a conflict. Default: false.',
      examples: [true],
    }),
}

function alternativeName() {
  return interfaceName({ mostBytes: 127 })
}
