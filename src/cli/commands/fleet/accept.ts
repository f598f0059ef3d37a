/** `vxagent fleet accept`: those who are gone are meant to be. */
import type { OrderAnswer } from '../../../fleet/run/fleet-routes.ts'
import { exitCodes } from '../../exit-codes.ts'
import { askFleet } from '../../fleet.ts'
import { fleetSocket } from '../../fleet-options.ts'
import { json, logLevel } from '../../options.ts'
import { write, writeJson } from '../../output.ts'
import { printable } from '../../printable.ts'
import type { Command } from '../command.ts'

export const fleetAccept: Command = {
  name: 'fleet accept',
  summary: 'Let this host remove the entries for members that are gone, which it holds while it is frozen',
  details:
    'For root, or the user that the fleet process runs as. When many members are gone at once, or the store was wiped or restored, this host removes nothing until they are back, the store has answered for an hour, or an operator accepts that they are gone. This command accepts it, for this host alone; the grace of each member still applies. Look at vxagent fleet nodes first. Exit codes: 0 done, 1 error.',
  options: [fleetSocket],
  commonOptions: [json, logLevel],
  examples: [['sudo $0 fleet accept', 'the members that are gone are meant to be gone']],

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
