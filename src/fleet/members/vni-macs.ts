/** The MAC addresses of one VNI: this host's, those of the others, and what follows for the agent. No I/O. */
import type { MacLine } from '../records/mac-record.ts'
import { MacChunks } from './mac-chunks.ts'
import { MacTable } from './mac-table.ts'
import { OwnChunks } from './own-chunks.ts'
import { OwnMacs, type ShownMac } from './own-macs.ts'

/** Where frames to a host are sent. */
export interface MacVtep {
  readonly address: string
  /** UDP port, where it is not that of the link here. */
  readonly port?: number
}

export class VniMacs {
  readonly #self: string
  readonly table = new MacTable()
  readonly own: OwnMacs
  readonly ownChunks = new OwnChunks()
  readonly chunks: MacChunks
  /** What an earlier run of this host has in the store. */
  readonly #saidBefore = new Map<string, MacLine>()
  /** IP addresses of the link and its bridge, by their MAC addresses. */
  readonly #ownAddresses = new Map<string, readonly string[]>()
  #vteps: ReadonlyMap<string, MacVtep> = new Map()

  constructor(self: string) {
    this.#self = self
    this.chunks = new MacChunks((mac) => this.#lineOf(mac))
    this.own = new OwnMacs({
      self,
      best: (mac) => this.table.best(mac, this.#counts),
      saidBefore: (mac) => this.#saidBefore.get(mac),
      say: (mac, line) => {
        if (line === undefined) {
          this.ownChunks.delete(mac)
          this.#saidBefore.delete(mac)
        } else {
          this.ownChunks.put(line)
        }
        this.#touch(mac)
      },
    })
  }

  /** Where the hosts are whose claims count. What is said by others does not. */
  setVteps(vteps: ReadonlyMap<string, MacVtep>, now: number): void {
    const before = this.#vteps
    this.#vteps = vteps
    for (const node of new Set([...before.keys(), ...vteps.keys()])) {
      const [was, is] = [before.get(node), vteps.get(node)]
      if (was?.address !== is?.address || was?.port !== is?.port || (was === undefined) !== (is === undefined)) {
        for (const mac of [...this.table.macsOf(node)]) {
          this.#changed(mac, now)
        }
      }
    }
  }

  /** The store has these lines of a host. */
  stored(node: string, chunk: string, lines: readonly MacLine[], now: number): void {
    if (node === this.#self) {
      this.#remember(chunk, lines)
      return
    }
    for (const mac of this.table.put(node, chunk, lines)) {
      this.#changed(mac, now)
    }
  }

  /** What an earlier run handed over to the agent, by host. */
  remember(node: string, lines: readonly MacLine[], since: number): void {
    this.table.remember(node, lines, since)
    for (const { mac } of lines) {
      this.#touch(mac)
    }
  }

  /** Drops the lines of chunks whose keys have been gone since then. */
  expire(since: number, now: number): void {
    for (const mac of this.table.expire(since)) {
      this.#changed(mac, now)
    }
  }

  /** What the agent shows of this host. */
  show(added: readonly ShownMac[], removed: readonly string[], now: number): void {
    for (const mac of removed) {
      this.own.disappeared(mac, now)
      this.#touch(mac)
    }
    for (const each of added) {
      this.own.appeared(each, now)
      this.#touch(each.mac)
      if (each.isOwn) {
        this.#noteOwnAddresses(each)
      }
    }
  }

  /** Addresses of this host itself are nobody else's here, whoever else may have them. */
  #noteOwnAddresses({ mac, ips }: ShownMac): void {
    const before = this.#ownAddresses.get(mac) ?? []
    this.#ownAddresses.set(mac, ips)
    if (before.join() !== ips.join()) {
      this.chunks.touchAll()
    }
  }

  readonly #counts = (node: string): boolean => this.#vteps.has(node)

  /** What this host said before it was started tells how often an address has moved. */
  #remember(chunk: string, lines: readonly MacLine[]): void {
    this.ownChunks.adopt([chunk])
    for (const line of lines) {
      this.#saidBefore.set(line.mac, line)
    }
  }

  #changed(mac: string, now: number): void {
    this.own.reconsider(mac, now)
    this.#touch(mac)
  }

  #touch(mac: string): void {
    this.chunks.touch(mac, this.table.has(mac))
  }

  /** `MAC NODE ADDRESS PORT|- IP…`; nothing where this host has it, or nobody whose claim counts. */
  #lineOf(mac: string): string | undefined {
    const best = this.own.isHere(mac) ? undefined : this.table.best(mac, this.#counts)
    const vtep = best && this.#vteps.get(best.node)
    const own = new Set([...this.#ownAddresses.values()].flat())
    const ips = best?.line.ips.filter((ip) => !own.has(ip)) ?? []
    return best && vtep && [mac, best.node, vtep.address, vtep.port ?? '-', ...ips].join(' ')
  }
}
