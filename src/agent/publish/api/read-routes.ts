/** What can be read of a running agent. */
import * as z from 'zod'
import type { AgentStatus } from '../../answers/status.ts'
import type { MacWatch } from '../../fleet/mac-watch.ts'
import type { EventLog } from '../../insight/events/event-log.ts'
import type { HealthWatch } from '../../insight/health/health-watch.ts'
import type { Inspector } from '../../insight/inspector.ts'
import type { Observer } from '../../kernel/observer.ts'
import type { Enforcer } from '../../trial/enforcer.ts'
import { fdbPieces, linkPieces } from '../iproute2/kernel-tables.ts'
import { arrivalQuerySchema, frameOf, soughtOf, whereisQuerySchema } from './arrival-query.ts'
import { arrivalSchema, whereaboutsSchema } from './arrival-schemas.ts'
import { eventQuerySchema, isAskedFor } from './event-query.ts'
import { resume, startOfRecent, streamEvents } from './event-stream.ts'
import { explainQuerySchema, questionOf } from './explain-query.ts'
import { addFleetReadRoute } from './fleet-routes.ts'
import type { FleetWatch } from './fleet-watch.ts'
import { healthReportSchema } from './health-schemas.ts'
import {
  eventsSchema,
  explanationSchema,
  fdbSchema,
  healthSchema,
  linksSchema,
  statusSchema,
  tunnelsSchema,
} from './schemas.ts'
import { SharedText } from './shared-text.ts'
import type { Api } from './zod-routes.ts'

/** What the routes read. */
export interface Readings {
  /** The declaration alone, and with the health of the overlay. */
  readonly enforcer: Pick<Enforcer, 'status'>
  readonly teller: { status(): AgentStatus }
  readonly observer: Pick<Observer, 'observed'>
  readonly inspector: Inspector
  readonly healthWatch: Pick<HealthWatch, 'now'>
  readonly fleetWatch: Pick<FleetWatch, 'picture' | 'stream'>
  readonly macWatch: Pick<MacWatch, 'stream'>
  readonly fleetChunks: { texts(): Readonly<Record<string, string>> }
  readonly log: EventLog
  readonly metrics: { text(): Promise<string>; readonly contentType: string }
  /** Whether the first reconcile is over. */
  isReady(): boolean
}

const eventStream = 'text/event-stream'
const json = 'application/json'

/** Adds the routes for reading, besides the page and the OpenAPI document. */
export function addReadRoutes(api: Api, readings: Readings): void {
  const { enforcer, teller, observer, inspector, healthWatch, log, metrics } = readings
  api.get(
    '/v1/status',
    {
      schema: {
        summary: 'Whether the host is as declared and its overlay carries traffic, and if not, why',
        response: { 200: statusSchema },
      },
    },
    () => teller.status(),
  )
  const links = new SharedText(() => linkPieces(observer.observed))
  api.get(
    '/v1/links',
    {
      schema: {
        summary: 'The links that the kernel has, as `ip -d -j link show` prints them',
        response: { 200: linksSchema },
      },
    },
    (_request, reply) => {
      reply.type(`${json}; charset=utf-8`)
      return links.get()
    },
  )
  // 100,000 entries are 15 MB: too much to be made at once, or for each who asks.
  const fdb = new SharedText(() => fdbPieces(observer.observed))
  api.get(
    '/v1/fdb',
    {
      schema: {
        summary: 'The forwarding entries that the kernel has, as `bridge -d -j fdb show` prints them',
        response: { 200: fdbSchema },
      },
    },
    (_request, reply) => {
      reply.type(`${json}; charset=utf-8`)
      return fdb.get()
    },
  )
  api.get(
    '/v1/tunnels',
    {
      schema: {
        summary: 'One object for each remote VTEP or group of each VNI, and the traffic of each VNI',
        response: { 200: tunnelsSchema },
      },
    },
    () => inspector.tunnels(),
  )
  api.get(
    '/v1/health',
    {
      schema: {
        summary: 'What each check of the overlay found now, and what cannot be seen from this host',
        response: { 200: healthReportSchema },
      },
    },
    () => healthWatch.now(),
  )
  addFleetReadRoute(api, readings.fleetWatch, readings.macWatch, readings.fleetChunks)
  api.get(
    '/v1/explain',
    {
      schema: {
        summary: 'How a frame to an address leaves this host',
        querystring: explainQuerySchema,
        response: { 200: explanationSchema },
      },
    },
    ({ query }) => inspector.explain(questionOf(query)),
  )
  api.get(
    '/v1/arrival',
    {
      schema: {
        summary: 'What becomes of a frame that arrives from another VTEP: which vxlan takes it, and whom it comes to',
        querystring: arrivalQuerySchema,
        response: { 200: arrivalSchema },
      },
    },
    ({ query }) => inspector.arrival(frameOf(query)),
  )
  api.get(
    '/v1/whereis',
    {
      schema: {
        summary: 'Where on this host an address of the overlay is: its own, or behind a port of a bridge',
        querystring: whereisQuerySchema,
        response: { 200: whereaboutsSchema },
      },
    },
    ({ query }) => inspector.whereis(soughtOf(query)),
  )
  api.get(
    '/v1/events',
    {
      schema: {
        summary:
          'What happened, then what happens, as server-sent events; with `Accept: application/json` what is kept, as one object',
        querystring: eventQuerySchema,
        response: { 200: { content: { [json]: { schema: eventsSchema }, [eventStream]: { schema: z.string() } } } },
      },
    },
    ({ query: { since, recent, ...filter }, headers }, reply) => {
      const lastId = since ?? headers['last-event-id']
      const start =
        typeof lastId === 'string' && lastId !== '' ? resume(log, lastId) : { from: startOfRecent(log, filter, recent) }
      if (headers.accept?.includes(json) === true) {
        const { events } = log.read(start.from, log.capacity, (draft) => isAskedFor(draft, filter))
        return { capacity: log.capacity, events }
      }
      return reply.stream(`${eventStream}; charset=utf-8`, (output) => streamEvents(log, { filter, ...start }, output))
    },
  )
  api.get(
    '/metrics',
    {
      schema: {
        summary: 'Metrics for Prometheus',
        response: { 200: { content: { [mediaTypeOf(metrics.contentType)]: { schema: z.string() } } } },
      },
    },
    (_request, reply) => {
      reply.type(metrics.contentType)
      return metrics.text()
    },
  )
  api.get('/healthz', { schema: { summary: 'That the agent answers', response: { 200: healthSchema } } }, () => ({
    status: 'ok',
  }))
  api.get(
    '/readyz',
    {
      schema: {
        summary: '200 when the agent has tried to reconcile and can do its work, else 503',
        response: { 200: healthSchema, 503: healthSchema },
      },
    },
    (_request, reply) => {
      const { problem } = enforcer.status()
      const obstacle = readings.isReady() ? problem : 'the first reconcile is under way'
      reply.code(obstacle === undefined ? 200 : 503)
      return { status: obstacle ?? 'ready' }
    },
  )
}

/** `text/plain` of `text/plain; charset=utf-8`. */
function mediaTypeOf(contentType: string): string {
  return contentType.split(';')[0] ?? contentType
}
