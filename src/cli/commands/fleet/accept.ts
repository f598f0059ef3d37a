/** `vxagent fleet accept`: those who are gone are meant to be. */
import type { OrderAnswer } from '../../../fleet/run/fleet-routes.ts'
import { exitCodes } from '../../exit-codes.ts'
import { askFleet } from '../../fleet.ts'
import { fleetSocket, json, logLevel } from '../../options.ts'
import { write, writeJson } from '../../output.ts'
import { printable } from '../../printable.ts'
import type { Command } from '../command.ts'

export const fleetAccept: Command = {
  name: 'fleet accept',
  summary: 'Let this host remove the entries of members that are gone, which the guard holds',
  details:
    'For root, or the user that the fleet process runs as. When many members are gone at once, or the store was wiped or restored, removals are frozen until they are back, an hour of a store that answers has passed, or somebody says that they are meant to be gone: this command does, for this host alone. The grace of each still counts. Look at vxagent fleet nodes first. Exit codes: 0 done; 1 error.',
  options: [fleetSocket],
  commonOptions: [json, logLevel],
  examples: [['sudo $0 fleet accept', 'those who are gone are meant to be gone']],

  async run(input, io) {
    const answer = await askFleet<OrderAnswer>(input, 'POST', '/v1/accept')
    if (input.has(json)) {
      await writeJson(io.stdout, answer)
    } else {
      await write(io.stdout, `${printable(answer.done)}\n`)
    }
    return exitCodes.ok
  },
}
