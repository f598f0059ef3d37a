/** `vxagent diff`: what would be done. */
import { limitsFor } from '../../agent/desired/limits.ts'
import { paintFor } from '../colour.ts'
import { meantAgent } from '../daemon.ts'
import { exitCodes } from '../exit-codes.ts'
import type { Input } from '../input.ts'
import { logOfCommand } from '../log.ts'
import { desired, files, json, logLevel, maxFileSize, replace, socket, stateDir } from '../options.ts'
import { conflictHint } from '../other-daemons.ts'
import { complain, hint, type Io, write, writeJson } from '../output.ts'
import { printable } from '../printable.ts'
import { enforcedSentence } from '../views/enforced-state.ts'
import { issueLines } from '../views/issues.ts'
import { planForJson } from '../views/plan-json.ts'
import type { Command, ExitCode } from './command.ts'

export const diff: Command = {
  name: 'diff',
  summary: 'Show what apply would do, and change nothing',
  details:
    'A line each: + create, ~ change, -/+ replace (delete and make anew), - delete, ! cannot be done now. Below a replacement or deletion stands what it loses: links on top of it, qdiscs, and whatever else others put on the link and vxagent cannot put back. Where a state that was rolled back to, confirmed, or on trial is in force, the plan is for that one, and says so; --files plans for the files. Exit codes: 0 nothing to do, 2 changes are pending or cannot be done now, 4 invalid desired state, 1 error.',
  working: 'comparing',
  options: [files, replace],
  commonOptions: [desired, stateDir, socket, maxFileSize, json, logLevel],
  examples: [
    ['$0 diff', 'the plan for this host'],
    ['$0 diff --files', 'the plan for the files, where a state that was rolled back to is in force'],
    ['$0 diff --desired ./new.yaml', 'the plan if this file were the desired state'],
  ],
  run: showPlan,
}

/** Prints the plan. `apply --dry-run` is the same. */
export async function showPlan(input: Input, io: Io): Promise<ExitCode> {
  const [{ planOnce }, { inForceInstead, isDone, planLines }, { diffHint }] = await Promise.all([
    import('../../agent/run/preview.ts'),
    import('../views/plan.ts'),
    import('../views/hints.ts'),
  ])
  const agent = await meantAgent(input)
  const {
    plan,
    desired: status,
    isForFiles,
  } = await planOnce({
    desired: input.value(desired),
    stateDir: agent.stateDir,
    limits: limitsFor(input.value(maxFileSize)),
    log: await logOfCommand(input, io),
    replace: input.value(replace),
    isMeant: input.has(files) || input.givenIn(desired) === 'command line',
  })
  const { issues: warnings, enforcing } = status
  if (input.has(json)) {
    await writeJson(io.stdout, {
      ...planForJson(plan),
      warnings,
      enforcing,
      comparedWith: isForFiles ? 'files' : 'state in force',
    })
  } else {
    await write(
      io.stdout,
      planLines(plan, paintFor(io.stdout, io.env), isForFiles ? undefined : inForceInstead(status.path)),
    )
    await write(io.stderr, issueLines(warnings))
    const inPlace = enforcedSentence(status, new Date())
    if (inPlace !== undefined) {
      await complain(io, inPlace)
    }
    if (!isForFiles) {
      await complain(
        io,
        printable(`Compared with the state in force, not with ${status.path}: vxagent diff --files does that.`),
      )
    }
    await hint(io, (await conflictHint(plan.obstacles, agent)) ?? diffHint(plan.obstacles))
  }
  return isDone(plan) ? exitCodes.ok : exitCodes.changesPending
}
