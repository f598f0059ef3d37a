/** What a running agent can be asked to do. */
import * as z from 'zod'
import { desiredStateSchema } from '../../desired/schema.ts'
import type { Enforcer } from '../../trial/enforcer.ts'
import type { PushedTaker } from '../../trial/pushed-taker.ts'
import { longestWindow, shortestWindow } from '../../trial/window.ts'
import { addFleetWriteRoute } from './fleet-routes.ts'
import { longestState } from './limits.ts'
import { Forbidden, type Peer } from './peer.ts'
import { reportSchema } from './schemas.ts'
import type { Api } from './zod-routes.ts'

/** Of `POST /v1/apply`. Without a body the files are applied for good, unless another state stands in their place. */
const applySchema = z
  .strictObject({
    /** Puts the state on trial for so many seconds. */
    confirmSeconds: z.int().min(shortestWindow).max(longestWindow),
    /** A state from elsewhere than the files, checked by whoever read it, and where it came from. */
    candidate: z
      .strictObject({
        path: z.string().min(1).max(4096),
        // The OpenAPI document has the first half: the schema of files has a page of its own.
        state: z.looseObject({}).pipe(desiredStateSchema),
      })
      .exactOptional(),
  })
  .optional()

export type ApplyRequest = z.output<typeof applySchema>

/** Adds the routes. */
export function addWriteRoutes(api: Api, enforcer: Enforcer, pushed: PushedTaker): void {
  api.post(
    '/v1/apply',
    {
      // Room for a desired state.
      bodyLimit: longestState,
      schema: {
        summary: 'Read the files again and reconcile; with a body, put a state on trial',
        body: applySchema,
        response: { 200: reportSchema },
      },
    },
    async ({ body, peer }) => {
      if (body === undefined) {
        const report = await enforcer.apply(peer.isPrivileged ? 'apply' : 'reload')
        const { held, toBeDeleted } = report.status.desired
        if (held !== undefined || toBeDeleted !== undefined) {
          requirePrivilege(peer, 'carry out deletions that wait')
        }
        return report
      }
      requirePrivilege(peer)
      const { confirmSeconds: seconds, ...candidate } = body
      return enforcer.tryOut({ seconds, ...candidate })
    },
  )
  api.post(
    '/v1/apply-files',
    {
      schema: {
        summary: 'Put the files in force in place of a state that was rolled back to, or confirmed',
        response: { 200: reportSchema },
      },
    },
    ({ peer }) => {
      requirePrivilege(peer)
      return enforcer.apply('apply the files')
    },
  )
  api.post(
    '/v1/confirm',
    { schema: { summary: 'Keep the state on trial', response: { 200: reportSchema } } },
    ({ peer }) => {
      requirePrivilege(peer)
      return enforcer.confirm()
    },
  )
  api.post(
    '/v1/rollback',
    { schema: { summary: 'Return to the state before', response: { 200: reportSchema } } },
    ({ peer }) => {
      requirePrivilege(peer)
      return enforcer.rollBack()
    },
  )
  addFleetWriteRoute(api, enforcer, pushed)
}

function requirePrivilege({ isPrivileged }: Peer, what = 'decide which state is in force'): void {
  if (!isPrivileged) {
    throw new Forbidden(`only root, or the user that the daemon runs as, may ${what}; run it with sudo`)
  }
}
