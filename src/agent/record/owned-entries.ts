/**
 * The record of forwarding entries and neighbours that vxagent put on links: a file for each link, a line for each entry.
 *
 * A file is named by the ifindex of its link, so it speaks of that link alone, whatever the link is called. A link that is set aside,
 * or gets its name back, keeps its file; its successor has another ifindex, and a file of its own beside it. These rules keep the files
 * true at every moment, and are the caller's part where they speak of the kernel:
 * 1. `owned.json` names the ifindex before there is a file for it.
 * 2. Keys are in the file before their entries are requested, and leave it after the entries are gone.
 * 3. A file is removed only when its link is gone, or none of its entries is left. It is removed before `owned.json` drops the ifindex.
 * 4. A file whose ifindex `owned.json` does not name says nothing, and is swept up by whoever holds the state directory next.
 */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'
import { asOwnerOf } from '../host/as-owner.ts'
import { DamagedFile, makeDirectory, readTextFile, removeFile, unreadable, writeFileAtomically } from '../host/files.ts'
import { type BootAndNamespace, originOf } from './boot-and-namespace.ts'
import type { EntryTable } from './owned.ts'
import { noEntries, type OwnedEntries } from './owned.ts'
import { checksum, isFromBeforeBoot } from './record-file.ts'

const directoryName = 'owned-entries'
const suffix = '.keys'
const remedy = 'restore it, or delete it: the entries that vxagent put on that link are then kept as those of others'

/** First line of every file: which link these entries are on. */
const headingSchema = z.object({ bootId: z.string(), networkNamespace: z.string(), ifindex: z.number() })

/** Starts the part of a file that has a table's keys. */
const heading = (table: EntryTable): string => `[${table}]`
/** Before the checksum of all lines above, in the last line. */
const end = '[end] '

interface Tables {
  readonly fdb: Set<string>
  readonly neighbours: Set<string>
}

/** The record, in memory and in files. Not durable: a power cut takes the links with it. */
export class OwnedEntriesRecord {
  readonly #directory: string
  readonly #here: BootAndNamespace
  readonly #byIfindex = new Map<number, Tables>()
  /** Links whose file lags behind, since it could not be written. */
  readonly #dirty = new Set<number>()

  /**
   * Reads the files of these links. Throws, with the path in the message, when one of this boot is damaged or cannot be read: to guess
   * would be to disown entries.
   * @param here of this process: what is recorded for another boot or namespace means nothing here
   */
  constructor(stateDir: string, here: BootAndNamespace, ifindexes: Iterable<number>) {
    this.#directory = join(stateDir, directoryName)
    this.#here = here
    const recorded = new Set(ifindexes)
    for (const name of filesIn(this.#directory)) {
      const ifindex = ifindexOf(name)
      const tables = ifindex !== undefined && recorded.has(ifindex) ? this.#read(ifindex) : undefined
      if (ifindex !== undefined && tables !== undefined) {
        this.#byIfindex.set(ifindex, tables)
      }
    }
  }

  of(ifindex: number): OwnedEntries {
    return this.#byIfindex.get(ifindex) ?? noEntries
  }

  /** Records entries that are about to be put there. Throws when that cannot be written. */
  add(ifindex: number, table: EntryTable, keys: Iterable<string>): void {
    const tables = this.#byIfindex.get(ifindex) ?? { fdb: new Set(), neighbours: new Set() }
    const before = tables[table].size
    for (const key of keys) {
      tables[table].add(key)
    }
    this.#byIfindex.set(ifindex, tables)
    this.#save(ifindex, tables[table].size !== before)
  }

  /** Forgets entries that are gone. */
  remove(ifindex: number, table: EntryTable, keys: Iterable<string>): void {
    const tables = this.#byIfindex.get(ifindex)
    if (tables === undefined) {
      return
    }
    let isChanged = false
    for (const key of keys) {
      isChanged = tables[table].delete(key) || isChanged
    }
    this.#save(ifindex, isChanged)
  }

  /** Forgets a link that is gone, with all its entries; or what another one left that had its ifindex. */
  forget(ifindex: number): void {
    if (this.#byIfindex.delete(ifindex)) {
      this.#dirty.delete(ifindex)
      removeFile(this.#path(ifindex), { isDurable: false })
    }
  }

  /**
   * Removes what a crash left behind: halves of files, and files of links that are not on record or went with an earlier boot. For
   * whoever holds the state directory.
   */
  sweep(): void {
    for (const name of filesIn(this.#directory)) {
      const ifindex = ifindexOf(name)
      if (ifindex === undefined || !(this.#byIfindex.has(ifindex) || this.#isElsewhere(ifindex))) {
        try {
          removeFile(join(this.#directory, name), { isDurable: false })
        } catch {
          // It says nothing where it is, either.
        }
      }
    }
  }

  /** Whether a file is about a link of another network namespace, which is not ours to judge here. */
  #isElsewhere(ifindex: number): boolean {
    try {
      const here = parseHeading(readTextFile(this.#path(ifindex)) ?? '')
      return originOf(here, this.#here) === 'another namespace'
    } catch {
      return false
    }
  }

  #save(ifindex: number, isChanged: boolean): void {
    if (!isChanged && !this.#dirty.has(ifindex)) {
      return
    }
    const { fdb, neighbours } = this.#byIfindex.get(ifindex) ?? noEntries
    if (fdb.size + neighbours.size === 0) {
      this.forget(ifindex)
      return
    }
    this.#dirty.add(ifindex)
    makeDirectory(this.#directory, 0o700)
    writeFileAtomically(this.#path(ifindex), format({ ...this.#here, ifindex }, { fdb, neighbours }), {
      mode: 0o600,
      isDurable: false,
    })
    this.#dirty.delete(ifindex)
  }

  /** Undefined for a file of another boot or namespace. */
  #read(ifindex: number): Tables | undefined {
    const path = this.#path(ifindex)
    let text: string
    try {
      text = readTextFile(path) ?? ''
    } catch (error) {
      throw unreadable(path, error, remedy)
    }
    try {
      const where = parseHeading(text)
      return originOf(where, this.#here) === 'here' ? parse(text, where.ifindex === ifindex) : undefined
    } catch (error) {
      if (isFromBeforeBoot(path)) {
        return undefined
      }
      throw new DamagedFile(`${path} is damaged (${(error as Error).message}); ${remedy}`, { cause: error })
    }
  }

  #path(ifindex: number): string {
    return join(this.#directory, `${ifindex}${suffix}`)
  }
}

function filesIn(directory: string): string[] {
  try {
    return asOwnerOf(directory, () => readdirSync(directory))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
      return []
    }
    throw unreadable(
      directory,
      error,
      'delete it: the entries that vxagent put on links are then kept as those of others',
    )
  }
}

/** Undefined for what is no file of a link: one half written, or of an earlier vxagent. */
function ifindexOf(name: string): number | undefined {
  const digits = /^([1-9]\d{0,9})\.keys$/.exec(name)?.[1]
  return digits === undefined ? undefined : Number(digits)
}

function format(where: BootAndNamespace & { readonly ifindex: number }, { fdb, neighbours }: OwnedEntries): string {
  const lines = [JSON.stringify(where), heading('fdb'), ...fdb, heading('neighbours'), ...neighbours, '']
  const text = lines.join('\n')
  return `${text}${end}${checksum(text)}\n`
}

function parseHeading(text: string): z.infer<typeof headingSchema> {
  const line = text.slice(0, Math.max(0, text.indexOf('\n')))
  let content: unknown
  try {
    content = JSON.parse(line)
  } catch {
    throw new Error('its first line does not say which link it is about')
  }
  const { success, data } = headingSchema.safeParse(content)
  if (!success) {
    throw new Error('its first line does not say which link it is about')
  }
  return data
}

/** @param isOfLink whether its first line has the ifindex that its name has */
function parse(text: string, isOfLink: boolean): Tables {
  const at = text.lastIndexOf(end)
  if (!isOfLink || at === -1 || text.slice(at) !== `${end}${checksum(text.slice(0, at))}\n`) {
    throw new Error('its checksum does not match its content')
  }
  const lines = text.slice(0, at).split('\n').slice(1, -1)
  const middle = lines.indexOf(heading('neighbours'))
  if (lines[0] !== heading('fdb') || middle === -1) {
    throw new Error('it lacks a table')
  }
  return { fdb: new Set(lines.slice(1, middle)), neighbours: new Set(lines.slice(middle + 1)) }
}
