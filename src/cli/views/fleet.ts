/** How the host stands with its fleet, in a sentence. */
import { type FleetStatus, fleetSilentMs } from '../../agent/answers/fleet.ts'
import { countOf } from '../../agent/facts/count-of.ts'
import type { Paint } from '../colour.ts'
import { printable } from '../printable.ts'
import { age } from './age.ts'

/** One line for each pushed file of which the last revision is not simply in force; one for all others. */
export function* pushedLines({ pushed = [] }: FleetStatus, paint: Paint): Generator<string> {
  const quiet = pushed.filter(({ state }) => state === 'applied')
  if (quiet.length > 0) {
    const names = quiet.map(({ name, revision }) => `fleet:${name} (revision ${revision})`)
    yield `Pushed files: ${printable(names.join(', '))}\n`
  }
  for (const { name, revision, by, state, reason, inForce, until } of pushed) {
    if (state === 'trial' || state === 'refused' || state === 'returned') {
      const because =
        reason ??
        (until === undefined ? undefined : `returns at ${until} unless vxagent fleet confirm reaches this host`)
      const now = inForce === undefined ? '' : `; revision ${inForce} is in force`
      const text = `Pushed file fleet:${name}, revision ${revision} by ${by}: ${state === 'trial' ? 'on trial' : state}`
      yield `${paint.warning(printable(text))}${because === undefined ? '' : `: ${printable(because)}`}${now}\n`
    }
  }
}

/** `Fleet prod: live, 3 members (1 gone), 2 problems; as vyos01`. */
export function fleetLine({ name, heard, missing, unused }: FleetStatus, paint: Paint, now: Date): string {
  const title = printable(`Fleet ${name}`)
  if (heard === undefined) {
    const why = unused === undefined ? 'nothing was handed over yet' : `what was handed over is not used: ${unused}`
    return `${title}: ${paint.warning('not heard')}: ${printable(why)} (is vxagent-fleet.service running?)`
  }
  const { node, mode, since, reason, members, gone, problemCount, at } = heard
  const isSilent = at !== undefined && now.getTime() - Date.parse(at) > fleetSilentMs
  const told = isSilent
    ? paint.warning(`not heard for ${age(at, now)}`)
    : mode === 'live'
      ? paint.good('live')
      : paint.warning(`${mode} for ${age(since, now)}`)
  const facts = [
    `${countOf(members, 'member')}${gone === 0 ? '' : ` (${gone} gone)`}`,
    ...(problemCount === 0 ? [] : [countOf(problemCount, 'problem')]),
    ...(missing === 0 ? [] : [`${countOf(missing, 'remote')} missing`]),
    `this host is ${node}`,
    at === undefined ? 'as handed over before the agent started' : `heard ${age(at, now)} ago`,
    ...(isSilent ? ['look at systemctl status vxagent-fleet'] : []),
  ]
  const because = mode === 'live' || reason === undefined ? '' : ` (${reason})`
  return `${title}: ${told}${printable(because)}: ${printable(facts.join(', '))}`
}
