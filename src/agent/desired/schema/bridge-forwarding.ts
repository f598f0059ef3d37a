/** The entries of a bridge's own forwarding table. */
import * as z from 'zod'
import { flag, interfaceName, macAddress, wholeNumber } from '../values.ts'

/** The VLAN that an entry of a bridge is for. */
export function vlanOfEntry() {
  return wholeNumber(1, 4094)
}

/** One entry of a bridge's forwarding table. */
export const bridgeFdbKeys = {
  mac: macAddress().meta({
    description: 'The MAC address that frames are for. Required.',
    examples: ['02:00:00:00:00:fe'],
  }),
  dev: interfaceName().meta({
    description: 'The port behind which it is; or the bridge itself, for an address of this host. Required.',
    examples: ['vxlan0'],
  }),
  vlan: vlanOfEntry()
    .exactOptional()
    .meta({
      description: 'The VLAN that the entry is for, which the port must have. Default: all VLANs of the port.',
      examples: [10],
    }),
  state: z
    .enum(['static', 'permanent'], { error: 'be static or permanent' })
    .exactOptional()
    .meta({
      description:
        'static: frames for the address leave by the port. permanent: the address is one of this host, which takes the frames itself (`local` to `bridge fdb`). Default: static; of the bridge itself permanent.',
      examples: ['static'],
    }),
  sticky: flag()
    .exactOptional()
    .meta({
      description:
        'Does not move when the address is seen at another port that learns. Without it the kernel moves a static entry, and vxagent moves it back. Default: false.',
      examples: [true],
    }),
}

const bridgeFdbEntry = z.strictObject(bridgeFdbKeys, { error: 'be a mapping with mac and dev' }).readonly()

export type BridgeFdbSpec = z.output<typeof bridgeFdbEntry>

/** The stated entries of one bridge. */
export function bridgeFdbList() {
  return z
    .array(bridgeFdbEntry, {
      error: 'be a list of forwarding entries, such as [{mac: 02:00:00:00:00:fe, dev: vxlan0}]',
    })
    .readonly()
    .meta({
      description:
        "Entries of the bridge's own forwarding table: which port a MAC address is behind. An entry of a vxlan's `fdb` with `master: true` counts as one of them. A stated list is the whole list of ours; what something else put there stays. `bridge fdb … master` to iproute2. Kernel default: none.",
      examples: [[{ mac: '02:00:00:00:00:fe', dev: 'vxlan0' }]],
    })
}
