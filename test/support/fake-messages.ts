/** The bytes that the fake kernel speaks: requests read with the real tables, answers written with them. */

import { address } from '../../src/rtnetlink/messages/address.ts'
import { bridgeLink } from '../../src/rtnetlink/messages/bridge-link.ts'
import * as constants from '../../src/rtnetlink/messages/constants.ts'
import { decodeRouteMessage, type RouteMessage } from '../../src/rtnetlink/messages/index.ts'
import { link } from '../../src/rtnetlink/messages/link.ts'
import { mdb } from '../../src/rtnetlink/messages/mdb.ts'
import { neighbour } from '../../src/rtnetlink/messages/neighbour.ts'
import { nexthop } from '../../src/rtnetlink/messages/nexthop.ts'
import { route } from '../../src/rtnetlink/messages/route.ts'
import { trafficControl } from '../../src/rtnetlink/messages/traffic-control.ts'
import { tunnel } from '../../src/rtnetlink/messages/tunnel.ts'
import { attr, attributes } from '../../src/rtnetlink/wire/attributes.ts'
import { cstring, s32 } from '../../src/rtnetlink/wire/codec.ts'
import { encodeMessage, forEachMessage, type MessageHeader, messageHeader } from '../../src/rtnetlink/wire/message.ts'
import type { FakeRefusal } from './fake-refusal.ts'

const ackFlags = { capped: 0x100, hasAttributes: 0x200 } as const
const ackAttributes = attributes({ message: attr(1, 'NLMSGERR_ATTR_MSG', cstring) })

/** One request of a datagram. */
export interface FakeRequest {
  readonly header: MessageHeader
  /** Its object and values, whatever the verb. */
  readonly message: RouteMessage
}

const codecs = {
  link,
  bridgeLink,
  tunnel,
  address,
  neighbour,
  route,
  mdb,
  nexthop,
  qdisc: trafficControl,
  filter: trafficControl,
}

const numbers = {
  link: { new: constants.RTM_NEWLINK, delete: constants.RTM_DELLINK },
  bridgeLink: { new: constants.RTM_NEWLINK, delete: constants.RTM_DELLINK },
  tunnel: { new: constants.RTM_NEWTUNNEL, delete: constants.RTM_DELTUNNEL },
  address: { new: constants.RTM_NEWADDR, delete: constants.RTM_DELADDR },
  neighbour: { new: constants.RTM_NEWNEIGH, delete: constants.RTM_DELNEIGH },
  route: { new: constants.RTM_NEWROUTE, delete: constants.RTM_DELROUTE },
  mdb: { new: constants.RTM_NEWMDB, delete: constants.RTM_DELMDB },
  nexthop: { new: constants.RTM_NEWNEXTHOP, delete: constants.RTM_DELNEXTHOP },
  qdisc: { new: constants.RTM_NEWQDISC, delete: constants.RTM_DELQDISC },
  filter: { new: constants.RTM_NEWTFILTER, delete: constants.RTM_DELTFILTER },
} as const

/** RTM_GETx has the layout of RTM_NEWx, two below it. */
const newOfGet = new Map([
  [constants.RTM_GETLINK, constants.RTM_NEWLINK],
  [constants.RTM_GETADDR, constants.RTM_NEWADDR],
  [constants.RTM_GETNEIGH, constants.RTM_NEWNEIGH],
  [constants.RTM_GETROUTE, constants.RTM_NEWROUTE],
  [constants.RTM_GETTUNNEL, constants.RTM_NEWTUNNEL],
  [constants.RTM_GETMDB, constants.RTM_NEWMDB],
  [constants.RTM_GETNEXTHOP, constants.RTM_NEWNEXTHOP],
  [constants.RTM_GETQDISC, constants.RTM_NEWQDISC],
  [constants.RTM_GETTFILTER, constants.RTM_NEWTFILTER],
])

/** The requests of one datagram, in order. Throws on a type that the fake does not know. */
export function decodeRequests(datagram: Buffer): FakeRequest[] {
  const requests: FakeRequest[] = []
  forEachMessage(datagram, (header, start, end) => {
    const type = newOfGet.get(header.type) ?? header.type
    const message = decodeRouteMessage({ type }, datagram, start, end)
    if (message === undefined) {
      throw new Error(`the fake kernel knows no message type ${header.type}`)
    }
    requests.push({ header, message })
  })
  return requests
}

/** An object's message: a notification (sequence 0), or part of an answer. */
export function encodeObject({ object, verb, value }: RouteMessage, sequence = 0, flags = 0): Buffer {
  const encode = codecs[object].encode as (value: object, writer: Parameters<typeof link.encode>[1]) => void
  return encodeMessage({ type: numbers[object][verb], flags, sequence }, (writer) => encode(value, writer))
}

/** NLMSG_ERROR: success when there is no refusal. Capped, and with the kernel's words, as our sockets ask for. */
export function encodeAck({ header }: FakeRequest, refusal?: FakeRefusal): Buffer {
  const flags = ackFlags.capped | (refusal?.text === undefined ? 0 : ackFlags.hasAttributes)
  return encodeMessage({ type: constants.NLMSG_ERROR, flags, sequence: header.sequence }, (writer) => {
    s32.encode(refusal === undefined ? 0 : -refusal.errno, writer)
    messageHeader.encode(header, writer)
    ackAttributes.encode({ message: refusal?.text }, writer)
  })
}

/** NLMSG_DONE: the end of a dump. */
export function encodeDone({ header }: FakeRequest, flags: number): Buffer {
  return encodeMessage(
    { type: constants.NLMSG_DONE, flags: flags | constants.NLM_F_MULTI, sequence: header.sequence },
    (writer) => s32.encode(0, writer),
  )
}
