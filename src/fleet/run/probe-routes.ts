/** Probes that somebody asks the fleet process for. */
import * as z from 'zod'
import type { Peer } from '../../agent/publish/api/peer.ts'
import type { Api } from '../../agent/publish/api/zod-routes.ts'
import { mostInOrder, type ProbeChoice, type ProbeResult, probeChoice, probeMembers } from './probe-parts.ts'
import type { Session } from './session.ts'

/** The most small probes of each member in one order. */
export const mostProbes = 20

const order = z.strictObject({
  vni: z.int().min(0).max(0xffffff),
  nodes: z.array(z.string().max(63)).min(1).max(mostInOrder),
  count: z.int().min(1).max(mostProbes),
  size: z.int().min(100).max(65_535).exactOptional(),
})

/** @param sessionFor the membership, for a peer who may; throws Forbidden for others */
export function addProbeRoutes(api: Api, sessionFor: (peer: Peer) => Session): void {
  api.post('/v1/probe/choice', { schema: { response: { 200: z.custom<ProbeChoice>() } } }, ({ peer }) =>
    probeChoice(sessionFor(peer)),
  )
  api.post(
    '/v1/probe',
    { schema: { body: order, response: { 200: z.custom<ProbeResult[]>() } } },
    async ({ body, peer }) => await probeMembers(sessionFor(peer), body),
  )
}
