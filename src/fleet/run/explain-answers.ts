/** Answers the questions by which a frame is followed: the agent of this host is asked, and a host hears only of VNIs that it may have. */
import type { Arrival, Whereabouts } from '../../agent/answers/arrival.ts'
import type { Explanation } from '../../agent/answers/explanation.ts'
import { AgentRefused } from '../../agent/ask/request.ts'
import type { AskFrr } from '../../agent/frr/evpn-route.ts'
import { withEvpnRoutes } from '../../agent/frr/with-routes.ts'
import {
  arrivalKind,
  type Departure,
  departureKind,
  mostPackets,
  mostSteps,
  whereisKind,
} from '../records/explain-questions.ts'
import { mayHaveVni } from '../records/roster.ts'
import { type Answering, type Asking, answering, Refused } from './answerer.ts'

/** Asks the agent: `GET PATH`. Rejects as `requestAgent` does. */
export type AskAgent = <T>(path: string) => Promise<T>

/** @param askFrr FRR of this host, as far as the user of this process may ask it */
export function explainAnswerings(askAgent: AskAgent, askFrr: AskFrr): Answering[] {
  const ask: AskAgent = async (path) => {
    try {
      return await askAgent(path)
    } catch (error) {
      throw error instanceof AgentRefused ? new Refused(error.message) : error
    }
  }
  return [
    answering(whereisKind, async (question, asking) => {
      const { places } = await ask<Whereabouts>(`/v1/whereis?${queryOf(question)}`)
      return { places: places.filter(({ vni }) => mayHaveVni(asking.roster, vni)) }
    }),
    answering(departureKind, async ({ vni, toward, ...question }, asking) => {
      refuseVni(vni, asking)
      const explanation = await ask<Explanation>(`/v1/explain?${queryOf(question)}`)
      for (const packet of explanation.packets) {
        refuseVni(packet.vni, asking)
      }
      return departureOf(await withEvpnRoutes(explanation, askFrr), new Set(toward))
    }),
    answering(arrivalKind, async ({ features, ...question }, asking) => {
      refuseVni(question.vni, asking)
      const known = features.length > 0 && { features: features.join(',') }
      const arrival = await ask<Arrival>(`/v1/arrival?${queryOf({ ...question, ...known })}`)
      return { ...arrival, steps: arrival.steps.slice(0, mostSteps) }
    }),
  ]
}

function queryOf(question: object): string {
  return new URLSearchParams(
    Object.entries(question).map(([key, value]): [string, string] => [key, `${value}`]),
  ).toString()
}

function refuseVni(vni: number, { roster, asker }: Asking): void {
  if (!mayHaveVni(roster, vni)) {
    throw new Refused(`the roster does not let ${asker} have VNI ${vni}`)
  }
}

/** With those packets that are asked for, and the first of the others. */
function departureOf(
  { target: _, changes: __, agesOutIn: ___, packets, steps, ...rest }: Explanation,
  toward: ReadonlySet<string>,
): Departure {
  const asked = packets.filter(({ remote }) => toward.has(remote))
  const others = packets.filter(({ remote }) => !toward.has(remote))
  return {
    ...rest,
    steps: steps.slice(0, mostSteps),
    packets: [...asked, ...others].slice(0, mostPackets),
    copies: packets.length,
  }
}
