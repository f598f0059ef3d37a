/** Routes as an HTTP server: who may ask, how much, and when it is their turn; answers written, errors told as JSON. */
import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import type { Writable } from 'node:stream'
import {
  type FastifyBaseLogger,
  type FastifyReply,
  type FastifyRequest,
  fastify,
  type RouteHandlerMethod,
} from 'fastify'
import type { Logger } from 'pino'
import { type BoundedServer, bodyOf, boundedServer, plainAnswer } from './bounded-server.ts'
import { Busy } from './busy.ts'
import {
  type Deadlines,
  deadlines as defaultDeadlines,
  longestBody,
  longestHead,
  streamLimits,
  turnLimits,
} from './limits.ts'
import { Pace } from './pace.ts'
import { Forbidden, type Peer } from './peer.ts'
import { Places } from './places.ts'
import { BodyRefused, refusalOf, statusOf } from './refusal.ts'
import { Turns } from './turns.ts'
import { type Api, checkedByZod, writtenAsJson } from './zod-routes.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Who asks. */
    readonly peer: Peer
  }
  interface FastifyReply {
    /**
     * Answers without an end: with what `open` writes, until the reader leaves. Gives what the handler is to return. Throws Busy when
     * the asker has too many of them.
     */
    stream(contentType: string, open: (output: Writable) => void): string | undefined
  }
}

/** How a server answers. */
export interface AppOptions {
  readonly log: Logger
  /** Who is at the other end of a connection. */
  readonly identify: (socket: Socket) => Peer
  readonly deadlines?: Deadlines
  /** Whether a request is to be refused for the host that it names; gives the reason. */
  readonly refusesHost?: (host: string | undefined) => string | undefined
}

/** A server with the routes that `addRoutes` adds; it does not listen yet. */
export function appOf(
  addRoutes: (api: Api) => void,
  { log, identify, deadlines = defaultDeadlines, refusesHost }: AppOptions,
): Api {
  let bounded: BoundedServer | undefined
  const app: Api = fastify({
    // A client that asks nothing and stays would otherwise keep the agent from stopping.
    forceCloseConnections: true,
    bodyLimit: longestBody,
    loggerInstance: log.child({ part: 'api' }, { level: 'warn' }) as FastifyBaseLogger,
    serverFactory(handler) {
      bounded = boundedServer(handler, { identify, deadlines })
      return bounded.server
    },
    clientErrorHandler: (error, socket) => hangUp(error, socket, deadlines),
  })
  app.setValidatorCompiler(checkedByZod)
  app.setSerializerCompiler(writtenAsJson)
  app.decorateRequest('peer', {
    getter(this: FastifyRequest): Peer {
      const { socket } = this.raw
      return bounded?.peerOf(socket) ?? identify(socket)
    },
  })
  app.addHook('onRequest', async (request, reply) => {
    const { raw } = request
    // A reader that takes nothing is hung up on by Node itself then. Not who asks for something to be done: that may take its time, and
    // says nothing until it is done.
    raw.socket.setTimeout(asksForWork(request) ? 0 : deadlines.idle)
    if (hasBody(raw)) {
      // Whatever of it is not read would be read as the next request.
      reply.header('connection', 'close')
    }
    const refusal = refusesHost?.(request.headers.host)
    if (refusal !== undefined) {
      throw new Forbidden(refusal)
    }
    refuseBody(request)
  })
  app.addHook('onSend', async ({ raw: { socket } }, { raw }) => {
    socket.setTimeout(deadlines.idle)
    const timer = setTimeout(() => raw.destroy(), deadlines.answer)
    raw.once('close', () => clearTimeout(timer))
  })
  app.addHook('preClose', async () => bounded?.close())

  const turns = new Turns(turnLimits)
  const pace = new Pace()
  /**
   * Works an answer out when it is the asker's turn; of one that has left meanwhile, nothing. Handlers give the answer, not `reply`:
   * that one resolves when the answer has been read, and would hold the turn until then.
   */
  const inTurn = (handler: RouteHandlerMethod): RouteHandlerMethod =>
    function (request, reply) {
      const { peer } = request
      const answer = (): Promise<unknown> =>
        turns.run(peer, async () => {
          if (request.raw.socket.destroyed) {
            reply.hijack()
            return undefined
          }
          bounded?.unsent.refuseMore(peer)
          return handler.call(this, request, reply)
        })
      // Who waits for the pause has no turn meanwhile, so that questions are answered.
      return request.method === 'POST' && !peer.isPrivileged ? pace.run(answer) : answer()
    }
  const known: string[] = []
  app.addHook('onRoute', (route) => {
    route.handler = inTurn(route.handler)
    if (route.method !== 'HEAD') {
      known.push(route.method === 'GET' ? route.url : `${route.method} ${route.url}`)
    }
  })

  const streams = new Places(streamLimits, {
    many: (count) => `${count} event streams`,
    remedy: 'close one, or ask with Accept: application/json',
  })
  app.decorateReply('stream', function (contentType: string, open: (output: Writable) => void): string | undefined {
    if (this.request.method === 'HEAD') {
      this.type(contentType)
      return ''
    }
    this.raw.once('close', streams.take(this.request.peer))
    stream(this, contentType, open)
    return undefined
  })

  addRoutes(app)
  app.setNotFoundHandler(async (request, reply) => {
    const asked = `${request.method} ${request.url.slice(0, 200)}`
    return reply.code(404).send({ error: `there is no ${asked} here; there is ${known.join(' ')}` })
  })
  app.setErrorHandler(async (error: Error, _request, reply) => {
    if (error instanceof Busy) {
      reply.headers(error.headers)
    }
    return reply.code(statusOf(error)).send(refusalOf(error))
  })
  return app
}

/** The methods by which something is asked to be done, with a body or without. */
function asksForWork({ method }: Pick<FastifyRequest, 'method'>): boolean {
  return method === 'POST' || method === 'PUT'
}

function hasBody(request: IncomingMessage): boolean {
  const { length, isChunked } = bodyOf(request)
  return length > 0 || isChunked
}

/** Before it takes memory: a body where there is to be none, or one longer than its sender may send. */
function refuseBody(request: FastifyRequest): void {
  const { raw, method, is404, routeOptions, peer } = request
  const { bodyLimit = longestBody } = routeOptions
  if (!hasBody(raw)) {
    return
  }
  const { length, isChunked } = bodyOf(raw)
  if (is404 || !asksForWork(request)) {
    throw new BodyRefused(400, `no ${method} request of this path has a body here`)
  }
  if (peer.isPrivileged || (method === 'PUT' && peer.isFleetProcess === true)) {
    // Their bodies are counted as they come.
    return
  }
  if (isChunked) {
    throw new BodyRefused(411, 'state how long the body is, with Content-Length')
  }
  if (length > longestBody) {
    throw bodyLimit > longestBody
      ? new Forbidden(
          `only root, or the user that the daemon runs as, may send more than ${longestBody} bytes; run it with sudo`,
        )
      : new BodyRefused(413, `a body may be ${longestBody} bytes long, not ${length}`)
  }
}

function stream(reply: FastifyReply, contentType: string, open: (output: Writable) => void): void {
  reply.hijack()
  const { raw } = reply
  raw.writeHead(200, { 'content-type': contentType, 'cache-control': 'no-store', 'x-accel-buffering': 'no' })
  raw.on('error', () => raw.destroy())
  open(raw)
}

/** What Node does not take for a request. Source: the codes of Node's parser and of its deadlines. */
function hangUp(error: Error & { readonly code?: string }, socket: Socket, deadlines: Deadlines): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) {
    return
  }
  const late = `the headers must come within ${deadlines.headers / 1000} s, the whole request within ${deadlines.request / 1000} s`
  const [status, sentence] =
    error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
      ? ([408, late] as const)
      : error.code === 'HPE_HEADER_OVERFLOW'
        ? ([431, `the request line and the headers may be ${longestHead} bytes long together`] as const)
        : ([400, 'that is not HTTP'] as const)
  if (socket.writable) {
    socket.write(plainAnswer(status, sentence))
  }
  socket.destroy()
}
