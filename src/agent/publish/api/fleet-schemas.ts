/** The shapes of what the agent and the fleet process say to each other, for the OpenAPI document. */
import * as z from 'zod'
import type {
  FleetHandover,
  FleetLink,
  FleetPicture,
  FleetReceipt,
  FleetStatus,
  FleetVtep,
} from '../../answers/fleet.ts'
import type { FleetMoment } from '../../answers/tunnel.ts'
import { fleetSchema } from '../../desired/schema/fleet.ts'
import { handoverShape, vniProbes } from '../../fleet/handover-schema.ts'
import { pushedPictureSchema, pushedStandingSchema } from './pushed-routes.ts'
import { schemaOf } from './schema-of.ts'

const text = z.string()
const count = z.int().min(0)

const vtep = schemaOf<FleetVtep>()(
  z.strictObject({
    address: text.describe('The outer source address'),
    dev: text.optional(),
    dstport: count,
    mtu: count.describe('Bytes'),
    underlayMtu: count.optional().describe('Bytes'),
    mac: text,
    learning: z.boolean(),
    gbp: z.boolean(),
    gpe: z.boolean(),
    group: text.optional(),
    addresses: z.array(text).describe('Of the link, and of the bridge that it is in'),
    probe: z
      .union([
        z.strictObject({ device: text, index: count, mtu: count, addresses: z.array(text) }),
        z.strictObject({ why: text }),
      ])
      .optional()
      .describe('Where a socket in the overlay may stand, for probes, or why none may'),
  }),
)

const link = schemaOf<FleetLink>()(
  z.strictObject({
    name: text,
    asksForRemotes: z.boolean(),
    asksForMacs: z.boolean().describe('Whether it asks for what is behind the members'),
    vni: count,
    state: z.enum(['converged', 'waiting', 'failing', 'conflict']),
    vtep: vtep.optional(),
    obstacle: text.optional().describe('Why there is no vtep'),
    missing: z.array(text).describe('Destinations that were handed over and that the kernel lacks: the first of them'),
    missingCount: count,
    unexplained: z
      .array(text)
      .describe('Destinations of floods that neither the files nor the handover name: the first of them'),
    macs: z
      .strictObject({ wanted: count, missing: count })
      .optional()
      .describe('MAC addresses that were handed over for the forwarding table, and how many the kernel lacks'),
  }),
)

export const fleetPictureSchema = schemaOf<FleetPicture>()(
  z.strictObject({
    settings: fleetSchema.optional(),
    links: z.array(link),
    handover: (handoverShape as z.ZodType<FleetHandover, FleetHandover>).optional(),
    heardMsAgo: count.optional(),
    unused: text.optional().describe('Why what was handed over is not in force'),
    pushed: pushedPictureSchema.optional(),
  }),
)

export const fleetReceiptSchema = schemaOf<FleetReceipt>()(
  z.strictObject({
    revision: count,
    missing: z.record(text, count),
    failures: z.record(text, text),
    wants: z.array(text).optional().describe('Chunks that the agent lacks: it has taken nothing'),
    unused: text.optional(),
    notKept: text.optional(),
  }),
)

/** A part of `/v1/tunnels`. */
export const fleetMomentSchema = schemaOf<FleetMoment>()(
  z.strictObject({
    mode: z.enum(['live', 'stale', 'frozen']),
    since: text.describe('ISO 8601, UTC'),
    reason: text.optional(),
  }),
)

/** A part of `/v1/status`. */
export const fleetStatusSchema = schemaOf<FleetStatus>()(
  z.strictObject({
    name: text,
    heard: z
      .strictObject({
        node: text,
        mode: z.enum(['live', 'stale', 'frozen']),
        since: text.describe('ISO 8601, UTC'),
        reason: text.optional(),
        members: count,
        gone: count,
        revision: count,
        counters: z.strictObject({ lists: count, repairs: count, leases: count, failures: count }),
        at: text.optional().describe('ISO 8601, UTC; absent when it was before the agent started'),
        problems: z.array(z.strictObject({ code: text, severity: z.enum(['error', 'warning']), message: text })),
        problemCount: count,
        probes: z
          .strictObject({
            every: count.describe('Seconds'),
            staleAfter: count.describe('Seconds'),
            vnis: z.array(vniProbes),
            answeredRequests: count,
            refusedRequests: count,
          })
          .optional()
          .describe('What probes through the overlay came to'),
      })
      .optional(),
    links: count,
    missing: count.describe('Destinations that were handed over and that the kernel lacks'),
    pushed: z.array(pushedStandingSchema).optional().describe('Files that operators pushed to this host'),
    macs: count.describe('MAC addresses that were handed over'),
    unused: text.optional(),
  }),
)
