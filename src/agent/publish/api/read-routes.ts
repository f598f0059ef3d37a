/** What can be read of a running agent. */
import * as z from 'zod'
import type { EventLog } from '../../insight/events/event-log.ts'
import type { Inspector } from '../../insight/inspector.ts'
import { linkNames } from '../../kernel/observed.ts'
import type { Observer } from '../../kernel/observer.ts'
import type { Enforcer } from '../../trial/enforcer.ts'
import { fdbAsIproute2 } from '../iproute2/iproute2-fdb.ts'
import { jsonListPieces } from '../iproute2/json-list.ts'
import { linkPieces } from '../iproute2/kernel-tables.ts'
import { type EventQuery, eventQuerySchema, isAskedFor } from './event-query.ts'
import { resume, startOfRecent, streamEvents } from './event-stream.ts'
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
import { SharedText } from './shared-text.ts'

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
  const links = new SharedText(() => linkPieces(observer.observed))
  const fdb = new SharedText(() => fdbPieces(observer))
  return {
    '/v1/status': {
      summary: 'Whether the host is as declared, and if not, why',
      schema: statusSchema,
      answer: () => enforcer.status(),
    },
    '/v1/links': {
      summary: 'The links that the kernel has, as `ip -d -j link show` prints them',
      schema: linksSchema,
      answer: async () => new Content('application/json; charset=utf-8', await links.get()),
    },
    '/v1/fdb': {
      summary: 'The forwarding entries that the kernel has, as `bridge -d -j fdb show` prints them',
      schema: fdbSchema,
      answer: async () => new Content('application/json; charset=utf-8', await fdb.get()),
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

/** 100,000 entries are 15 MB: too much to be made at once, or for each who asks. */
function fdbPieces({ observed }: Pick<Observer, 'observed'>): Iterable<string> {
  const names = linkNames(observed.links.values())
  const entries = Array.from(observed.fdb.values(), (table) => [...table.values()]).flat()
  return jsonListPieces(entries, (entry) => fdbAsIproute2([entry], names)[0])
}

function answerEvents({ query, headers }: Ask, log: EventLog): unknown {
  const { since, recent, ...filter } = query as EventQuery
  const lastId = since ?? headers['last-event-id']
  const start =
    typeof lastId === 'string' && lastId !== '' ? resume(log, lastId) : { from: startOfRecent(log, filter, recent) }
  if (`${headers['accept'] ?? ''}`.includes('application/json')) {
    const { events } = log.read(start.from, log.capacity, (draft) => isAskedFor(draft, filter))
    return { capacity: log.capacity, events }
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
