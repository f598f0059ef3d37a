/** Routes as an HTTP server: requests checked, answers written, errors told as JSON. */

import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { type FastifyBaseLogger, type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from 'fastify'
import type { Logger } from 'pino'
import * as z from 'zod'
import { InvalidDesiredState, type Issue } from '../../desired/issue.ts'
import { AmbiguousQuestion } from '../../insight/explain/departure-point.ts'
import { NotNow } from '../../trial/not-now.ts'
import { type BoundedServer, bodyOf, boundedServer, plainAnswer } from './bounded-server.ts'
import { Busy } from './busy.ts'
import {
  type Deadlines,
  deadlines as defaultDeadlines,
  longestBody,
  longestHead,
  longestState,
  streamLimits,
  turnLimits,
} from './limits.ts'
import { Pace } from './pace.ts'
import { Forbidden, type Peer } from './peer.ts'
import { Places } from './places.ts'
import { Content, type GetRoute, type PostRoute, type Routes, Stream, WithStatus } from './route.ts'
import { Turns } from './turns.ts'

/** The answer to what is not done. */
export interface Refusal {
  readonly error: string
  /** What is wrong with the desired state, with status 422. */
  readonly issues?: readonly Issue[]
}

/** A request whose body is not read. */
class BodyRefused extends Error {
  override readonly name = 'BodyRefused'

  constructor(
    readonly status: 400 | 411 | 413,
    message: string,
  ) {
    super(message)
  }
}

/** What a server may be asked, and how. */
export interface AppOptions {
  readonly log: Logger
  /** Who is at the other end of a connection. */
  readonly identify: (socket: Socket) => Peer
  readonly deadlines?: Deadlines
  /** Whether a request is to be refused for the host that it names; gives the reason. */
  readonly refusesHost?: (host: string | undefined) => string | undefined
}

/** A server that answers these routes; it does not listen yet. */
export function appOf(
  { get, post }: Routes,
  { log, identify, deadlines = defaultDeadlines, refusesHost }: AppOptions,
): FastifyInstance {
  let bounded: BoundedServer | undefined
  const app = fastify({
    // A client that asks nothing and stays would otherwise keep the agent from stopping.
    forceCloseConnections: true,
    loggerInstance: log.child({ part: 'api' }, { level: 'warn' }) as FastifyBaseLogger,
    serverFactory(handler) {
      bounded = boundedServer(handler, { identify, deadlines })
      return bounded.server
    },
    clientErrorHandler: (error, socket) => hangUp(error, socket, deadlines),
  })
  const peerOf = ({ raw }: FastifyRequest): Peer => bounded?.peerOf(raw.socket) ?? identify(raw.socket)
  const turns = new Turns(turnLimits)
  const pace = new Pace()
  const streams = new Places(streamLimits, {
    many: (count) => `${count} event streams`,
    remedy: 'close one, or ask with Accept: application/json',
  })
  app.addHook('onRequest', async (request, reply) => {
    const { raw } = request
    // A reader that takes nothing is hung up on by Node itself then. Not who asks for something to be done: that may take its time, and
    // says nothing until it is done.
    raw.socket.setTimeout(request.method === 'POST' ? 0 : deadlines.idle)
    if (hasBody(raw)) {
      // Whatever of it is not read would be read as the next request.
      reply.header('connection', 'close')
    }
    const refusal = refusesHost?.(request.headers.host)
    if (refusal !== undefined) {
      throw new Forbidden(refusal)
    }
    refuseBody(raw, request.is404 ? undefined : post[request.routeOptions.url ?? ''], peerOf(request))
  })
  app.addHook('onSend', async ({ raw: { socket } }, { raw }) => {
    socket.setTimeout(deadlines.idle)
    const timer = setTimeout(() => raw.destroy(), deadlines.answer)
    raw.once('close', () => clearTimeout(timer))
  })
  app.addHook('preClose', async () => bounded?.close())

  /** Works an answer out when it is the asker's turn; of one that has left meanwhile, nothing. */
  const inTurn = (request: FastifyRequest, work: () => unknown): Promise<unknown> => {
    const peer = peerOf(request)
    return turns.run(peer, async () => {
      if (request.raw.socket.destroyed) {
        return undefined
      }
      bounded?.unsent.refuseMore(peer)
      return ready(await work())
    })
  }
  for (const [url, route] of Object.entries(get)) {
    app.get(url, async (request, reply) => {
      const answer = await inTurn(request, () => {
        const query = readQuery(route, request.query)
        return route.answer({ query, headers: request.headers })
      })
      const isHead = request.method === 'HEAD'
      if (answer instanceof Stream && !isHead) {
        reply.raw.once('close', streams.take(peerOf(request)))
      }
      return send(reply, answer, isHead)
    })
  }
  for (const [url, route] of Object.entries(post)) {
    const bodyLimit = route.takesState ? longestState : longestBody
    app.post(url, { bodyLimit }, async (request, reply) => {
      const { isPrivileged: mayDecide } = peerOf(request)
      const answer = (): Promise<unknown> => inTurn(request, () => route.answer({ body: request.body, mayDecide }))
      // Who waits for the pause has no turn meanwhile, so that questions are answered.
      return send(reply, await (mayDecide ? answer() : pace.run(answer)), false)
    })
  }
  const known = [...Object.keys(get), ...Object.keys(post).map((url) => `POST ${url}`)].join(' ')
  app.setNotFoundHandler(async (request, reply) => {
    const asked = `${request.method} ${request.url.slice(0, 200)}`
    return reply.code(404).send({ error: `there is no ${asked} here; there is ${known}` })
  })
  app.setErrorHandler(async (error: Error & { statusCode?: number }, _request, reply) => {
    if (error instanceof Busy) {
      reply.headers(error.headers)
    }
    return reply.code(error.statusCode ?? statusOf(error)).send(refusal(error))
  })
  return app
}

function hasBody(request: IncomingMessage): boolean {
  const { length, isChunked } = bodyOf(request)
  return length > 0 || isChunked
}

/** Before it takes memory: a body where there is to be none, or one longer than its sender may send. */
function refuseBody(request: IncomingMessage, route: PostRoute | undefined, { isPrivileged }: Peer): void {
  if (!hasBody(request)) {
    return
  }
  const { length, isChunked } = bodyOf(request)
  if (route === undefined) {
    throw new BodyRefused(400, `no ${request.method} request of this path has a body here`)
  }
  if (isPrivileged) {
    // Their bodies are counted as they come.
    return
  }
  if (isChunked) {
    throw new BodyRefused(411, 'state how long the body is, with Content-Length')
  }
  if (length > longestBody) {
    throw route.takesState
      ? new Forbidden(
          `only root, or the user that the daemon runs as, may send more than ${longestBody} bytes; run it with sudo`,
        )
      : new BodyRefused(413, `a body may be ${longestBody} bytes long, not ${length}`)
  }
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

function readQuery({ query }: GetRoute, given: unknown): unknown {
  return query?.parse(given)
}

/** The answer as it is sent, so that its making is part of the asker's turn. */
function ready(answer: unknown): unknown {
  if (answer instanceof Stream || answer instanceof Content) {
    return answer
  }
  const { status, value } = answer instanceof WithStatus ? answer : new WithStatus(200, answer)
  return new JsonText(status, Buffer.from(JSON.stringify(value)))
}

class JsonText {
  constructor(
    readonly status: number,
    readonly text: Buffer,
  ) {}
}

function send(reply: FastifyReply, answer: unknown, isHead: boolean): unknown {
  if (answer instanceof Stream) {
    if (isHead) {
      return reply.type(answer.contentType).send('')
    }
    reply.hijack()
    const { raw } = reply
    raw.writeHead(200, { 'content-type': answer.contentType, 'cache-control': 'no-store', 'x-accel-buffering': 'no' })
    raw.on('error', () => raw.destroy())
    answer.open(raw)
    return reply
  }
  if (answer instanceof Content) {
    const { contentType, body, headers } = answer
    return reply.type(contentType).headers(headers).send(body)
  }
  if (answer instanceof JsonText) {
    return reply.code(answer.status).type('application/json; charset=utf-8').send(answer.text)
  }
  // Who asked has left.
  return reply.hijack()
}

const statuses: readonly (readonly [kind: abstract new (...args: never[]) => Error, status: number])[] = [
  [Forbidden, 403],
  [NotNow, 409],
  [InvalidDesiredState, 422],
  [z.ZodError, 400],
  [AmbiguousQuestion, 400],
]

function statusOf(error: Error): number {
  if (error instanceof Busy || error instanceof BodyRefused) {
    return error.status
  }
  return statuses.find(([kind]) => error instanceof kind)?.[1] ?? 500
}

function refusal(error: Error): Refusal {
  if (error instanceof InvalidDesiredState) {
    return { error: 'the desired state is invalid', issues: error.issues }
  }
  return { error: error instanceof z.ZodError ? z.prettifyError(error) : error.message }
}
