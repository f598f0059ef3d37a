/** The shapes of the answers, for the OpenAPI document. The types are the model's; what a schema leaves out does not compile. */
import * as z from 'zod'
import type { Iproute2FdbEntry } from '../export/iproute2-fdb.ts'
import type { DesiredStatus } from '../model/desired-status.ts'
import type { Explanation } from '../model/explanation.ts'
import { type EventKind, eventKinds, type OverlayEvent } from '../model/overlay-event.ts'
import type { AgentStatus, AppliedAction, ApplyReport, ObjectStatus } from '../model/status.ts'
import { sources, type Traffic, type Tunnel, type TunnelSource, type Tunnels } from '../model/tunnel.ts'

/** A schema that has a row for each key of T, and no other. */
type Rows<T> = { [K in keyof T]-?: z.ZodType }

function object<T>(rows: Rows<T>): z.ZodObject<Rows<T>> {
  return z.strictObject(rows) as unknown as z.ZodObject<Rows<T>>
}

const text = z.string()
const count = z.int().min(0)
const moment = z.string().describe('ISO 8601, UTC')
const list = z.array(text)

const issue = z.looseObject({ severity: z.enum(['error', 'warning']), code: text, message: text })

const desired = object<DesiredStatus>({
  path: text,
  isValid: z.boolean(),
  issues: z.array(issue),
  files: list,
  readingSince: moment.optional(),
  enforcing: z.enum(['current', 'last valid', 'trial', 'rolled back', 'confirmed', 'none']),
  isInForce: z.boolean(),
  enforcedSince: moment.optional(),
  until: moment.optional(),
  why: z.enum(['asked for', 'not confirmed', 'reboot']).optional(),
  candidate: text.optional(),
})

const objectStatus = object<ObjectStatus>({
  name: text,
  kind: z.enum(['vxlan', 'bridge', 'port']),
  state: z.enum(['converged', 'waiting', 'failing', 'conflict']),
  reason: text.optional(),
  source: z.strictObject({ file: text, line: count, column: count }).optional(),
  warnings: list,
  since: moment,
  ifindex: count.optional(),
  attempts: count.optional(),
  nextAttempt: moment.optional(),
  lastRepair: z.strictObject({ at: moment, what: list }).optional(),
})

/** `/v1/status`. */
export const statusSchema = object<AgentStatus>({
  version: text,
  pid: count,
  startedAt: moment,
  stateDir: text,
  converged: z.boolean(),
  problem: text.optional(),
  desired,
  objects: z.array(objectStatus),
  counters: object<AgentStatus['counters']>({
    reconciles: count,
    repairs: count,
    resyncs: count,
    overruns: count,
    events: count,
    requests: count,
    dumps: count,
  }),
})

/** `POST /v1/apply` and what comes after it. */
export const reportSchema = object<ApplyReport>({
  actions: z.array(
    object<AppliedAction>({
      sign: z.enum(['+', '~', '-/+', '-']),
      description: text,
      takesAlong: list.optional(),
      error: text.optional(),
    }),
  ),
  reconcileMs: count,
  status: statusSchema,
})

/** `/v1/links`. */
export const linksSchema = z.array(
  z
    .looseObject({ ifindex: count, ifname: text.optional(), flags: list, link_type: text })
    .describe('an object of `ip -d -j link show`'),
)

/** `/v1/fdb`. */
export const fdbSchema = z.array(
  object<Iproute2FdbEntry>({
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
  }).describe('an object of `bridge -d -j fdb show`'),
)

const traffic = object<Traffic>({ rxPackets: count, rxBytes: count, txPackets: count, txBytes: count })

/** `/v1/tunnels`. */
export const tunnelsSchema = object<Tunnels>({
  tunnels: z.array(
    object<Tunnel>({
      ifname: text,
      vni: count,
      remote: text,
      isGroup: z.boolean(),
      dstport: count,
      sources: z.array(z.enum(Object.keys(sources) as TunnelSource[])),
      macs: count,
      isFloodedTo: z.boolean(),
      underlay: object<Tunnel['underlay']>({
        isResolved: z.boolean(),
        problem: text.optional(),
        dev: text.optional(),
        gateway: text.optional(),
        source: text.optional(),
        mtu: count.optional(),
        nextHopMac: text.optional(),
        neighbour: text.optional(),
      }),
      membership: z.enum(['joined', 'not joined']).optional(),
      firstSeen: moment.optional(),
      lastSeen: moment.optional(),
      traffic: traffic.optional(),
    }),
  ),
  vnis: z.array(z.strictObject({ ifname: text, vni: count, traffic })),
})

/** `/v1/explain`. */
export const explanationSchema = object<Explanation>({
  target: text,
  mac: text.optional(),
  ip: text.optional(),
  dev: text.optional(),
  vxlan: text.optional(),
  fate: z.enum(['unicast', 'flood', 'local', 'dropped', 'not overlay']),
  steps: z.array(z.strictObject({ table: text, text, isProblem: z.literal(true).optional() })),
  packets: z.array(
    object<Explanation['packets'][number]>({
      vni: count,
      remote: text,
      dstport: count,
      source: text.optional(),
      dev: text.optional(),
      gateway: text.optional(),
    }),
  ),
  since: moment.optional(),
  agesOutIn: count.optional(),
  changes: list,
  answer: text,
})

/** One event. */
export const eventSchema = object<OverlayEvent>({
  id: text,
  at: moment,
  kind: z.enum(Object.keys(eventKinds) as EventKind[]),
  message: text,
  dev: text.optional(),
  vni: count.optional(),
  mac: text.optional(),
  vlan: count.optional(),
  vtep: text.optional(),
  from: text.optional(),
  cause: text.optional(),
  address: text.optional(),
  changes: list.optional(),
  actions: list.optional(),
  count: count.optional(),
  state: text.optional(),
})

/** `/healthz` and `/readyz`. */
export const healthSchema = z.strictObject({ status: text })

/** Every answer that is none. */
export const refusalSchema = z.strictObject({ error: text, issues: z.array(issue).optional() })
