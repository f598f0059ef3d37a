/** Follows a frame between two ends of the fleet, there and back. */
import type { FleetExplanation } from './answer.ts'
import { choosePair } from './choose.ts'
import { endsFor } from './ends.ts'
import type { FleetEyes } from './eyes.ts'
import { follow } from './follow.ts'

/** What is asked: two nodes, MAC or IP addresses, and the VNI if that is not clear from them. */
export interface FleetQuestion {
  readonly from: string
  readonly to: string
  readonly vni?: number
}

/** Rejects with AmbiguousQuestion where it is not clear what is meant. */
export async function explainFleet({ from, to, vni }: FleetQuestion, eyes: FleetEyes): Promise<FleetExplanation> {
  const [fromEnds, toEnds] = await Promise.all([endsFor(from, vni, eyes), endsFor(to, vni, eyes)])
  const pair = choosePair(fromEnds, toEnds, vni)
  const there = await follow(pair.from, pair.to, pair.vni, eyes)
  const back = await follow(pair.to, pair.from, pair.vni, eyes)
  const nodes = [...new Set([pair.from.node, pair.to.node])].join(' and ')
  const between =
    pair.from.node === pair.to.node
      ? []
      : [`the underlay between ${nodes}: switches, routers, firewalls, and MTUs on the way`]
  return {
    ...pair,
    there: there.direction,
    back: back.direction,
    unseen: [...new Set([...between, ...there.unseen, ...back.unseen])],
  }
}
