/** What a running agent can be asked to do. */
import * as z from 'zod'
import { desiredStateSchema } from '../../desired/schema.ts'
import type { Enforcer } from '../../trial/enforcer.ts'
import { longestWindow, shortestWindow } from '../../trial/window.ts'
import { Forbidden } from './peer.ts'
import type { Call, PostRoute } from './route.ts'
import { reportSchema } from './schemas.ts'

/** Of `POST /v1/apply`. Without a body the files are applied for good. */
const applySchema = z
  .strictObject({
    /** Puts the state on trial for so many seconds. */
    confirmSeconds: z.int().min(shortestWindow).max(longestWindow),
    /** A state from elsewhere than the files, checked by whoever read it, and where it came from. */
    candidate: z.strictObject({ path: z.string().min(1).max(4096), state: desiredStateSchema }).exactOptional(),
  })
  .optional()

export type ApplyRequest = z.input<typeof applySchema>

export function writeRoutes(enforcer: Enforcer): Readonly<Record<string, PostRoute>> {
  return {
    '/v1/apply': {
      summary: 'Read the files again and reconcile; with a body, put a state on trial',
      body: z.strictObject({
        confirmSeconds: z.int().min(shortestWindow).max(longestWindow),
        candidate: z.strictObject({ path: z.string(), state: z.looseObject({}) }).optional(),
      }),
      schema: reportSchema,
      takesState: true,
      async answer(call) {
        const request = applySchema.parse(call.body ?? undefined)
        if (request === undefined) {
          return enforcer.apply()
        }
        const { confirmSeconds: seconds, ...candidate } = request
        return decide(call, () => enforcer.tryOut({ seconds, ...candidate }))
      },
    },
    '/v1/confirm': {
      summary: 'Keep the state on trial',
      schema: reportSchema,
      answer: (call) => decide(call, () => enforcer.confirm()),
    },
    '/v1/rollback': {
      summary: 'Return to the state before',
      schema: reportSchema,
      answer: (call) => decide(call, () => enforcer.rollBack()),
    },
  }
}

async function decide<T>({ mayDecide }: Call, work: () => Promise<T>): Promise<T> {
  if (!mayDecide) {
    throw new Forbidden(
      'only root, or the user that the daemon runs as, may decide which state is in force; run it with sudo',
    )
  }
  return work()
}
