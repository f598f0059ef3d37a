/** `vxagent fleet wait`: until all members say that they have applied a revision of the store. */
import { exitCodes } from '../../exit-codes.ts'
import { fleetSocket } from '../../fleet-options.ts'
import { type Standing, timeout, waitUntil } from '../../fleet-waiting.ts'
import { readName } from '../../operator.ts'
import { json, logLevel, type ValueOption, wholeNumber } from '../../options.ts'
import { complain, write, writeJson } from '../../output.ts'
import { printable } from '../../printable.ts'
import { UsageError } from '../../usage-error.ts'
import type { Command } from '../command.ts'

const revision: ValueOption<number | undefined> = {
  name: 'revision',
  placeholder: 'REVISION',
  description:
    'the revision of the store to wait for; by default that of the last change of a record that this host knows of when the command starts',
  fallback: undefined,
  read: wholeNumber(1, Number.MAX_SAFE_INTEGER),
}

const file: ValueOption<{ readonly name: string; readonly revision?: number } | undefined> = {
  name: 'file',
  placeholder: 'NAME[@R]',
  description: 'wait for the last push of this file, or for its revision R, in place of a revision of the store',
  fallback: undefined,
  read: readFile,
}

/** Throws UsageError. */
function readFile(text: string, source: string): { readonly name: string; readonly revision?: number } {
  const [, name = '', number] = /^([^@]*)(?:@(\d{1,9}))?$/.exec(text) ?? []
  const known = { name: readName(name, source) }
  return number === undefined ? known : { ...known, revision: Number(number) }
}

export const fleetWait: Command = {
  name: 'fleet wait',
  summary: 'Wait until all members report that their kernels are up to date with the store',
  details:
    'Each member reports in the store which revision it has applied, at most every ten seconds, and less often in a large fleet. Members that are gone or leaving are not waited for. A member that has applied the last change of a record is up to date with every later revision, too. With --file it waits for the hosts of a push instead, until each says that it has applied the file for good. Exit codes: 0 all members have applied the revision; 3 not within --timeout, with the names of the members that are behind; 1 error.',
  options: [revision, file, timeout, fleetSocket],
  commonOptions: [json, logLevel],
  examples: [
    ['$0 fleet wait', 'after a change: until every host has it'],
    ['$0 fleet wait --timeout 300 && ./deploy', 'before the next step of a script'],
    ['$0 fleet wait --file tenants.yaml', 'until every host of its push has applied the file'],
  ],

  async run(input, io) {
    const { pushStandingOf, standingOf } = await import('../../fleet-standing.ts')
    let wanted = input.value(revision)
    const pushed = input.value(file)
    if (pushed !== undefined && wanted !== undefined) {
      throw new UsageError('--revision is of the store and --file of a push: give one of the two')
    }
    const standing = await waitUntil(input, io, (report): Standing => {
      if (pushed !== undefined) {
        return pushStandingOf(report, pushed)
      }
      const { mode, store } = report
      // While the store is silent nobody knows the last change.
      wanted ??= mode === 'stale' ? undefined : store.latestChange
      return standingOf(report, wanted ?? store.latestChange)
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
