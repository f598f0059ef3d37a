/** What failed in a cycle, part by part: what failed once is not tried again in it. */

import type { Path } from '../../desired/finding.ts'
import { grouped } from '../../facts/grouped.ts'
import type { Action } from '../plan/action.ts'
import { linkItself, type Part, partsOf, withoutParts } from '../plan/parts.ts'

/** Why parts of an object are not as desired, though they were tried. */
export interface CycleFailure {
  readonly error: Error
  /** Where the files ask for what failed. */
  readonly path?: Path
  readonly parts: readonly Part[]
}

const noParts: ReadonlySet<Part> = new Set()

export class PartFailures {
  readonly #failures = new Map<string, CycleFailure[]>()
  readonly #out = new Map<string, Set<Part>>()
  readonly #held: (name: string) => ReadonlySet<Part>

  /** @param held parts of an object that must not be tried yet */
  constructor(held: (name: string) => ReadonlySet<Part>) {
    this.#held = held
  }

  get byObject(): ReadonlyMap<string, readonly CycleFailure[]> {
    return this.#failures
  }

  /** Whether the object as such failed. */
  has(name: string): boolean {
    return this.#out.get(name)?.has(linkItself) === true
  }

  add(name: string, failure: CycleFailure): void {
    const failures = this.#failures.get(name) ?? []
    this.#failures.set(name, [...failures, failure])
    const out = this.#out.get(name) ?? new Set()
    this.#out.set(name, out)
    for (const part of failure.parts) {
      out.add(part)
    }
  }

  /** What may be done now of these actions. */
  due<A extends Action>(actions: readonly A[]): A[] {
    const outOf = new Map<string, ReadonlySet<Part>>()
    const isToDo = isInPlan(actions)
    return actions.flatMap((action) => {
      const out = outOf.get(action.link) ?? this.#allOut(action.link, isToDo)
      outOf.set(action.link, out)
      return withoutParts(action, out) ?? []
    })
  }

  /** A part that is no longer to be done took after all, and stands in no other's way. */
  #allOut(name: string, isToDo: (name: string, part: Part) => boolean): ReadonlySet<Part> {
    const failed = this.#out.get(name) ?? noParts
    const held = this.#held(name)
    return failed.size + held.size === 0 ? noParts : new Set([...failed, ...held].filter((part) => isToDo(name, part)))
  }
}

/** Whether a plan still has something to do for a part. */
export function isInPlan(actions: readonly Action[]): (name: string, part: Part) => boolean {
  const byLink = grouped(actions, ({ link }) => link)
  const partsByLink = new Map<string, ReadonlySet<Part>>()
  const planned = (name: string): ReadonlySet<Part> => {
    const parts = partsByLink.get(name) ?? new Set((byLink.get(name) ?? []).flatMap((action) => [...partsOf(action)]))
    partsByLink.set(name, parts)
    return parts
  }
  // The link as such stands in the way of whatever is to be done.
  return (name, part) => byLink.has(name) && (part === linkItself || planned(name).has(part))
}
