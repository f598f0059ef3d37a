/** Routes as an HTTP server: requests checked, answers written, errors told as JSON. */
import { Readable } from 'node:stream'
import { type FastifyBaseLogger, type FastifyInstance, type FastifyReply, fastify } from 'fastify'
import type { Logger } from 'pino'
import * as z from 'zod'
import { InvalidDesiredState, type Issue } from '../desired/issue.ts'
import { AmbiguousQuestion } from '../explain/departure-point.ts'
import { NotNow } from '../in-force/not-now.ts'
import { Forbidden, mayDecide } from './peer.ts'
import { Content, type GetRoute, type Routes, Stream, WithStatus } from './route.ts'

/** Most of what is asked has no body worth mentioning. */
const longestBody = 1024
/** A desired state with some 500,000 forwarding entries. */
const longestState = 64 * 1024 * 1024
/** How long headers may take to come, and how long a reader may take nothing, in milliseconds. */
const headersWithinMs = 10_000
const idleMs = 60_000
/** As many connections at a time. */
const mostConnections = 256

/** The answer to what is not done. */
export interface Refusal {
  readonly error: string
  /** What is wrong with the desired state, with status 422. */
  readonly issues?: readonly Issue[]
}

/** Too many readers at a time. */
export class Busy extends Error {
  override readonly name = 'Busy'
}

/** What a server may be asked, and how. */
export interface AppOptions {
  readonly log: Logger
  /** Whether a request is to be refused for the host that it names; gives the reason. */
  readonly refusesHost?: (host: string | undefined) => string | undefined
}

/** A server that answers these routes; it does not listen yet. */
export function appOf({ get, post }: Routes, { log, refusesHost }: AppOptions): FastifyInstance {
  const app = fastify({
    // A client that asks nothing and stays would otherwise keep the agent from stopping.
    forceCloseConnections: true,
    loggerInstance: log.child({ part: 'api' }, { level: 'warn' }) as FastifyBaseLogger,
    requestTimeout: idleMs,
    http: { headersTimeout: headersWithinMs, maxHeaderSize: 16 * 1024 },
  })
  app.server.maxConnections = mostConnections
  app.addHook('onRequest', async (request) => {
    // A reader that takes nothing is hung up on by Node itself then. Not who asks for something to be done: that may take its time, and
    // says nothing until it is done.
    request.raw.socket.setTimeout(request.method === 'POST' ? 0 : idleMs)
    const refusal = refusesHost?.(request.headers.host)
    if (refusal !== undefined) {
      throw new Forbidden(refusal)
    }
  })
  for (const [url, route] of Object.entries(get)) {
    app.get(url, async (request, reply) => {
      const query = readQuery(route, request.query)
      const answer = await route.answer({ query, headers: request.headers })
      return send(reply, answer, request.method === 'HEAD')
    })
  }
  for (const [url, { answer, takesState }] of Object.entries(post)) {
    const bodyLimit = takesState ? longestState : longestBody
    app.post(url, { bodyLimit }, ({ body, raw }) => answer({ body, mayDecide: mayDecide(raw.socket) }))
  }
  const known = [...Object.keys(get), ...Object.keys(post).map((url) => `POST ${url}`)].join(' ')
  app.setNotFoundHandler(async (request, reply) => {
    const asked = `${request.method} ${request.url.slice(0, 200)}`
    return reply.code(404).send({ error: `there is no ${asked} here; there is ${known}` })
  })
  app.setErrorHandler(async (error: Error & { statusCode?: number }, _request, reply) => {
    return reply.code(error.statusCode ?? statusOf(error)).send(refusal(error))
  })
  return app
}

function readQuery({ query }: GetRoute, given: unknown): unknown {
  return query?.parse(given)
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
    reply.type(contentType).headers(headers)
    return reply.send(isHead && body instanceof Readable ? '' : body)
  }
  if (answer instanceof WithStatus) {
    return reply.code(answer.status).send(answer.value)
  }
  return answer
}

const statuses: readonly (readonly [kind: abstract new (...args: never[]) => Error, status: number])[] = [
  [Forbidden, 403],
  [NotNow, 409],
  [InvalidDesiredState, 422],
  [z.ZodError, 400],
  [AmbiguousQuestion, 400],
  [Busy, 503],
]

function statusOf(error: Error): number {
  return statuses.find(([kind]) => error instanceof kind)?.[1] ?? 500
}

function refusal(error: Error): Refusal {
  if (error instanceof InvalidDesiredState) {
    return { error: 'the desired state is invalid', issues: error.issues }
  }
  return { error: error instanceof z.ZodError ? z.prettifyError(error) : error.message }
}
