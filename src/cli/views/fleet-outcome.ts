/** What an operator's command has done in the store, step by step. */
import type { Outcome } from '../../fleet/operate/parts.ts'
import { printable } from '../printable.ts'

/** A line for each step: what it did, or that it was so already. */
export function* outcomeLines({ steps, enforced }: Outcome): Generator<string> {
  for (const { changed, what } of steps) {
    yield `${changed ? 'done     ' : 'unchanged'}  ${printable(what)}\n`
  }
  if (!enforced) {
    yield 'Authentication is off in etcd: any client may read and write everything, and no rights are enforced until etcdctl auth enable.\n'
  }
}

/** What deleting a user does not end. */
export function watchesOutlive(node: string): string {
  return `A watch that ${printable(node)} has open keeps receiving the fleet: etcd checks rights when a watch begins. To end it, restart the members of etcd one after the other.\n`
}
