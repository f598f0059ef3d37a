/** `vxagent fleet status`: how this host stands in its fleet, and how the store is. */
import { paintFor } from '../../colour.ts'
import { exitCodes } from '../../exit-codes.ts'
import { withReport } from '../../fleet.ts'
import { fleetSocket, json, logLevel } from '../../options.ts'
import { hint, widthOf, write, writeJson } from '../../output.ts'
import { watchOptions } from '../../watch.ts'
import type { Command } from '../command.ts'

export const fleetStatus: Command = {
  name: 'fleet status',
  summary: 'Say whether this host hears the store and the others know of it, and if not, why',
  details:
    'Asks the fleet process. Live: what the store says is followed. Stale: the store is silent, and nothing changes. Frozen: too much is gone at once, and nothing is removed. Exit codes: 0 live, published, taken by the agent, and without a problem that is an error; 3 anything else, also when the fleet process is not running or there is no fleet; 1 error (such as no permission to ask it).',
  working: 'asking the fleet process',
  isWatchable: true,
  options: [fleetSocket, ...watchOptions],
  commonOptions: [json, logLevel],
  examples: [
    ['$0 fleet status', 'this host, the store, and what is wrong'],
    ["$0 fleet status --json | jq '.store.endpoints'", 'for a script'],
  ],

  run: (input, io) =>
    withReport(input, io, async (report) => {
      const { fleetStatusLines, isWell } = await import('../../views/fleet-status.ts')
      if (input.has(json)) {
        await writeJson(io.stdout, report)
      } else {
        const paint = paintFor(io.stdout, io.env)
        await write(io.stdout, fleetStatusLines(report, { paint, width: widthOf(io.stdout), now: new Date() }))
        const { fleetStatusHint } = await import('../../views/hints.ts')
        await hint(io, fleetStatusHint(report))
      }
      return isWell(report) ? exitCodes.ok : exitCodes.notConverged
    }),
}
