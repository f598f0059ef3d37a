/** `vxagent fleet wait`: until all members say that they have applied a revision of the store. */
import { countOf } from '../../../agent/facts/count-of.ts'
import { type Behind, revisionToSay, whoHasApplied } from '../../../fleet/members/applied.ts'
import type { FleetReport } from '../../../fleet/run/report.ts'
import { exitCodes } from '../../exit-codes.ts'
import { behindText, timeout, waitUntil, whyNotKnown } from '../../fleet-waiting.ts'
import { fleetSocket, json, logLevel, type ValueOption, wholeNumber } from '../../options.ts'
import { complain, write, writeJson } from '../../output.ts'
import { printable } from '../../printable.ts'
import type { Command } from '../command.ts'

const revision: ValueOption<number | undefined> = {
  name: 'revision',
  placeholder: 'REVISION',
  description:
    'the revision of the store that they are to have applied; without it that of the last change of a record that this host has heard of when it first looks',
  fallback: undefined,
  read: wholeNumber(1, Number.MAX_SAFE_INTEGER),
}

export const fleetWait: Command = {
  name: 'fleet wait',
  summary: 'Wait until all members say that their kernels are up to date with the store',
  details:
    'Each member says in the store which revision it has applied, at most once in ten seconds. Members that are gone or leaving are not waited for. A revision after the last change of a record counts as applied by those who have applied that change. Exit codes: 0 all have applied it; 3 not within --timeout, with the names of those who are behind; 1 error.',
  options: [revision, timeout, fleetSocket],
  commonOptions: [json, logLevel],
  examples: [
    ['$0 fleet wait', 'after a change: until every host has it'],
    ['$0 fleet wait --timeout 300 && ./deploy', 'in a script'],
  ],

  async run(input, io) {
    let wanted = input.value(revision)
    const standing = await waitUntil(input, io, (report) => {
      wanted ??= report.store.latestChange
      return standingOf(report, wanted)
    })
    const { isOver, text, ...rest } = standing
    if (input.has(json)) {
      await writeJson(io.stdout, { applied: isOver, ...rest })
    } else if (isOver) {
      await write(io.stdout, `${printable(text)}\n`)
    } else {
      await complain(io, `vxagent: not within ${input.value(timeout)} s: ${printable(text)}`)
    }
    return isOver ? exitCodes.ok : exitCodes.notConverged
  },
}

/** How far the members are with a revision. */
export function standingOf(
  report: FleetReport,
  wanted: number,
): {
  readonly isOver: boolean
  readonly text: string
  readonly revision: number
  readonly members: number
  readonly behind: readonly Behind[]
} {
  const { nodes, store } = report
  const { done, behind } = whoHasApplied(nodes, revisionToSay(wanted, store.latestChange))
  const members = done.length + behind.length
  const facts = { revision: wanted, members, behind }
  const unknown = whyNotKnown(report)
  if (unknown !== undefined) {
    return { isOver: false, text: unknown, ...facts }
  }
  const { storeRevision = 0 } = store
  if (storeRevision < wanted) {
    return { isOver: false, text: `the store is at revision ${storeRevision}, before ${wanted}`, ...facts }
  }
  if (members === 0) {
    return { isOver: false, text: 'no member is in the store', ...facts }
  }
  if (behind.length > 0) {
    const text = `${behind.length} of ${countOf(members, 'member')} not up to date with revision ${wanted}: ${behindText(behind)}`
    return { isOver: false, text, ...facts }
  }
  const who =
    members === 1
      ? 'The one member that is present says that it has'
      : `All ${members} members that are present say that they have`
  return { isOver: true, text: `${who} applied revision ${wanted}.`, ...facts }
}
