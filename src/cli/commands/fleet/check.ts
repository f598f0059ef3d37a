/** `vxagent fleet check`: what is wrong in the fleet, as far as the store and this host tell. */
import { paintFor } from '../../colour.ts'
import { exitCodes } from '../../exit-codes.ts'
import { withReport } from '../../fleet.ts'
import { fleetSocket } from '../../fleet-options.ts'
import { json, logLevel } from '../../options.ts'
import { widthOf, write, writeJson } from '../../output.ts'
import { watchOptions } from '../../watch.ts'
import type { Command } from '../command.ts'

export const fleetCheck: Command = {
  name: 'fleet check',
  summary: 'Compare what all members report, and name what does not fit together',
  details:
    'Finds: two hosts with one VTEP, id, MAC or overlay address; members of a VNI that differ in UDP port, MTU, address family, GBP, GPE, learning, or in flooding to a group; missing entries, and flood entries of this host that neither the store nor a file explains; hosts that are gone, behind or silent; certificates that end within 14 days; different versions; alarms and known bad versions of etcd. It compares records and states in the store; it does not check whether frames arrive. Exit codes: 0 nothing found; 3 a finding, a silent store, no fleet process, or no fleet; 1 error.',
  working: 'asking the fleet process',
  isWatchable: true,
  options: [fleetSocket, ...watchOptions],
  commonOptions: [json, logLevel],
  examples: [
    ['$0 fleet check', 'what is wrong, and what to do'],
    ["$0 fleet check --json | jq -r '.findings[].code'", 'for a script'],
  ],

  run: (input, io) =>
    withReport(input, io, async (report) => {
      const { findings, problems, mode, since, reason, store, nodes } = report
      const [{ allFindings }, { fleetCheckLines }] = await Promise.all([
        import('../../../fleet/members/all-findings.ts'),
        import('../../views/fleet-check.ts'),
      ])
      const all = allFindings(findings, problems)
      if (input.has(json)) {
        const { statesError } = store
        await writeJson(io.stdout, { mode, since, reason, statesError, members: nodes.length, findings: all })
      } else {
        const paint = paintFor(io.stdout, io.env)
        await write(io.stdout, fleetCheckLines(report, all, { paint, width: widthOf(io.stdout), now: new Date() }))
      }
      return all.length === 0 && mode !== 'stale' ? exitCodes.ok : exitCodes.notConverged
    }),
}
