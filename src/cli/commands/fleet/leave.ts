/** `vxagent fleet leave`: the others remove their entries for this host at once, without a grace. */
import type { OrderAnswer } from '../../../fleet/run/fleet-routes.ts'
import { exitCodes } from '../../exit-codes.ts'
import { askFleet } from '../../fleet.ts'
import { fleetSocket } from '../../fleet-options.ts'
import { timeout, waitUntil } from '../../fleet-waiting.ts'
import { json, logLevel } from '../../options.ts'
import { complain, write, writeJson } from '../../output.ts'
import { printable } from '../../printable.ts'
import type { Command } from '../command.ts'

const next =
  'Now stop the fleet process: systemctl disable --now vxagent-fleet. Its record leaves the store when it stops; a fleet process that is started again joins again.'

export const fleetLeave: Command = {
  name: 'fleet leave',
  summary: 'Tell the others that this host is leaving, and wait until they have removed their entries for it',
  details:
    'For root, or the user that the fleet process runs as. The record of this host says from then on that it is leaving: the others remove their entries for it at once, without a grace. This host keeps its own entries. Stop vxagent-fleet afterwards: its record leaves the store when the process stops. A fleet process that is started again joins again. Exit codes: 0 all others have applied it; 3 not within --timeout, with the names of the members that are behind; 1 error.',
  options: [timeout, fleetSocket],
  commonOptions: [json, logLevel],
  examples: [
    ['sudo $0 fleet leave && sudo systemctl disable --now vxagent-fleet', 'before a host is switched off for good'],
  ],

  async run(input, io) {
    const { leavingOf } = await import('../../fleet-standing.ts')
    const { done } = await askFleet<OrderAnswer>(input, 'POST', '/v1/leave')
    const { isOver, text, ...rest } = await waitUntil(input, io, leavingOf)
    if (input.has(json)) {
      await writeJson(io.stdout, { done, applied: isOver, ...rest })
    } else if (isOver) {
      await write(io.stdout, `${printable(text)}\n${next}\n`)
    } else {
      await complain(io, `vxagent: ${printable(`${done}; not within ${input.value(timeout)} s: ${text}`)}`)
    }
    return isOver ? exitCodes.ok : exitCodes.notConverged
  },
}
