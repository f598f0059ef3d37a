/** `vxagent fleet explain`, as the fleet process answers it. */
import { Busy } from '../../agent/publish/api/busy.ts'
import type { Peer } from '../../agent/publish/api/peer.ts'
import type { FleetExplanation } from '../explain/answer.ts'
import type { FleetQuestion } from '../explain/explain-fleet.ts'
import { explainFleet } from '../explain/explain-fleet.ts'
import type { FleetEyes } from '../explain/eyes.ts'
import { Allowance } from './allowance.ts'
import type { Session } from './session.ts'

/** How often a user without privileges may have a frame followed, and how many are followed at the same time. */
const limits = { atOnce: 10, perSecond: 0.5 }
const mostAtWork = 4

/** Follows frames for the users of this host, who together may not keep the fleet busy. */
export class Explainer {
  readonly #allowance = new Allowance(limits, () => performance.now())
  #atWork = 0

  /** Rejects with AmbiguousQuestion, or Busy. */
  async explain(question: FleetQuestion, session: Session, peer: Peer): Promise<FleetExplanation> {
    if (!peer.isPrivileged && !this.#allowance.take(peer.name)) {
      throw new Busy(
        429,
        `${peer.name} asks too often: ${limits.atOnce} at once, and then one every ${1 / limits.perSecond} s`,
      )
    }
    if (this.#atWork >= mostAtWork) {
      throw new Busy(503, `${mostAtWork} frames are being followed at present; try again later`)
    }
    this.#atWork += 1
    try {
      return await explainFleet(question, eyesOf(session))
    } finally {
      this.#atWork -= 1
    }
  }
}

function eyesOf(session: Session): FleetEyes {
  const { view, identity, questions, membership } = session
  const claims = [...session.claims().counted.values()].flat()
  const own = view.members.get(identity.id)?.record
  // Those that are gone too: who asks for one is to hear that.
  const known = [...membership.others].flatMap(({ node, record }) =>
    record === undefined ? [] : [[node, record] as const],
  )
  return {
    self: identity.id,
    records: new Map([...(own === undefined ? [] : [[identity.id, own] as const]), ...known]),
    vteps: claims.map(({ standing, vni, address, dstport }) => {
      return { node: standing.node, vni, address, ...(dstport !== undefined && { dstport }) }
    }),
    ask: (node, kind, ask) => questions.ask(node, kind, ask),
  }
}
