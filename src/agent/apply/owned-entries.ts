/** The record of forwarding entries and neighbours that vxagent put on links: a file for each link, a line for each entry. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { noEntries, type OwnedEntries } from '../model/owned.ts'
import type { EntryTable } from '../plan/action.ts'
import { asOwnerOf } from '../service/as-owner.ts'
import { makeDirectory, readTextFile, removeFile, writeFileAtomically } from '../service/files.ts'

const directoryName = 'owned-entries'

/** Starts the part of a file that has a table's keys. */
const heading = (table: EntryTable): string => `[${table}]`

interface Tables {
  readonly fdb: Set<string>
  readonly neighbours: Set<string>
}

/** The record, in memory and in files. Not durable: a power cut takes the links with it. */
export class OwnedEntriesRecord {
  readonly #directory: string
  /** First line of every file: whose entries these are. */
  readonly #home: string
  readonly #byLink = new Map<string, Tables>()

  /** @param home says of which boot and namespace entries are; those of another one are left out, and stay until a link of that name has some */
  constructor(stateDir: string, home: string) {
    this.#directory = join(stateDir, directoryName)
    this.#home = home
    for (const link of filesIn(this.#directory)) {
      const tables = parse(readTextFile(this.#path(link)) ?? '', home)
      if (tables !== undefined) {
        this.#byLink.set(link, tables)
      }
    }
  }

  of(link: string): OwnedEntries {
    return this.#byLink.get(link) ?? noEntries
  }

  get links(): Iterable<string> {
    return this.#byLink.keys()
  }

  /** Records entries that are about to be put there. */
  add(link: string, table: EntryTable, keys: Iterable<string>): void {
    const tables = this.#byLink.get(link) ?? { fdb: new Set(), neighbours: new Set() }
    const before = tables[table].size
    for (const key of keys) {
      tables[table].add(key)
    }
    if (tables[table].size !== before) {
      this.#byLink.set(link, tables)
      this.#save(link, tables)
    }
  }

  /** Forgets entries that are gone. */
  remove(link: string, table: EntryTable, keys: Iterable<string>): void {
    const tables = this.#byLink.get(link)
    let isChanged = false
    for (const key of tables === undefined ? [] : keys) {
      isChanged = tables?.[table].delete(key) || isChanged
    }
    if (tables !== undefined && isChanged) {
      this.#save(link, tables)
    }
  }

  /** Forgets a link with all its entries. */
  forget(link: string): void {
    if (this.#byLink.delete(link)) {
      removeFile(this.#path(link))
    }
  }

  /** The entries of a link are now those of a link with another name. Throws, and has changed nothing, when that cannot be written. */
  rename(from: string, to: string): void {
    const tables = this.#byLink.get(from)
    if (tables === undefined) {
      this.forget(to)
      return
    }
    this.#save(to, tables)
    this.#byLink.set(to, tables)
    this.forget(from)
  }

  #save(link: string, { fdb, neighbours }: Tables): void {
    if (fdb.size + neighbours.size === 0) {
      this.forget(link)
      return
    }
    makeDirectory(this.#directory, 0o700)
    const lines = [this.#home, heading('fdb'), ...fdb, heading('neighbours'), ...neighbours]
    writeFileAtomically(this.#path(link), `${lines.join('\n')}\n`, { mode: 0o600, isDurable: false })
  }

  /** A name of an interface has no slash, and is neither `.` nor `..`. */
  #path(link: string): string {
    return join(this.#directory, `${link}.keys`)
  }
}

function filesIn(directory: string): string[] {
  try {
    const names = asOwnerOf(directory, () => readdirSync(directory))
    return names.flatMap((name) => (name.endsWith('.keys') ? [name.slice(0, -'.keys'.length)] : []))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
      return []
    }
    throw error
  }
}

/** Undefined for another boot's or namespace's, and for what is none of ours. */
function parse(text: string, home: string): Tables | undefined {
  const [first, ...lines] = text.trimEnd().split('\n')
  const middle = lines.indexOf(heading('neighbours'))
  if (first !== home || lines[0] !== heading('fdb') || middle === -1) {
    return undefined
  }
  return { fdb: new Set(lines.slice(1, middle)), neighbours: new Set(lines.slice(middle + 1)) }
}
