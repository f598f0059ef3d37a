/** Forwarding entries: from the desired file's words to the kernel's. */
import { constants, type Neighbour, type NeighbourRequest } from '../../rtnetlink/index.ts'
import type { Path } from '../desired/finding.ts'
import { isLinksOwn } from '../desired/links-own.ts'
import { placedEntries, statedRemotes } from '../desired/remote-parts.ts'
import type { FdbListed, FdbSpec, RemoteSpec } from '../desired/schema/forwarding.ts'
import { dstportOf, type VxlanSpec } from '../desired/schema.ts'
import { atOnce, eachStep, type Steps } from '../facts/steps.ts'
import { zeroMac } from '../facts/zero-mac.ts'
import type { LinkNames } from '../kernel/link-names.ts'
import { indexIfThere } from '../kernel/link-names.ts'
import { fdbKey, isGroupMac, unicastFdbKey } from '../kernel/observed.ts'

const { AF_BRIDGE, NTF_SELF, NTF_ROUTER, NTF_EXT_LEARNED, NTF_STICKY } = constants
const { NUD_PERMANENT, NUD_NOARP, NUD_REACHABLE } = constants

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

/** How an entry came to be, in the words of `vxagent fdb`. */
export const fdbKinds = ['flood', 'learned', 'static', 'permanent', 'extern_learn'] as const

export type FdbKind = (typeof fdbKinds)[number]

/** How an entry of the kernel's came to be. */
export function fdbKindOf({ state, flags, attributes: { lladdr, dst, nhId } }: Neighbour): FdbKind {
  if (lladdr === zeroMac && (dst !== undefined || nhId !== undefined)) {
    return 'flood'
  }
  if ((flags & NTF_EXT_LEARNED) !== 0) {
    return 'extern_learn'
  }
  const lives = fdbStateOf({ state })
  return lives === 'dynamic' ? 'learned' : lives
}

/** What the entries of one link share. */
interface EntryContext {
  readonly spec: VxlanSpec
  readonly path: Path
  readonly dstport: number
  /** ifindexes of the interfaces that entries name. */
  readonly vias: ReadonlyMap<string, number>
}

/** An entry that a link is to have. There may be 100,000, so it keeps little, and what is made of it is made when it is needed. */
export class WantedFdbEntry {
  /** As {@link fdbKey} has it. */
  readonly key: string
  // Not #entry: in Node 20 that takes a constructor three times as long.
  private readonly entry: FdbSpec
  private readonly list: 'remotes' | 'fdb'
  private readonly index: number
  private readonly context: EntryContext

  constructor(entry: FdbSpec, list: 'remotes' | 'fdb', index: number, context: EntryContext) {
    this.entry = entry
    this.list = list
    this.index = index
    this.context = context
    this.key = hasManyDestinations(entry.mac)
      ? fdbKey({ flags: NTF_SELF, attributes: this.request.attributes ?? {} })
      : unicastFdbKey(entry.mac, NTF_SELF, ownSrcVni(entry), undefined)
  }

  get mac(): string {
    return this.entry.mac
  }

  /** Where it leads; undefined for a nexthop group. */
  get dst(): string | undefined {
    return this.entry.dst
  }

  /** Whether it is one of `remotes` from this index on. */
  isRemoteFrom(from: number): boolean {
    return this.list === 'remotes' && this.index >= from
  }

  /** Whether it is one of `remotes`, and leads to one of these addresses. */
  isRemoteOf(addresses: ReadonlySet<string>): boolean {
    return this.list === 'remotes' && this.entry.dst !== undefined && addresses.has(this.entry.dst)
  }

  /** Where the files speak of it. */
  get path(): Path {
    return [...this.context.path, this.list, this.index]
  }

  /** The entry as the files state it, without what it shares with the link's other entries: in JSON that would grow with their square. */
  toJSON(): FdbSpec & { readonly key: string } {
    return { key: this.key, ...this.entry }
  }

  /** The request for it; the ifindex of its link is not in it, since that may not be there yet. */
  get request(): NeighbourRequest {
    const { mac, dst, nhid } = this.entry
    const { port, vni, srcVni, ifindex } = this.#destination()
    return {
      family: AF_BRIDGE,
      state: stateBits[this.entry.state ?? 'permanent'],
      flags: this.#flags(),
      attributes: {
        lladdr: mac,
        ...(dst !== undefined && { dst }),
        ...(port !== undefined && { port }),
        ...(vni !== undefined && { vni }),
        ...(srcVni !== undefined && { srcVni }),
        ...(ifindex !== undefined && { ifindex }),
        ...(nhid !== undefined && { nhId: nhid }),
      },
    }
  }

  /** Whether the kernel's entry lives as long, and is marked the same. */
  isOfKind(present: Pick<Neighbour, 'state' | 'flags'>): boolean {
    const isMarkedSame = (present.flags & statedFlags) === (this.#flags() & statedFlags)
    return isMarkedSame && fdbStateOf(present) === (this.entry.state ?? 'permanent')
  }

  /** Whether the kernel's entry under this key is this one. A dynamic entry is there wherever it has moved to. */
  isThere(present: Neighbour): boolean {
    const { dst, nhid, state, extern_learn: isExternLearned } = this.entry
    if (!this.isOfKind(present)) {
      return false
    }
    if (state === 'dynamic' && isExternLearned !== true) {
      return true
    }
    const have = present.attributes
    const { port, vni, ifindex } = this.#destination()
    return have.dst === dst && have.port === port && have.vni === vni && have.ifindex === ifindex && have.nhId === nhid
  }

  #flags(): number {
    const { router, extern_learn: isExternLearned, sticky } = this.entry
    return NTF_SELF | (router ? NTF_ROUTER : 0) | (isExternLearned ? NTF_EXT_LEARNED : 0) | (sticky ? NTF_STICKY : 0)
  }

  /** What equals the link's own is left out, as the kernel leaves it out when it shows the entry. Source: vxlan_fdb_info(), drivers/net/vxlan/vxlan_core.c. */
  #destination(): Pick<NonNullable<NeighbourRequest['attributes']>, 'port' | 'vni' | 'srcVni' | 'ifindex'> {
    const { port, vni, via } = this.entry
    const { spec, dstport, vias } = this.context
    return {
      port: port === dstport ? undefined : port,
      vni: vni === (spec.id ?? 0) ? undefined : vni,
      srcVni: ownSrcVni(this.entry),
      ifindex: via === undefined ? undefined : vias.get(via),
    }
  }
}

/** Keys of an entry in a file, by the request's attribute that states each. */
export const fdbKeys: Readonly<Partial<Record<keyof NonNullable<NeighbourRequest['attributes']>, keyof FdbSpec>>> = {
  lladdr: 'mac',
  vlan: 'vlan',
  dst: 'dst',
  port: 'port',
  vni: 'vni',
  srcVni: 'src_vni',
  ifindex: 'via',
  nhId: 'nhid',
}

function ownSrcVni({ src_vni: srcVni }: FdbSpec): number | undefined {
  return srcVni === 0 ? undefined : srcVni
}

interface Prepared {
  readonly vias: string
  readonly entries: WantedFdb
}

const prepared = new WeakMap<VxlanSpec, Prepared>()

type WantedFdb = ReadonlyMap<string, WantedFdbEntry>

/**
 * The entries that a link is to have by `remotes` and `fdb`, by {@link fdbKey}; what is stated twice is there once, and what the link's
 * own `group` or `remote` says is not among them, nor is what goes by an interface that does not exist: see {@link entriesInWait}. Made once
 * for each spec.
 */
export function wantedFdb(spec: VxlanSpec, path: Path, names: LinkNames): WantedFdb {
  return atOnce(wantedFdbSteps(spec, path, names))
}

/** As {@link wantedFdb}: made in steps here, it is at hand there. */
export function* wantedFdbSteps(spec: VxlanSpec, path: Path, names: LinkNames): Steps<WantedFdb> {
  // What is made of the spec stays true as long as the interfaces it names keep their ifindexes.
  const indexes = viasOf(spec).map((via) => [via, indexIfThere(names, via)] as const)
  const vias = new Map(indexes.flatMap(([via, index]) => (index === undefined ? [] : [[via, index] as const])))
  const viaText = indexes.map(([, index]) => index).join()
  const known = prepared.get(spec)
  if (known !== undefined && known.vias === viaText) {
    return known.entries
  }
  const context: EntryContext = { spec, path, dstport: dstportOf(spec), vias }
  const entries = new Map<string, WantedFdbEntry>()
  const add = (entry: FdbSpec, list: 'remotes' | 'fdb', index: number): void => {
    if (isLinksOwn(entry, spec) || (entry.via !== undefined && !vias.has(entry.via))) {
      return
    }
    const wanted = new WantedFdbEntry(entry, list, index, context)
    if (!entries.has(wanted.key)) {
      entries.set(wanted.key, wanted)
    }
  }
  for (const { index, parts } of statedRemotes(spec.remotes)) {
    add({ mac: zeroMac, ...parts }, 'remotes', index)
  }
  yield* eachStep(placedEntries(spec.fdb), ([index, entry]) => add(entry, 'fdb', index))
  prepared.set(spec, { vias: viaText, entries })
  return entries
}

/** An entry that goes by an interface which does not exist. */
export interface EntryInWait {
  readonly mac: string
  readonly dst: string | undefined
  readonly via: string
  /** Where the files speak of it. */
  readonly path: Path
}

/** The entries by `remotes` and `fdb` that wait for the interface they go by. */
export function entriesInWait(spec: VxlanSpec, path: Path, names: LinkNames): readonly EntryInWait[] {
  const missing = new Set(viasOf(spec).filter((via) => indexIfThere(names, via) === undefined))
  if (missing.size === 0) {
    return []
  }
  const inWait = (entry: FdbSpec, list: 'remotes' | 'fdb', index: number): EntryInWait[] =>
    entry.via !== undefined && missing.has(entry.via)
      ? [{ mac: entry.mac, dst: entry.dst, via: entry.via, path: [...path, list, index] }]
      : []
  return [
    ...statedRemotes(spec.remotes).flatMap(({ index, parts }) => inWait({ mac: zeroMac, ...parts }, 'remotes', index)),
    ...Array.from(placedEntries(spec.fdb), ([index, entry]) => inWait(entry, 'fdb', index)).flat(),
  ]
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

/** Whether all of them are there, so that the entries can be told from others. */
export function areViasThere(spec: Pick<VxlanSpec, 'remotes' | 'fdb'>, names: LinkNames): boolean {
  return viasOf(spec).every((via) => indexIfThere(names, via) !== undefined)
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

function noteVia(entry: RemoteSpec | FdbListed, vias: Set<string>): void {
  if (typeof entry !== 'string' && entry.via !== undefined) {
    vias.add(entry.via)
  }
}

/** Flags that a file can state. */
const statedFlags = NTF_ROUTER | NTF_EXT_LEARNED | NTF_STICKY

/** Whether an entry's MAC address may have many destinations: all zeros, or a group. */
export function hasManyDestinations(mac: string | undefined): boolean {
  return mac !== undefined && (mac === zeroMac || isGroupMac(mac))
}
