/** Whether the host is as declared: the verdict, and each object that is not. */
import { describeLosses, waitingDeletions } from '../../../answers/losses.ts'
import { notComparedYet } from '../../../answers/shortcomings.ts'
import type { AgentStatus, ObjectStatus } from '../../../answers/status.ts'
import { byId, element } from './dom.ts'

/** As many objects that are as declared are named. */
const mostNamed = 12

/** Shows the status. */
export function showStatus(status: AgentStatus): void {
  const { converged, isStarting, problem, desired, objects, version, startedAt } = status
  const open = objects.filter(({ state }) => state !== 'converged')
  const verdict = byId('verdict')
  verdict.className = converged ? 'good' : 'bad'
  verdict.textContent = converged
    ? `Converged: ${objects.length} as declared`
    : `${isStarting === true ? 'Starting' : 'Not converged'}: ${whyNot(status, open.length)}`
  document.title = `${converged ? '' : '! '}vxagent`
  const files = desired.isValid
    ? `valid, ${desired.files.length} file${desired.files.length === 1 ? '' : 's'}`
    : 'invalid'
  const inForce = desired.enforcing === 'current' ? '' : `, in force: ${desired.enforcing}`
  byId('desired').replaceChildren(
    element(
      'span',
      '',
      `${desired.path}: ${files}${inForce}. vxagent ${version}, running since ${new Date(startedAt).toLocaleString()}.`,
    ),
  )
  const issues = desired.issues.map(({ severity, file, line, column, message }) =>
    element(
      'li',
      severity === 'error' ? 'bad' : 'warning',
      element('span', 'name', `${file}:${line}:${column}`),
      element('span', '', message),
    ),
  )
  const rest = objects.filter(({ state }) => state === 'converged')
  const named = rest.slice(0, mostNamed).map(objectLine)
  const more =
    rest.length > mostNamed ? [element('li', 'quiet', `and ${rest.length - mostNamed} more as declared`)] : []
  const trouble = problem === undefined ? [] : [element('li', 'bad', problem)]
  byId('objects').replaceChildren(
    ...trouble,
    ...waitingLines(status),
    ...issues,
    ...open.map(objectLine),
    ...named,
    ...more,
  )
}

/** Shows that nothing is known. */
export function showAbsence(reason: string): void {
  const verdict = byId('verdict')
  verdict.className = 'bad'
  verdict.textContent = reason
  document.title = '! vxagent'
}

function whyNot({ isStarting, problem, desired, objects }: AgentStatus, open: number): string {
  if (isStarting === true) {
    return notComparedYet
  }
  if (problem !== undefined) {
    return 'the agent cannot do its work'
  }
  if (!desired.isValid) {
    return 'the desired files are invalid'
  }
  const [waiting] = waitingDeletions(desired)
  if (waiting !== undefined) {
    return waiting
  }
  return open > 0 ? `${open} of ${objects.length} not as declared` : 'what the files say is not in force'
}

/** What the files would delete and has not been deleted. */
function waitingLines({ desired: { held, toBeDeleted = [] } }: AgentStatus): HTMLElement[] {
  return [
    ...(held === undefined
      ? []
      : [
          element(
            'li',
            'bad',
            `Held since ${new Date(held.since).toLocaleString()}: the files would delete ${describeLosses(held.losses)}. vxagent apply carries it out.`,
          ),
        ]),
    ...toBeDeleted.map(({ name, at }) =>
      element(
        'li',
        '',
        element('span', 'name', name),
        element(
          'span',
          'warning',
          `to be deleted at ${new Date(at).toLocaleTimeString()} unless a file names it again`,
        ),
      ),
    ),
  ]
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
