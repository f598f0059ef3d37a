/** What an operator's command has done in the store, step by step. */
import type { Outcome } from '../../fleet/operate/parts.ts'
import { printable } from '../printable.ts'

/** A line for each step: what it did, or that it was so already. */
export function* outcomeLines({ steps, enforced }: Outcome): Generator<string> {
  for (const { changed, what } of steps) {
    yield `${changed ? 'done     ' : 'unchanged'}  ${printable(what)}\n`
  }
  if (!enforced) {
    yield 'Authentication is off in etcd: everybody who reaches it may read and write everything, and none of these rights is enforced until etcdctl auth enable.\n'
  }
}

/** What deleting a user does not end. */
export function watchesOutlive(node: string): string {
  return `A watch that ${printable(node)} has open goes on hearing the fleet: etcd looks at rights when a watch begins. Restart the members of etcd one after the other to end it.\n`
}
