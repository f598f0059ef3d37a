/** The record of what vxagent created: written before anything is created, so that a crash leaves nothing that nobody owns. */
import { randomBytes } from 'node:crypto'
import { statSync } from 'node:fs'
import { uptime } from 'node:os'
import { join } from 'node:path'
import * as z from 'zod'
import type { Link } from '../../rtnetlink/index.ts'
import type { DesiredLink, DesiredPort, LinkKind } from '../model/desired-overlay.ts'
import { adoptedRecord, type Owned, type OwnedEntries, type OwnedLink, type OwnedPort } from '../model/owned.ts'
import { statedKeys, statedPortKeys } from '../model/stated-keys.ts'
import type { EntryTable } from '../plan/action.ts'
import { DamagedFile, readJsonFile, writeFileAtomically } from '../service/files.ts'
import { type Home, homeOfThisProcess, originOf, type RecordOrigin } from './home.ts'
import { OwnedEntriesRecord } from './owned-entries.ts'

const recordSchema = z.object({
  version: z.literal(2),
  /** Links do not outlive the boot that they were made in, nor their network namespace. */
  bootId: z.string(),
  networkNamespace: z.string(),
  links: z.record(
    z.string(),
    z.object({
      kind: z.enum(['vxlan', 'bridge']),
      id: z.number(),
      mac: z.string(),
      ifindex: z.number().exactOptional(),
      stated: z.array(z.string()),
      asideOf: z.string().exactOptional(),
      madeAs: z.string().exactOptional(),
      unshown: z.record(z.string(), z.unknown()).exactOptional(),
    }),
  ),
  ports: z.record(
    z.string(),
    z.object({
      ifindex: z.number(),
      master: z.string(),
      masterIfindex: z.number().exactOptional(),
      stated: z.array(z.string()),
    }),
  ),
})

/** A link that is about to be created. */
export interface LinkClaim {
  /** The name that it is created with. */
  readonly name: string
  readonly wanted: DesiredLink
  /** The keys that a file states of it. */
  readonly stated: readonly string[]
  /** The MAC wished for; without one a random one is chosen. */
  readonly mac?: string
  /** Whether the link that has the record of that name is still there, under another name. */
  readonly isFormerThere?: boolean
}

/** The record, in memory and in `owned.json` of the state directory, with a file beside it for the entries of each link. */
export class Ownership implements Owned {
  readonly #path: string
  readonly #home: Home
  readonly #entries: OwnedEntriesRecord
  #links: Record<string, OwnedLink>
  #ports: Record<string, OwnedPort>
  /** Whether the file lags behind. */
  #isDirty = false

  private constructor(
    stateDir: string,
    home: Home,
    { links, ports }: Pick<z.infer<typeof recordSchema>, 'links' | 'ports'>,
  ) {
    this.#path = recordPath(stateDir)
    this.#home = home
    this.#entries = new OwnedEntriesRecord(stateDir, JSON.stringify(home))
    this.#links = Object.assign(Object.create(null), links)
    this.#ports = Object.assign(Object.create(null), ports)
  }

  /**
   * Reads the record of this boot and network namespace; another one's means nothing here and is left out.
   * Throws when the file is there but cannot be read: to guess would be to disown links.
   */
  static load(stateDir: string): Ownership {
    const home = homeOfThisProcess()
    const record = readRecord(recordPath(stateDir))
    return new Ownership(
      stateDir,
      home,
      record && originOf(record, home) === 'here' ? record : { links: {}, ports: {} },
    )
  }

  /** Where that is of which the record tells. Throws as `load` does. */
  static originOfRecord(stateDir: string): RecordOrigin {
    const record = readRecord(recordPath(stateDir))
    return record === undefined ? 'no record' : originOf(record, homeOfThisProcess())
  }

  get links(): Readonly<Record<string, OwnedLink>> {
    return this.#links
  }

  get ports(): Readonly<Record<string, OwnedPort>> {
    return this.#ports
  }

  entriesOf(link: string): OwnedEntries {
    return this.#entries.of(link)
  }

  /** Records links that are about to be created, and gives each its MAC: the one wished for, or a random one. */
  claim(claims: readonly LinkClaim[]): void {
    for (const { name, wanted, stated, mac, isFormerThere = false } of claims) {
      this.#keepFormer(name, isFormerThere)
      this.#links[name] = {
        kind: wanted.kind,
        id: vniOfSpec(wanted),
        mac: mac ?? randomMac(),
        stated,
        ...unshownOf(wanted),
      }
      // Whatever was on a link of that name before went with it.
      this.#entries.forget(name)
    }
    this.#save(claims.length > 0)
  }

  /** A link that is still to be deleted keeps its record, under a key that is no link's name. */
  #keepFormer(name: string, isThere: boolean): void {
    const former = this.#links[name]
    if (isThere && former?.ifindex !== undefined) {
      this.#links[`${name}/${former.ifindex}`] = { ...former, madeAs: name }
    }
  }

  /** Takes a link into the record that something else made. */
  adopt(name: string, kind: LinkKind, link: Link, isFormerThere = false): void {
    this.#keepFormer(name, isFormerThere)
    this.#links[name] = adoptedRecord(kind, link)
    // What is on record was on a link of that name before.
    this.#entries.forget(name)
    this.#save(true)
  }

  /** Records which ifindex the kernel gave the links that were claimed. */
  confirm(created: readonly { readonly name: string; readonly ifindex: number }[]): void {
    for (const { name, ifindex } of created) {
      const link = this.#links[name]
      if (link !== undefined) {
        this.#links[name] = { ...link, ifindex }
      }
    }
    this.#save(created.length > 0)
  }

  /** Records that a link is about to have another name, to make way for its successor. Throws, and has changed nothing, when that cannot be written. */
  setAside(name: string, aside: string): void {
    const { [name]: link, ...others } = this.#links
    if (link !== undefined) {
      this.#move(name, aside, { ...others, [aside]: { ...link, asideOf: name } })
    }
  }

  /** A link that was put aside has its name back; of its successor nothing is left. */
  putBack(aside: string): void {
    const { [aside]: record, ...others } = this.#links
    if (record?.asideOf !== undefined) {
      const { asideOf: name, ...link } = record
      this.#move(aside, name, { ...others, [name]: link })
    }
  }

  #move(from: string, to: string, links: Readonly<Record<string, OwnedLink>>): void {
    const before = this.#links
    this.#entries.rename(from, to)
    this.#links = Object.assign(Object.create(null), links)
    try {
      this.#save(true)
    } catch (error) {
      this.#links = before
      this.#entries.rename(to, from)
      throw error
    }
  }

  /** Forgets links that are gone for good. */
  release(names: readonly string[]): void {
    for (const name of names) {
      delete this.#links[name]
      this.#entries.forget(name)
    }
    this.#save(names.length > 0)
  }

  /** Records that a link that is not ours is about to be made a port. */
  claimPort(link: string, port: Pick<OwnedPort, 'ifindex' | 'master' | 'masterIfindex'>): void {
    this.#ports[link] = { ...port, stated: [] }
    this.#save(true)
  }

  /** Forgets ports that are detached, or gone. */
  releasePorts(names: readonly string[]): void {
    for (const name of names) {
      delete this.#ports[name]
    }
    this.#save(names.length > 0)
  }

  /** Records entries that are about to be put on a link. */
  claimEntries(link: string, table: EntryTable, keys: Iterable<string>): void {
    this.#entries.add(link, table, keys)
  }

  /** Forgets entries of a link that is as desired, but for those that are still wanted: they went by other hands. */
  retainEntries(link: string, table: EntryTable, isWanted: (key: string) => boolean): void {
    const gone = [...this.#entries.of(link)[table]].filter((key) => !isWanted(key))
    this.#entries.remove(link, table, gone)
  }

  /** Forgets entries that are gone. */
  releaseEntries(link: string, table: EntryTable, keys: Iterable<string>): void {
    this.#entries.remove(link, table, keys)
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

  #note(
    links: readonly DesiredLink[],
    ports: readonly DesiredPort[],
    merge: (before: readonly string[], now: readonly string[]) => readonly string[],
  ): void {
    let isChanged = false
    for (const desired of links) {
      const record = this.#links[desired.name]
      const stated = record === undefined ? [] : merge(record.stated, statedKeys(desired))
      if (record !== undefined && record.stated.join() !== stated.join()) {
        this.#links[desired.name] = { ...record, stated }
        isChanged = true
      }
    }
    for (const { link, spec } of ports) {
      const record = this.#ports[link]
      const stated = record === undefined ? [] : merge(record.stated, statedPortKeys(spec))
      if (record !== undefined && record.stated.join() !== stated.join()) {
        this.#ports[link] = { ...record, stated }
        isChanged = true
      }
    }
    this.#save(isChanged)
  }

  /** Records values that were written and that the kernel does not tell. */
  noteUnshown(name: string, values: Readonly<Record<string, unknown>>): void {
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
      // Not durable: a power cut takes the links with it.
      const text = `${JSON.stringify({ version: 2, ...this.#home, links: this.#links, ports: this.#ports })}\n`
      writeFileAtomically(this.#path, text, { mode: 0o600, isDurable: false })
      this.#isDirty = false
    }
  }
}

function recordPath(stateDir: string): string {
  return join(stateDir, 'owned.json')
}

function vniOfSpec(wanted: DesiredLink): number {
  return wanted.kind === 'vxlan' ? (wanted.spec.id ?? 0) : 0
}

function unshownOf(wanted: DesiredLink): Pick<OwnedLink, 'unshown'> {
  return wanted.kind === 'vxlan' && wanted.spec.mcroute !== undefined
    ? { unshown: { mcroute: wanted.spec.mcroute } }
    : {}
}

function readRecord(path: string): z.infer<typeof recordSchema> | undefined {
  try {
    return readJsonFile(path, recordSchema)
  } catch (error) {
    // A power cut may have left it in pieces. Then it was last written before this boot, and its links are gone in any case.
    if (error instanceof DamagedFile && statSync(path).mtimeMs < Date.now() - uptime() * 1000) {
      return undefined
    }
    throw error
  }
}

/** Locally administered, unicast: what the kernel would choose too. Source: eth_random_addr(), linux/etherdevice.h. */
function randomMac(): string {
  const octets = randomBytes(6)
  octets[0] = ((octets[0] as number) & 0xfc) | 0x02
  return Array.from(octets, (octet) => octet.toString(16).padStart(2, '0')).join(':')
}
