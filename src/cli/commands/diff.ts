/** `vxagent diff`: what would be done. */
import { paintFor } from '../colour.ts'
import { exitCodes } from '../exit-codes.ts'
import type { Input } from '../input.ts'
import { desired, json, logLevel, stateDir } from '../options.ts'
import { type Io, write, writeJson } from '../output.ts'
import { issueLines } from '../views/issues.ts'
import type { Command, ExitCode } from './command.ts'

export const diff: Command = {
  name: 'diff',
  summary: 'Show what apply would do, and change nothing',
  details:
    'A line each: + create, ~ change, -/+ replace (delete and make anew), - delete, ! cannot be done now. Exit codes: 0 nothing to do, 2 changes are pending or cannot be done now, 4 invalid desired state, 1 error.',
  options: [],
  commonOptions: [desired, stateDir, json, logLevel],
  examples: [
    ['$0 diff', 'the plan for this host'],
    ['$0 diff --desired ./new.yaml', 'the plan if this file were the desired state'],
  ],
  run: showPlan,
}

/** Prints the plan. `apply --dry-run` is the same. */
export async function showPlan(input: Input, io: Io): Promise<ExitCode> {
  const [{ planOnce }, { isDone, planLines }] = await Promise.all([
    import('../../agent/one-shot.ts'),
    import('../views/plan.ts'),
  ])
  const { plan, warnings } = await planOnce({ desired: input.value(desired), stateDir: input.value(stateDir) })
  if (input.has(json)) {
    await writeJson(io.stdout, { ...plan, warnings })
  } else {
    await write(io.stdout, planLines(plan, paintFor(io.stdout, io.env)))
    await write(io.stderr, issueLines(warnings))
  }
  return isDone(plan) ? exitCodes.ok : exitCodes.changesPending
}
