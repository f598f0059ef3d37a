/** The keys of a vxlan. */
import * as z from 'zod'
import { replacePolicies } from '../../facts/replace-policy.ts'
import {
  ageingSeconds,
  flag,
  interfaceName,
  multicastAddress,
  reservedBits,
  unicastAddress,
  wholeNumber,
} from '../values.ts'
import { checksumKeys } from './checksum.ts'
import { forwardingKeys, vxlanNeighbourList } from './forwarding.ts'
import { inKernel } from './kernel-attribute.ts'
import { linkKeys } from './link.ts'
import { portSchema } from './port.ts'

/** UDP destination port of a link that states none: the kernel's default, not IANA's 4789. Source: vxlan_port, drivers/net/vxlan/vxlan_core.c. */
export const kernelDstport = 8472

/** The same of a `gpe` link. Source: IANA_VXLAN_GPE_UDP_PORT, include/net/vxlan.h. */
const kernelGpePort = 4790

/** The UDP destination port of a link: what it states, else the kernel's default. */
export function dstportOf({ dstport, gpe }: { readonly dstport?: number; readonly gpe?: boolean }): number {
  return dstport ?? (gpe === true ? kernelGpePort : kernelDstport)
}

/** The keys of one link, in iproute2's words. What is not stated is not in the value. */
export const vxlanKeys = {
  id: wholeNumber(0, 0xffffff)
    .exactOptional()
    .meta({
      description:
        'VNI, the number of the overlay segment: 24 bits, the same on every VTEP of it. Required, unless the link is `external`.',
      examples: [42],
    })
    .register(inKernel, { attribute: 'id', fallback: 0, isLive: false }),
  group: multicastAddress()
    .exactOptional()
    .meta({
      description:
        'Multicast group to which frames for unknown, broadcast and multicast MAC addresses are flooded. Needs `dev`. Not together with `remote`. Kernel default: none.',
      examples: ['239.1.1.1', 'ff05::100'],
    }),
  remote: unicastAddress('group')
    .exactOptional()
    .meta({
      description:
        'Address of the one VTEP to which frames for unknown MAC addresses are sent. Not together with `group`. Kernel default: none.',
      examples: ['10.0.2.254', '2001:db8::fe'],
    }),
  dev: interfaceName()
    .exactOptional()
    .meta({
      description:
        'Underlay interface that the encapsulated frames leave by; the MTU of the link follows from its MTU. Needed with `group`. Kernel default: none, the routing table decides.',
      examples: ['eth1'],
    }),
  local: unicastAddress()
    .exactOptional()
    .meta({
      description:
        'Source address of the encapsulated frames, of the same family as `group` or `remote`. Kernel default: chosen by route.',
      examples: ['10.0.2.1', '2001:db8::1'],
    }),
  dstport: wholeNumber(1, 65535)
    .exactOptional()
    .meta({
      description:
        'UDP port that is sent to and listened on; the same on every VTEP. Kernel default: 8472, or 4790 with `gpe`. IANA and VyOS 1.4 and later: 4789, so state it.',
      examples: [8472, 4789],
    })
    .register(inKernel, { attribute: 'port', fallback: kernelDstport, isLive: false }),
  ttl: z
    .union([wholeNumber(0, 255), z.literal('inherit'), z.literal('auto').transform(() => 0)], {
      error: 'be a whole number from 0 to 255, or inherit, or auto',
    })
    .exactOptional()
    .meta({
      description:
        'Hop limit of the encapsulated frames. 0 or `auto`: the host default for unicast, but 1 for multicast, so floods stop at the first router. `inherit`: copied from the inner packet. Kernel default: 0.',
      examples: [16, 'inherit', 'auto'],
    }),
  tos: z
    .union([wholeNumber(0, 255), z.literal('inherit')], { error: 'be a whole number from 0 to 255, or inherit' })
    // To the kernel 1 is the word for inherit; iproute2 shows it so.
    .overwrite((value) => (value === 1 ? 'inherit' : value))
    .exactOptional()
    .meta({
      description:
        'Type of service (traffic class) of the encapsulated frames. `inherit`, which is also what 1 means: copied from the inner packet. Kernel default: 0.',
      examples: ['inherit', 0x10],
    }),
  df: z
    .enum(['unset', 'set', 'inherit'], { error: 'be unset, set or inherit' })
    .exactOptional()
    .meta({
      description:
        'The "do not fragment" bit of encapsulated IPv4 packets; `inherit`: copied from the inner packet. Kernel default: unset.',
      examples: ['set'],
    }),
  ageing: ageingSeconds()
    .exactOptional()
    .meta({
      description:
        'Seconds after which a learned forwarding entry that is no longer used is forgotten; the kernel looks every 10 seconds or so. 0 is refused: the kernel turns it into 300, it does not mean "never". Kernel default: 300.',
      examples: [300],
    })
    .register(inKernel, { attribute: 'ageing', fallback: 300, isLive: true }),
  learning: flag()
    .exactOptional()
    .meta({
      description:
        'Whether the VTEP behind a source MAC address is learned from the frames that come from it. Can drop frames: off, without `group`, `remote`, `remotes` or `fdb`, all of them. Kernel default: true.',
      examples: [false],
    })
    .register(inKernel, { attribute: 'learning', fallback: true, isLive: true }),
  maxaddr: wholeNumber(0, 0xffffffff, ' forwarding entries')
    .exactOptional()
    .meta({
      description:
        'The most forwarding entries that the link may have; 0: no limit. `maxaddress` to iproute2. Can drop frames: no address is learned beyond it, and their frames are flooded, or dropped where there is nobody to flood to. Kernel default: 0.',
      examples: [10000],
    })
    .register(inKernel, { attribute: 'limit', fallback: 0, isLive: false }),
  srcport: z
    .tuple([wholeNumber(0, 65535), wholeNumber(0, 65535)], {
      error: 'be a list of two ports, the lowest and the highest, such as [49152, 65535]',
    })
    .superRefine(([low, high], context) => {
      if (low > high) {
        const params = { code: 'srcport-reversed', suggestion: `[${high}, ${low}]` }
        context.addIssue({ code: 'custom', message: 'have the lower port first', params })
      }
    })
    .readonly()
    .exactOptional()
    .meta({
      description:
        'UDP source ports to spread flows over, [lowest, highest]; the highest itself is not used. [0, 0], and any two equal ports: the range of net.ipv4.ip_local_port_range. Kernel default: [0, 0].',
      examples: [[49152, 65535]],
    }),
  flowlabel: wholeNumber(0, 0xfffff)
    .exactOptional()
    .meta({
      description: 'Flow label of the encapsulated frames: 20 bits, only over an IPv6 underlay. Kernel default: 0.',
      examples: [0x12345],
    })
    .register(inKernel, { attribute: 'label', fallback: 0, isLive: true }),
  labelpolicy: z
    .enum(['fixed', 'inherit'], { error: 'be fixed or inherit' })
    .exactOptional()
    .meta({
      description:
        'Whether the flow label is `flowlabel`, or that of the inner packet; only over an IPv6 underlay. Kernel default: fixed.',
      examples: ['inherit'],
    }),
  proxy: flag()
    .exactOptional()
    .meta({
      description:
        "Answer ARP and neighbour solicitations from this host's own neighbour table. Can drop frames: ARP and ND requests for addresses that `neighbours` lacks, so that this host cannot reach them. Kernel default: false.",
      examples: [true],
    })
    .register(inKernel, { attribute: 'proxy', fallback: false, isLive: false }),
  rsc: flag()
    .exactOptional()
    .meta({
      description:
        'Route short circuit: send to the final VTEP past the router, where it is known. Kernel default: false.',
      examples: [true],
    })
    .register(inKernel, { attribute: 'rsc', fallback: false, isLive: false }),
  l2miss: flag()
    .exactOptional()
    .meta({
      description:
        'Send a netlink event when no forwarding entry exists for a MAC address. It reports frames to unknown MAC addresses where the link has nobody to flood to; they are dropped meanwhile. Kernel default: false.',
      examples: [true],
    })
    .register(inKernel, { attribute: 'l2miss', fallback: false, isLive: false }),
  l3miss: flag()
    .exactOptional()
    .meta({
      description:
        'Send a netlink event when no neighbour entry exists for an IP address. It reports what `proxy` or `rsc` does not find, and answers nothing. Kernel default: false.',
      examples: [true],
    })
    .register(inKernel, { attribute: 'l3miss', fallback: false, isLive: false }),
  ...checksumKeys,
  gbp: flag()
    .exactOptional()
    .meta({
      description:
        'Group-based policy: carry the firewall mark in the VXLAN header. Not together with `gpe`. The same on every link of one `dstport`. Can drop frames: a VTEP without it drops packets that carry a mark. That cannot be seen from this end. Kernel default: false.',
      examples: [true],
    })
    .register(inKernel, { attribute: 'gbp', fallback: false, isLive: false }),
  gpe: flag()
    .exactOptional()
    .meta({
      description:
        'Generic protocol extension: packets of any protocol instead of Ethernet frames. Needs `external`. Kernel default: false.',
      examples: [true],
    })
    .register(inKernel, { attribute: 'gpe', fallback: false, isLive: false }),
  external: flag()
    .exactOptional()
    .meta({
      description:
        'Collect metadata: one link for many VNIs, which come from routes, tc, or a bridge with `vlan_to_vni`; it has no `id` of its own. Can drop frames: in a bridge without `vlan_to_vni`, all of them. Kernel default: false.',
      examples: [true],
    })
    .register(inKernel, { attribute: 'collectMetadata', fallback: false, isLive: false }),
  vnifilter: flag()
    .exactOptional()
    .meta({
      description:
        'Take only the VNIs listed in `vnis`. Needs `external`. Can drop frames: of every VNI that neither `vnis` nor `vlan_to_vni` has. Kernel default: false.',
      examples: [true],
    })
    .register(inKernel, { attribute: 'vnifilter', fallback: false, isLive: false, since: [5, 18] }),
  localbypass: flag()
    .exactOptional()
    .meta({
      description:
        'Hand packets for a VTEP of this very host over directly, instead of sending them. Can drop frames: off, those to an address of this host at whose UDP port no program listens. Kernel default: true.',
      examples: [false],
    }),
  reserved_bits: reservedBits()
    .exactOptional()
    .meta({
      description:
        'Which bits of the VXLAN header a received packet may have set without being dropped: 64 bits in hex. Kernel default: those without a meaning to the link.',
      examples: ['0xf7ffffff000000ff'],
    }),
  mcroute: flag()
    .exactOptional()
    .meta({
      description:
        'Send multicast by the multicast routing table instead of by `dev` alone. The kernel does not tell whether it is on. Kernel default: false.',
      examples: [true],
    }),
  mtu: wholeNumber(68, 65535, ' bytes')
    .exactOptional()
    .meta({
      description:
        'Largest inner packet, in bytes, without its Ethernet header. When not stated: the MTU of `dev` less the overhead of the encapsulation, 50 bytes over IPv4 and 70 over IPv6, or 1500 without `dev`.',
      examples: [1450],
    }),
  ...forwardingKeys,
  port: portSchema.exactOptional().meta({
    description:
      'Options as a port of the bridge that the link is in: of its `master`, or of a declared bridge that names it among its `ports` without options.',
    examples: [{ learning: false, neigh_suppress: true }],
  }),
  replace: z
    .enum(replacePolicies, { error: 'be always, lossless or never' })
    .exactOptional()
    .meta({
      description:
        'Whether the link may be replaced for a change that the kernel cannot make on a live one. `always`: yes. `lossless`: only if nothing is lost that others put on it, such as links on top of it or qdiscs; `vxagent diff` names them. `never`: no. A change that may not be made is a conflict in `status`; all other changes are made. Default: `always`, or what `--replace` says.',
      examples: ['lossless'],
    }),
  ...linkKeys,
  neighbours: vxlanNeighbourList().exactOptional(),
}

export type VxlanKey = keyof typeof vxlanKeys

/** One link of kind `vxlan`. Messages of its ZodError are the end of the sentence "… must …"; `readShape` makes whole ones of them. */
export const vxlanSpecSchema = z
  .strictObject(vxlanKeys, { error: 'be a mapping of keys to values' })
  .readonly()
  .meta({ title: 'A VXLAN link', description: 'A VXLAN link: what is not stated is left as the kernel has it.' })

export type VxlanSpec = z.output<typeof vxlanSpecSchema>
