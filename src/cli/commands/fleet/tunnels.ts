/** `vxagent fleet tunnels`: who has an entry for whom, in both directions. */
import { paintFor } from '../../colour.ts'
import { exitCodes } from '../../exit-codes.ts'
import { withReport } from '../../fleet.ts'
import { fleetSocket } from '../../fleet-options.ts'
import { json, logLevel, readText, type ValueOption, wholeNumber } from '../../options.ts'
import { widthOf, write, writeJson } from '../../output.ts'
import { watchOptions } from '../../watch.ts'
import type { Command } from '../command.ts'

const node: ValueOption<string | undefined> = {
  name: 'node',
  placeholder: 'NODE',
  description: 'pairs with this host only',
  fallback: undefined,
  read: readText,
}
const vni: ValueOption<number | undefined> = {
  name: 'vni',
  placeholder: 'VNI',
  description: 'pairs of this VNI only',
  fallback: undefined,
  read: wholeNumber(0, 16_777_215),
}

export const fleetTunnels: Command = {
  name: 'fleet tunnels',
  summary: 'Show for each pair of hosts whether each has the entry for the other, and whether probes pass',
  details:
    'One row per VNI and pair of hosts. The entries are those of kernels, as their owners report them for a revision of the store. The probes are those that hosts send each other through the overlay now and then, with the age of the last one: an answer, or the word of the host that heard it; max: only packets up to that size pass; no: none is answered, and the other end has heard none; -: nothing is known, as of hosts that do not answer probes. yes: the host has applied the record of the other, and its kernel lacks no entry for it. missing: the host reports that its kernel lacks the entry, or it cannot have one. unknown: the host reports nothing, does not hear the store, or has not applied that record yet. Hosts that are gone, leaving, evicted or unreadable are named below the table.',
  working: 'asking the fleet process',
  isWatchable: true,
  options: [node, vni, fleetSocket, ...watchOptions],
  commonOptions: [json, logLevel],
  examples: [
    ['$0 fleet tunnels', 'all pairs; of more than 200 only those that are not yes both ways'],
    ['$0 fleet tunnels --node vyos01 --vni 42', 'which hosts have an entry for vyos01, and for which it has one'],
    ['$0 fleet tunnels --json | jq \'.pairs[] | select(.aToB.entry == "missing")\'', 'for a script'],
  ],

  run: (input, io) =>
    withReport(input, io, async (report) => {
      const wanted = { node: input.value(node), vni: input.value(vni) }
      refuseUnknownNode(wanted.node, report.nodes)
      const { pairsOf } = await import('../../../fleet/members/pairs.ts')
      const { probedPairs } = await import('../../views/fleet-tunnels.ts')
      const pairs = probedPairs(report, [...pairsOf(report.nodes, wanted)])
      const { mode, since, store } = report
      if (input.has(json)) {
        await writeJson(io.stdout, { mode, since, latestChange: store.latestChange, pairs })
        return exitCodes.ok
      }
      const { fleetTunnelsLines } = await import('../../views/fleet-tunnels.ts')
      const isNarrowed = Object.values(wanted).some((value) => value !== undefined)
      const view = { paint: paintFor(io.stdout, io.env), width: widthOf(io.stdout), now: new Date(), isNarrowed }
      await write(io.stdout, fleetTunnelsLines(report, pairs, view))
      return exitCodes.ok
    }),
}

/** To show nothing of a host that nobody knows would be to say that it has no pairs. */
function refuseUnknownNode(name: string | undefined, nodes: readonly { readonly node: string }[]): void {
  if (name !== undefined && !nodes.some((each) => each.node === name)) {
    throw new Error(`there is no host ${name} in the fleet; vxagent fleet nodes shows those that there are`)
  }
}
