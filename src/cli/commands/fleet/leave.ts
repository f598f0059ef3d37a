/** `vxagent fleet leave`: the others remove their entries for this host at once, without a grace. */
import { countOf } from '../../../agent/facts/count-of.ts'
import { type Behind, whoHasApplied } from '../../../fleet/members/applied.ts'
import type { OrderAnswer } from '../../../fleet/run/fleet-routes.ts'
import type { FleetReport } from '../../../fleet/run/report.ts'
import { exitCodes } from '../../exit-codes.ts'
import { askFleet } from '../../fleet.ts'
import { behindText, timeout, waitUntil, whyNotKnown } from '../../fleet-waiting.ts'
import { fleetSocket, json, logLevel } from '../../options.ts'
import { complain, write, writeJson } from '../../output.ts'
import { printable } from '../../printable.ts'
import type { Command } from '../command.ts'

const next =
  'Now stop the fleet process: systemctl disable --now vxagent-fleet. Its record goes from the store when it stops; until it is started again, this host stays out.'

export const fleetLeave: Command = {
  name: 'fleet leave',
  summary: 'Tell the others that this host is going, and wait until they have removed their entries for it',
  details:
    'For root, or the user that the fleet process runs as. The record of this host says from then on that it is leaving: the others remove their entries for it at once, without a grace. This host keeps its own entries. Stop vxagent-fleet afterwards: the record goes from the store when the process stops. A process that is started again joins again. Exit codes: 0 all others have applied it; 3 not within --timeout, with the names of those who are behind; 1 error.',
  options: [timeout, fleetSocket],
  commonOptions: [json, logLevel],
  examples: [
    ['sudo $0 fleet leave && sudo systemctl disable --now vxagent-fleet', 'before a host is switched off for good'],
  ],

  async run(input, io) {
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

/** How far the others are with the departure of this host. */
export function leavingOf(report: FleetReport): {
  readonly isOver: boolean
  readonly text: string
  readonly revision?: number
  readonly behind: readonly Behind[]
} {
  const { nodes, publishing } = report
  if (publishing === 'taken' || publishing === 'evicted') {
    const text = `The others have no entry for this host: its record is not in the store (${publishing}).`
    return { isOver: true, text, behind: [] }
  }
  const unknown = whyNotKnown(report)
  if (unknown !== undefined) {
    return { isOver: false, text: unknown, behind: [] }
  }
  const self = nodes.find(({ isSelf }) => isSelf)
  if (self?.state !== 'leaving' || self.revision === undefined) {
    return { isOver: false, text: 'the record of this host does not say yet that it is leaving', behind: [] }
  }
  const { revision } = self
  const others = nodes.filter(({ isSelf }) => !isSelf)
  const { done, behind } = whoHasApplied(others, revision)
  if (behind.length > 0) {
    const count = `${behind.length} of ${countOf(done.length + behind.length, 'other member')}`
    return {
      isOver: false,
      text: `${count} not up to date with revision ${revision}: ${behindText(behind)}`,
      revision,
      behind,
    }
  }
  const who =
    done.length === 0
      ? 'There is no other member'
      : `${done.length === 1 ? 'The other member says that it has' : `All ${done.length} other members say that they have`} applied it`
  return { isOver: true, text: `This host is leaving since revision ${revision}. ${who}.`, revision, behind }
}
