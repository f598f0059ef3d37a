/**
 * What the fleet process is shown of the MAC addresses behind this host: the whole once, then what changes. One that a bridge learns is shown when
 * it has had it for a second: until then it may be a frame that goes round in a loop, or the last of a machine that has moved.
 */
import type { Writable } from 'node:stream'
import { constants, type Neighbour } from '../../rtnetlink/index.ts'
import type { FleetMacsShown } from '../answers/fleet.ts'
import { asksForMacs } from '../desired/remote-parts.ts'
import type { DesiredState } from '../desired/schema.ts'
import type { Change } from '../kernel/change.ts'
import { isBridgeEntry } from '../words/bridge-fdb-entry.ts'
import { isBehind, localMacs } from './local-macs.ts'
import { type KernelTables, linkNamed } from './missing.ts'

/** Milliseconds for which a bridge must have learned an address. */
const settledMs = 1_000
/** Milliseconds between two looks at the least, and by how much the time of a look is stretched: one in twenty is spent on it at most. */
const betweenMs = 200
const stretch = 20
/** Addresses of one link that are shown; more are left out. */
const mostOfLink = 65_536
/** Addresses of one message. */
const mostAtOnce = 2_000
/** So often something is said in any case, in milliseconds, so that a connection that is dead shows. */
const sayEveryMs = 15_000

/** What one link has: the text of each address by the address. */
interface Shown {
  readonly vni: number
  readonly lines: ReadonlyMap<string, string>
}

type AllShown = ReadonlyMap<string, Shown>

export class MacWatch {
  readonly #state: () => DesiredState | undefined
  readonly #tables: KernelTables
  readonly #now: () => number
  /** When each address was first seen where it is: by link, then by address. */
  readonly #seen = new Map<string, Map<string, number>>()
  /** Addresses that were elsewhere for a moment since the last look. */
  readonly #interrupted = new Set<string>()
  readonly #followers = new Set<(before: AllShown, now: AllShown) => void>()
  #shown: AllShown = new Map()
  #timer: NodeJS.Timeout | undefined
  #dueAt = Number.POSITIVE_INFINITY
  #spacingMs = betweenMs
  #lookedAt = Number.NEGATIVE_INFINITY

  /** @param state the state in force @param now milliseconds on a clock that only goes forward */
  constructor(state: () => DesiredState | undefined, tables: KernelTables, now = (): number => performance.now()) {
    this.#state = state
    this.#tables = tables
    this.#now = now
  }

  /** How many addresses are shown, by link. */
  get counts(): ReadonlyMap<string, number> {
    return new Map(Array.from(this.#shown, ([link, { lines }]) => [link, lines.size]))
  }

  /** Takes up a change of the kernel's tables. */
  noticeChange(change: Change): void {
    if (this.#followers.size === 0) {
      return
    }
    if (change.object === 'neighbour') {
      const { value, before } = change
      if (isBridgeEntry(value)) {
        this.#noticeEntry(value, change.verb === 'new')
        this.#lookSoon()
      } else if (value.family !== constants.AF_BRIDGE && isOtherNeighbour(value, before)) {
        this.#lookSoon()
      }
    } else if (change.object === 'link' || change.object === 'address' || change.object === 'bridgeLink') {
      this.#lookSoon()
    }
  }

  /** The state in force may be another one. */
  notice(): void {
    if (this.#followers.size > 0) {
      this.#lookSoon()
    }
  }

  /** Writes what is shown to `output`, and what changes, until that closes. A slow reader is shown the whole again. */
  stream(output: Writable): void {
    if (output.destroyed) {
      return
    }
    let isWaiting = false
    const write = (messages: Iterable<FleetMacsShown>): void => {
      for (const message of messages) {
        isWaiting = !output.write(`data: ${JSON.stringify(message)}\n\n`) || isWaiting
      }
      if (isWaiting) {
        output.once('drain', () => {
          isWaiting = false
          if (missed) {
            missed = false
            write(messagesOf(new Map(), this.#shown, true))
          }
        })
      }
    }
    let missed = false
    const tell = (before: AllShown, now: AllShown): void => {
      if (isWaiting) {
        missed = true
      } else {
        write(messagesOf(before, now, false))
      }
    }
    const timer = setInterval(() => {
      if (!isWaiting) {
        output.write(': still here\n\n')
      }
    }, sayEveryMs)
    output.once('close', () => {
      this.#followers.delete(tell)
      clearInterval(timer)
    })
    output.write('retry: 1000\n\n')
    this.#look()
    this.#followers.add(tell)
    write(messagesOf(new Map(), this.#shown, true))
  }

  close(): void {
    clearTimeout(this.#timer)
    this.#followers.clear()
  }

  /** An address that leaves this host and comes back is shown again, though it was away for less than the time between two looks. */
  #noticeEntry(entry: Neighbour, isThere: boolean): void {
    const { lladdr = '' } = entry.attributes
    if (!(isThere && isBehind(entry, this.#tables))) {
      for (const seen of this.#seen.values()) {
        if (seen.has(lladdr)) {
          this.#interrupted.add(lladdr)
        }
      }
    }
  }

  #lookSoon(delayMs = 0): void {
    const dueAt = Math.max(this.#now() + delayMs, this.#lookedAt + this.#spacingMs)
    if (dueAt >= this.#dueAt) {
      return
    }
    clearTimeout(this.#timer)
    this.#dueAt = dueAt
    this.#timer = setTimeout(() => this.#look(), dueAt - this.#now())
  }

  #look(): void {
    clearTimeout(this.#timer)
    this.#dueAt = Number.POSITIVE_INFINITY
    const begun = this.#now()
    const before = this.#shown
    let wait: number | undefined
    const now = new Map<string, Shown>()
    for (const [name, { id = 0, ...spec }] of Object.entries(this.#state()?.vxlans ?? {})) {
      const link = asksForMacs(spec) ? linkNamed(name, this.#tables) : undefined
      if (link !== undefined) {
        const seen = new Map<string, number>()
        const earlier = this.#seen.get(name)
        const lines = new Map<string, string>()
        for (const { mac, isOwn, isLearned, ips } of localMacs(link, this.#tables)) {
          const since = (this.#interrupted.has(mac) ? undefined : earlier?.get(mac)) ?? begun
          seen.set(mac, since)
          const left = isLearned ? since + settledMs - begun : 0
          if (left > 0) {
            wait = Math.min(wait ?? left, left)
          } else if (lines.size < mostOfLink) {
            lines.set(mac, [mac, isOwn ? 'own' : '-', ...ips].join(' '))
          }
        }
        this.#seen.set(name, seen)
        now.set(name, { vni: id, lines })
      }
    }
    for (const name of [...this.#seen.keys()].filter((each) => !now.has(each))) {
      this.#seen.delete(name)
    }
    this.#interrupted.clear()
    this.#shown = now
    this.#lookedAt = this.#now()
    this.#spacingMs = Math.max(betweenMs, stretch * (this.#lookedAt - begun))
    for (const tell of this.#followers) {
      tell(before, now)
    }
    if (wait !== undefined && this.#followers.size > 0) {
      this.#lookSoon(wait)
    }
  }
}

function isOtherNeighbour(value: Neighbour, before: Neighbour | undefined): boolean {
  return before === undefined || value.attributes.lladdr !== before.attributes.lladdr || value.state !== before.state
}

/** What to say after `before`, in pieces. `begins`: that was nothing, and is said so. */
function* messagesOf(before: AllShown, now: AllShown, begins: boolean): Generator<FleetMacsShown> {
  let isFirst = begins
  const pieces = [...new Set([...before.keys(), ...now.keys()])].flatMap((link) => [
    ...piecesOf(link, before.get(link), now.get(link)),
  ])
  if (pieces.length === 0 && begins) {
    yield { begins: true, isWhole: true, links: {} }
  }
  for (const [index, { link, ...piece }] of pieces.entries()) {
    yield {
      ...(isFirst && { begins: true as const }),
      isWhole: index === pieces.length - 1,
      links: { [link]: piece },
    }
    isFirst = false
  }
}

function* piecesOf(link: string, before: Shown | undefined, now: Shown | undefined) {
  const isSameVni = before?.vni === now?.vni
  const was = before?.lines ?? new Map<string, string>()
  const is = now?.lines ?? new Map<string, string>()
  if (before !== undefined && !isSameVni) {
    yield* inPieces(link, before.vni, [], [...was.keys()])
  }
  const vni = now?.vni ?? before?.vni ?? 0
  const added = [...is].flatMap(([mac, line]) => (isSameVni && was.get(mac) === line ? [] : [line]))
  const removed = isSameVni ? [...was.keys()].filter((mac) => !is.has(mac)) : []
  yield* inPieces(link, vni, added, removed)
}

function* inPieces(link: string, vni: number, added: readonly string[], removed: readonly string[]) {
  const most = Math.max(added.length, removed.length)
  for (let start = 0; start < most; start += mostAtOnce) {
    const [some, others] = [added, removed].map((all) => all.slice(start, start + mostAtOnce))
    yield { link, vni, added: some ?? [], removed: others ?? [] }
  }
}
