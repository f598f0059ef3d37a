/** What the fleet process asks of the agent about files that operators push. */
import * as z from 'zod'
import type { PushedPicture, PushedPlan, PushedStanding } from '../../answers/pushed.ts'
import {
  longestPushedText,
  pushedConfirmSchema,
  pushedOfferSchema,
  pushedQuestionSchema,
} from '../../fleet/pushed-schema.ts'
import type { PushedTaker } from '../../trial/pushed-taker.ts'
import type { Peer } from './peer.ts'
import { schemaOf } from './schema-of.ts'
import type { Api } from './zod-routes.ts'

const text = z.string()
const count = z.int().min(0)

/** How one file stands, in the OpenAPI document. */
export const pushedStandingSchema = schemaOf<PushedStanding>()(
  z.strictObject({
    name: text,
    revision: count.describe('The last one that was offered'),
    id: text,
    by: text.describe('Who pushed it'),
    at: text.describe('ISO 8601, UTC: when, by the clock of that person’s machine'),
    state: z.enum(['applied', 'removed', 'trial', 'refused', 'returned']),
    reason: text.optional(),
    inForce: count.optional().describe('The revision that is one of the desired files now'),
    until: text.optional().describe('ISO 8601, UTC: when a trial ends'),
  }),
)

export const pushedPictureSchema = schemaOf<PushedPicture>()(
  z.strictObject({
    accepts: z.boolean(),
    files: z.array(pushedStandingSchema),
    converged: z.boolean(),
    failing: count,
  }),
)

const pushedPlanSchema = schemaOf<PushedPlan>()(
  z.strictObject({
    canApply: z.boolean(),
    reason: text.optional(),
    lines: z.array(text).describe('One for each change: the first of them'),
    lineCount: count,
    converged: z.boolean(),
    failing: count,
  }),
)

/** Each character of the text may take six bytes in JSON. */
const longestOffer = longestPushedText * 6 + 16 * 1024

/** Adds the routes. @param requireFleetProcess refuses others than the fleet process and root */
export function addPushedRoutes(
  api: Api,
  taker: Pick<PushedTaker, 'take' | 'confirm' | 'plan'>,
  requireFleetProcess: (peer: Peer) => void,
): void {
  // Before the body is read.
  const onRequest = async ({ peer }: { readonly peer: Peer }): Promise<void> => requireFleetProcess(peer)
  api.put(
    '/v1/fleet/file',
    {
      bodyLimit: longestOffer,
      onRequest,
      schema: {
        summary: "Offer a revision of a file that an operator pushed; for the fleet process's user and root",
        body: pushedOfferSchema,
        response: { 200: pushedStandingSchema },
      },
    },
    ({ body }) => taker.take(body),
  )
  api.post(
    '/v1/fleet/file/confirm',
    {
      onRequest,
      schema: {
        summary: "Keep a revision on trial; for the fleet process's user and root",
        body: pushedConfirmSchema,
        response: { 200: pushedStandingSchema },
      },
    },
    ({ body }) => taker.confirm(body),
  )
  api.post(
    '/v1/fleet/file/plan',
    {
      bodyLimit: longestOffer,
      onRequest,
      schema: {
        summary: "What a file would change here, if it were pushed; for the fleet process's user and root",
        body: pushedQuestionSchema,
        response: { 200: pushedPlanSchema },
      },
    },
    ({ body }) => taker.plan(body),
  )
}
