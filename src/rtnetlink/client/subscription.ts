/** What the kernel tells unasked: multicast groups as typed events, overruns among them. */
import { DecodeError } from '../errors.ts'
import { decodeRouteMessage, type RouteMessage } from '../messages/index.ts'
import { openNetlinkSocket } from '../socket/netlink-socket.ts'
import type { Transport } from '../socket/transport.ts'
import { forEachMessage, messageHeader } from '../wire/message.ts'
import type { UndecodableMessage } from './requests.ts'
import { withoutStatedEntriesOf } from './stated-entries-filter.ts'

/** What a subscription tells. */
export interface SubscriptionListener {
  /** One kernel object was made, changed or deleted. Events come in the kernel's order. */
  onMessage(message: RouteMessage): void
  /** The kernel had to drop events: what is known is out of date, and only a dump tells the truth. */
  onOverrun(): void
  /** A message that could not be read was passed over. */
  onUndecodable?(message: UndecodableMessage): void
}

/** Listening to the kernel. */
export interface Subscription {
  /** Hands on at once what has already arrived. Must not be called by a listener. */
  drain(): void
  /**
   * From now on passes over new permanent and static forwarding entries on these links (ifindexes), and on no others. Gives false
   * where that cannot be chosen, and all are told of.
   */
  passOverStatedEntriesOf(links: readonly number[]): boolean
  close(): void
}

/** So much may wait: 100,000 neighbour events take about 80 MB of kernel memory while unread, a burst of 40,000 fits this. */
const receiveBuffer = 32 * 1024 * 1024

/**
 * Joins multicast groups (RTNLGRP_*) in the calling thread's network namespace. Throws SystemCallError.
 * @param transport opens the socket; for tests
 */
export function subscribe(
  groups: readonly number[],
  listener: SubscriptionListener,
  transport: Transport = openNetlinkSocket({ groups, receiveBuffer }),
): Subscription {
  const passOver = (error: unknown, bytes: Buffer): void => {
    if (!(error instanceof DecodeError)) {
      throw error
    }
    listener.onUndecodable?.({ error, bytes: Buffer.from(bytes) })
  }
  transport.onOverrun(() => listener.onOverrun())
  transport.onDatagram((datagram) => {
    const messages: RouteMessage[] = []
    try {
      forEachMessage(datagram, (header, start, end) => {
        try {
          const message = decodeRouteMessage(header, datagram, start, end)
          if (message !== undefined) {
            messages.push(message)
          }
        } catch (error) {
          passOver(error, datagram.subarray(start - messageHeader.size, end))
        }
      })
    } catch (error) {
      passOver(error, datagram)
    }
    for (const message of messages) {
      listener.onMessage(message)
    }
  })
  return {
    drain: () => transport.drain(),
    passOverStatedEntriesOf: (links) =>
      transport.filter(links.length === 0 ? undefined : withoutStatedEntriesOf(links)),
    close: () => transport.close(),
  }
}
