/** Pushing at the command line: shows the plan, asks, shows how far it is, and says how it ended. */
import type { PushOutcome, PushPlan, PushRequest } from '../fleet/operate/push.ts'
import type { PushPlace } from '../fleet/operate/push-session.ts'
import { canAsk, isYes } from './ask-person.ts'
import { paintFor } from './colour.ts'
import type { ExitCode } from './commands/command.ts'
import { exitCodes } from './exit-codes.ts'
import type { Input } from './input.ts'
import { json } from './options.ts'
import { hint, type Io, write, writeJson } from './output.ts'
import { planOnly, yes } from './push-options.ts'
import { progressOn } from './push-progress.ts'
import { UsageError } from './usage-error.ts'

/** Pushes, and gives the exit code. Throws UsageError where nobody can be asked and no --yes was given. */
export async function runPush(place: PushPlace, request: PushRequest, input: Input, io: Io): Promise<ExitCode> {
  const asks = !(input.has(yes) || input.has(planOnly))
  if (asks && !canAsk(io)) {
    throw new UsageError('there is no terminal to ask at: give --yes, or --dry-run for the plan alone')
  }
  const { pushFile } = await import('../fleet/operate/push.ts')
  const { pushPlanLines } = await import('./views/fleet-push.ts')
  const paint = paintFor(io.stderr, io.env)
  const progress = await progressOn(io)
  const onPlan = async (plan: PushPlan): Promise<'go on' | 'planned' | 'declined'> => {
    await write(input.has(json) ? io.stderr : io.stdout, pushPlanLines(plan, { paint }))
    if (input.has(planOnly) || plan.nodes.length === 0) {
      return input.has(planOnly) ? 'planned' : 'go on'
    }
    return !asks || (await isYes(`Push it to ${plan.nodes.length} of ${plan.hosts.length} hosts? [y/N] `))
      ? 'go on'
      : 'declined'
  }
  let outcome: PushOutcome
  try {
    outcome = await pushFile(place, request, { onPlan, onProgress: ({ hosts }) => progress.show(hosts) })
  } finally {
    progress.end()
  }
  return tellOutcome(place, outcome, input, io)
}

async function tellOutcome(place: PushPlace, outcome: PushOutcome, input: Input, io: Io): Promise<ExitCode> {
  const { pushHint, pushOutcomeLines } = await import('./views/fleet-push.ts')
  const { plan, result, hosts, leftMs } = outcome
  if (input.has(json)) {
    await writeJson(io.stdout, outcome)
    return codeOf(outcome)
  }
  await write(io.stdout, pushOutcomeLines(outcome, paintFor(io.stdout, io.env)))
  const isOnTrial = hosts.some(({ state }) => state === 'trial')
  const isToBeAsked = isOnTrial && result !== 'stopped' && !input.has(yes) && canAsk(io) && leftMs !== undefined
  if (isToBeAsked && (await isYes(`Keep it? ${Math.floor(leftMs / 1000)} s are left. [y/N] `, leftMs))) {
    const { runConfirm } = await import('./push-confirm.ts')
    return runConfirm(place, plan.name, input, io)
  }
  await hint(io, pushHint(outcome))
  return codeOf(outcome)
}

/** Hosts that take no pushed files at all are as they are to be; others that are left out are not. */
function codeOf({ result, plan }: PushOutcome): ExitCode {
  const isWhole = plan.hosts.every(({ outlook }) => outlook !== 'cannot' && outlook !== 'silent')
  const isFine = result === 'done' || (result === 'planned' && plan.nodes.length > 0)
  return isFine && isWhole ? exitCodes.ok : exitCodes.notConverged
}
