/**
 * The chunks of MAC addresses that the last handover names: `fleet-macs/` of the state directory, a file for each by its hash, so that they are in
 * force after a restart without the store, and a change writes one file.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { FleetHandover, FleetMac } from '../answers/fleet.ts'
import { makeDirectory, removeFile, writeFileAtomically } from '../host/files.ts'
import { hashOfChunk, readChunk } from './mac-chunk.ts'

/** The lines of a chunk by its hash; undefined: it is not here. */
export type ChunkOf = (hash: string) => readonly FleetMac[] | undefined

/** What was handed over cannot be used: why. */
export class BadChunk extends Error {
  override readonly name = 'BadChunk'
}

export class KeptChunks {
  readonly #directory: string
  #chunks = new Map<string, readonly FleetMac[]>()
  readonly #kept = new Set<string>()

  /** @param onDamage told of a file that cannot be used; it is ignored */
  constructor(stateDir: string, onDamage: (error: Error) => void) {
    this.#directory = join(stateDir, 'fleet-macs')
    for (const name of namesIn(this.#directory, onDamage)) {
      try {
        this.#chunks.set(name, readKept(join(this.#directory, name), name))
        this.#kept.add(name)
      } catch (error) {
        onDamage(error as Error)
      }
    }
  }

  readonly get: ChunkOf = (hash) => this.#chunks.get(hash)

  /** The texts of all that are here. */
  texts(): Record<string, string> {
    return Object.fromEntries(Array.from(this.#chunks, ([hash, macs]) => [hash, textOf(macs)]))
  }

  /** Hashes of chunks that a handover names, and that neither come with it nor are here. */
  missing({ links, chunks = {} }: Pick<FleetHandover, 'links' | 'chunks'>): string[] {
    return [...hashesIn(links)].filter((hash) => !(this.#chunks.has(hash) || Object.hasOwn(chunks, hash)))
  }

  /** Takes up what comes with a handover. Throws BadChunk, and has taken nothing then. */
  take({ chunks = {} }: Pick<FleetHandover, 'chunks'>): void {
    const read = Object.entries(chunks).flatMap(([hash, text]) =>
      this.#chunks.has(hash) ? [] : [[hash, readGiven(hash, text)] as const],
    )
    for (const [hash, macs] of read) {
      this.#chunks.set(hash, macs)
    }
  }

  /** Writes those that a handover names. Throws when one cannot be written. */
  keep({ links }: Pick<FleetHandover, 'links'>): void {
    for (const hash of hashesIn(links)) {
      const macs = this.#kept.has(hash) ? undefined : this.#chunks.get(hash)
      if (macs !== undefined) {
        makeDirectory(this.#directory, 0o700)
        writeFileAtomically(join(this.#directory, hash), textOf(macs), { mode: 0o600, isDurable: false })
        this.#kept.add(hash)
      }
    }
  }

  /** Drops those that a handover does not name. Throws when one cannot be removed. */
  dropOthers({ links }: Pick<FleetHandover, 'links'>): void {
    const named = hashesIn(links)
    this.#chunks = new Map([...this.#chunks].filter(([hash]) => named.has(hash)))
    for (const hash of [...this.#kept].filter((each) => !named.has(each))) {
      this.#kept.delete(hash)
      removeFile(join(this.#directory, hash), { isDurable: false })
    }
  }
}

function hashesIn(links: FleetHandover['links']): Set<string> {
  return new Set(Object.values(links).flatMap(({ macs }) => macs?.chunks ?? []))
}

function readGiven(hash: string, text: string): readonly FleetMac[] {
  const macs = hashOfChunk(text) === hash ? readChunk(text) : 'its text has another hash'
  if (typeof macs === 'string') {
    throw new BadChunk(`the chunk ${hash} of MAC addresses cannot be used: ${macs}`)
  }
  return macs
}

function readKept(path: string, hash: string): readonly FleetMac[] {
  const text = readFileSync(path, 'utf8')
  const macs = hashOfChunk(text) === hash ? readChunk(text) : 'it was changed, or written in part'
  if (typeof macs === 'string') {
    throw new Error(`cannot use ${path}: ${macs}; the fleet process hands it over again`)
  }
  return macs
}

function namesIn(directory: string, onDamage: (error: Error) => void): string[] {
  try {
    return readdirSync(directory).filter((name) => /^[0-9a-f]{32}$/.test(name))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') {
      onDamage(error as Error)
    }
    return []
  }
}

function textOf(macs: readonly FleetMac[]): string {
  return macs.map(({ mac, node, dst, port, ips }) => [mac, node, dst, port ?? '-', ...ips].join(' ')).join('\n')
}
