/** Forwarding entries: from the desired file's words to the kernel's. */
import { constants, type Neighbour, type NeighbourRequest } from '../../rtnetlink/index.ts'
import type { Path } from '../desired/finding.ts'
import type { FdbSpec, RemoteSpec } from '../desired/schema/forwarding.ts'
import { dstportOf, type VxlanSpec } from '../desired/schema.ts'
import { fdbKey } from './observed.ts'
import type { LinkNames } from './word.ts'

const { AF_BRIDGE, NTF_SELF, NTF_ROUTER, NTF_EXT_LEARNED, NTF_STICKY } = constants
const { NUD_PERMANENT, NUD_NOARP, NUD_REACHABLE } = constants

/** The MAC address of entries for frames that no other entry is for. */
export const zeroMac = '00:00:00:00:00:00'

/** An entry as it is asked for; the ifindex of its link is not in it, since that may not be there yet. */
export interface WantedFdbEntry {
  /** As {@link fdbKey} has it. */
  readonly key: string
  readonly request: NeighbourRequest
  /** Where the files speak of it. */
  readonly path: Path
}

/** How long an entry lives, in iproute2's words. */
export type FdbState = 'permanent' | 'static' | 'dynamic'

/** ndm_state as `bridge fdb` sends it. Source: fdb_modify(), bridge/fdb.c of iproute2. */
const stateBits: Readonly<Record<FdbState, number>> = {
  permanent: NUD_PERMANENT | NUD_NOARP,
  static: NUD_REACHABLE | NUD_NOARP,
  dynamic: NUD_REACHABLE,
}

/** How long an entry of the kernel's lives. */
export function fdbStateOf({ state = 0 }: Pick<NeighbourRequest, 'state'>): FdbState {
  return state & NUD_PERMANENT ? 'permanent' : state & NUD_NOARP ? 'static' : 'dynamic'
}

/** Whether an entry was learned by the kernel itself, and so will be forgotten by it. */
export function isLearned({ state, flags }: Pick<Neighbour, 'state' | 'flags'>): boolean {
  return fdbStateOf({ state }) === 'dynamic' && (flags & NTF_EXT_LEARNED) === 0
}

interface Prepared {
  readonly vias: string
  readonly entries: ReadonlyMap<string, WantedFdbEntry>
}

const prepared = new WeakMap<VxlanSpec, Prepared>()

/** The entries that a link is to have by `remotes` and `fdb`, by {@link fdbKey}. Made once for each spec. Throws NoSuchLink for a `via`. */
export function wantedFdb(spec: VxlanSpec, path: Path, names: LinkNames): ReadonlyMap<string, WantedFdbEntry> {
  // What is made of the spec stays true as long as the interfaces it names keep their ifindexes.
  const vias = viasOf(spec)
    .map((via) => names.indexOf(via))
    .join()
  const known = prepared.get(spec)
  if (known !== undefined && known.vias === vias) {
    return known.entries
  }
  const entries = new Map<string, WantedFdbEntry>()
  for (const [index, remote] of (spec.remotes ?? []).entries()) {
    const entry: FdbSpec = typeof remote === 'string' ? { mac: zeroMac, dst: remote } : { mac: zeroMac, ...remote }
    add(entries, spec, entry, [...path, 'remotes', index], names)
  }
  for (const [index, entry] of (spec.fdb ?? []).entries()) {
    add(entries, spec, entry, [...path, 'fdb', index], names)
  }
  prepared.set(spec, { vias, entries })
  return entries
}

const viasBySpec = new WeakMap<object, readonly string[]>()

/** The interfaces that entries name, each once. Found once for each spec. */
export function viasOf(spec: Pick<VxlanSpec, 'remotes' | 'fdb'>): readonly string[] {
  let vias = viasBySpec.get(spec)
  if (vias === undefined) {
    vias = findVias(spec)
    viasBySpec.set(spec, vias)
  }
  return vias
}

function findVias({ remotes = [], fdb = [] }: Pick<VxlanSpec, 'remotes' | 'fdb'>): string[] {
  const vias = new Set<string>()
  for (const entry of remotes) {
    noteVia(entry, vias)
  }
  for (const entry of fdb) {
    noteVia(entry, vias)
  }
  return [...vias]
}

function noteVia(entry: RemoteSpec | FdbSpec, vias: Set<string>): void {
  if (typeof entry !== 'string' && entry.via !== undefined) {
    vias.add(entry.via)
  }
}

function add(
  entries: Map<string, WantedFdbEntry>,
  spec: VxlanSpec,
  entry: FdbSpec,
  path: Path,
  names: LinkNames,
): void {
  const request = requestOf(entry, spec, names)
  const key = fdbKey({ flags: NTF_SELF, attributes: request.attributes ?? {} })
  entries.set(key, { key, request, path })
}

/** What equals the link's own is left out, as the kernel leaves it out when it shows the entry. Source: vxlan_fdb_info(), drivers/net/vxlan/vxlan_core.c. */
function requestOf(entry: FdbSpec, spec: VxlanSpec, names: LinkNames): NeighbourRequest {
  const { mac, dst, port, vni, src_vni: srcVni, via, nhid } = entry
  const ownVni = spec.id ?? 0
  return {
    family: AF_BRIDGE,
    state: stateBits[entry.state ?? 'permanent'],
    flags:
      NTF_SELF |
      (entry.router ? NTF_ROUTER : 0) |
      (entry.extern_learn ? NTF_EXT_LEARNED : 0) |
      (entry.sticky ? NTF_STICKY : 0),
    attributes: {
      lladdr: mac,
      ...(dst !== undefined && { dst }),
      ...(port !== undefined && port !== dstportOf(spec) && { port }),
      ...(vni !== undefined && vni !== ownVni && { vni }),
      ...(srcVni !== undefined && srcVni !== 0 && { srcVni }),
      ...(via !== undefined && { ifindex: names.indexOf(via) }),
      ...(nhid !== undefined && { nhId: nhid }),
    },
  }
}

/** Flags that a file can state. */
const statedFlags = NTF_ROUTER | NTF_EXT_LEARNED | NTF_STICKY

/** Whether the kernel's entry lives as long, and is marked the same. */
export function isSameKind(present: Neighbour, wanted: NeighbourRequest): boolean {
  return (
    fdbStateOf(present) === fdbStateOf(wanted) && (present.flags & statedFlags) === ((wanted.flags ?? 0) & statedFlags)
  )
}

/** Whether the kernel's entry is the wanted one. A dynamic entry is there wherever it has moved to. */
export function isSameFdbEntry(present: Neighbour, wanted: NeighbourRequest): boolean {
  if (!isSameKind(present, wanted)) {
    return false
  }
  if (isLearned({ state: wanted.state ?? 0, flags: wanted.flags ?? 0 })) {
    return true
  }
  const have = present.attributes
  const want = wanted.attributes ?? {}
  return (
    have.dst === want.dst &&
    have.port === want.port &&
    have.vni === want.vni &&
    have.ifindex === want.ifindex &&
    have.nhId === want.nhId
  )
}

/** Whether an entry's MAC address may have many destinations: all zeros, or a group. */
export function hasManyDestinations(mac: string | undefined): boolean {
  return mac !== undefined && (mac === zeroMac || (Number.parseInt(mac.slice(0, 2), 16) & 1) === 1)
}
