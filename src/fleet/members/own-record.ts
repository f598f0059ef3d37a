/**
 * What this host publishes of itself: its VTEPs as the kernel has them. A VTEP that the kernel lacks for a while (the agent starts, a link is
 * being replaced) stays published for the grace: a needless copy of a frame costs less than a member that is missing.
 */
import type { FleetLink } from '../../agent/answers/fleet.ts'
import { familyOf } from '../../agent/facts/ip-text.ts'
import type { NodeRecord, PublishedVtep } from '../records/node-record.ts'

/** Who this host is. */
export interface Identity {
  readonly id: string
  readonly instance: string
  readonly boot: string
  /** Version of vxagent. */
  readonly agent: string
}

/** A VTEP that is published. */
interface Seen {
  readonly vtep: PublishedVtep
  /** When the kernel was last seen to have it, in milliseconds, and whether it has it now. */
  readonly seenAt: number
  readonly isThere: boolean
}

/** How a record is made. */
export interface RecordOptions {
  readonly identity: Identity
  /** Addresses under which others reach this host, one for each family. */
  readonly advertise: readonly string[]
  /** Milliseconds for which a VTEP that the kernel lacks stays published. */
  readonly graceMs: number
  /** Kinds of question that it answers. */
  readonly answers?: readonly string[]
}

export class OwnRecord {
  readonly #options: RecordOptions
  /** By link: what is published, and when the kernel was last seen to have it. */
  readonly #vteps = new Map<string, Seen>()

  constructor(options: RecordOptions) {
    this.#options = options
  }

  /** Takes up what an earlier run of this host had published. */
  remember({ vteps }: Pick<NodeRecord, 'vteps'>, now: number): void {
    for (const vtep of vteps) {
      this.#vteps.set(vtep.link, { vtep, seenAt: now, isThere: false })
    }
  }

  /** The record, by the links of the host that say `fleet`. `now`: milliseconds on the monotonic clock. */
  update(links: readonly FleetLink[], now: number): NodeRecord {
    const { identity, graceMs, answers = [] } = this.#options
    const published = new Map(this.#vteps)
    this.#vteps.clear()
    for (const link of links) {
      const before = published.get(link.name)
      const isSame = before !== undefined && before.vtep.vni === link.vni
      const vtep = this.#vtepOf(link)
      // At first only what has converged: until then the kernel may have something else than the file says.
      if (vtep !== undefined && (link.state === 'converged' || isSame)) {
        this.#vteps.set(link.name, { vtep, seenAt: now, isThere: true })
      } else if (isSame && now - before.seenAt < graceMs) {
        this.#vteps.set(link.name, { ...before, isThere: false })
      }
    }
    const vteps = Array.from(this.#vteps.values(), ({ vtep }) => vtep)
    return { v: 1, ...identity, ...(answers.length > 0 && { answers: [...answers] }), vteps }
  }

  /** Milliseconds until a VTEP that the kernel lacks is withdrawn; undefined when there is none. */
  withdrawalInMs(now: number): number | undefined {
    const waiting = [...this.#vteps.values()].filter(({ isThere }) => !isThere)
    return waiting.length === 0
      ? undefined
      : Math.max(0, Math.min(...waiting.map(({ seenAt }) => seenAt)) + this.#options.graceMs - now)
  }

  #vtepOf({ name, vni, vtep }: FleetLink): PublishedVtep | undefined {
    if (vtep === undefined) {
      return undefined
    }
    const { address, dstport, mtu, underlayMtu, mac, group, addresses } = vtep
    const advertise = this.#options.advertise.find((each) => familyOf(each) === familyOf(address))
    return {
      ...{ vni, link: name, local: address, dstport, mtu, mac },
      ...(advertise !== undefined && advertise !== address && { advertise }),
      ...(underlayMtu !== undefined && { underlayMtu }),
      flags: (['learning', 'gbp', 'gpe'] as const).filter((flag) => vtep[flag]),
      ...(group !== undefined && { group: true }),
      addresses: addresses.slice(0, 64),
    }
  }
}
