/** The keys of a bridge. */
import * as z from 'zod'
import { flag, interfaceName, wholeNumber } from '../values.ts'
import { withoutPrototype } from '../without-prototype.ts'
import { bridgeFdbList } from './bridge-forwarding.ts'
import { linkKeys } from './link.ts'
import { type PortSpec, portSchema, vlanList } from './port.ts'

export const bridgeKeys = {
  vlan_filtering: flag()
    .exactOptional()
    .meta({ description: 'Whether the bridge keeps VLANs apart. Kernel default: false.', examples: [true] }),
  vlan_protocol: z
    .enum(['802.1Q', '802.1ad'], { error: 'be 802.1Q or 802.1ad' })
    .exactOptional()
    .meta({ description: 'Which tags the bridge takes for its VLANs. Kernel default: 802.1Q.', examples: ['802.1ad'] }),
  vlan_default_pvid: wholeNumber(0, 4094)
    .exactOptional()
    .meta({ description: 'VLAN that every new port has untagged; 0: none. Kernel default: 1.', examples: [0] }),
  stp: flag()
    .exactOptional()
    .meta({ description: 'Spanning tree protocol; `stp_state` to iproute2. Kernel default: false.', examples: [true] }),
  priority: wholeNumber(0, 65535)
    .exactOptional()
    .meta({
      description: 'STP bridge priority; the lowest becomes the root. Kernel default: 32768.',
      examples: [4096],
    }),
  forward_delay: wholeNumber(0, 42_949_672, ' seconds')
    .exactOptional()
    .meta({
      description:
        'Seconds that a new port listens, and then learns, before it forwards; with `stp` from 2 to 30. Kernel default: 15.',
      examples: [15],
    }),
  hello_time: wholeNumber(1, 10, ' seconds')
    .exactOptional()
    .meta({ description: 'STP hello time, in seconds. Kernel default: 2.', examples: [2] }),
  max_age: wholeNumber(6, 40, ' seconds')
    .exactOptional()
    .meta({ description: 'STP maximum message age, in seconds. Kernel default: 20.', examples: [20] }),
  ageing_time: wholeNumber(0, 42_949_672, ' seconds')
    .exactOptional()
    .meta({
      description:
        'Seconds after which a learned MAC address that is no longer seen is forgotten; 0: at once. (`ip link` counts hundredths.) Kernel default: 300.',
      examples: [300],
    }),
  mcast_snooping: flag()
    .exactOptional()
    .meta({ description: 'Send multicast only to ports that asked for it. Kernel default: true.', examples: [false] }),
  mcast_querier: flag()
    .exactOptional()
    .meta({ description: 'Ask hosts for the groups they want. Kernel default: false.', examples: [true] }),
  group_fwd_mask: groupMask()
    .exactOptional()
    .meta({
      description:
        'Which link-local groups 01:80:c2:00:00:0X are forwarded, a bit each; not the lowest three (STP, PAUSE, LACP). Kernel default: 0.',
      examples: [0x4000],
    }),
  mtu: wholeNumber(68, 65535, ' bytes')
    .exactOptional()
    .meta({ description: 'Largest packet, in bytes. When not stated: the smallest of its ports.', examples: [1450] }),
  ...linkKeys,
  vlans: vlanList()
    .exactOptional()
    .meta({
      description: 'VLANs of the bridge itself (`bridge vlan … self`), as on a port.',
      examples: [[{ vid: 1, pvid: true, untagged: true }]],
    }),
  fdb: bridgeFdbList().exactOptional(),
  ports: portList()
    .exactOptional()
    .meta({
      description:
        'Links that are ports of the bridge: names, or names with options. A vxlan that is declared here, or a link that exists: such are attached and detached, never made or deleted. A stated list is the whole list of ours. Kernel default: none.',
      examples: [['vxlan0', 'eth2'], { vxlan0: { learning: false, neigh_suppress: true }, eth2: {} }],
    }),
}

/** Source: BR_GROUPFWD_RESTRICTED, net/bridge/br_private.h; EINVAL (seen on 6.18). */
function groupMask() {
  return wholeNumber(0, 0xffff).superRefine((mask, context) => {
    if ((mask & 7) !== 0) {
      const message = 'leave out the bits 0 to 2: the kernel never forwards the groups of STP, PAUSE and LACP'
      context.addIssue({ code: 'custom', message, params: { code: 'out-of-range', suggestion: `${mask & ~7}` } })
    }
  })
}

/** Names, or a mapping of names to options; the mapping is the canonical form. */
function portList() {
  const wanted = 'be a list of interface names, or a mapping of names to options'
  const mapping = z
    .record(
      interfaceName(),
      z
        .union([z.null(), portSchema], { error: 'be a mapping of keys to values' })
        .transform((port): PortSpec => port ?? {}),
      { error: wanted },
    )
    .transform(withoutPrototype)
  const names = z
    .array(interfaceName(), { error: wanted })
    .superRefine((list, context) => {
      for (const [index, name] of list.entries()) {
        if (list.indexOf(name) < index) {
          const params = { code: 'port-twice', suggestion: 'remove one of the two' }
          context.addIssue({ code: 'custom', path: [index], message: `not be ${name} a second time`, params })
        }
      }
    })
    .transform((list) => withoutPrototype(Object.fromEntries(list.map((name): [string, PortSpec] => [name, {}]))))
  return z.union([mapping, names], { error: wanted }).readonly()
}

export type BridgeKey = keyof typeof bridgeKeys

export const bridgeSpecSchema = z
  .strictObject(bridgeKeys, { error: 'be a mapping of keys to values' })
  .readonly()
  .meta({ title: 'A bridge', description: 'A bridge: what is not stated is left as the kernel has it.' })

export type BridgeSpec = z.output<typeof bridgeSpecSchema>
