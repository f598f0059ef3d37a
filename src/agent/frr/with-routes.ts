/** An explanation with the EVPN routes that FRR has behind what the vxlan goes by. */
import type { ExplainStep, Explanation } from '../answers/explanation.ts'
import { isMulticast } from '../facts/ip-text.ts'
import { type AskFrr, type EvpnRoute, floodRoute, macRoute } from './evpn-route.ts'
import { VtyError } from './vty.ts'

/** As many VTEPs of a flood are asked about. */
const mostAsked = 8

/** Without FRR it is the explanation as it was. Rejects never for FRR: what it refuses is told in a sentence. */
export async function withEvpnRoutes(explanation: Explanation, ask: AskFrr): Promise<Explanation> {
  const { entry, fate, packets } = explanation
  const mayBeEvpn = entry === 'extern_learn' || (fate === 'flood' && packets.some(({ remote }) => !isMulticast(remote)))
  if (!mayBeEvpn) {
    return explanation
  }
  const steps = await stepsOf(explanation, ask)
  return steps.length === 0 ? explanation : { ...explanation, steps: [...explanation.steps, ...steps] }
}

async function stepsOf({ entry, mac, packets }: Explanation, ask: AskFrr): Promise<ExplainStep[]> {
  const [first] = packets
  try {
    if (entry !== undefined && mac !== undefined && first !== undefined) {
      const route = await macRoute(mac, first.vni, ask)
      return [
        route === undefined
          ? {
              table: 'evpn',
              text: `FRR has no EVPN route for ${mac} in VNI ${first.vni}: the entry is of something else, or left behind`,
              isProblem: true,
            }
          : { table: 'evpn', text: `the entry is of the ${routeText(route, mac)}` },
      ]
    }
    const remotes = packets.filter(({ remote }) => !isMulticast(remote)).slice(0, mostAsked)
    const routes = await Promise.all(remotes.map(({ remote, vni }) => floodRoute(remote, vni, ask)))
    return routes.flatMap((route, at) =>
      route === undefined
        ? []
        : [
            {
              table: 'evpn',
              text: `FRR floods to ${remotes[at]?.remote} by the ${routeText(route, remotes[at]?.remote ?? '')}`,
            },
          ],
    )
  } catch (error) {
    if (!(error instanceof VtyError)) {
      throw error
    }
    return error.kind === 'absent' || (error.kind === 'forbidden' && entry === undefined) ? [] : [whyNot(error)]
  }
}

function whyNot({ kind, message }: VtyError): ExplainStep {
  return kind === 'forbidden'
    ? {
        table: 'evpn',
        text: 'the route behind it is not told: this user may not ask FRR (its sockets are for the group frrvty)',
      }
    : { table: 'evpn', text: `the route behind it is not told: ${message}` }
}

/** `EVPN route [2] for MAC, distinguisher 10.0.0.2:2, …`. */
function routeText(
  { type, rd, nexthop, neighbour, origin, communities, sequence, updated }: EvpnRoute,
  of: string,
): string {
  const parts = [
    `EVPN route of type ${type} for ${of}`,
    ...(rd === undefined ? [] : [`route distinguisher ${rd}`]),
    ...(nexthop === undefined ? [] : [`next hop ${nexthop}`]),
    ...(neighbour === undefined ? [] : [`from the neighbour ${neighbour}`]),
    ...(origin === undefined ? [] : [`origin ${origin}`]),
    ...(communities === undefined ? [] : [communities]),
    ...(sequence === undefined ? [] : [`sequence ${sequence}`]),
    ...(updated === undefined ? [] : [`updated ${updated}`]),
  ]
  return parts.join(', ')
}
