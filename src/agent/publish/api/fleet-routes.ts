/** What the agent and the fleet process say to each other. */
import * as z from 'zod'
import type { FleetHandover, FleetPicture, FleetReceipt } from '../../answers/fleet.ts'
import { handoverSchema, handoverShape } from '../../fleet/handover-schema.ts'
import type { MacWatch } from '../../fleet/mac-watch.ts'
import type { PushedTaker } from '../../trial/pushed-taker.ts'
import { fleetPictureSchema, fleetReceiptSchema } from './fleet-schemas.ts'
import type { FleetWatch } from './fleet-watch.ts'
import { longestHandover } from './limits.ts'
import { Forbidden, type Peer } from './peer.ts'
import { addPushedRoutes } from './pushed-routes.ts'
import type { Api } from './zod-routes.ts'

const eventStream = 'text/event-stream'
const json = 'application/json'

/** Adds the route for reading. */
export function addFleetReadRoute(
  api: Api,
  watch: Pick<FleetWatch, 'picture' | 'stream'>,
  macs: Pick<MacWatch, 'stream'>,
  chunks: { texts(): Readonly<Record<string, string>> },
): void {
  api.get(
    '/v1/fleet/chunks',
    {
      schema: {
        summary: 'The chunks of MAC addresses that were handed over last, by hash: a line for each address',
        response: { 200: z.object({ chunks: z.record(z.string(), z.string()) }) },
      },
    },
    () => ({ chunks: chunks.texts() }),
  )
  api.get(
    '/v1/fleet/macs',
    {
      schema: {
        summary:
          'The MAC addresses that this host has behind it in the VNIs of links that ask the fleet for those of others, as server-sent events: the whole first, then what changes',
        response: { 200: { content: { [eventStream]: { schema: z.string() } } } },
      },
    },
    (_request, reply) => reply.stream(`${eventStream}; charset=utf-8`, (output) => macs.stream(output)),
  )
  api.get(
    '/v1/fleet',
    {
      schema: {
        summary:
          "The fleet's part of this host: settings, the VTEP of each link that asks the fleet, and what was handed over last; with `Accept: text/event-stream` again whenever it changes",
        response: {
          200: { content: { [json]: { schema: fleetPictureSchema }, [eventStream]: { schema: z.string() } } },
        },
      },
    },
    ({ headers }, reply): FleetPicture | string | undefined =>
      headers.accept?.includes(eventStream) === true
        ? reply.stream(`${eventStream}; charset=utf-8`, (output) => watch.stream(output))
        : watch.picture(),
  )
}

/** Who takes up what is handed over. */
export interface HandoverTaker {
  takeHandover(handover: FleetHandover): Promise<FleetReceipt>
}

/** Adds the routes by which remotes are handed over, and files that were pushed. */
export function addFleetWriteRoute(api: Api, taker: HandoverTaker, pushed: PushedTaker): void {
  addPushedRoutes(api, pushed, requireFleetProcess)
  api.put(
    '/v1/fleet',
    {
      bodyLimit: longestHandover,
      // Before the body is read.
      onRequest: async ({ peer }) => requireFleetProcess(peer),
      schema: {
        summary: "Hand over the remotes of links that ask the fleet; for the fleet process's user and root",
        // The document has what each value is to be, and not that their number is looked at first.
        body: handoverSchema.meta(z.toJSONSchema(handoverShape, { io: 'input', unrepresentable: 'any' })),
        response: { 200: fleetReceiptSchema },
      },
    },
    ({ body }) => taker.takeHandover(body),
  )
}

function requireFleetProcess({ isPrivileged, isFleetProcess }: Peer): void {
  if (!(isPrivileged || isFleetProcess === true)) {
    throw new Forbidden(
      'only the user that the fleet process runs as (--fleet-user of the agent), root, or the user that the daemon runs as may hand over what the fleet says',
    )
  }
}
