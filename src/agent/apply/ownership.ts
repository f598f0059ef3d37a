/** The record of what vxagent created: written before anything is created, so that a crash leaves nothing that nobody owns. */
import { randomBytes } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { uptime } from 'node:os'
import { join } from 'node:path'
import * as z from 'zod'
import type { VxlanSpec } from '../desired/schema.ts'
import type { Owned, OwnedLink } from '../model/owned.ts'
import { DamagedFile, readJsonFile, writeFileAtomically } from '../service/files.ts'
import { networkNamespaceCookie } from '../service/libc.ts'

const recordSchema = z.object({
  version: z.literal(1),
  /** Links do not outlive the boot that they were made in, nor their network namespace. */
  bootId: z.string(),
  networkNamespace: z.string(),
  links: z.record(
    z.string(),
    z.object({
      id: z.number(),
      mac: z.string(),
      ifindex: z.number().optional(),
      stated: z.array(z.string()),
    }),
  ),
})

/** Where links live. */
interface Home {
  readonly bootId: string
  /** The cookie of the network namespace; on kernels without one its inode, which the kernel uses again. */
  readonly networkNamespace: string
}

/** The record, in memory and in `owned.json` of the state directory. */
export class Ownership implements Owned {
  readonly #path: string
  readonly #home: Home
  #links: Record<string, OwnedLink>
  /** Whether the file lags behind. */
  #isDirty = false

  private constructor(path: string, home: Home, links: Record<string, OwnedLink>) {
    this.#path = path
    this.#home = home
    this.#links = links
  }

  /**
   * Reads the record of this boot and network namespace; another one's means nothing here and is left out.
   * Throws when the file is there but cannot be read: to guess would be to disown links.
   */
  static load(stateDir: string): Ownership {
    const path = join(stateDir, 'owned.json')
    const home: Home = {
      bootId: readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim(),
      networkNamespace: `${networkNamespaceCookie() ?? statSync('/proc/self/ns/net').ino}`,
    }
    const record = readRecord(path)
    const isHome = record?.bootId === home.bootId && record.networkNamespace === home.networkNamespace
    return new Ownership(path, home, Object.assign(Object.create(null), isHome ? record.links : {}))
  }

  get links(): Readonly<Record<string, OwnedLink>> {
    return this.#links
  }

  /** Records links that are about to be created, and gives each its MAC: the one wished for, or a random one. */
  claim(wishes: readonly { readonly name: string; readonly spec: VxlanSpec; readonly mac?: string }[]): void {
    for (const { name, spec, mac } of wishes) {
      this.#links[name] = { id: spec.id, mac: mac ?? randomMac(), stated: Object.keys(spec) }
    }
    this.#save(wishes.length > 0)
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

  /** Forgets links that are gone for good. */
  release(names: readonly string[]): void {
    for (const name of names) {
      delete this.#links[name]
    }
    this.#save(names.length > 0)
  }

  /**
   * Records which keys are about to be applied, beside those recorded before: a link that never gets as desired has some of
   * them all the same.
   */
  noteApplying(specs: readonly (readonly [name: string, spec: VxlanSpec])[]): void {
    this.#note(specs, (before, now) => [...new Set([...before, ...now])])
  }

  /** Records which keys the desired state now states of links that have what is stated, and no others. */
  noteStated(specs: readonly (readonly [name: string, spec: VxlanSpec])[]): void {
    this.#note(specs, (_before, now) => now)
  }

  #note(
    specs: readonly (readonly [name: string, spec: VxlanSpec])[],
    merge: (before: readonly string[], now: readonly string[]) => readonly string[],
  ): void {
    let isChanged = false
    for (const [name, spec] of specs) {
      const link = this.#links[name]
      const stated = link === undefined ? [] : merge(link.stated, Object.keys(spec))
      if (link !== undefined && link.stated.join() !== stated.join()) {
        this.#links[name] = { ...link, stated }
        isChanged = true
      }
    }
    this.#save(isChanged)
  }

  /** Writes what an earlier write may have failed to. To be called before something is undone that only the record remembers. */
  flush(): void {
    this.#save(true)
  }

  #save(isChanged: boolean): void {
    this.#isDirty ||= isChanged
    if (this.#isDirty) {
      // Not durable: a power cut takes the links with it.
      const text = `${JSON.stringify({ version: 1, ...this.#home, links: this.#links })}\n`
      writeFileAtomically(this.#path, text, { mode: 0o600, isDurable: false })
      this.#isDirty = false
    }
  }
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
