/** What `systemctl status` shows of the agent: one sentence. */
import type { DesiredStatus } from '../answers/desired-status.ts'
import { shortcomings } from '../answers/shortcomings.ts'
import type { AgentStatus } from '../answers/status.ts'
import { visible } from '../desired/visible.ts'
import { countOf } from '../facts/count-of.ts'

/** systemd takes more; a line of `systemctl status` does not. */
const longest = 400

/** A sentence for systemd, on one line and cut where it is long, whatever names the kernel and the files have. */
export function asStatus(sentence: string): string {
  const text = visible(sentence)
  return `STATUS=${text.length > longest ? `${text.slice(0, longest - 1)}…` : text}`
}

/** How the agent is doing. */
export function statusSentence(status: AgentStatus): string {
  const { converged, desired, objects, counters } = status
  const phrases = [
    converged
      ? `Converged: ${objects.length === 0 ? `no links are declared in ${desired.path}` : `${countOf(objects.length, 'link')} as declared`}`
      : `${status.isStarting === true ? 'Starting' : 'Not converged'}: ${shortcomings(status).join('; ')}`,
    ...faults(status),
    ...inForce(desired),
    ...firstError(desired),
    ...(counters.repairs === 0 ? [] : [countOf(counters.repairs, 'repair')]),
  ]
  return phrases.join('; ')
}

function faults({ health }: AgentStatus): string[] {
  const first = health?.findings.find(({ severity }) => severity === 'fault')
  return health === undefined || first === undefined
    ? []
    : [health.faults === 1 ? `fault: ${first.found}` : `${health.faults} faults, the first: ${first.found}`]
}

function inForce({ enforcing, until }: DesiredStatus): string[] {
  switch (enforcing) {
    case 'trial':
      return [`on trial until ${until}`]
    case 'last valid':
      return ['the last valid state stays in force']
    case 'confirmed':
      return ['a confirmed state is in force']
    case 'none':
      return ['nothing is in force']
    default:
      return []
  }
}

function firstError({ isValid, issues }: DesiredStatus): string[] {
  const error = issues.find(({ severity }) => severity === 'error')
  return isValid || error === undefined ? [] : [`${error.file}:${error.line}:${error.column}: ${error.message}`]
}
