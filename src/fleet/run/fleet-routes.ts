/** What the fleet process can be asked on its own socket, and asked to do. */
import * as z from 'zod'
import { Forbidden, type Peer } from '../../agent/publish/api/peer.ts'
import type { Api, Routes } from '../../agent/publish/api/zod-routes.ts'
import type { FleetExplanation } from '../explain/answer.ts'
import { Explainer } from './explain.ts'
import type { FleetProcess } from './fleet-process.ts'
import { makeReport } from './make-report.ts'
import { addProbeRoutes } from './probe-routes.ts'
import type { FleetReport, NoFleet } from './report.ts'
import type { Session } from './session.ts'

/** The answer to an order. */
export interface OrderAnswer {
  /** What was done, in a sentence. */
  readonly done: string
}

const explanation = z.custom<FleetExplanation | NoFleet>()
const explainQuery = z.strictObject({
  from: z.string().min(1).max(64),
  to: z.string().min(1).max(64),
  vni: z
    .string()
    .regex(/^\d{1,8}$/)
    .transform(Number)
    .pipe(z.int().min(0).max(0xffffff))
    .exactOptional(),
})
const report = z.custom<FleetReport | NoFleet>()
const answer = z.custom<OrderAnswer>()

export function fleetRoutes(fleet: Pick<FleetProcess, 'membership'>): Routes {
  const explainer = new Explainer()
  // Several who ask at once get one look at the store.
  let underWay: { readonly session: Session; readonly report: Promise<FleetReport> } | undefined
  const reportOf = (session: Session): Promise<FleetReport> => {
    if (underWay?.session !== session) {
      const making = makeReport(session).finally(() => {
        underWay = undefined
      })
      underWay = { session, report: making }
    }
    return underWay.report
  }
  return {
    read: (api: Api): void => {
      api.get('/v1/fleet', { schema: { response: { 200: report } } }, async () => {
        const { membership } = fleet
        return 'session' in membership ? await reportOf(membership.session) : membership
      })
      const schema = { querystring: explainQuery, response: { 200: explanation } }
      api.get('/v1/explain', { schema }, async ({ query, peer }) => {
        const { membership } = fleet
        return 'session' in membership ? await explainer.explain(query, membership.session, peer) : membership
      })
    },
    write: (api: Api): void => {
      addProbeRoutes(api, (peer) => sessionOf(fleet, peer, 'have members probed'))
      api.post('/v1/accept', { schema: { response: { 200: answer } } }, ({ peer }) => {
        const { gone, macs } = sessionOf(fleet, peer, 'let removals go on').accept()
        const done = [
          ...(gone > 0 ? [`${gone} members that are gone are removed when their grace is over`] : []),
          ...(macs > 0 ? [`${macs} MAC addresses that moved too often may move again`] : []),
        ]
        return { done: done.length === 0 ? 'no member is gone; nothing was held' : done.join('; ') }
      })
      api.post('/v1/leave', { schema: { response: { 200: answer } } }, ({ peer }) => {
        const session = sessionOf(fleet, peer, 'leave the fleet')
        session.leave()
        return {
          done: session.follower.isFollowed
            ? 'the others are told that this host is going'
            : 'the others are told that this host is going when the store answers; systemctl restart vxagent-fleet calls that off',
        }
      })
    },
  }
}

function sessionOf({ membership }: Pick<FleetProcess, 'membership'>, peer: Peer, what: string): Session {
  if (!peer.isPrivileged) {
    throw new Forbidden(`only root, or the user that vxagent-fleet runs as, may ${what}; run it with sudo`)
  }
  if (!('session' in membership)) {
    throw new Forbidden(`this host is in no fleet: ${membership.noFleet}`)
  }
  return membership.session
}
