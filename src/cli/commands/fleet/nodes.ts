/** `vxagent fleet nodes`: the hosts of the fleet. */
import { paintFor } from '../../colour.ts'
import { exitCodes } from '../../exit-codes.ts'
import { withReport } from '../../fleet.ts'
import { fleetSocket } from '../../fleet-options.ts'
import { json, logLevel } from '../../options.ts'
import { widthOf, write, writeJson } from '../../output.ts'
import { watchOptions } from '../../watch.ts'
import type { Command } from '../command.ts'

export const fleetNodes: Command = {
  name: 'fleet nodes',
  summary: 'Show the hosts of the fleet: their VTEPs, the revision each has applied, and which are gone',
  details:
    'One row per host, from its record and its state in the store. VTEP: the address that others send to, and the local address if it differs. APPLIED: the revision of the store that the kernel of that host is up to date with, as the host reports it. Entries for a host whose record is gone stay until the grace is over; REMOVAL counts down by the clock of this host.',
  working: 'asking the fleet process',
  isWatchable: true,
  options: [fleetSocket, ...watchOptions],
  commonOptions: [json, logLevel],
  examples: [
    ['$0 fleet nodes', 'which hosts are present, and which are gone'],
    ['$0 fleet nodes --json | jq -r \'.[] | select(.state == "gone").node\'', 'hosts whose record is gone'],
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
