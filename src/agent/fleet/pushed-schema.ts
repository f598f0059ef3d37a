/** A pushed file as the fleet process offers it, checked as the words of a stranger. */
import * as z from 'zod'
import type { PushedOffer, PushedQuestion } from '../answers/pushed.ts'
import { namePattern } from '../desired/schema/fleet.ts'
import { visible } from '../desired/visible.ts'

/** Characters of the text of a pushed file, which has up to four bytes for each. */
export const longestPushedText = 256 * 1024
/** Characters of a text for people; longer ones are cut. */
const longestLine = 1000
/** As `vxagent apply --confirm` takes them. */
const longestConfirm = 86_400

const name = z.string().regex(namePattern, { error: 'must be a name' })
const line = z.string().transform((value) => visible(value.slice(0, longestLine)).slice(0, longestLine))
const moment = z.iso.datetime({ error: 'must be a time in ISO 8601, in UTC' })

const shared = {
  name,
  revision: z.int().min(1),
  id: z.string().regex(/^[0-9a-zA-Z-]{1,64}$/, { error: 'must be an id' }),
  by: line,
  at: moment,
}

/** What is kept of a revision on the disk. */
export const pushedFileSchema = z.object({ ...shared, fleet: name, text: z.string().max(longestPushedText) })

/** How a revision ended. */
export const pushedOutcomeSchema = z.object({
  ...shared,
  state: z.enum(['applied', 'removed', 'refused', 'returned']),
  reason: line.exactOptional(),
})

const offerSchema = {
  v: z.literal(1, { error: 'must be 1: this agent knows no other version' }),
  fleet: name,
  name,
  text: z.string().max(longestPushedText).exactOptional(),
  confirmSeconds: z.int().min(1).max(longestConfirm).exactOptional(),
}

/** The body of `PUT /v1/fleet/file`. */
export const pushedOfferSchema: z.ZodType<PushedOffer> = z.object({ ...offerSchema, ...shared })

/** The body of `POST /v1/fleet/file/plan`. */
export const pushedQuestionSchema: z.ZodType<PushedQuestion> = z.object(offerSchema)

/** The body of `POST /v1/fleet/file/confirm`. */
export const pushedConfirmSchema = z.object({ name, revision: shared.revision, id: shared.id })

export type PushedFile = Readonly<z.output<typeof pushedFileSchema>>
export type PushedOutcome = Readonly<z.output<typeof pushedOutcomeSchema>>
