/** Follows the store: what its mirrors say goes into the view and the membership. */
import type { MirrorChange, MirrorEvent } from '../etcd/mirror-event.ts'
import type { Membership } from '../members/membership.ts'
import type { Concerned, StoreView } from '../members/store-view.ts'

/** The prefixes that are followed. */
export type Followed = 'nodes' | 'roster'

/** Why the store is silent, and since when: ISO 8601, UTC, by this host's clock. */
export interface Silence {
  readonly reason: string
  readonly since: string
}

export class Follower {
  readonly #view: StoreView
  readonly #membership: Membership
  readonly #waiting = new Set<Followed>(['nodes', 'roster'])
  readonly #silent = new Map<Followed, Silence>()
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

  /** Takes in what a mirror says. */
  take(which: Followed, event: MirrorEvent): void {
    switch (event.kind) {
      case 'listed': {
        this.#waiting.delete(which)
        this.#revisions[which] = event.revision
        this.#apply(event.changes)
        const { reason } = event
        const suspicion = reason === 'rewound' || reason === 'foreign' ? reason : undefined
        if (which === 'nodes') {
          this.#membership.listed((node) => this.#view.has(node), suspicion)
        }
        this.#answered(which)
        break
      }
      case 'changed':
        this.#revisions[which] = event.revision
        this.#apply(event.changes)
        break
      case 'resumed':
        this.#answered(which)
        break
      case 'silent':
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

  #answered(which: Followed): void {
    this.#silent.delete(which)
    if (this.hasListed && this.#silent.size === 0) {
      this.#membership.live()
    }
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
