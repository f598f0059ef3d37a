/** The shapes of the answers, for the OpenAPI document. The types are the model's, and each schema is checked against its type whole. */
import * as z from 'zod'
import type { DesiredStatus } from '../../answers/desired-status.ts'
import { type Explanation, explainedEntries, sentFeatures } from '../../answers/explanation.ts'
import { type EventKind, eventKinds, type OverlayEvent } from '../../answers/overlay-event.ts'
import type { AgentStatus, AppliedAction, ApplyReport, ObjectStatus } from '../../answers/status.ts'
import { sources, type Traffic, type Tunnel, type TunnelSource, type Tunnels } from '../../answers/tunnel.ts'
import type { Issue } from '../../desired/issue.ts'
import type { Iproute2FdbEntry } from '../iproute2/iproute2-fdb.ts'
import type { Iproute2Link } from '../iproute2/iproute2-link.ts'
import { stepSchema } from './arrival-schemas.ts'
import { fleetMomentSchema, fleetStatusSchema } from './fleet-schemas.ts'
import { healthStatusSchema } from './health-schemas.ts'
import { schemaOf, schemaOfPartOf } from './schema-of.ts'
import { count, list, moment, text } from './schema-values.ts'

/** The answer to what is not done. */
export interface ErrorAnswer {
  readonly error: string
  /** What is wrong with the desired state, with status 422. */
  readonly issues?: readonly Issue[]
}

/** The events that are kept. */
interface EventsAnswer {
  /** As many are kept at most. */
  readonly capacity: number
  readonly events: readonly OverlayEvent[]
}

const issue = schemaOfPartOf<Issue>()(
  z.looseObject({ severity: z.enum(['error', 'warning']), code: text, message: text }),
)

const desired = schemaOf<DesiredStatus>()(
  z.strictObject({
    path: text,
    isValid: z.boolean(),
    issues: z.array(issue),
    files: list,
    readingSince: moment.optional(),
    enforcing: z.enum(['current', 'last valid', 'trial', 'rolled back', 'confirmed', 'held', 'none']),
    isInForce: z.boolean(),
    enforcedSince: moment.optional(),
    until: moment.optional(),
    why: z.enum(['asked for', 'not confirmed', 'reboot']).optional(),
    held: z
      .strictObject({
        since: moment,
        until: moment.optional(),
        losses: z.array(
          z.strictObject({
            what: z.enum(['links', 'remotes', 'addresses', 'ports']),
            count,
            of: count,
            names: list,
          }),
        ),
      })
      .optional(),
    toBeDeleted: z.array(z.strictObject({ name: text, at: moment })).optional(),
    candidate: text.optional(),
  }),
)

const place = z.strictObject({ file: text, line: count, column: count })

const objectStatus = schemaOf<ObjectStatus>()(
  z.strictObject({
    name: text,
    kind: z.enum(['vxlan', 'bridge', 'port']),
    state: z.enum(['converged', 'waiting', 'failing', 'conflict']),
    reason: text.optional(),
    missing: text.optional(),
    source: place.optional(),
    warnings: list,
    since: moment,
    ifindex: count.optional(),
    attempts: count.optional(),
    nextAttempt: moment.optional(),
    failures: z
      .array(z.strictObject({ reason: text, source: place.optional(), attempts: count, nextAttempt: moment }))
      .optional(),
    lastRepair: z.strictObject({ at: moment, what: list }).optional(),
  }),
)

/** `/v1/status`. */
export const statusSchema = schemaOf<AgentStatus>()(
  z.strictObject({
    version: text,
    hostname: text,
    pid: count,
    startedAt: moment,
    stateDir: text,
    converged: z.boolean(),
    isStarting: z.literal(true).optional(),
    problem: text.optional(),
    desired,
    objects: z.array(objectStatus),
    health: healthStatusSchema.optional(),
    fleet: fleetStatusSchema.optional(),
    counters: schemaOf<AgentStatus['counters']>()(
      z.strictObject({
        reconciles: count,
        repairs: count,
        resyncs: count,
        overruns: count,
        events: count,
        requests: count,
        dumps: count,
      }),
    ),
  }),
)

/** `POST /v1/apply` and what comes after it. */
export const reportSchema = schemaOf<ApplyReport>()(
  z.strictObject({
    actions: z.array(
      schemaOf<AppliedAction>()(
        z.strictObject({
          sign: z.enum(['+', '~', '-/+', '-']),
          description: text,
          takesAlong: list.optional(),
          error: text.optional(),
        }),
      ),
    ),
    reconcileMs: count,
    status: statusSchema,
  }),
)

/** `/v1/links`. */
export const linksSchema = z.array(
  schemaOfPartOf<Iproute2Link>()(
    z.looseObject({ ifindex: count, ifname: text.optional(), flags: list, link_type: text }),
  ).describe('an object of `ip -d -j link show`'),
)

/** `/v1/fdb`. */
export const fdbSchema = z.array(
  schemaOf<Iproute2FdbEntry>()(
    z.strictObject({
      mac: text.optional(),
      ifname: text.optional(),
      dst: text.optional(),
      vlan: count.optional(),
      port: count.optional(),
      vni: count.optional(),
      src_vni: count.optional(),
      viaIfIndex: count.optional(),
      viaIf: text.optional(),
      nhid: count.optional(),
      linkNetNsId: count.optional(),
      flags: list,
      master: text.optional(),
      state: text,
    }),
  ).describe('an object of `bridge -d -j fdb show`'),
)

const traffic = schemaOf<Traffic>()(
  z.strictObject({ rxPackets: count, rxBytes: count, txPackets: count, txBytes: count }),
)

/** `/v1/tunnels`. */
export const tunnelsSchema = schemaOf<Tunnels>()(
  z.strictObject({
    tunnels: z.array(
      schemaOf<Tunnel>()(
        z.strictObject({
          ifname: text,
          vni: count,
          remote: text,
          nexthopGroups: z.array(count).optional(),
          isGroup: z.boolean(),
          dstport: count,
          sources: z.array(z.enum(Object.keys(sources) as TunnelSource[])),
          macs: count,
          isFloodedTo: z.boolean(),
          underlay: schemaOf<Tunnel['underlay']>()(
            z.strictObject({
              isResolved: z.boolean(),
              problem: text.optional(),
              dev: text.optional(),
              gateway: text.optional(),
              source: text.optional(),
              mtu: count.optional(),
              nextHopMac: text.optional(),
              neighbour: text.optional(),
              confirmedAt: moment.optional(),
              askedAt: moment.optional(),
            }),
          ),
          membership: z.enum(['joined', 'not joined']).optional(),
          firstSeen: moment.optional(),
          lastSeen: moment.optional(),
          node: text.optional(),
          goneSince: moment.optional(),
          removedAt: moment.optional(),
          traffic: traffic.optional(),
        }),
      ),
    ),
    fleet: fleetMomentSchema.optional(),
    vnis: z.array(z.strictObject({ ifname: text, vni: count, traffic })),
  }),
)

/** `/v1/explain`. */
export const explanationSchema = schemaOf<Explanation>()(
  z.strictObject({
    target: text,
    mac: text.optional(),
    ip: text.optional(),
    dev: text.optional(),
    vxlan: text.optional(),
    fate: z.enum(['unicast', 'flood', 'local', 'dropped', 'not overlay']),
    steps: z.array(stepSchema),
    packets: z.array(
      schemaOf<Explanation['packets'][number]>()(
        z.strictObject({
          vni: count,
          remote: text,
          dstport: count,
          source: text.optional(),
          dev: text.optional(),
          gateway: text.optional(),
          mtu: count.optional().describe('Bytes that the underlay carries there'),
          problem: text.optional().describe('Why it does not leave'),
          node: text.optional(),
        }),
      ),
    ),
    entry: z.enum(explainedEntries).optional().describe('How the forwarding entry came to be'),
    frame: z
      .strictObject({
        mac: text.describe('Whom it is for; of a question the address that all, or a group, listen to'),
        asks: text.optional(),
        vlan: count.optional().describe('The tag that it carries through the tunnel'),
        mtu: count.describe('Of the vxlan, in bytes'),
        features: z.array(z.enum(sentFeatures)),
      })
      .optional(),
    since: moment.optional(),
    agesOutIn: count.optional(),
    changes: list,
    answer: text,
  }),
)

/** One event. */
const eventSchema = schemaOf<OverlayEvent>()(
  z.strictObject({
    id: text,
    at: moment,
    kind: z.enum(Object.keys(eventKinds) as EventKind[]),
    message: text,
    dev: text.optional(),
    vni: count.optional(),
    mac: text.optional(),
    vlan: count.optional(),
    vtep: text.optional(),
    node: text.optional(),
    from: text.optional(),
    cause: text.optional(),
    address: text.optional(),
    changes: list.optional(),
    actions: list.optional(),
    count: count.optional(),
    since: moment.optional(),
    state: text.optional(),
  }),
)

/** `/v1/events`, as one object. */
export const eventsSchema = schemaOf<EventsAnswer>()(
  z.strictObject({ capacity: z.int(), events: z.array(eventSchema) }),
)

/** `/healthz` and `/readyz`. */
export const healthSchema = z.strictObject({ status: text })

/** Every answer that is none. */
export const refusalSchema = schemaOf<ErrorAnswer>()(z.strictObject({ error: text, issues: z.array(issue).optional() }))
