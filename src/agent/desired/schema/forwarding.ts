/** What a vxlan forwards by: remote VTEPs, forwarding entries, neighbours, and the VNIs of a filtering device. */
import * as z from 'zod'
import {
  flag,
  interfaceName,
  macAddress,
  multicastAddress,
  numberRange,
  unicastAddress,
  vtepAddress,
  wholeNumber,
} from '../values.ts'
import { vlanOfEntry } from './bridge-forwarding.ts'
import { fleetWord } from './fleet.ts'

const vni = () => wholeNumber(0, 0xffffff)

/** Where an entry sends frames to, besides the address. */
const destinationKeys = {
  port: wholeNumber(1, 65535)
    .exactOptional()
    .meta({ description: "UDP port of the remote VTEP. Default: the link's `dstport`.", examples: [4789] }),
  vni: vni()
    .exactOptional()
    .meta({ description: "VNI that the frames are sent with. Default: the link's `id`.", examples: [43] }),
  src_vni: vni()
    .exactOptional()
    .meta({ description: 'VNI whose frames the entry is for; with `external` only.', examples: [10010] }),
  via: interfaceName()
    .exactOptional()
    .meta({
      description: 'Underlay interface by which the remote VTEP is reached. Default: by route.',
      examples: ['eth1'],
    }),
}

const remoteObject = z.strictObject(
  {
    dst: vtepAddress().meta({ description: 'Address of the remote VTEP. Required.', examples: ['10.0.2.254'] }),
    ...destinationKeys,
  },
  { error: 'be an address, or a mapping with the key dst' },
)

/** `10.0.2.2`, a mapping, or `fleet`. A mapping without options is written as the address alone. */
const remoteEntry = z
  .union([z.literal(fleetWord), vtepAddress(), remoteObject.readonly()], {
    error: 'be the address of a VTEP, such as 10.0.2.254, a mapping with the key dst, or fleet',
  })
  .overwrite((entry) => (typeof entry === 'object' && Object.keys(entry).length === 1 ? entry.dst : entry))

export type RemoteSpec = z.output<typeof remoteEntry>

/** One entry of a link's forwarding table. */
export const fdbKeys = {
  mac: macAddress({ takesGroups: true, takesZeros: true }).meta({
    description: 'The MAC address that frames are for; all zeros: any that no other entry is for. Required.',
    examples: ['02:00:00:00:00:fe'],
  }),
  dst: vtepAddress()
    .exactOptional()
    .meta({ description: 'The VTEP behind which it is. Needed, unless `nhid` is stated.', examples: ['10.0.2.254'] }),
  ...destinationKeys,
  nhid: wholeNumber(1, 0xffffffff)
    .exactOptional()
    .meta({ description: 'Nexthop group of VTEPs (`ip nexthop … fdb`), instead of `dst`.', examples: [100] }),
  state: z
    .enum(['permanent', 'static', 'dynamic'], { error: 'be permanent, static or dynamic' })
    .exactOptional()
    .meta({
      description:
        'permanent and static entries stay and do not move. A dynamic one ages out when it is not used, and moves when the address is seen elsewhere; it is put back when it is gone. Default: permanent.',
      examples: ['static'],
    }),
  router: flag()
    .exactOptional()
    .meta({ description: 'The address is that of a router (`rsc` looks for it). Default: false.', examples: [true] }),
  extern_learn: flag()
    .exactOptional()
    .meta({
      description: 'Marked as learned by a control plane; a dynamic entry does not age then. Default: false.',
      examples: [true],
    }),
  sticky: flag()
    .exactOptional()
    .meta({ description: 'Does not move to another VTEP. Default: false.', examples: [true] }),
  master: flag()
    .exactOptional()
    .meta({
      description:
        'Whether the bridge that the link is a port of gets an entry for the address too: a static one that leads to this port (`self master` to `bridge fdb`). With `learning: false` on the port it is what the bridge knows the address by, and what `neigh_suppress` needs. The bridge must be declared. Default: false.',
      examples: [true],
    }),
  vlan: vlanOfEntry()
    .exactOptional()
    .meta({
      description: "VLAN of the bridge's entry; with `master` only. Default: all VLANs of the port.",
      examples: [10],
    }),
}

const fdbEntry = z.strictObject(fdbKeys, { error: 'be a mapping with mac and dst' }).readonly()

export type FdbSpec = z.output<typeof fdbEntry>

/** An entry, or the word for those of the fleet. */
export type FdbListed = FdbSpec | typeof fleetWord

const fdbWanted = 'be a list of forwarding entries, such as [{mac: 02:00:00:00:00:fe, dst: 10.0.2.254}], or fleet'

const remotesWanted = 'be a list of VTEP addresses, such as [10.0.2.253, 10.0.2.254], or fleet'

/** The keys of a vxlan that say where its frames go. */
export const forwardingKeys = {
  remotes: z
    .union(
      [z.literal(fleetWord).transform((word): RemoteSpec[] => [word]), z.array(remoteEntry, { error: remotesWanted })],
      {
        error: remotesWanted,
      },
    )
    .readonly()
    .exactOptional()
    .meta({
      description:
        'VTEPs that frames for unknown, broadcast and multicast MAC addresses are each sent to (head-end replication): entries of the all-zeros MAC address. `fleet`, alone or as an entry of the list: those of all members of the fleet that have the VNI. A stated list is the whole list of ours. An entry that is stated twice, or that the link makes anyway for its `remote` or `group`, counts once. Addresses of this host are left out, so that one list can serve all hosts, unless `localbypass` is off. A `remote` or `group` that somebody sets by hand, and that no file states, is removed. Kernel default: none.',
      examples: [['10.0.2.253', '10.0.2.254'], [{ dst: 'fe80::fe', via: 'eth1' }], fleetWord],
    }),
  fdb: z
    .union(
      [
        z.literal(fleetWord).transform((word): FdbListed[] => [word]),
        // The usual entry first: there may be 100,000.
        z.array(z.union([fdbEntry, z.literal(fleetWord)], { error: 'be a mapping with mac and dst, or fleet' }), {
          error: fdbWanted,
        }),
      ],
      { error: fdbWanted },
    )
    .readonly()
    .exactOptional()
    .meta({
      description:
        'Entries of the forwarding table: which VTEP a MAC address is behind. `fleet`, alone or as an entry of the list: those of the MAC addresses that members of the fleet have behind them in the VNI, permanent ones; in a declared bridge that has an entry for each as well, which does not age and gives way when the address is seen at another port. This host then tells the others which it has. With it `learning: false` is advised. A stated list is the whole list of ours; what something else put there stays, unless `fdb_exclusive` says otherwise. `bridge fdb` to iproute2. Kernel default: none.',
      examples: [[{ mac: '02:00:00:00:00:fe', dst: '10.0.2.254' }], fleetWord],
    }),
  fdb_exclusive: flag()
    .exactOptional()
    .meta({
      description:
        'Whether forwarding entries that something else put there are removed. What the kernel learned by itself stays while `learning` is on. Default: false.',
      examples: [true],
    }),
  vnis: z
    .array(vniEntry(), { error: 'be a list of VNIs and ranges, such as [100, 200-300]' })
    .readonly()
    .exactOptional()
    .meta({
      description:
        'VNIs that a link with `vnifilter` takes, each with a multicast group or remote VTEP of its own if stated. A stated list is the whole list. `bridge vni` to iproute2. Kernel default: none.',
      examples: [[100, '200-300', { vni: 400, group: '239.1.1.1' }]],
    }),
}

function vniEntry() {
  // The kernel refuses 0: "vni start nor end found in vni entry" (seen on 6.18).
  const range = () => numberRange('a VNI from 1 to 16777215, or a range such as 200-300', 1, 0xffffff)
  const object = z.strictObject(
    {
      vni: range().meta({ description: 'A VNI, or a range of them. Required.', examples: [400, '200-300'] }),
      group: multicastAddress()
        .exactOptional()
        .meta({
          description: "Multicast group that floods of the VNI go to. Default: the link's.",
          examples: ['239.1.1.1'],
        }),
      remote: unicastAddress('group')
        .exactOptional()
        .meta({ description: "VTEP that floods of the VNI go to. Default: the link's.", examples: ['10.0.2.254'] }),
    },
    { error: 'be a VNI, a range, or a mapping with the key vni' },
  )
  return z
    .union([range(), object.readonly()], {
      error: 'be a VNI from 1 to 16777215, a range such as 200-300, or a mapping with the key vni',
    })
    .overwrite((entry) => (typeof entry === 'object' && Object.keys(entry).length === 1 ? entry.vni : entry))
}

const neighbourEntry = z
  .strictObject(
    {
      ip: unicastAddress().meta({ description: 'The IP address. Required.', examples: ['10.0.1.254'] }),
      mac: macAddress().meta({
        description: 'The MAC address that it is at. Required.',
        examples: ['02:00:00:00:00:fe'],
      }),
      router: flag()
        .exactOptional()
        .meta({ description: 'The neighbour is a router; IPv6 only. Default: false.', examples: [true] }),
      extern_learn: flag()
        .exactOptional()
        .meta({ description: 'Marked as learned by a control plane. Default: false.', examples: [true] }),
    },
    { error: 'be a mapping with ip and mac' },
  )
  .readonly()

export type NeighbourSpec = z.output<typeof neighbourEntry>

/** A neighbour, or the word for those of the fleet. */
export type NeighbourListed = NeighbourSpec | typeof fleetWord

const neighbourExample = [{ ip: '10.0.1.254', mac: '02:00:00:00:00:fe' }]
const neighboursAre =
  'Permanent ARP and ND entries on the link. A vxlan with `proxy` and a bridge with a `neigh_suppress` port answer from them instead of flooding.'

/** The permanent neighbours of one link. */
export function neighbourList() {
  return z
    .array(neighbourEntry, {
      error: 'be a list of neighbours, such as [{ip: 10.0.1.254, mac: 02:00:00:00:00:fe}]',
    })
    .readonly()
    .meta({
      description: `${neighboursAre} A stated list is the whole list of ours. \`ip neighbour\` to iproute2. Kernel default: none.`,
      examples: [neighbourExample],
    })
}

/** The same of a vxlan, which may ask the fleet for them. */
export function vxlanNeighbourList() {
  const wanted = 'be a list of neighbours, such as [{ip: 10.0.1.254, mac: 02:00:00:00:00:fe}], or fleet'
  return z
    .union(
      [
        z.literal(fleetWord).transform((word): NeighbourListed[] => [word]),
        z.array(z.union([neighbourEntry, z.literal(fleetWord)], { error: 'be a mapping with ip and mac, or fleet' }), {
          error: wanted,
        }),
      ],
      { error: wanted },
    )
    .readonly()
    .meta({
      description: `${neighboursAre} \`fleet\`, alone or as an entry of the list: the IP addresses that members of the fleet know at the MAC addresses behind them, put on the bridge that the link is a port of, and on the link itself where it has \`proxy\` or is in no bridge. A stated list is the whole list of ours. \`ip neighbour\` to iproute2. Kernel default: none.`,
      examples: [neighbourExample, fleetWord],
    })
}

export type VniSpec = z.output<ReturnType<typeof vniEntry>>
