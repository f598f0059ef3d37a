/** An HTTP server that no peer can fill up: who may connect, how long a request may take, and how much of it is read. */
import { createServer, type IncomingMessage, type RequestListener, type Server, STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import { Busy } from './busy.ts'
import { inOrder } from './in-order.ts'
import {
  connectionLimits,
  type Deadlines,
  floodPenaltyMs,
  longestHead,
  mostHeaders,
  mostPipelined,
  unsentLimits,
} from './limits.ts'
import type { Peer } from './peer.ts'
import { Places } from './places.ts'
import { Unsent } from './unsent.ts'

/** How long a refused connection may take to ask and to read why, in milliseconds, and how many may at the same time. */
const refusalWithinMs = 2_000
const mostRefusals = 64
/** Bytes of a request that is refused anyway. */
const mostOfRefused = 64 * 1024

export interface BoundedServer {
  readonly server: Server
  readonly unsent: Unsent
  /** The peer that made the connection. */
  peerOf(socket: Socket): Peer
  /** Hangs up on those who are being refused; the server closes all others itself. */
  close(): void
}

/** Who connects, and how long they may take. */
export interface BoundedServerOptions {
  readonly identify: (socket: Socket) => Peer
  readonly deadlines: Deadlines
}

/** The server; it does not listen yet. */
export function boundedServer(listener: RequestListener, { identify, deadlines }: BoundedServerOptions): BoundedServer {
  const server = createServer(
    {
      maxHeaderSize: longestHead,
      headersTimeout: deadlines.headers,
      requestTimeout: deadlines.request,
      keepAliveTimeout: deadlines.keepAlive,
      connectionsCheckingInterval: deadlines.lookEvery,
    },
    inOrder(listener, mostPipelined, (socket) => flooding.add(socket)),
  )
  server.maxHeadersCount = mostHeaders
  const places = new Places(connectionLimits, {
    many: (count) => `${count} open connections`,
    remedy: 'close some, or ask as root',
  })
  const unsent = new Unsent(unsentLimits)
  const peers = new WeakMap<Socket, Peer>()
  const refused = new Set<Socket>()
  const flooding = new WeakSet<Socket>()
  /** The place of one that was closed for a flood of requests stays taken for a while: to read those cost more than to send them. */
  const leave = (socket: Socket, giveBack: () => void): void => {
    if (flooding.has(socket)) {
      setTimeout(giveBack, floodPenaltyMs).unref()
    } else {
      giveBack()
    }
  }

  // Between the accepted connection and Node's own listener, which gives it a parser.
  const [serve] = server.listeners('connection') as ((this: Server, socket: Socket) => void)[]
  server.removeAllListeners('connection')
  server.on('connection', (socket: Socket) => {
    const peer = identify(socket)
    peers.set(socket, peer)
    try {
      const giveBack = places.take(peer)
      socket.once('close', () => leave(socket, giveBack))
    } catch (error) {
      if (!(error instanceof Busy)) {
        throw error
      }
      refuse(socket, error, refused)
      return
    }
    unsent.watch(socket, peer)
    serve?.call(server, socket)
  })

  return {
    server,
    unsent,
    peerOf: (socket) => peers.get(socket) ?? identify(socket),
    close() {
      for (const socket of refused) {
        socket.destroy()
      }
    },
  }
}

/** Says why, once the request has come: a client that is still writing when it is hung up on does not see the answer. */
function refuse(socket: Socket, error: Busy, refused: Set<Socket>): void {
  if (refused.size >= mostRefusals) {
    socket.destroy()
    return
  }
  refused.add(socket)
  const timer = setTimeout(() => socket.destroy(), refusalWithinMs)
  let read = 0
  socket.on('error', () => socket.destroy())
  socket.once('close', () => {
    clearTimeout(timer)
    refused.delete(socket)
  })
  socket.once('data', () => socket.end(plainAnswer(error.status, error.message, error.headers)))
  socket.on('data', ({ length }: Buffer) => {
    read += length
    if (read > mostOfRefused) {
      socket.destroy()
    }
  })
  socket.once('end', () => socket.end())
}

/** An answer, where there is no request that Node could answer. */
export function plainAnswer(status: number, error: string, headers: Readonly<Record<string, string>> = {}): string {
  const body = `${JSON.stringify({ error })}\n`
  const lines = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'content-type: application/json; charset=utf-8',
    `content-length: ${Buffer.byteLength(body)}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    'connection: close',
  ]
  return `${lines.join('\r\n')}\r\n\r\n${body}`
}

/** What a request says of its body, before any of it is read. */
export function bodyOf({ headers }: IncomingMessage): { readonly length: number; readonly isChunked: boolean } {
  return {
    length: Number(headers['content-length'] ?? 0),
    isChunked: headers['transfer-encoding'] !== undefined,
  }
}
