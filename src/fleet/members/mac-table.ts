/**
 * The MAC addresses that other hosts have behind them in one VNI, as the store has them, and whose claim to each counts: the greatest sequence
 * number's, of equal ones that of the lower id. Every host comes to the same answer. What a host writes is taken up at once, and so is what it
 * writes no longer; the lines of a key that is gone stay, as the host itself does. No I/O.
 */
import type { MacLine } from '../records/mac-record.ts'

/** A line, and whose it is. */
export interface MacClaim {
  readonly node: string
  readonly line: MacLine
}

interface Chunk {
  readonly lines: readonly MacLine[]
  /** Since when its key is gone from the store: milliseconds during which that was followed. */
  readonly goneSince?: number
}

/** Name of a chunk that is in no store. */
const remembered = 'remembered'

/** Lines of one host in one VNI that count. */
export const mostMacsOfNode = 65_536

export class MacTable {
  /** By host, then by chunk. */
  readonly #chunks = new Map<string, Map<string, Chunk>>()
  readonly #counts = new Map<string, number>()
  readonly #claims = new Map<string, readonly MacClaim[]>()
  /** Hosts that say more than may count. */
  readonly tooMany = new Set<string>()

  /** MAC addresses that somebody claims. */
  get size(): number {
    return this.#claims.size
  }

  /** Whether anybody claims it, whether or not that counts. */
  has(mac: string): boolean {
    return this.#claims.has(mac)
  }

  /** Hosts that say something. */
  get nodes(): Iterable<string> {
    return this.#chunks.keys()
  }

  countOf(node: string): number {
    return this.#counts.get(node) ?? 0
  }

  /** MAC addresses that a host claims. */
  *macsOf(node: string): Generator<string> {
    for (const { lines } of this.#chunks.get(node)?.values() ?? []) {
      for (const { mac } of lines) {
        yield mac
      }
    }
  }

  /** The claim that counts among those of hosts that count. */
  best(mac: string, counts: (node: string) => boolean): MacClaim | undefined {
    let best: MacClaim | undefined
    for (const claim of this.#claims.get(mac) ?? []) {
      if (counts(claim.node) && (best === undefined || beats(claim, best))) {
        best = claim
      }
    }
    return best
  }

  /** A chunk of a host has these lines now. Gives the MAC addresses of which something has changed. */
  put(node: string, chunk: string, given: readonly MacLine[]): Set<string> {
    const ofNode = this.#chunks.get(node) ?? new Map<string, Chunk>()
    const before = ofNode.get(chunk)?.lines ?? []
    const others = this.countOf(node) - before.length
    const lines = given.slice(0, Math.max(0, mostMacsOfNode - others))
    if (lines.length < given.length) {
      this.tooMany.add(node)
    } else if (others + lines.length < mostMacsOfNode) {
      this.tooMany.delete(node)
    }
    ofNode.set(chunk, { lines })
    this.#chunks.set(node, ofNode)
    this.#counts.set(node, others + lines.length)
    const changed = new Set<string>()
    const known = new Map(before.map((line) => [line.mac, line]))
    for (const line of lines) {
      const earlier = known.get(line.mac)
      if (earlier === undefined || !isSameLine(earlier, line)) {
        changed.add(line.mac)
      }
      this.#claim(node, line)
    }
    const now = new Set(lines.map(({ mac }) => mac))
    for (const line of before) {
      if (!now.has(line.mac) && this.#unclaim(node, line)) {
        changed.add(line.mac)
      }
    }
    return changed
  }

  /** The key of a chunk is gone from the store: its lines stay for now. */
  gone(node: string, chunk: string, since: number): void {
    const known = this.#chunks.get(node)?.get(chunk)
    if (known !== undefined && known.goneSince === undefined) {
      this.#chunks.get(node)?.set(chunk, { ...known, goneSince: since })
    }
  }

  /** What an earlier run handed over for a host: it counts until the host says something else, or for the grace. */
  remember(node: string, lines: readonly MacLine[], since: number): void {
    const unsaid = lines.filter(({ mac }) => this.#claims.get(mac)?.some((claim) => claim.node === node) !== true)
    this.put(node, remembered, unsaid)
    this.gone(node, remembered, since)
  }

  /** When the first chunk went whose lines are still here. */
  get goneSince(): number | undefined {
    let first: number | undefined
    for (const chunks of this.#chunks.values()) {
      for (const { goneSince } of chunks.values()) {
        first = goneSince === undefined || (first !== undefined && first < goneSince) ? first : goneSince
      }
    }
    return first
  }

  /** Drops the lines of chunks that went before `since`. Gives the MAC addresses concerned. */
  expire(since: number): Set<string> {
    const changed = new Set<string>()
    for (const [node, chunks] of [...this.#chunks]) {
      for (const [chunk, { goneSince = Number.POSITIVE_INFINITY }] of [...chunks]) {
        if (goneSince <= since) {
          for (const mac of this.#drop(node, chunk)) {
            changed.add(mac)
          }
        }
      }
    }
    return changed
  }

  #drop(node: string, chunk: string): Set<string> {
    const changed = this.put(node, chunk, [])
    const ofNode = this.#chunks.get(node)
    ofNode?.delete(chunk)
    if (ofNode?.size === 0) {
      this.#chunks.delete(node)
      this.#counts.delete(node)
      this.tooMany.delete(node)
    }
    return changed
  }

  #claim(node: string, line: MacLine): void {
    const others = this.#claims.get(line.mac)?.filter((claim) => claim.node !== node) ?? []
    this.#claims.set(line.mac, others.length === 0 ? [{ node, line }] : [...others, { node, line }])
  }

  /** False if the host has said something else of it meanwhile: a line may have moved to another chunk. */
  #unclaim(node: string, line: MacLine): boolean {
    const claims = this.#claims.get(line.mac) ?? []
    const left = claims.filter((claim) => claim.node !== node || claim.line !== line)
    if (left.length === 0) {
      this.#claims.delete(line.mac)
    } else {
      this.#claims.set(line.mac, left)
    }
    return left.length < claims.length
  }
}

/** Whether one claim counts rather than another. Source: RFC 7432, section 15. */
export function beats(one: MacClaim, other: MacClaim): boolean {
  const difference = one.line.sequence - other.line.sequence
  return difference === 0 ? one.node < other.node : difference > 0
}

function isSameLine(one: MacLine, other: MacLine): boolean {
  return one.sequence === other.sequence && one.ips.join() === other.ips.join()
}
