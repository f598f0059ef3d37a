/** `vxagent fleet nodes`: the hosts of the fleet. */
import { paintFor } from '../../colour.ts'
import { exitCodes } from '../../exit-codes.ts'
import { withReport } from '../../fleet.ts'
import { fleetSocket, json, logLevel } from '../../options.ts'
import { widthOf, write, writeJson } from '../../output.ts'
import { watchOptions } from '../../watch.ts'
import type { Command } from '../command.ts'

export const fleetNodes: Command = {
  name: 'fleet nodes',
  summary: 'Show the hosts of the fleet: their VTEPs, how far each says it is, and who is gone',
  details:
    'One row a host, as its record and its state in the store say. VTEP: the address that others send to; the local one in brackets where it is another. APPLIED: the revision of the store that the host says its kernel is up to date with. A host whose record is gone keeps its entries until the grace is over; the countdown is by the clock of this host.',
  working: 'asking the fleet process',
  isWatchable: true,
  options: [fleetSocket, ...watchOptions],
  commonOptions: [json, logLevel],
  examples: [
    ['$0 fleet nodes', 'who is there, and who is gone'],
    ['$0 fleet nodes --json | jq -r \'.[] | select(.state == "gone").node\'', 'those whose record is gone'],
  ],

  run: (input, io) =>
    withReport(input, io, async (report) => {
      if (input.has(json)) {
        await writeJson(io.stdout, report.nodes)
      } else {
        const { fleetNodesLines } = await import('../../views/fleet-nodes.ts')
        const paint = paintFor(io.stdout, io.env)
        await write(io.stdout, fleetNodesLines(report, { paint, width: widthOf(io.stdout), now: new Date() }))
      }
      return exitCodes.ok
    }),
}
