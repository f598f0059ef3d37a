/** Which message type carries which object. */
import type { MessageHeader } from '../wire/message.ts'
import { type Address, address } from './address.ts'
import * as constants from './constants.ts'
import { type Link, link } from './link.ts'
import { type Neighbour, neighbour } from './neighbour.ts'

/** A decoded message about one kernel object: it is there now (`new`: made or changed), or it is gone (`delete`). */
export type RouteMessage =
  | { readonly object: 'link'; readonly verb: 'new' | 'delete'; readonly value: Link }
  | { readonly object: 'address'; readonly verb: 'new' | 'delete'; readonly value: Address }
  | { readonly object: 'neighbour'; readonly verb: 'new' | 'delete'; readonly value: Neighbour }

const objects = [
  { object: 'link', codec: link, added: constants.RTM_NEWLINK, deleted: constants.RTM_DELLINK },
  { object: 'address', codec: address, added: constants.RTM_NEWADDR, deleted: constants.RTM_DELADDR },
  { object: 'neighbour', codec: neighbour, added: constants.RTM_NEWNEIGH, deleted: constants.RTM_DELNEIGH },
] as const

const byType = new Map<number, (bytes: Buffer, start: number, end: number) => RouteMessage>(
  objects.flatMap(({ object, codec, added, deleted }) => {
    const read = (verb: 'new' | 'delete') => (bytes: Buffer, start: number, end: number) =>
      ({ object, verb, value: codec.decode(bytes, start, end) }) as RouteMessage
    return [
      [added, read('new')],
      [deleted, read('delete')],
    ] as const
  }),
)

/** The object that a message describes; undefined for types that this library does not know. Throws DecodeError. */
export function decodeRouteMessage(
  header: Pick<MessageHeader, 'type'>,
  bytes: Buffer,
  start: number,
  end: number,
): RouteMessage | undefined {
  return byType.get(header.type)?.(bytes, start, end)
}
