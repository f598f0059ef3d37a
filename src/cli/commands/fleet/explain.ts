/** `vxagent fleet explain`: follows a frame from one host of the fleet to another, and back. */
import type { FleetExplanation } from '../../../fleet/explain/answer.ts'
import type { NoFleet } from '../../../fleet/run/report.ts'
import { paintFor } from '../../colour.ts'
import { exitCodes } from '../../exit-codes.ts'
import { askFleet, noFleetSentence } from '../../fleet.ts'
import { fleetSocket } from '../../fleet-options.ts'
import { json, logLevel, type ValueOption, wholeNumber } from '../../options.ts'
import { widthOf, write, writeJson } from '../../output.ts'
import { UsageError } from '../../usage-error.ts'
import { watchOptions } from '../../watch.ts'
import type { Command } from '../command.ts'

const vni: ValueOption<number | undefined> = {
  name: 'vni',
  placeholder: 'VNI',
  description: 'the VNI, where the ends have several in common',
  fallback: undefined,
  read: wholeNumber(0, 16_777_215),
}

export const fleetExplain: Command = {
  name: 'fleet explain',
  operands: {
    name: 'END',
    description:
      'FROM and TO, the two ends: each a node, or a MAC or IP address of the overlay, of a VTEP, or of a machine behind a bridge',
  },
  summary: 'Follow a frame from one host to another and back, and say where it dies',
  details:
    'Asks the agents of both hosts through the store, and sends no frame. At FROM: how the frame leaves, by the routes, neighbours, bridge, forwarding entries and underlay of that host. At TO: whether a vxlan has the VNI on the UDP port and family that the frame comes to, what its header, its sender and the reverse-path filter lead to, and what the bridge does with it. Then the same back from TO to FROM. Of a flood the copy to TO is followed and the others are counted. An address that no record has is looked for: up to 256 members are asked. What no host can see (packet filters, and the underlay between them) is named as unseen. A host answers questions about VNIs that its roster entry lets the asker have. Exit codes: 0 the frame arrives both ways, as far as the hosts can see; 3 it dies in one direction; 1 error, or a host did not answer.',
  working: 'asking the hosts',
  isWatchable: true,
  options: [vni, fleetSocket, ...watchOptions],
  commonOptions: [json, logLevel],
  examples: [
    ['$0 fleet explain vyos01 ubuntu', 'between two nodes'],
    ['$0 fleet explain 10.0.1.254 10.0.1.1', 'between two addresses of the overlay'],
    ['$0 fleet explain vyos01 02:00:00:00:00:aa --vni 42', 'to a machine behind a bridge, by its MAC address'],
    ["$0 fleet explain vyos01 ubuntu --json | jq -r '.there.verdict, .back.verdict'", 'for a script'],
  ],

  async run(input, io) {
    const [from, to, ...more] = input.operands
    if (from === undefined || to === undefined || more.length > 0) {
      throw new UsageError('say which two ends are meant: FROM and TO, each a node, a MAC or an IP address')
    }
    const query = new URLSearchParams({ from, to })
    const only = input.value(vni)
    if (only !== undefined) {
      query.set('vni', `${only}`)
    }
    const answer = await askFleet<FleetExplanation | NoFleet>(input, 'GET', `/v1/explain?${query}`)
    if ('noFleet' in answer) {
      throw new Error(noFleetSentence(answer))
    }
    if (input.has(json)) {
      await writeJson(io.stdout, answer)
    } else {
      const { fleetExplainLines } = await import('../../views/fleet-explain.ts')
      await write(
        io.stdout,
        fleetExplainLines(answer, { paint: paintFor(io.stdout, io.env), width: widthOf(io.stdout) }),
      )
    }
    const outcomes = [answer.there.outcome, answer.back.outcome]
    if (outcomes.includes('dies')) {
      return exitCodes.notConverged
    }
    return outcomes.includes('unknown') ? exitCodes.error : exitCodes.ok
  },
}
