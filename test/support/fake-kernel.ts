/**
 * A Linux at the `Transport` seam: requests come in as bytes, are carried out on a network namespace, and are answered in bytes.
 * Other programs act through {@link FakeKernel.others}; whatever can go wrong on the way is injected by {@link FakeKernel.meddle}.
 */
import {
  type Address,
  constants,
  type Link,
  type Neighbour,
  type Route,
  type RouteMessage,
  type Transport,
  type VxlanAttributes,
} from '../../src/rtnetlink/index.ts'
import { decodeRequests, encodeAck, encodeDone, encodeObject, type FakeRequest } from './fake-messages.ts'
import { FakeNamespace } from './fake-namespace.ts'
import { type Errno, FakeRefusal } from './fake-refusal.ts'
import { FakeSocket } from './fake-socket.ts'
import { vxlanRemote } from './fake-vxlan.ts'
import { OtherPrograms } from './other-programs.ts'

const { NLM_F_ACK, NLM_F_CREATE, NLM_F_DUMP, NLM_F_DUMP_INTR, NLM_F_EXCL, NLM_F_MULTI } = constants

/** So many messages share a datagram of a dump. */
const dumpBatch = 3

/** What happens to one request instead of its being carried out and answered. */
export type Fault =
  /** It is not carried out. */
  | { readonly kind: 'refuse'; readonly code: Errno; readonly text?: string }
  /** It is carried out, and the answer is lost. */
  | { readonly kind: 'loseAnswer' }
  /** It is not carried out, and success is answered. */
  | { readonly kind: 'ignore' }
  /** A dump is marked as inconsistent. Other requests go on undisturbed. */
  | { readonly kind: 'interruptDump' }
  /** It is carried out; what the kernel tells of it is lost, and so is what it tells until that is noticed. */
  | { readonly kind: 'overrun' }
  /** It is carried out, and just before or after it something else happens. */
  | { readonly kind: 'before' | 'after'; readonly act: () => void }

/** A request as those see it who meddle with it. */
export interface SeenRequest {
  /** Counted from 1 over the kernel's life. */
  readonly number: number
  /** RTM_*. */
  readonly type: number
  readonly isDump: boolean
  readonly message: RouteMessage
}

/** How it behaves. */
export interface FakeKernelOptions {
  /** How many turns of the event loop notifications are behind the answers, unless they are drained. */
  readonly eventLagTurns?: number
  /** Attributes of a vxlan that it is too old to know: passed over in silence, and never shown. */
  readonly knowsNot?: readonly (keyof VxlanAttributes)[]
  /** As before Linux 6.13, a forwarding entry that is added or deleted through netlink is reported twice. */
  readonly reportsTwice?: boolean
}

export class FakeKernel {
  /** What programs that are not ours do. */
  readonly others: OtherPrograms
  /** Asked about each request before it is carried out. */
  meddle: (request: SeenRequest) => Fault | undefined = () => undefined
  /** Requests so far. */
  requests = 0
  /** Dumps so far, by RTM_GET*. */
  readonly dumps: number[] = []
  /** How many of these were of forwarding entries. */
  fdbDumps = 0
  readonly namespace: FakeNamespace
  readonly #eventLagTurns: number
  readonly #sockets = new Set<FakeSocket>()
  readonly #subscribers = new Map<FakeSocket, ReadonlySet<number>>()

  constructor({ eventLagTurns = 1, knowsNot = [], reportsTwice = false }: FakeKernelOptions = {}) {
    this.#eventLagTurns = eventLagTurns
    this.namespace = new FakeNamespace((message) => this.#tell(message), { knowsNot, reportsTwice })
    this.others = new OtherPrograms(this.namespace)
  }

  /** A socket to ask with. */
  open(): Transport {
    const socket: FakeSocket = new FakeSocket((datagram) => this.#receive(datagram, socket), 0)
    this.#sockets.add(socket)
    return socket
  }

  /** A socket that has joined multicast groups (RTNLGRP_*). */
  openSubscription(groups: readonly number[]): Transport {
    const socket = new FakeSocket(() => {}, this.#eventLagTurns)
    this.#sockets.add(socket)
    this.#subscribers.set(socket, new Set(groups))
    return socket
  }

  /** The subscriptions' buffers are full: notifications from now on are lost, until what waits is read. */
  overrun(): void {
    for (const socket of this.#subscribers.keys()) {
      socket.overrun()
    }
  }

  /** A write to /proc/sys/net. Throws FakeRefusal when there is no link of that name. */
  writeSysctl(link: string, setting: string, value: number): void {
    const found = this.namespace.find({ name: link })
    found.sysctls.set(setting, value)
    this.namespace.showsSysctls = true
    if (setting === 'ipv4.promote_secondaries') {
      found.promotesSecondaries = value === 1
    }
  }

  /** What /proc/net/igmp and igmp6 say, if all that is up joins the remote that it has. */
  memberships(): Map<string, Set<string>> {
    const groups = new Map<string, Set<string>>()
    for (const { isUp, vxlan } of this.namespace.links) {
      const dev = this.namespace.links.find(({ index }) => index === vxlan.link)?.name
      const remote = vxlanRemote(vxlan)
      if (isUp && dev !== undefined && remote !== undefined) {
        groups.set(dev, (groups.get(dev) ?? new Set()).add(remote))
      }
    }
    return groups
  }

  /** The process that had these sockets is gone: they are neither read nor answered any more. */
  forgetSockets(): void {
    for (const socket of this.#sockets) {
      socket.close()
    }
    this.#sockets.clear()
    this.#subscribers.clear()
  }

  /** Whether every socket is read and every request answered. */
  get isIdle(): boolean {
    return [...this.#sockets].every((socket) => socket.isIdle)
  }

  #receive(datagram: Buffer, socket: FakeSocket): void {
    for (const request of decodeRequests(datagram)) {
      this.requests += 1
      const { type, flags } = request.header
      const isDump = (flags & NLM_F_DUMP) === NLM_F_DUMP && type % 4 === 2
      if (isDump) {
        this.dumps.push(type)
        const { object, value } = request.message
        this.fdbDumps += object === 'neighbour' && value.family === constants.AF_BRIDGE ? 1 : 0
      }
      const fault = this.meddle({ number: this.requests, type, isDump, message: request.message })
      if (!this.#sockets.has(socket)) {
        return
      }
      this.#carryOut(request, isDump, fault, socket)
    }
  }

  #carryOut(request: FakeRequest, isDump: boolean, fault: Fault | undefined, socket: FakeSocket): void {
    const answers: Buffer[] = []
    try {
      if (fault?.kind === 'before') {
        fault.act()
      }
      if (fault?.kind === 'refuse') {
        throw new FakeRefusal(fault.code, fault.text)
      }
      if (fault?.kind === 'overrun') {
        this.overrun()
      }
      if (isDump) {
        answers.push(...this.#dump(request, fault?.kind === 'interruptDump'))
      } else if (fault?.kind !== 'ignore') {
        answers.push(...this.#perform(request).map((object) => encodeObject(object, request.header.sequence)))
      }
      if (!isDump && request.header.flags & NLM_F_ACK) {
        answers.push(encodeAck(request))
      }
    } catch (error) {
      if (!(error instanceof FakeRefusal)) {
        throw error
      }
      answers.push(encodeAck(request, error))
    }
    if (fault?.kind !== 'loseAnswer') {
      for (const answer of answers) {
        socket.put(answer)
      }
    }
    if (fault?.kind === 'after') {
      fault.act()
    }
  }

  #dump(request: FakeRequest, isInterrupted: boolean): Buffer[] {
    const flags = NLM_F_MULTI | (isInterrupted ? NLM_F_DUMP_INTR : 0)
    const { object, value } = request.message
    const isForProxies = object === 'neighbour' && (value.flags & constants.NTF_PROXY) !== 0
    const family = 'family' in value ? value.family : constants.AF_UNSPEC
    const objects = isForProxies ? [] : this.namespace.list(object, family)
    const parts = objects.map((object) => encodeObject(object, request.header.sequence, flags))
    const datagrams: Buffer[] = []
    for (let at = 0; at < parts.length; at += dumpBatch) {
      datagrams.push(Buffer.concat(parts.slice(at, at + dumpBatch)))
    }
    return [...datagrams, encodeDone(request, flags)]
  }

  /** Gives what is answered besides the ack. */
  #perform({ header, message }: FakeRequest): RouteMessage[] {
    const { namespace } = this
    switch (header.type) {
      case constants.RTM_GETLINK: {
        const link = namespace.find(selectorOf(message))
        return [{ object: 'link', verb: 'new', value: namespace.show(link) }]
      }
      case constants.RTM_NEWLINK:
        this.#newLink(message, header.flags)
        return []
      case constants.RTM_DELLINK:
        this.#deleteLink(message)
        return []
      case constants.RTM_NEWADDR:
      case constants.RTM_DELADDR: {
        const { index, prefixlen, attributes } = addressOf(message)
        const link = namespace.find({ index })
        const text = `${attributes.local ?? attributes.address}/${prefixlen}`
        if (header.type === constants.RTM_NEWADDR) {
          namespace.addAddress(link, text, attributes.proto)
        } else {
          namespace.deleteAddress(link, text)
        }
        return []
      }
      case constants.RTM_NEWNEIGH:
      case constants.RTM_DELNEIGH: {
        const request = neighbourOf(message)
        const link = namespace.find({ index: request.ifindex })
        if (header.type === constants.RTM_NEWNEIGH) {
          namespace.addNeighbour(link, request, header.flags)
        } else {
          namespace.removeNeighbour(link, request)
        }
        return []
      }
      case constants.RTM_NEWROUTE: {
        const value = routeOf(message)
        namespace.find({ index: value.attributes.oif }).routes.push(value)
        return []
      }
      default:
        throw new FakeRefusal('EOPNOTSUPP', `the fake kernel does not do ${header.type}`)
    }
  }

  #newLink(message: RouteMessage, flags: number): void {
    const value = linkOf(message)
    const { index, name } = selectorOf(message)
    const present = this.namespace.links.find((link) => (index ? link.index === index : link.name === name))
    if (present === undefined && flags & NLM_F_CREATE) {
      this.namespace.create(value)
    } else if (present !== undefined && flags & NLM_F_EXCL) {
      throw new FakeRefusal('EEXIST', undefined)
    } else {
      this.namespace.change(this.namespace.find({ index, name }), value)
    }
  }

  #deleteLink(message: RouteMessage): void {
    const { index, name } = selectorOf(message)
    const { group } = linkOf(message).attributes
    if (!index && name === undefined && group !== undefined) {
      this.namespace.deleteGroup(group)
    } else {
      this.namespace.delete(this.namespace.find({ index, name }))
    }
  }

  #tell(message: RouteMessage): void {
    const group = groupOf(message)
    for (const [socket, groups] of this.#subscribers) {
      if (groups.has(group)) {
        socket.put(encodeObject(message))
      }
    }
  }
}

function linkOf(message: RouteMessage): Link {
  if (message.object !== 'link') {
    throw new Error(`expected a message about a link, got one about a ${message.object}`)
  }
  return message.value
}

function addressOf(message: RouteMessage): Address {
  if (message.object !== 'address') {
    throw new Error(`expected a message about an address, got one about a ${message.object}`)
  }
  return message.value
}

function neighbourOf(message: RouteMessage): Neighbour {
  if (message.object !== 'neighbour') {
    throw new Error(`expected a message about a neighbour, got one about a ${message.object}`)
  }
  return message.value
}

function routeOf(message: RouteMessage): Route {
  if (message.object !== 'route') {
    throw new Error(`expected a message about a route, got one about a ${message.object}`)
  }
  return message.value
}

function selectorOf(message: RouteMessage): { readonly index: number; readonly name: string | undefined } {
  const { index, attributes } = linkOf(message)
  return { index, name: attributes.ifname }
}

function groupOf(message: RouteMessage): number {
  switch (message.object) {
    case 'link':
      return constants.RTNLGRP_LINK
    case 'bridgeLink':
      return constants.RTNLGRP_LINK
    case 'neighbour':
      return constants.RTNLGRP_NEIGH
    case 'tunnel':
      return constants.RTNLGRP_TUNNEL
    default:
      return message.value.family === constants.AF_INET6 ? constants.RTNLGRP_IPV6_IFADDR : constants.RTNLGRP_IPV4_IFADDR
  }
}
