/** The shapes of `/v1/arrival` and `/v1/whereis`, for the OpenAPI document. */
import * as z from 'zod'
import type { Arrival, Place, Whereabouts } from '../../answers/arrival.ts'
import type { ExplainStep } from '../../answers/explanation.ts'
import { schemaOf } from './schema-of.ts'
import { count, list, text } from './schema-values.ts'

/** A step on the way of a frame. */
export const stepSchema = schemaOf<ExplainStep>()(
  z.strictObject({ table: text, text, isProblem: z.literal(true).optional() }),
)

/** `/v1/arrival`. */
export const arrivalSchema = schemaOf<Arrival>()(
  z.strictObject({
    fate: z.enum(['local', 'port', 'flood', 'dropped', 'unseen']),
    vxlan: text.optional(),
    bridge: text.optional(),
    ports: list.describe('Ports of the bridge that it leaves by'),
    isForHost: z.boolean().describe('Whether this host itself gets it'),
    steps: z.array(stepSchema),
    unseen: list.describe('What this host cannot see of it'),
    answer: text.describe('The end of a sentence that begins with the host'),
  }),
)

/** `/v1/whereis`. */
export const whereaboutsSchema = schemaOf<Whereabouts>()(
  z.strictObject({
    places: z.array(
      schemaOf<Place>()(
        z.strictObject({
          kind: z.enum(['own', 'port']),
          vni: count,
          vxlan: text,
          dev: text.describe('The device that has the address, or the port behind which it is'),
          mac: text,
          addresses: list,
          vlan: count.optional(),
        }),
      ),
    ),
  }),
)
