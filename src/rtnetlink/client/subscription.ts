/** What the kernel tells unasked: multicast groups as typed events, overruns among them. */
import { ClosedError, DecodeError } from '../errors.ts'
import { NLM_F_ACK, NLM_F_REQUEST, NLMSG_ERROR, NLMSG_NOOP } from '../messages/constants.ts'
import { decodeRouteMessage, type RouteMessage } from '../messages/index.ts'
import { openNetlinkSocket } from '../socket/netlink-socket.ts'
import type { Transport } from '../socket/transport.ts'
import { encodeMessage, forEachMessage, messageHeader } from '../wire/message.ts'
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
  /** Hands on what has already arrived, and resolves when that is done. A long queue is taken in slices. Must not be called by a listener. */
  drain(): Promise<void>
  /**
   * From now on passes over new permanent and static forwarding entries on these links (ifindexes), and on no others. Gives false
   * where that cannot be chosen, and all are told of.
   */
  passOverStatedEntriesOf(links: readonly number[]): boolean
  /**
   * Resolves when something asked on this very socket was answered, behind all that the kernel has told so far: what comes is heard.
   * Rejects with SystemCallError, or ClosedError.
   */
  ping(): Promise<void>
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
  const pings = new Pings(transport)
  transport.onOverrun(() => {
    // The answers may be among what was lost. That is heard, too.
    pings.answerAll()
    listener.onOverrun()
  })
  transport.onDatagram((datagram) => {
    const messages: RouteMessage[] = []
    try {
      forEachMessage(datagram, (header, start, end) => {
        if (header.type === NLMSG_ERROR) {
          pings.answer(header.sequence)
          return
        }
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
    ping: () => pings.send(),
    close() {
      transport.close()
      pings.rejectAll()
    },
  }
}

/** Messages that ask for nothing but an ack. */
class Pings {
  readonly #transport: Transport
  readonly #waiting = new Map<number, { readonly resolve: () => void; readonly reject: (error: Error) => void }>()
  #sequence = 0

  constructor(transport: Transport) {
    this.#transport = transport
  }

  send(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#sequence = (this.#sequence % 0xffff_ffff) + 1
      const sequence = this.#sequence
      this.#waiting.set(sequence, { resolve, reject })
      const header = { type: NLMSG_NOOP, flags: NLM_F_REQUEST | NLM_F_ACK, sequence }
      this.#transport.send(encodeMessage(header, () => {})).catch((error: Error) => {
        this.#waiting.delete(sequence)
        reject(error)
      })
    })
  }

  answer(sequence: number): void {
    this.#waiting.get(sequence)?.resolve()
    this.#waiting.delete(sequence)
  }

  answerAll(): void {
    for (const sequence of [...this.#waiting.keys()]) {
      this.answer(sequence)
    }
  }

  rejectAll(): void {
    for (const { reject } of this.#waiting.values()) {
      reject(new ClosedError('hear from the kernel'))
    }
    this.#waiting.clear()
  }
}
