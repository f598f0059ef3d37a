/** Keeps Observed true: dumps, then events; dumps again when events were lost. */
import {
  constants,
  KernelError,
  type Link,
  type Neighbour,
  type RouteMessage,
  type RtnetlinkClient,
  type Subscription,
  type SubscriptionListener,
  subscribe,
} from '../../rtnetlink/index.ts'
import { type KernelRelease, tellsOfTunnels } from '../host/kernel-release.ts'
import { forEachInSlices } from '../host/slices.ts'
import { BulkAdditions } from './bulk-additions.ts'
import type { Change } from './change.ts'
import { dumpTables } from './dump.ts'
import { fold } from './fold.ts'
import { stillLeftBehind } from './left-behind.ts'
import type { LinkNames } from './link-names.ts'
import { Meanwhile } from './meanwhile.ts'
import { emptyObserved, fdbOwner, type Observed } from './observed.ts'
import { ObservedNames } from './observed-names.ts'
import { isSecondReport } from './second-report.ts'

const groups = [
  constants.RTNLGRP_LINK,
  constants.RTNLGRP_NEIGH,
  constants.RTNLGRP_IPV4_IFADDR,
  constants.RTNLGRP_IPV6_IFADDR,
]

/** Up to so many links are looked up one by one. */
const fewNames = 32

/** What an observer tells, to those who want to hear it. */
export interface ObserverListener {
  /** A message was taken in. */
  onChange?(change: Change): void
  /** Everything was dumped anew; `before` is what was known until then. The resync is over when this is. */
  onResync?(before: Observed): Promise<void>
  /** Events were lost; only `resync` makes Observed true again. */
  onOverrun?(): void
  onUndecodable?: SubscriptionListener['onUndecodable']
}

/** The tables of the kernel, followed. */
export class Observer {
  readonly #client: RtnetlinkClient
  readonly #release: KernelRelease
  readonly #open: typeof subscribe
  #listener: ObserverListener = {}
  #subscription: Subscription | undefined
  #observed = emptyObserved()
  readonly #names = new ObservedNames(() => this.#observed.links)
  readonly #meanwhile = new Meanwhile()
  readonly #bulks = new BulkAdditions()
  #events = 0

  /** @param release of the running kernel */
  constructor(client: RtnetlinkClient, release: KernelRelease, open: typeof subscribe = subscribe) {
    this.#client = client
    this.#release = release
    this.#open = open
  }

  /**
   * Starts listening, which comes before the first `resync`; nothing is known before that. Apart from the constructor, so that all who are
   * told are there by then. Throws SystemCallError.
   */
  follow(listener: ObserverListener = {}): void {
    if (this.#subscription !== undefined) {
      throw new Error('the kernel is being followed already')
    }
    this.#listener = listener
    const { onUndecodable } = listener
    // The kernel refuses to let a group be joined that it does not know.
    const known = tellsOfTunnels(this.#release) ? [...groups, constants.RTNLGRP_TUNNEL] : groups
    this.#subscription = this.#open(known, {
      onMessage: (message) => this.#take(message),
      onOverrun: () => listener.onOverrun?.(),
      ...(onUndecodable !== undefined && { onUndecodable }),
    })
  }

  get #followed(): Subscription {
    if (this.#subscription === undefined) {
      throw new Error('the kernel is not being followed')
    }
    return this.#subscription
  }

  get observed(): Observed {
    return this.#observed
  }

  /** Messages heard so far. */
  get events(): number {
    return this.#events
  }

  /** The links' names and ifindexes, always as last heard. */
  get names(): LinkNames {
    return this.#names
  }

  /**
   * Dumps everything, of the forwarding entries only with `fdb`: their dump grows with the square of their number.
   * Rejects as the client does; what was known stays then.
   */
  async resync({ fdb: withFdb }: { readonly fdb: boolean }): Promise<void> {
    // The kernel tells of a loss ahead of all that is queued, and drops whatever comes until the queue is empty. A dump is newer
    // than what was lost only from then on. Source: netlink_overrun() and netlink_rcv_wake(), net/netlink/af_netlink.c.
    await this.drain()
    const before = await this.#meanwhile.during((came) => this.#dump(withFdb, came))
    await this.#listener.onResync?.(before)
  }

  async #dump(withFdb: boolean, came: readonly RouteMessage[]): Promise<Observed> {
    const { doubtful } = this.#bulks
    const dumps = await dumpTables(this.#client, withFdb ? 'all' : doubtful)
    const before = await this.#replace(dumps, came, (owner) => withFdb || doubtful.includes(owner))
    this.#bulks.settle(doubtful)
    return before
  }

  /**
   * Puts what was dumped in place of what was known, and gives the latter. The new tables are filled in slices, and nobody sees them
   * before they are whole; what comes meanwhile is taken into the old ones, and into the new ones at the end.
   * @param came what has come since the dumps began
   * @param isFdbDumped whether the forwarding entries of this owner (ifindex) were dumped
   */
  async #replace(
    dumps: readonly Iterable<RouteMessage>[],
    came: readonly RouteMessage[],
    isFdbDumped: (owner: number) => boolean,
  ): Promise<Observed> {
    const fresh = emptyObserved()
    for (const messages of dumps) {
      await forEachInSlices(messages, (message) => fold(fresh, message))
    }
    // The last message about an object tells how it is now, so replaying them all in order ends in the truth. More may come while this
    // pauses; the last slice ends without a pause, so none is left out.
    await forEachInSlices(came, (message) => {
      const isKnown = isFdbEntry(message) && !isFdbDumped(fdbOwner(message.value))
      if (!isKnown && !isSecondReport(message, fresh.links)) {
        fold(fresh, message)
      }
    })
    const before = this.#observed
    // Tables that were not dumped go on as they are: all that came has been taken into them.
    const fdb = new Map([...before.fdb].filter(([owner]) => !isFdbDumped(owner)))
    for (const [owner, table] of fresh.fdb) {
      // A dump of a port's entries has those of its bridge that lead to the port, too: a part of the bridge's table, not the whole.
      const known = fdb.get(owner)
      fdb.set(owner, known === undefined ? table : new Map([...known, ...table]))
    }
    this.#observed = { ...fresh, fdb, leftBehind: stillLeftBehind(before.leftBehind, fdb) }
    this.#names.forget()
    return before
  }

  /**
   * Runs `work`, which adds many stated forwarding entries to a link and gives those that it added, by their keys: what is added
   * and acknowledged is taken for there, without an event for each, which would take longer than the additions. What others add
   * meanwhile is found by a dump of the table with the next resync.
   */
  async withoutEvents(
    index: number,
    work: () => Promise<Iterable<readonly [key: string, entry: Neighbour]>>,
  ): Promise<void> {
    await this.drain()
    if (!this.#followed.passOverStatedEntriesOf([...this.#bulks.links, index])) {
      await work()
      return
    }
    this.#bulks.begin(index)
    try {
      const added = await work()
      const table = this.#observed.fdb.get(index) ?? new Map<string, Neighbour>()
      this.#observed.fdb.set(index, table)
      // What goes between two slices is noted, and not put back.
      await forEachInSlices(added, ([key, entry]) => {
        if (!this.#bulks.hasGone(index, key)) {
          table.set(key, entry)
        }
      })
    } finally {
      this.#bulks.end(index)
      this.#followed.passOverStatedEntriesOf(this.#bulks.links)
    }
  }

  /**
   * Looks up links again. Events would do, were it not that the kernel tells of no change to a link that is down
   * (netdev_state_change(), net/core/dev.c). Addresses are taken from the events that came until now.
   */
  async refresh(names: readonly string[]): Promise<void> {
    await this.drain()
    await this.#meanwhile.during(async (came) => {
      // One dump for many: as many single answers at once may be more than the socket's buffer holds.
      const answers =
        names.length > fewNames
          ? await this.#client.listLinks()
          : await Promise.all(names.map((name) => this.#lookUp(name)))
      await this.drain()
      const heard = new Set(came.filter(isLink).map(({ value }) => value.index))
      for (const link of answers) {
        // A link of which an event came meanwhile may have changed, or gone, after the answer was given.
        if (link !== undefined && !heard.has(link.index)) {
          this.#fold({ object: 'link', verb: 'new', value: link })
        }
      }
    }, isLink)
  }

  /** Looks up the addresses of a link again: of some changes to an IPv6 address, such as while it is tentative, the kernel tells nothing. */
  async refreshAddresses(index: number): Promise<void> {
    await this.drain()
    for (const value of await this.#client.listAddresses({ index })) {
      this.#fold({ object: 'address', verb: 'new', value })
    }
  }

  /** Looks up the VLANs of all bridges and ports again: of some changes the kernel tells in a group of VLANs only. */
  async refreshBridgeLinks(): Promise<void> {
    await this.drain()
    for (const value of await this.#client.listBridgeLinks()) {
      this.#fold({ object: 'bridgeLink', verb: 'new', value })
    }
  }

  /**
   * Looks up the VNIs of all filtering vxlans again: several kernels from 5.19 to 6.5 do not report a VNI that is added without a group.
   * Source: vxlan_vni_add(), drivers/net/vxlan/vxlan_vnifilter.c.
   */
  async refreshVnis(): Promise<void> {
    await this.drain()
    for (const value of await this.#client.listVnis()) {
      this.#fold({ object: 'tunnel', verb: 'new', value })
    }
  }

  /** Takes in what has arrived and not been read yet. */
  drain(): Promise<void> {
    return this.#followed.drain()
  }

  /** Resolves when the listening socket was seen to bring what the kernel says. Rejects as a subscription's `ping` does. */
  ping(): Promise<void> {
    return this.#followed.ping()
  }

  close(): void {
    this.#subscription?.close()
  }

  #fold(message: RouteMessage): Change {
    if (message.object === 'link') {
      this.#names.forget()
    }
    return fold(this.#observed, message)
  }

  async #lookUp(name: string): Promise<Link | undefined> {
    try {
      return await this.#client.getLink({ name })
    } catch (error) {
      if (error instanceof KernelError && error.code === 'ENODEV') {
        return undefined
      }
      throw error
    }
  }

  #take(message: RouteMessage): void {
    this.#events += 1
    this.#meanwhile.note(message)
    if (isSecondReport(message, this.#observed.links)) {
      return
    }
    if (message.object === 'neighbour' && message.verb === 'delete') {
      this.#bulks.noteGone(message.value)
    }
    const change = this.#fold(message)
    this.#listener.onChange?.(change)
  }
}

function isLink(message: RouteMessage): message is Extract<RouteMessage, { object: 'link' }> {
  return message.object === 'link'
}

function isFdbEntry(message: RouteMessage): message is Extract<RouteMessage, { object: 'neighbour' }> {
  return message.object === 'neighbour' && message.value.family === constants.AF_BRIDGE
}
