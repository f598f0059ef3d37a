/**
 * What is behind the hosts of the VNIs that this host asks for: own MAC addresses into the store, those of others out of it and to the agent. A
 * VNI is followed from when a link asks for it, and nobody follows another.
 */
import type { FleetHandover, FleetLink, FleetMacs, FleetMacsShown } from '../../agent/answers/fleet.ts'
import { grouped } from '../../agent/facts/grouped.ts'
import { familyOf } from '../../agent/facts/ip-text.ts'
import type { LeaseKeeper } from '../etcd/lease-keeper.ts'
import { Mirror } from '../etcd/mirror.ts'
import type { MirrorEvent } from '../etcd/mirror-event.ts'
import type { Store } from '../etcd/store.ts'
import type { CountedClaim } from '../members/claims.ts'
import type { FleetFinding } from '../members/finding.ts'
import { macFindings, mostMacs } from '../members/mac-findings.ts'
import type { Membership } from '../members/membership.ts'
import type { ShownMac } from '../members/own-macs.ts'
import { type MacVtep, VniMacs } from '../members/vni-macs.ts'
import { type FleetKeys, placeOfMacs } from '../records/keys.ts'
import { readMacs, writeMacs } from '../records/mac-record.ts'
import { UnreadableValue } from '../records/values.ts'
import type { Publishing } from './publisher.ts'

/** Own changes are gathered for so long, in milliseconds, unless there was none for a while. */
const betweenWritesMs = 1_000
const gatherMs = 50

export interface MacExchangeParts {
  readonly store: Store
  readonly keys: FleetKeys
  readonly self: string
  readonly keeper: Pick<LeaseKeeper, 'set' | 'remove' | 'notice'>
  readonly membership: Pick<Membership, 'liveClock' | 'freeze' | 'isLive'>
  readonly graceMs: number
  /** Milliseconds on a clock that only goes forward. */
  readonly now: () => number
  /** Something may be handed over now, or said. */
  readonly onChange: () => void
  /** Told of what the mirror of a VNI says. */
  readonly onMirror: (vni: number, event: MirrorEvent) => void
}

/** One VNI. */
interface Followed {
  readonly macs: VniMacs
  readonly mirror: Mirror
  /** What the agent shows, by MAC address. */
  readonly shown: Map<string, ShownMac>
  /** Whether the store was listed: until then nothing is said, since others may have the same address. */
  isListed: boolean
  /** Keys that were written. */
  readonly written: Set<string>
  /** Hosts of which something cannot be read, and why not. */
  readonly unreadable: Map<string, string>
}

export class MacExchange {
  readonly #parts: MacExchangeParts
  readonly #vnis = new Map<number, Followed>()
  #links: readonly FleetLink[] = []
  #counted: ReadonlyMap<number, readonly CountedClaim[]> = new Map()
  /** VNIs of which not everything is handed over. */
  readonly #cut = new Set<number>()
  #mayWrite = false
  /** Of what was shown before the agent began anew, what it has not shown again. */
  #unseen: Map<number, Set<string>> | undefined
  #writtenAt = Number.NEGATIVE_INFINITY
  #timer: NodeJS.Timeout | undefined
  #isClosed = false

  constructor(parts: MacExchangeParts) {
    this.#parts = parts
  }

  /** Mirrors, for their counters. */
  get mirrors(): readonly Mirror[] {
    return Array.from(this.#vnis.values(), ({ mirror }) => mirror)
  }

  /** How many MAC addresses there are, by VNI: those that this host says, and those of others. */
  get counts(): ReadonlyMap<number, { readonly own: number; readonly others: number }> {
    return new Map(
      Array.from(this.#vnis, ([vni, { macs }]) => [
        vni,
        { own: macs.ownChunks.size, others: macs.chunks.summary.count },
      ]),
    )
  }

  /** How many a host says, of the VNIs that are followed here. */
  countsOf(node: string): ReadonlyMap<number, number> {
    const counts = Array.from(this.#vnis, ([vni, { macs }]) => [vni, this.#countOf(node, macs)] as const)
    return new Map(counts.filter(([, count]) => count > 0))
  }

  #countOf(node: string, { ownChunks, table }: VniMacs): number {
    return node === this.#parts.self ? ownChunks.size : table.countOf(node)
  }

  /** What keeps MAC addresses from being as they should be. */
  findings(): FleetFinding[] {
    return Array.from(this.#vnis, ([vni, { macs, unreadable }]) =>
      macFindings(vni, macs, { self: this.#parts.self, unreadable, isCut: this.#cut.has(vni) }),
    ).flat()
  }

  /** The links of this host as they are now. */
  setLinks(links: readonly FleetLink[]): void {
    this.#links = links
    const wanted = new Set(links.flatMap(({ asksForMacs, vni }) => (asksForMacs ? [vni] : [])))
    for (const [vni, followed] of this.#vnis) {
      if (!wanted.has(vni)) {
        this.#forget(vni, followed)
      }
    }
    for (const vni of wanted) {
      if (!this.#vnis.has(vni) && !this.#isClosed) {
        this.#follow(vni)
      }
    }
  }

  /** Whose claims to VTEPs count, by VNI. */
  setClaims(counted: ReadonlyMap<number, readonly CountedClaim[]>): void {
    this.#counted = counted
    for (const [vni, { macs }] of this.#vnis) {
      macs.setVteps(this.#vtepsOf(vni), this.#parts.now())
    }
    this.#writeSoon()
  }

  /** Whether this host is in the store, and its MAC addresses may be. */
  setPublishing(publishing: Publishing): void {
    const mayWrite = publishing === 'yes' || publishing === 'leaving'
    if (publishing === 'evicted' || publishing === 'taken') {
      for (const followed of this.#vnis.values()) {
        this.#withdraw(followed)
        followed.macs.ownChunks.distrust()
      }
    }
    if (mayWrite && !this.#mayWrite) {
      this.#mayWrite = mayWrite
      this.#writeSoon()
    }
    this.#mayWrite = mayWrite
  }

  /** What an earlier run handed over to the agent, by link: it stays for its hosts that are gone. */
  remember(vni: number, text: string): void {
    const { self, membership } = this.#parts
    const followed = this.#vnis.get(vni)
    if (text === '') {
      return
    }
    const byNode = grouped(
      text.split('\n').map((line) => line.split(' ')),
      ([, node]) => node ?? '',
    )
    for (const [node, lines] of byNode) {
      if (followed !== undefined && node !== self) {
        const given = lines.map(([mac = '', , , , ...ips]) => ({ mac, sequence: 0, ips }))
        followed.macs.remember(node, given, membership.liveClock)
      }
    }
  }

  /** The agent shows this of what it has. */
  take({ begins, isWhole, links }: FleetMacsShown): void {
    if (begins === true) {
      this.#unseen = new Map(Array.from(this.#vnis, ([vni, { shown }]) => [vni, new Set(shown.keys())]))
    }
    for (const { vni, added, removed } of Object.values(links)) {
      const seen = this.#unseen?.get(vni)
      const given = added.map(readShown)
      for (const { mac } of given) {
        seen?.delete(mac)
      }
      this.#show(vni, given, removed)
    }
    if (isWhole && this.#unseen !== undefined) {
      // All that the agent has was shown: what it did not show again is gone.
      for (const [vni, macs] of this.#unseen) {
        this.#show(vni, [], [...macs])
      }
      this.#unseen = undefined
    }
  }

  /** Does what is due by now. Gives the milliseconds until something else is. */
  settle(): number | undefined {
    const { membership, graceMs, now } = this.#parts
    let next: number | undefined
    const later = (ms: number | undefined): void => {
      next = ms === undefined || (next !== undefined && next < ms) ? next : ms
    }
    for (const { macs, mirror } of this.#vnis.values()) {
      later(macs.own.tick(now()))
      const mayRemove = membership.isLive && membership.freeze === undefined && mirror.state.kind === 'live'
      const { goneSince } = macs.table
      if (mayRemove && goneSince !== undefined) {
        macs.expire(membership.liveClock - graceMs, now())
        const since = macs.table.goneSince
        later(since === undefined ? undefined : Math.max(0, since + graceMs - membership.liveClock))
      }
    }
    this.#writeSoon()
    return next
  }

  /** A person has seen to addresses at two places. Gives how many there were. */
  thaw(): number {
    const counts = Array.from(this.#vnis.values(), ({ macs }) => macs.own.thaw(this.#parts.now()))
    this.#writeSoon()
    return counts.reduce((sum, count) => sum + count, 0)
  }

  /**
   * What the links of a handover are to have of it.
   * @param before what was derived before: it stays for a VNI that has not been listed yet in this run
   */
  fill(links: FleetHandover['links'], before: FleetHandover['links']): FleetHandover['links'] {
    const asking = new Set(this.#links.flatMap(({ name, asksForMacs }) => (asksForMacs ? [name] : [])))
    let left = mostMacs
    this.#cut.clear()
    return Object.fromEntries(
      Object.entries(links).map(([name, link]) => {
        const followed = asking.has(name) ? this.#vnis.get(link.vni) : undefined
        if (followed === undefined) {
          return [name, link]
        }
        const earlier = Object.hasOwn(before, name) && before[name]?.vni === link.vni ? before[name]?.macs : undefined
        const summary = followed.isListed ? followed.macs.chunks.summary : earlier
        const macs = summary !== undefined && summary.count > left ? this.#cutShort(link.vni, left) : summary
        left -= macs?.count ?? 0
        return [name, { vni: link.vni, remotes: link.remotes, ...(macs !== undefined && { macs }) }]
      }),
    )
  }

  /** The text of a chunk, where it is known here. */
  textOf(hash: string): string | undefined {
    for (const { macs } of this.#vnis.values()) {
      const text = macs.chunks.textOf(hash)
      if (text !== undefined) {
        return text
      }
    }
    return undefined
  }

  close(): void {
    this.#isClosed = true
    clearTimeout(this.#timer)
    for (const { mirror } of this.#vnis.values()) {
      mirror.close()
    }
  }

  /** One part has reached the store again: what waits for it waits no longer. */
  hurry(): void {
    for (const { mirror } of this.#vnis.values()) {
      if (mirror.state.kind === 'silent') {
        mirror.hurry()
      }
    }
  }

  /** So many whole chunks as there is room for. */
  #cutShort(vni: number, left: number): FleetMacs {
    this.#cut.add(vni)
    const chunks: string[] = []
    let count = 0
    for (const [hash, text] of this.#vnis.get(vni)?.macs.chunks.texts() ?? []) {
      const lines = text.split('\n').length
      if (count + lines > left) {
        break
      }
      count += lines
      chunks.push(hash)
    }
    return { count, chunks }
  }

  #follow(vni: number): void {
    const { store, keys, self, now } = this.#parts
    const macs = new VniMacs(self)
    const mirror = new Mirror({
      store,
      prefix: keys.macs(vni),
      clock: { now },
      onEvent: (event) => this.#onMirror(vni, event),
    })
    this.#vnis.set(vni, {
      ...{ macs, mirror, isListed: false },
      ...{ shown: new Map(), written: new Set(), unreadable: new Map() },
    })
    macs.setVteps(this.#vtepsOf(vni), now())
    mirror.start()
  }

  #forget(vni: number, followed: Followed): void {
    followed.mirror.close()
    this.#withdraw(followed)
    this.#vnis.delete(vni)
  }

  #withdraw({ written }: Followed): void {
    for (const key of written) {
      this.#parts.keeper.remove(key)
    }
    written.clear()
  }

  #show(vni: number, added: readonly ShownMac[], removed: readonly string[]): void {
    const followed = this.#vnis.get(vni)
    if (followed === undefined || added.length + removed.length === 0) {
      return
    }
    for (const mac of removed) {
      followed.shown.delete(mac)
    }
    for (const each of added) {
      followed.shown.set(each.mac, each)
    }
    if (followed.isListed) {
      followed.macs.show(added, removed, this.#parts.now())
      this.#parts.onChange()
      this.#writeSoon()
    }
  }

  #onMirror(vni: number, event: MirrorEvent): void {
    const { keeper, onMirror, onChange, now } = this.#parts
    const followed = this.#vnis.get(vni)
    if (followed === undefined) {
      return
    }
    onMirror(vni, event)
    keeper.notice(event)
    if (event.kind === 'listed' || event.kind === 'changed') {
      for (const change of event.changes) {
        this.#takeChange(vni, followed, change)
      }
    }
    if (event.kind === 'listed' && !followed.isListed) {
      followed.isListed = true
      followed.macs.show([...followed.shown.values()], [], now())
    }
    onChange()
    this.#writeSoon()
  }

  #takeChange(vni: number, { macs, unreadable, isListed }: Followed, change: Change): void {
    const { keys, self, membership, now } = this.#parts
    const place = placeOfMacs(keys.macs(vni), change.kind === 'put' ? change.entry.key : change.key)
    if (place === undefined || (place.node === self && isListed)) {
      // What this host wrote in this run it knows.
      return
    }
    const { node, chunk } = place
    if (change.kind === 'delete') {
      macs.table.gone(node, chunk, membership.liveClock)
      return
    }
    try {
      macs.stored(node, chunk, readMacs(change.entry.value), now())
      unreadable.delete(node)
    } catch (error) {
      if (!(error instanceof UnreadableValue)) {
        throw error
      }
      // What could be read last counts on.
      unreadable.set(node, error.message)
    }
  }

  /** Where frames to each of the others are sent, from the link of this VNI. */
  #vtepsOf(vni: number): ReadonlyMap<string, MacVtep> {
    const { vtep } = this.#links.find((link) => link.vni === vni && link.asksForMacs) ?? {}
    const vteps = new Map<string, MacVtep>()
    for (const { standing, address, dstport } of this.#counted.get(vni) ?? []) {
      const isOther = standing.node !== this.#parts.self && !vteps.has(standing.node)
      if (isOther && (vtep === undefined || familyOf(address) === familyOf(vtep.address))) {
        const isOtherPort = dstport !== undefined && vtep !== undefined && dstport !== vtep.dstport
        vteps.set(standing.node, { address, ...(isOtherPort && { port: dstport }) })
      }
    }
    return vteps
  }

  #writeSoon(): void {
    const { now } = this.#parts
    if (this.#timer === undefined && !this.#isClosed) {
      const wait = Math.max(gatherMs, this.#writtenAt + betweenWritesMs - now())
      this.#timer = setTimeout(() => {
        this.#timer = undefined
        this.#write()
      }, wait)
    }
  }

  #write(): void {
    const { keeper, keys, self, now } = this.#parts
    if (!this.#mayWrite) {
      return
    }
    for (const [vni, { macs, written, isListed }] of this.#vnis) {
      for (const [chunk, lines] of isListed ? macs.ownChunks.takeChanges() : []) {
        const key = keys.macChunk(vni, self, chunk)
        this.#writtenAt = now()
        written.add(key)
        keeper.set(key, writeMacs(lines))
      }
    }
  }
}

type Change = Extract<MirrorEvent, { kind: 'changed' }>['changes'][number]

/** `MAC own|- IP…` */
function readShown(line: string): ShownMac {
  const [mac = '', own, ...ips] = line.split(' ')
  return { mac, isOwn: own === 'own', ips }
}
