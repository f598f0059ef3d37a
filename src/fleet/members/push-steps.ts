/** What a host does about the pushes in the store. Pure. */
import type { PushedOffer, PushedStanding } from '../../agent/answers/pushed.ts'
import { operatorText, type Push } from '../records/push-record.ts'

/** One thing to do. */
export type PushStep =
  | { readonly kind: 'offer'; readonly offer: PushedOffer }
  | { readonly kind: 'confirm'; readonly file: Pick<PushedOffer, 'name' | 'revision' | 'id'> }

/** What is known. */
export interface PushFacts {
  readonly fleet: string
  readonly self: string
  /** By name. Of a file that is not here nobody knows anything: a store that was wiped removes nothing. */
  readonly pushes: ReadonlyMap<string, Push>
  /** Of the agent. */
  readonly standings: readonly PushedStanding[]
}

/** Whether a host takes this push now. */
export function isFor(push: Pick<Push, 'canaries' | 'nodes' | 'isReleased'>, node: string): boolean {
  return push.canaries.includes(node) || (push.isReleased && push.nodes.includes(node))
}

/** The steps, in the order of the names of the files. */
export function pushSteps({ fleet, self, pushes, standings }: PushFacts): PushStep[] {
  const known = new Map(standings.map((standing) => [standing.name, standing]))
  return [...pushes]
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .flatMap(([name, push]) => (isFor(push, self) ? stepOf(fleet, name, push, known.get(name)) : []))
}

function stepOf(fleet: string, name: string, push: Push, known: PushedStanding | undefined): PushStep[] {
  const { revision, id, text, confirmSeconds, confirmed, by, at } = push
  if (isNews(push, known)) {
    const offer = {
      v: 1,
      ...{ fleet, name, revision, id, at },
      by: operatorText(by),
      ...(text !== undefined && { text }),
      ...(confirmSeconds !== undefined && { confirmSeconds }),
    } as const
    return [{ kind: 'offer', offer }]
  }
  const isToBeKept = known?.state === 'trial' && known.id === id && confirmed !== undefined
  return isToBeKept ? [{ kind: 'confirm', file: { name, revision, id } }] : []
}

/** A later revision, or another of the same number: the store was restored to before it, and somebody pushed again. */
export function isNews({ revision, id }: Pick<Push, 'revision' | 'id'>, known: PushedStanding | undefined): boolean {
  return known === undefined || revision > known.revision || (revision === known.revision && id !== known.id)
}
