/** What the API grants: to one user, and to all users together. docs/reference/api.md states these numbers. */

const KiB = 1024
const MiB = 1024 * KiB

/** Places of one kind: connections, or streams of events. */
export interface PlaceLimits {
  /** For one user; on a TCP port for one address. */
  readonly perPeer: number
  /** For all users without privileges together, on one listener. */
  readonly inAll: number
  /** For root and the daemon's user together, who need none of the other places. */
  readonly privileged: number
}

/**
 * Connections. Those of root and of the daemon's user are not counted: each ends in bounded time, and to keep root out is never better
 * than to serve it.
 */
export const connectionLimits: PlaceLimits = { perPeer: 32, inAll: 192, privileged: Number.POSITIVE_INFINITY }

/** Streams of events, the only answers without an end. */
export const streamLimits: PlaceLimits = { perPeer: 16, inAll: 64, privileged: 64 }

/** Requests that one connection may send ahead of their answers. They are answered one after another. */
export const mostPipelined = 8

/** Milliseconds for which the place of a connection that sent more than that stays taken. */
export const floodPenaltyMs = 10_000

/** Requests of users without privileges that are worked on at the same time. More wait for their turn. */
export const turnLimits = { perPeer: 2, inAll: 4 } as const

/** Bytes of answers that users without privileges have not taken yet. Beyond, new requests are refused. */
export const unsentLimits = { perPeer: 16 * MiB, inAll: 64 * MiB } as const

/** Bytes of the request line and all headers together. */
export const longestHead = 16 * KiB
/** Headers of one request. */
export const mostHeaders = 100
/** Bytes of a body: most requests have none worth mentioning. */
export const longestBody = 1 * KiB
/** Bytes of a body with a desired state, some 500,000 forwarding entries. Only root and the daemon's user may send one. */
export const longestState = 64 * MiB

/** Bytes of a body with what the fleet process hands over, some 250,000 remotes. Only that, root and the daemon's user may send one. */
export const longestHandover = 32 * MiB

/** How long a client may take, in milliseconds. */
export interface Deadlines {
  /** For the headers, from the connection or the request's first byte. */
  readonly headers: number
  /** For the whole request. */
  readonly request: number
  /** Without any progress, after which a reader is disconnected. */
  readonly idle: number
  /** For an answer to be taken, from its first byte. Streams of events have no such end. */
  readonly answer: number
  /** That a connection is kept after an answer, without another request. */
  readonly keepAlive: number
  /** How often the deadlines of requests are looked at. */
  readonly lookEvery: number
}

export const deadlines: Deadlines = {
  headers: 10_000,
  request: 60_000,
  idle: 60_000,
  answer: 120_000,
  keepAlive: 5_000,
  lookEvery: 1_000,
}

/** Seconds after which it is worth asking again, as told with 429 and 503. */
export const retryAfterSeconds = 5
