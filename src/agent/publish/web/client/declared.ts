/** Whether the host is as declared and its overlay well: the header, what the health checks found, and each declared object. */
import type { StandingFinding } from '../../../answers/health.ts'
import { describeLosses } from '../../../answers/losses.ts'
import type { AgentStatus, ObjectStatus } from '../../../answers/status.ts'
import { countOf } from '../../../facts/count-of.ts'
import { byId, element, show } from './dom.ts'
import type { Moments } from './moments.ts'
import { type Verdict, worstTone } from './verdicts.ts'

/** As many objects that are as declared are named. */
const mostNamed = 12

/** Shows the verdicts, and in the title the host and whether all is well. */
export function showVerdicts(verdicts: readonly Verdict[], hostname: string | undefined): void {
  show(
    byId('verdicts'),
    ...verdicts.map(({ id, tone, text }) => {
      const line = element('p', tone, text)
      line.id = id
      return line
    }),
  )
  const mark = worstTone(verdicts) === 'bad' ? '! ' : ''
  document.title = `${mark}${hostname === undefined ? '' : `${byId('host').textContent}: `}vxagent`
}

/** Shows the status. */
export function showStatus(status: AgentStatus, moments: Moments): void {
  const { desired, objects, version, startedAt, hostname, health } = status
  show(byId('host'), hostname)
  const files = desired.isValid ? `valid, ${countOf(desired.files.length, 'file')}` : 'invalid'
  const inForce = desired.enforcing === 'current' ? '' : `, in force: ${desired.enforcing}`
  const since = `vxagent ${version}, running since ${moments.second(startedAt)}`
  show(byId('desired'), `${desired.path}: ${files}${inForce}. ${since}.`)
  showFindings(health?.findings ?? [], moments)
  const issues = desired.issues.map(({ severity, file, line, column, message }) =>
    element(
      'li',
      severity === 'error' ? 'bad' : 'warning',
      element('span', 'name', `${file}:${line}:${column}`),
      element('span', '', message),
    ),
  )
  const open = objects.filter(({ state }) => state !== 'converged')
  const rest = objects.filter(({ state }) => state === 'converged')
  const named = rest.slice(0, mostNamed).map(objectLine)
  const more =
    rest.length > mostNamed ? [element('li', 'quiet', `and ${rest.length - mostNamed} more as declared`)] : []
  const trouble = status.problem === undefined ? [] : [element('li', 'bad', status.problem)]
  const waiting = waitingLines(status, moments)
  byId('status').classList.toggle('amiss', trouble.length + waiting.length + issues.length + open.length > 0)
  show(byId('objects'), ...trouble, ...waiting, ...issues, ...open.map(objectLine), ...named, ...more)
}

/** What the files would delete and has not been deleted. */
function waitingLines({ desired: { held, toBeDeleted = [] } }: AgentStatus, moments: Moments): HTMLElement[] {
  const heldLines =
    held === undefined
      ? []
      : [held].map(({ since, losses }) =>
          element(
            'li',
            'bad',
            `Held since ${moments.second(since)}: the files would delete ${describeLosses(losses)}. vxagent apply carries it out.`,
          ),
        )
  const deletions = toBeDeleted.map(({ name, at }) =>
    element(
      'li',
      '',
      element('span', 'name', name),
      element('span', 'warning', `to be deleted at ${moments.second(at)} unless a file names it again`),
    ),
  )
  return [...heldLines, ...deletions]
}

function showFindings(findings: readonly StandingFinding[], moments: Moments): void {
  byId('findings-section').hidden = findings.length === 0
  show(
    byId('findings'),
    ...findings.map(({ severity, found, means, cure, since, links }) =>
      element(
        'li',
        '',
        element('span', `badge ${severity === 'fault' ? 'bad' : 'warning'}`, severity),
        element('span', 'name', links.join(', ')),
        element('strong', '', moments.within(found)),
        ...(since === undefined ? [] : [element('span', 'quiet', `since ${moments.second(since)}`)]),
        element('span', 'more', moments.within(`${means}. To cure it: ${cure}`)),
      ),
    ),
  )
}

function objectLine({ name, kind, state, reason, warnings }: ObjectStatus): HTMLElement {
  const style = state === 'converged' ? 'good' : state === 'waiting' ? 'warning' : 'bad'
  return element(
    'li',
    '',
    element('span', 'name', name),
    element('span', 'quiet', kind),
    element('span', style, state),
    ...(reason === undefined ? [] : [element('span', '', reason)]),
    ...warnings.map((warning) => element('span', 'warning', warning)),
  )
}
