/** Forwarding entries, as `bridge -d -j fdb show` of iproute2 6.1 prints them. */
import { constants, type Neighbour } from '../../../rtnetlink/index.ts'
import { type Columns, printer } from './iproute2-columns.ts'
import { bits, hex, linkName, unlessZero } from './iproute2-forms.ts'

/** A forwarding entry. Source of the form: `bridge -d -j fdb show`, iproute2 6.1 (`used` and `updated` come with `-s` only). */
export interface Iproute2FdbEntry {
  readonly mac?: string
  /** The link whose entry it is. */
  readonly ifname?: string
  /** The remote VTEP, or the multicast group. */
  readonly dst?: string
  readonly vlan?: number
  /** UDP destination port, when it is not the link's. */
  readonly port?: number
  readonly vni?: number
  readonly src_vni?: number
  /** The device by which the VTEP is reached, when that is in another network namespace. */
  readonly viaIfIndex?: number
  /** The device by which the VTEP is reached. */
  readonly viaIf?: string
  /** A nexthop group instead of `dst`. */
  readonly nhid?: number
  readonly linkNetNsId?: number
  readonly flags: readonly string[]
  /** The bridge's name. */
  readonly master?: string
  /** `permanent`, `static`, `stale`, or empty for an entry that ages. */
  readonly state: string
}

/** The forwarding entries in the order given. `names` are the links' names by ifindex. Entries share their `flags` lists. */
export function fdbAsIproute2(entries: readonly Neighbour[], names: ReadonlyMap<number, string>): Iproute2FdbEntry[] {
  return entries.map((entry) => printFdbEntry(entry, names))
}

const columns: Columns<Neighbour, Iproute2FdbEntry, ReadonlyMap<number, string>> = {
  mac: (entry) => entry.attributes.lladdr,
  ifname: (entry, names) => (entry.ifindex === 0 ? undefined : linkName(names, entry.ifindex)),
  dst: (entry) => entry.attributes.dst,
  vlan: (entry) => unlessZero(entry.attributes.vlan),
  port: (entry) => entry.attributes.port,
  vni: (entry) => entry.attributes.vni,
  src_vni: (entry) => entry.attributes.srcVni,
  viaIfIndex: ({ attributes }) => (attributes.linkNetnsid === undefined ? undefined : attributes.ifindex),
  viaIf: ({ attributes: { ifindex, linkNetnsid } }, names) =>
    ifindex === undefined || linkNetnsid !== undefined ? undefined : linkName(names, ifindex),
  nhid: (entry) => entry.attributes.nhId,
  // Unsigned, other than `link_netnsid` of a link: 4294967295 for a namespace without an id.
  linkNetNsId: ({ attributes: { linkNetnsid } }) => (linkNetnsid === undefined ? undefined : linkNetnsid >>> 0),
  flags: (entry) => flagLists[entry.flags],
  master: ({ attributes: { master } }, names) => (master === undefined ? undefined : linkName(names, master)),
  state: (entry) => stateName(entry.state),
}

/** One entry, as `fdbAsIproute2` gives it. */
export const printFdbEntry: (entry: Neighbour, names: ReadonlyMap<number, string>) => Iproute2FdbEntry =
  printer(columns)

/** iproute2 6.1 prints nothing of NTF_USE, nor of NDA_FLAGS_EXT (`locked` came with 6.2). */
const flagRows = [
  [constants.NTF_SELF, 'self'],
  [constants.NTF_ROUTER, 'router'],
  [constants.NTF_EXT_LEARNED, 'extern_learn'],
  [constants.NTF_OFFLOADED, 'offload'],
  [constants.NTF_MASTER, 'master'],
  [constants.NTF_STICKY, 'sticky'],
] as const

/** The list for each value of ndm_flags, made once: a dump has 100,000 entries and a handful of lists. */
const flagLists: readonly (readonly string[])[] = Array.from({ length: 256 }, (_, flags) =>
  Object.freeze(bits(flagRows, flags).names),
)

const stateRows = [
  [constants.NUD_PERMANENT, 'permanent'],
  [constants.NUD_NOARP, 'static'],
  [constants.NUD_STALE, 'stale'],
  [constants.NUD_REACHABLE, ''],
] as const

/** The first row that fits: a vxlan entry is permanent and static at once. */
function stateName(state: number): string | undefined {
  return stateRows.find(([bit]) => state & bit)?.[1] ?? hex(state)
}
