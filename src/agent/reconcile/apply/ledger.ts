/** What a pass over a plan has done so far, and which parts of which links are to be left alone for the rest of it. */

import type { Path } from '../../desired/finding.ts'
import { grouped } from '../../facts/grouped.ts'
import { startInSlices } from '../../host/slices.ts'
import type { Action } from '../plan/action.ts'
import { linkItself, type Part, partsOf, withoutParts } from '../plan/parts.ts'
import { explainRefusal } from './explain-refusal.ts'
import { isGone } from './link-presence.ts'
import { PartlyRefused } from './part-by-part.ts'
import { EntriesRefused } from './perform-entries.ts'
import { NotPutBack } from './perform-put-back.ts'

/** How one action went. What the kernel took in part is two: one of what is done, and one of what failed. */
export interface Outcome {
  readonly action: Action
  readonly error?: Error
  /** Where the files ask for what failed, if that is known more closely than for the action as a whole. */
  readonly path?: Path
  /** The parts of the link that failed. */
  readonly failed?: readonly Part[]
}

/** How the work on one action is to be understood. */
export interface WorkOptions<A extends Action> {
  /** Whether the action is done with this work: half of one is no outcome, unless it fails. */
  readonly isWhole?: (action: A) => boolean
  /** Whether a failure of a part is one of the whole link, which is then undone. */
  readonly standsWithLink?: (action: A) => boolean
}

export class Ledger {
  readonly outcomes: Outcome[] = []
  /** By link. */
  readonly #out = new Map<string, Set<Part>>()
  readonly #flawed = new Set<string>()
  readonly #origins = new Map<Action, Action>()

  /** Whether nothing more is done to this link in this pass. */
  isLeftAlone(link: string): boolean {
    return this.#out.get(link)?.has(linkItself) === true
  }

  /** Whether something of this link failed. An entry that is refused does not count, nor does what others put there. */
  isFlawed(link: string): boolean {
    return this.#flawed.has(link)
  }

  /** The action of the plan that this one is a part of. */
  originOf(action: Action): Action {
    const origin = this.#origins.get(action)
    return origin === undefined ? action : this.originOf(origin)
  }

  /** The actions of one link one after the other, without what needs a part that failed; those of different links side by side. */
  async eachLink<A extends Action>(
    actions: readonly A[],
    work: (action: A) => Promise<void>,
    { isWhole = () => true, standsWithLink = () => false }: WorkOptions<A> = {},
  ): Promise<void> {
    await startInSlices(grouped(actions, ({ link }) => link).values(), async (ofOneLink) => {
      for (const action of ofOneLink) {
        const rest = this.#partOf(action, withoutParts(action, this.#out.get(action.link) ?? new Set()))
        if (rest !== undefined) {
          await this.attempt(rest, () => work(rest), isWhole(rest), standsWithLink(rest))
        }
      }
    })
  }

  async attempt(action: Action, work: () => Promise<void>, isWhole = true, standsWithLink = false): Promise<void> {
    try {
      await work()
      if (isWhole) {
        this.note(action, undefined)
      }
    } catch (error) {
      this.noteError(action, error as Error, standsWithLink)
    }
  }

  noteError(action: Action, error: Error, standsWithLink = false): void {
    if (error instanceof PartlyRefused) {
      for (const each of error.refused) {
        this.#partOf(action, each.action)
        this.noteError(each.action, each.error, standsWithLink)
      }
      this.#noteRest(
        action,
        error.refused.flatMap((each) => [...partsOf(each.action)]),
      )
    } else if (isGone(error) && action.kind !== 'createLink') {
      // The link went away under our hands, as one that is being deleted does: no failure, but a matter for the next plan.
      this.#leaveOut(action.link, [linkItself])
      this.#flawed.add(action.link)
    } else if (error instanceof EntriesRefused && 'table' in action) {
      for (const each of error.byReason()) {
        const keys = [...each.keys].map((key) => `${action.table} ${key}`)
        this.note(this.#partOf(action, withoutParts(action, othersThan(action, keys))) ?? action, each)
      }
      this.#noteRest(
        action,
        [...error.keys].map((key) => `${action.table} ${key}`),
      )
    } else {
      this.note(action, error, standsWithLink)
    }
  }

  note(action: Action, error: Error | undefined, standsWithLink = false): void {
    if (error === undefined) {
      this.outcomes.push({ action })
      return
    }
    if (!(error instanceof EntriesRefused || error instanceof NotPutBack)) {
      this.#flawed.add(action.link)
    }
    const failed = standsWithLink ? [linkItself] : [...partsOf(action)]
    this.#leaveOut(action.link, failed)
    this.outcomes.push({ action, failed, ...explainRefusal(action, error) })
  }

  #noteRest(action: Action, failed: readonly Part[]): void {
    const rest = this.#partOf(action, withoutParts(action, new Set(failed)))
    if (rest !== undefined) {
      this.note(rest, undefined)
    }
  }

  #leaveOut(link: string, parts: readonly Part[]): void {
    const out = this.#out.get(link) ?? new Set()
    this.#out.set(link, out)
    for (const part of parts) {
      out.add(part)
    }
  }

  #partOf<A extends Action>(action: Action, part: A | undefined): A | undefined {
    if (part !== undefined && part !== action) {
      this.#origins.set(part, action)
    }
    return part
  }
}

function othersThan(action: Action, parts: readonly Part[]): ReadonlySet<Part> {
  const meant = new Set(parts)
  return new Set([...partsOf(action)].filter((part) => !meant.has(part)))
}
