/** What is amiss, in words. */
import { countOf } from '../facts/count-of.ts'
import { waitingDeletions } from './losses.ts'
import type { AgentStatus, ObjectStatus } from './status.ts'

/** Said until the first pass is over. */
export const notComparedYet = 'the kernel has not been compared with the desired files yet'

/** What is amiss, a phrase each; never empty when the status is not converged. */
export function shortcomings({ isStarting, problem, desired, objects }: AgentStatus): string[] {
  const open = objects.filter(({ state }) => state !== 'converged')
  const [first] = open
  const phrases = [
    ...(isStarting === true ? [notComparedYet] : []),
    ...(problem === undefined ? [] : [problem]),
    ...(desired.isValid ? [] : ['the desired files are invalid']),
    ...(desired.enforcing === 'rolled back' && !desired.isInForce
      ? ['what the desired files say was rolled back']
      : []),
    ...waitingDeletions(desired),
    ...(first === undefined
      ? []
      : [
          open.length === 1
            ? describeOpen(first)
            : `${open.length} of ${countOf(objects.length, 'link')} not as declared`,
        ]),
  ]
  return phrases.length > 0 ? phrases : ['a reconcile is under way']
}

/** `vxlan0 is waiting: there is no eth1`. */
export function describeOpen({ name, state, reason, source }: ObjectStatus): string {
  const words: Record<ObjectStatus['state'], string> = {
    converged: 'is converged',
    waiting: 'is waiting',
    failing: 'fails',
    conflict: 'is in conflict',
  }
  const why = reason === undefined ? '' : `: ${withPlace(reason, source)}`
  return `${name} ${words[state]}${why}`
}

/** A reason, and where the files ask for what it is about. */
export function withPlace(reason: string, source: ObjectStatus['source']): string {
  return source === undefined ? reason : `${reason}; asked for at ${source.file}:${source.line}:${source.column}`
}
