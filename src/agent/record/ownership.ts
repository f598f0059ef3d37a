/**
 * The record of what vxagent created: written before anything is created, so that a crash leaves nothing that nobody owns.
 *
 * A write-ahead record. A crash may come between any two writes and requests, so at every moment what is on the disk must cover what
 * the kernel has. What each method records, and when it is called:
 * 1. Before a request: the link with its MAC (`claim`), the name it gets for the moment (`setAside`), the port (`claimPort`), entries (`claimEntries`), keys that may come into effect (`noteApplying`, `claim`, `claimPort`, `adopt`), and
 *    that a value which the kernel does not show is in doubt (`doubtUnshown`).
 * 2. After the answer: the ifindex (`confirm`), that the old name is back (`putBack`), what is gone (`release…`, `retainEntries`), which
 *    keys are in effect and no others (`noteStated`), and the value (`noteUnshown`).
 * 3. A record is never overwritten while the link that it speaks of is in the kernel, except by one of the same link.
 * 4. Links and ports are one file, so that each change of them is a single rename. Entries are files of their own, by ifindex:
 *    owned-entries.ts has the rules that keep the two kinds of files in step.
 */
import { join } from 'node:path'
import type { Link } from '../../rtnetlink/index.ts'
import type { DesiredLink, DesiredPort } from '../desired/overlay.ts'
import { statedKeys, statedPortKeys } from '../desired/stated-keys.ts'
import { writeFileAtomically } from '../host/files.ts'
import { NoSuchLink } from '../kernel/link-names.ts'
import { type BootAndNamespace, bootAndNamespaceHere, originOf, type RecordOrigin } from './boot-and-namespace.ts'
import { claimedRecord, type LinkClaim } from './link-claim.ts'
import { NotedGuests } from './noted-guests.ts'
import {
  adoptedRecord,
  type EntryTable,
  type Guest,
  inDoubt,
  noEntries,
  type Owned,
  type OwnedEntries,
  type OwnedLink,
  type OwnedPort,
  type UnshownValues,
} from './owned.ts'
import { OwnedEntriesRecord } from './owned-entries.ts'
import { formatRecord, type RecordContent, readRecord } from './record-file.ts'

/** Keys that were stated before and keys that are stated now → those to be recorded. */
type MergeKeys = (before: readonly string[], now: readonly string[]) => readonly string[]

/** The record, in memory and in `owned.json` of the state directory, with a file beside it for the entries of each link. */
export class Ownership implements Owned {
  readonly directory: string
  readonly #path: string
  readonly #here: BootAndNamespace
  readonly #entries: OwnedEntriesRecord
  #links: Record<string, OwnedLink>
  #ports: Record<string, OwnedPort>
  readonly #guests: NotedGuests
  /** Whether the file lags behind. */
  #isDirty = false

  private constructor(
    stateDir: string,
    here: BootAndNamespace,
    { links, ports, guests = [] }: Pick<RecordContent, 'links' | 'ports' | 'guests'>,
  ) {
    this.directory = stateDir
    this.#path = recordPath(stateDir)
    this.#here = here
    const ifindexes = Object.values(links).flatMap(({ ifindex }) => (ifindex === undefined ? [] : [ifindex]))
    this.#entries = new OwnedEntriesRecord(stateDir, here, ifindexes)
    this.#links = Object.assign(Object.create(null), links)
    this.#ports = Object.assign(Object.create(null), ports)
    this.#guests = new NotedGuests(guests)
  }

  /**
   * Reads the record of this boot and network namespace; another one's means nothing here and is left out.
   * Throws when a file is there but damaged, or cannot be read: to guess would be to disown links or entries.
   */
  static load(stateDir: string): Ownership {
    const here = bootAndNamespaceHere()
    const record = readRecord(recordPath(stateDir))
    return new Ownership(
      stateDir,
      here,
      record && originOf(record, here) === 'here' ? record : { links: {}, ports: {} },
    )
  }

  /** As `load`, for whoever holds the state directory: what a crash left behind in it is removed. */
  static open(stateDir: string): Ownership {
    const ownership = Ownership.load(stateDir)
    ownership.#entries.sweep()
    return ownership
  }

  /** Where that is of which the record tells. Throws as `load` does. */
  static originOfRecord(stateDir: string): RecordOrigin {
    const record = readRecord(recordPath(stateDir))
    return record === undefined ? 'no record' : originOf(record, bootAndNamespaceHere())
  }

  get links(): Readonly<Record<string, OwnedLink>> {
    return this.#links
  }

  get ports(): Readonly<Record<string, OwnedPort>> {
    return this.#ports
  }

  get guests(): readonly Guest[] {
    return this.#guests.all
  }

  /**
   * Records who is in bridges of ours, before a bridge may go. Gives what kept it from being written, if anything did: to repair drift is worth
   * more than the places of guests. It is written with the next change of the record, and tried again when this is called again.
   */
  noteGuests(guests: readonly Guest[]): Error | undefined {
    this.#guests.take(guests)
    try {
      if (this.#guests.isBehind) {
        this.#write()
      }
      return undefined
    } catch (error) {
      return error as Error
    }
  }

  entriesOf(link: string): OwnedEntries {
    const ifindex = this.#links[link]?.ifindex
    return ifindex === undefined ? noEntries : this.#entries.of(ifindex)
  }

  /**
   * Records links that are about to be created, and gives each its MAC: the one wished for, or a random one. Whatever is on record by
   * these names must be gone from the kernel.
   */
  claim(claims: readonly LinkClaim[]): void {
    for (const claim of claims) {
      this.#forgetEntries(claim.name)
      this.#links[claim.name] = claimedRecord(claim)
    }
    this.#save(claims.length > 0)
  }

  /** Takes a link into the record that something else made. Whatever is on record by that name must be gone from the kernel. */
  adopt(wanted: DesiredLink, link: Link): void {
    this.#forgetEntries(wanted.name)
    const isKnown = Object.values(this.#links).some(({ ifindex }) => ifindex === link.index)
    if (!isKnown) {
      this.#entries.forget(link.index)
    }
    this.#links[wanted.name] = { ...adoptedRecord(wanted.kind, link), stated: statedKeys(wanted) }
    this.#save(true)
  }

  /** Records which ifindex the kernel gave the links that were claimed. */
  confirm(created: readonly { readonly name: string; readonly ifindex: number }[]): void {
    for (const { name, ifindex } of created) {
      const link = this.#links[name]
      if (link !== undefined) {
        // Entries of ours come later: a file of that number would be about another link.
        this.#entries.forget(ifindex)
        this.#links[name] = { ...link, ifindex }
      }
    }
    this.#save(created.length > 0)
  }

  /**
   * Records that links are about to have other names, to make way for their successors. Throws, and has changed nothing, when that
   * cannot be written.
   */
  setAside(links: readonly { readonly name: string; readonly aside: string }[]): void {
    const before = this.#links
    const after: Record<string, OwnedLink> = Object.assign(Object.create(null), before)
    for (const { name, aside } of links) {
      const record = before[name]
      if (record !== undefined) {
        delete after[name]
        after[aside] = { ...record, asideOf: name }
      }
    }
    this.#links = after
    try {
      this.#save(links.length > 0)
    } catch (error) {
      this.#links = before
      throw error
    }
  }

  /** A link that was put aside has its name back; of its successor nothing is left. */
  putBack(aside: string): void {
    const record = this.#links[aside]
    if (record?.asideOf !== undefined) {
      const { asideOf: name, ...link } = record
      this.#forgetEntries(name)
      delete this.#links[aside]
      this.#links[name] = link
      this.#save(true)
    }
  }

  /** Forgets links that are gone for good. */
  release(names: readonly string[]): void {
    for (const name of names) {
      this.#forgetEntries(name)
      delete this.#links[name]
    }
    this.#save(names.length > 0)
  }

  #forgetEntries(link: string): void {
    const ifindex = this.#links[link]?.ifindex
    if (ifindex !== undefined) {
      this.#entries.forget(ifindex)
    }
  }

  /** Records that a link that is not ours is about to be made a port, and given what a file states of it. */
  claimPort(link: string, port: OwnedPort): void {
    this.#ports[link] = port
    this.#save(true)
  }

  /** Forgets ports that are detached, or gone. */
  releasePorts(names: readonly string[]): void {
    for (const name of names) {
      delete this.#ports[name]
    }
    this.#save(names.length > 0)
  }

  /** Records entries that are about to be put on a link. Throws NoSuchLink unless that is the link on record by this name. */
  claimEntries(link: string, ifindex: number, table: EntryTable, keys: Iterable<string>): void {
    if (this.#links[link]?.ifindex !== ifindex) {
      throw new NoSuchLink(link)
    }
    this.#entries.add(ifindex, table, keys)
  }

  /** Forgets entries of a link that is as desired, but for those that are still wanted: they went by other hands. */
  retainEntries(link: string, table: EntryTable, isWanted: (key: string) => boolean): void {
    const gone = [...this.entriesOf(link)[table]].filter((key) => !isWanted(key))
    this.releaseEntries(link, table, gone)
  }

  /** Forgets entries that are gone. */
  releaseEntries(link: string, table: EntryTable, keys: Iterable<string>): void {
    const ifindex = this.#links[link]?.ifindex
    if (ifindex !== undefined) {
      this.#entries.remove(ifindex, table, keys)
    }
  }

  /**
   * Records which keys are about to be applied, beside those recorded before: a link that never gets as desired has some of
   * them all the same.
   */
  noteApplying(links: readonly DesiredLink[], ports: readonly DesiredPort[]): void {
    this.#note(links, ports, (before, now) => [...new Set([...before, ...now])])
  }

  /** Records which keys the desired state now states of objects that have what is stated, and no others. */
  noteStated(links: readonly DesiredLink[], ports: readonly DesiredPort[]): void {
    this.#note(links, ports, (_before, now) => now)
  }

  #note(links: readonly DesiredLink[], ports: readonly DesiredPort[], merge: MergeKeys): void {
    let isChanged = false
    for (const desired of links) {
      const after = withStated(this.#links[desired.name], statedKeys(desired), merge)
      if (after !== undefined) {
        this.#links[desired.name] = after
        isChanged = true
      }
    }
    for (const { link, spec } of ports) {
      const after = withStated(this.#ports[link], statedPortKeys(spec), merge)
      if (after !== undefined) {
        this.#ports[link] = after
        isChanged = true
      }
    }
    this.#save(isChanged)
  }

  /** Records that values which the kernel does not show are about to be changed: until that is done either may be in effect. */
  doubtUnshown(name: string, values: UnshownValues): void {
    this.noteUnshown(name, inDoubt(values))
  }

  /** Records values that were written and that the kernel does not show. */
  noteUnshown(name: string, values: UnshownValues): void {
    const link = this.#links[name]
    if (link !== undefined && Object.keys(values).length > 0) {
      this.#links[name] = { ...link, unshown: { ...link.unshown, ...values } }
      this.#save(true)
    }
  }

  /** Writes what an earlier write may have failed to. To be called before something is undone that only the record remembers. */
  flush(): void {
    this.#save(true)
  }

  #save(isChanged: boolean): void {
    this.#isDirty ||= isChanged
    if (this.#isDirty) {
      this.#write()
    }
  }

  #write(): void {
    // Not durable: a power cut takes the links with it.
    const text = formatRecord({ links: this.#links, ports: this.#ports, guests: this.#guests.all }, this.#here)
    writeFileAtomically(this.#path, text, { mode: 0o600, isDurable: false })
    this.#isDirty = false
    this.#guests.noteWritten()
  }
}

/** A record with other stated keys; undefined when there is none, or when it has these. */
function withStated<T extends OwnedLink | OwnedPort>(
  record: T | undefined,
  now: readonly string[],
  merge: MergeKeys,
): T | undefined {
  const stated = merge(record?.stated ?? [], now)
  return record === undefined || record.stated.join() === stated.join() ? undefined : { ...record, stated }
}

function recordPath(stateDir: string): string {
  return join(stateDir, 'owned.json')
}
