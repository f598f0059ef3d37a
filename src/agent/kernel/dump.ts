/** What is dumped for the tables: each value as the message that would tell of it. */
import type { RouteMessage, RtnetlinkClient } from '../../rtnetlink/index.ts'

/** Which forwarding entries are dumped: all, or those of some links (ifindexes). */
export type FdbDump = 'all' | readonly number[]

/** Asks for everything side by side. Rejects as the client does. */
export function dumpTables(client: RtnetlinkClient, fdb: FdbDump): Promise<Iterable<RouteMessage>[]> {
  const fdbDumps = fdb === 'all' ? [client.listFdb()] : fdb.map((index) => client.listFdb({ index }))
  return Promise.all([
    client.listLinks().then((values) => messagesOf('link', values)),
    client.listBridgeLinks().then((values) => messagesOf('bridgeLink', values)),
    client.listVnis().then((values) => messagesOf('tunnel', values)),
    client.listAddresses().then((values) => messagesOf('address', values)),
    client.listNeighbours().then((values) => messagesOf('neighbour', values)),
    ...fdbDumps.map((dump) => dump.then((values) => messagesOf('neighbour', values))),
  ])
}

function* messagesOf<O extends RouteMessage['object']>(
  object: O,
  values: readonly Extract<RouteMessage, { object: O }>['value'][],
): Generator<RouteMessage> {
  for (const value of values) {
    yield { object, verb: 'new', value } as RouteMessage
  }
}
