/** Keeps Observed true: dumps, then events; dumps again when events were lost. */
import { release } from 'node:os'
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
import { isAtLeast } from '../model/kernel-release.ts'
import { emptyObserved, fdbKey, type Observed } from '../model/observed.ts'
import { type LinkNames, NoSuchLink } from '../model/word.ts'
import { fold } from './fold.ts'

const groups = [
  constants.RTNLGRP_LINK,
  constants.RTNLGRP_NEIGH,
  constants.RTNLGRP_IPV4_IFADDR,
  constants.RTNLGRP_IPV6_IFADDR,
  // The kernel refuses to let a group be joined that it does not know.
  ...(isAtLeast(release(), 5, 18) ? [constants.RTNLGRP_TUNNEL] : []),
]

/** Up to so many links are looked up one by one. */
const fewNames = 32

/** What an observer tells. */
export interface ObserverListener {
  /** A message was taken in. `before` is what was known of its object until then. */
  onChange(message: RouteMessage, before: RouteMessage['value'] | undefined): void
  /** Everything was dumped anew; `before` is what was known until then. */
  onResync?(before: Observed): void
  /** Events were lost; only `resync` makes Observed true again. */
  onOverrun(): void
  onUndecodable: NonNullable<SubscriptionListener['onUndecodable']>
}

/** The tables of the kernel, followed. */
export class Observer {
  readonly #client: RtnetlinkClient
  readonly #listener: ObserverListener
  readonly #subscription: Subscription
  #observed = emptyObserved()
  /** Made when asked for, dropped when a link changes. */
  #indexByName: Map<string | undefined, number> | undefined
  /** Messages that came while a dump was under way: they may be newer than it. */
  #meanwhile: RouteMessage[] | undefined
  /** For each refresh under way, the ifindexes of links of which events came since it began. */
  readonly #refreshes = new Set<Set<number>>()
  #events = 0
  /** Links with bulk additions under way, for whose entries no events come. */
  readonly #bulks = new Set<number>()
  /** Keys of forwarding entries that went while such additions were under way, by link. */
  readonly #goneMeanwhile = new Map<number, Set<string>>()
  /** Links whose tables are to be dumped with the next resync, since entries of others may have gone unnoticed. */
  readonly #doubtful = new Set<number>()

  /** Starts listening; nothing is known before the first `resync`. Throws SystemCallError. */
  constructor(client: RtnetlinkClient, listener: ObserverListener, open: typeof subscribe = subscribe) {
    this.#client = client
    this.#listener = listener
    this.#subscription = open(groups, {
      onMessage: (message) => this.#take(message),
      onOverrun: () => listener.onOverrun(),
      onUndecodable: listener.onUndecodable,
    })
  }

  get observed(): Observed {
    return this.#observed
  }

  /** Messages heard so far. */
  get events(): number {
    return this.#events
  }

  /** The links' names and ifindexes, always as last heard. */
  readonly names: LinkNames = {
    nameOf: (index) => this.#observed.links.get(index)?.attributes.ifname,
    indexOf: (name) => {
      this.#indexByName ??= new Map(
        Array.from(this.#observed.links.values(), (link) => [link.attributes.ifname, link.index]),
      )
      const index = this.#indexByName.get(name)
      if (index === undefined) {
        throw new NoSuchLink(name)
      }
      return index
    },
  }

  /**
   * Dumps everything, of the forwarding entries only with `fdb`: their dump grows with the square of their number.
   * Rejects as the client does; what was known stays then.
   */
  async resync({ fdb: withFdb }: { readonly fdb: boolean }): Promise<void> {
    // The kernel tells of a loss ahead of all that is queued, and drops whatever comes until the queue is empty. A dump is newer
    // than what was lost only from then on. Source: netlink_overrun() and netlink_rcv_wake(), net/netlink/af_netlink.c.
    this.drain()
    this.#meanwhile = []
    const doubtful = [...this.#doubtful]
    try {
      const fresh = emptyObserved()
      const client = this.#client
      const dumps = await Promise.all([
        client.listLinks().then((values) => messagesOf('link', values)),
        client.listBridgeLinks().then((values) => messagesOf('bridgeLink', values)),
        client.listVnis().then((values) => messagesOf('tunnel', values)),
        client.listAddresses().then((values) => messagesOf('address', values)),
        client.listNeighbours().then((values) => messagesOf('neighbour', values)),
        ...(withFdb ? [undefined] : doubtful).map((index) =>
          client.listFdb(index === undefined ? {} : { index }).then((values) => messagesOf('neighbour', values)),
        ),
      ])
      for (const messages of dumps) {
        for (const message of messages) {
          fold(fresh, message)
        }
      }
      for (const index of doubtful) {
        this.#doubtful.delete(index)
      }
      const known = withFdb ? [] : [...this.#observed.fdb].filter(([index]) => !doubtful.includes(index))
      const before = this.#observed
      const fdb = new Map([...known, ...fresh.fdb])
      const leftBehind = new Map(
        [...before.leftBehind].map(([index, keys]) => [
          index,
          new Set([...keys].filter((key) => fdb.get(index)?.has(key) === true)),
        ]),
      )
      this.#observed = { ...fresh, fdb, leftBehind }
      // The last message about an object tells how it is now, so replaying them all in order ends in the truth.
      for (const message of this.#meanwhile) {
        fold(this.#observed, message)
      }
      this.#indexByName = undefined
      this.#listener.onResync?.(before)
    } finally {
      this.#meanwhile = undefined
    }
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
    this.drain()
    if (!this.#subscription.passOverStatedEntriesOf([...this.#bulks, index])) {
      await work()
      return
    }
    this.#bulks.add(index)
    this.#doubtful.add(index)
    try {
      const added = await work()
      const gone = this.#goneMeanwhile.get(index)
      const table = this.#observed.fdb.get(index) ?? new Map<string, Neighbour>()
      for (const [key, entry] of added) {
        if (gone?.has(key) !== true) {
          table.set(key, entry)
        }
      }
      this.#observed.fdb.set(index, table)
    } finally {
      this.#bulks.delete(index)
      this.#subscription.passOverStatedEntriesOf([...this.#bulks])
      this.#goneMeanwhile.delete(index)
    }
  }

  /**
   * Looks up links again. Events would do, were it not that the kernel tells of no change to a link that is down
   * (netdev_state_change(), net/core/dev.c). Addresses are taken from the events that came until now.
   */
  async refresh(names: readonly string[]): Promise<void> {
    this.drain()
    const heard = new Set<number>()
    this.#refreshes.add(heard)
    try {
      // One dump for many: as many single answers at once may be more than the socket's buffer holds.
      const answers =
        names.length > fewNames
          ? await this.#client.listLinks()
          : await Promise.all(names.map((name) => this.#lookUp(name)))
      this.drain()
      for (const link of answers) {
        // A link of which an event came meanwhile may have changed, or gone, after the answer was given.
        if (link !== undefined && !heard.has(link.index)) {
          this.#fold({ object: 'link', verb: 'new', value: link })
        }
      }
    } finally {
      this.#refreshes.delete(heard)
    }
  }

  /** Looks up the addresses of a link again: of some changes to an IPv6 address, such as while it is tentative, the kernel tells nothing. */
  async refreshAddresses(index: number): Promise<void> {
    this.drain()
    for (const value of await this.#client.listAddresses({ index })) {
      this.#fold({ object: 'address', verb: 'new', value })
    }
  }

  /** Looks up the VLANs of all bridges and ports again: of some changes the kernel tells in a group of VLANs only. */
  async refreshBridgeLinks(): Promise<void> {
    this.drain()
    for (const value of await this.#client.listBridgeLinks()) {
      this.#fold({ object: 'bridgeLink', verb: 'new', value })
    }
  }

  /** Takes in what has arrived and not been read yet. */
  drain(): void {
    this.#subscription.drain()
  }

  /** Resolves when the listening socket was seen to bring what the kernel says. Rejects as a subscription's `ping` does. */
  ping(): Promise<void> {
    return this.#subscription.ping()
  }

  close(): void {
    this.#subscription.close()
  }

  #fold(message: RouteMessage): RouteMessage['value'] | undefined {
    if (message.object === 'link') {
      this.#indexByName = undefined
    }
    return fold(this.#observed, message)
  }

  #noteGone(entry: Neighbour): void {
    const gone = this.#goneMeanwhile.get(entry.ifindex) ?? new Set()
    this.#goneMeanwhile.set(entry.ifindex, gone.add(fdbKey(entry)))
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
    this.#meanwhile?.push(message)
    if (message.object === 'link') {
      for (const heard of this.#refreshes) {
        heard.add(message.value.index)
      }
    }
    if (message.object === 'neighbour' && message.verb === 'delete' && this.#bulks.has(message.value.ifindex)) {
      this.#noteGone(message.value)
    }
    this.#listener.onChange(message, this.#fold(message))
  }
}

/** Values of a dump as the messages that would tell of them. */
function* messagesOf<O extends RouteMessage['object']>(
  object: O,
  values: readonly Extract<RouteMessage, { object: O }>['value'][],
): Generator<RouteMessage> {
  for (const value of values) {
    yield { object, verb: 'new', value } as RouteMessage
  }
}
