/** Follows the store: what its mirrors say goes into the view and the membership. */
import type { MirrorChange, MirrorEvent } from '../etcd/mirror-event.ts'
import type { Suspicion } from '../members/guard.ts'
import type { Membership } from '../members/membership.ts'
import type { Concerned, StoreView } from '../members/store-view.ts'

/** The prefixes that are followed. */
export type Followed = 'nodes' | 'roster'

/** Why the store is silent, and since when: ISO 8601, UTC, by this host's clock. */
export interface Silence {
  readonly reason: string
  readonly since: string
}

/** What an earlier run of this host had handed over last. */
export interface Remembered {
  readonly revision: number
  readonly wasFrozen: boolean
}

export class Follower {
  readonly #view: StoreView
  readonly #membership: Membership
  readonly #waiting = new Set<Followed>(['nodes', 'roster'])
  readonly #silent = new Map<Followed, Silence>()
  /** Those whose watch is open. */
  readonly #watched = new Set<Followed>()
  #remembered: Remembered | undefined
  /** Revision that each of them is up to date with. */
  readonly #revisions = { nodes: 0, roster: 0 }

  constructor(view: StoreView, membership: Membership) {
    this.#view = view
    this.#membership = membership
  }

  /** Whether the whole store was listed once in this run. */
  get hasListed(): boolean {
    return this.#waiting.size === 0
  }

  /** Why the store is not followed at present; undefined when it is. */
  get silence(): Silence | undefined {
    return [...this.#silent.values()][0]
  }

  /** Revision of the records that all of this is of; 0 before the first list. */
  get revision(): number {
    return this.hasListed ? this.#revisions.nodes : 0
  }

  /** Whether all of it is followed now. */
  get isFollowed(): boolean {
    return this.hasListed && this.#watched.size === 2
  }

  /** What an earlier run knew: a first list that is older than that is suspect, and so is one after removals were held. */
  remember(remembered: Remembered): void {
    this.#remembered = remembered
  }

  /** Takes in what a mirror says. */
  take(which: Followed, event: MirrorEvent): void {
    switch (event.kind) {
      case 'listed': {
        this.#waiting.delete(which)
        const isOfSameData = event.reason === 'compare' || event.reason === 'compacted'
        this.#revisions[which] = isOfSameData ? Math.max(this.#revisions[which], event.revision) : event.revision
        if (which === 'nodes') {
          this.#membership.suspect(this.#suspicionOf(event))
        }
        this.#apply(event.changes)
        if (which === 'nodes') {
          this.#membership.listed((node) => this.#view.has(node))
        }
        break
      }
      case 'changed':
        this.#revisions[which] = Math.max(this.#revisions[which], event.revision)
        this.#apply(event.changes)
        break
      case 'resumed':
        this.#watched.add(which)
        this.#silent.delete(which)
        if (this.isFollowed) {
          this.#membership.live()
        }
        break
      case 'silent':
        this.#watched.delete(which)
        this.#silent.set(which, { reason: event.error.message, since: new Date().toISOString() })
        this.#membership.silent()
        break
      case 'rewound':
      case 'foreign':
        // The list that follows brings what is to be done.
        break
      default:
        event satisfies never
    }
  }

  #suspicionOf({ reason, revision }: Extract<MirrorEvent, { kind: 'listed' }>): Suspicion | undefined {
    if (reason === 'rewound' || reason === 'foreign') {
      return reason
    }
    const { revision: known = 0, wasFrozen = false } = this.#remembered ?? {}
    return reason === 'start' && (revision < known || wasFrozen) ? 'rewound' : undefined
  }

  #apply(changes: readonly MirrorChange[]): void {
    for (const change of changes) {
      this.#concern(change.kind === 'put' ? this.#view.put(change.entry) : this.#view.delete(change.key))
    }
  }

  #concern(concerned: Concerned): void {
    if (concerned === 'nobody') {
      return
    }
    const nodes = concerned === 'all' ? [...this.#view.members.keys()] : [concerned.node]
    for (const node of nodes) {
      const member = this.#view.members.get(node)
      if (this.#view.rosterOf(node)?.evicted === true) {
        this.#membership.evicted(node)
      } else if (member !== undefined) {
        this.#membership.present(member)
      } else if (this.#view.unreadable.has(node)) {
        this.#membership.unreadable(node)
      } else {
        this.#membership.absent(node)
      }
    }
  }
}
