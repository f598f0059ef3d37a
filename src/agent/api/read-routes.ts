/** What can be read of a running agent. */
import { Readable } from 'node:stream'
import * as z from 'zod'
import type { Enforcer } from '../enforcer.ts'
import type { EventLog } from '../events/event-log.ts'
import { fdbAsIproute2 } from '../export/iproute2-fdb.ts'
import { jsonListPieces } from '../export/json-list.ts'
import { linkPieces } from '../export/kernel-tables.ts'
import type { Inspector } from '../inspector.ts'
import { linkNames } from '../model/observed.ts'
import type { Observer } from '../observe/observer.ts'
import { Busy } from './app.ts'
import { type EventQuery, eventQuerySchema, isAskedFor } from './event-query.ts'
import { mostReaders, resume, startOfRecent, streamEvents } from './event-stream.ts'
import { type ExplainQuery, explainQuerySchema, questionOf } from './explain-query.ts'
import { type Ask, Content, type GetRoute, Stream, WithStatus } from './route.ts'
import {
  eventSchema,
  explanationSchema,
  fdbSchema,
  healthSchema,
  linksSchema,
  statusSchema,
  tunnelsSchema,
} from './schemas.ts'

/** What the routes read. */
export interface Readings {
  readonly enforcer: Pick<Enforcer, 'status'>
  readonly observer: Pick<Observer, 'observed'>
  readonly inspector: Inspector
  readonly log: EventLog
  readonly metrics: { text(): Promise<string>; readonly contentType: string }
  /** Whether the first reconcile is over. */
  isReady(): boolean
}

/** The routes for reading, besides the page and the OpenAPI document. */
export function readRoutes(readings: Readings): Readonly<Record<string, GetRoute>> {
  const { enforcer, observer, inspector, log, metrics } = readings
  return {
    '/v1/status': {
      summary: 'Whether the host is as declared, and if not, why',
      schema: statusSchema,
      answer: () => enforcer.status(),
    },
    '/v1/links': {
      summary: 'The links that the kernel has, as `ip -d -j link show` prints them',
      schema: linksSchema,
      answer: () => new Content('application/json; charset=utf-8', Readable.from(linkPieces(observer.observed))),
    },
    '/v1/fdb': {
      summary: 'The forwarding entries that the kernel has, as `bridge -d -j fdb show` prints them',
      schema: fdbSchema,
      answer: () => fdbContent(observer),
    },
    '/v1/tunnels': {
      summary: 'One object for each remote VTEP or group of each VNI, and the traffic of each VNI',
      schema: tunnelsSchema,
      answer: () => inspector.tunnels(),
    },
    '/v1/explain': {
      summary: 'How a frame to an address leaves this host',
      query: explainQuerySchema,
      schema: explanationSchema,
      answer: ({ query }) => inspector.explain(questionOf(query as ExplainQuery)),
    },
    '/v1/events': {
      summary:
        'What happened, then what happens, as server-sent events; with `Accept: application/json` what is kept, as one object',
      query: eventQuerySchema,
      schema: z.strictObject({ capacity: z.int(), events: z.array(eventSchema) }),
      contentType: 'text/event-stream',
      answer: (ask) => answerEvents(ask, log),
    },
    '/metrics': {
      summary: 'Metrics for Prometheus',
      contentType: metrics.contentType,
      answer: async () => new Content(metrics.contentType, await metrics.text()),
    },
    '/healthz': {
      summary: 'That the agent answers',
      schema: healthSchema,
      answer: () => ({ status: 'ok' }),
    },
    '/readyz': {
      summary: '200 when the agent has tried to reconcile and can do its work, else 503',
      schema: healthSchema,
      answer: () => readiness(readings),
    },
  }
}

function fdbContent({ observed }: Pick<Observer, 'observed'>): Content {
  const names = linkNames(observed.links.values())
  const entries = Array.from(observed.fdb.values(), (table) => [...table.values()]).flat()
  // Piece by piece: 100,000 entries are 15 MB, and a reader may be slow.
  const pieces = jsonListPieces(entries, (entry) => fdbAsIproute2([entry], names)[0])
  return new Content('application/json; charset=utf-8', Readable.from(pieces, { highWaterMark: 1 }))
}

function answerEvents({ query, headers }: Ask, log: EventLog): unknown {
  const { since, recent, ...filter } = query as EventQuery
  const lastId = since ?? headers['last-event-id']
  const start =
    typeof lastId === 'string' && lastId !== '' ? resume(log, lastId) : { from: startOfRecent(log, filter, recent) }
  if (`${headers['accept'] ?? ''}`.includes('application/json')) {
    const { events } = log.read(start.from, log.capacity)
    return { capacity: log.capacity, events: events.filter((event) => isAskedFor(event, filter)) }
  }
  if (log.followers >= mostReaders) {
    throw new Busy(`${mostReaders} readers follow the events already; close one, or ask with Accept: application/json`)
  }
  return new Stream('text/event-stream; charset=utf-8', (output) => streamEvents(log, { filter, ...start }, output))
}

function readiness({ enforcer, isReady }: Readings): unknown {
  const { problem } = enforcer.status()
  if (!isReady()) {
    return new WithStatus(503, { status: 'the first reconcile is under way' })
  }
  return problem === undefined ? { status: 'ready' } : new WithStatus(503, { status: problem })
}
