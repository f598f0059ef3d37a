/** What a pass over a plan has done so far, and which links are to be left alone for the rest of it. */
import type { Path } from '../../desired/finding.ts'
import { startInSlices } from '../../host/slices.ts'
import type { Action } from '../plan/action.ts'
import { explainRefusal } from './explain-refusal.ts'
import { isGone } from './link-presence.ts'
import { EntriesRefused } from './perform-entries.ts'
import { NotPutBack } from './perform-put-back.ts'

/** How one action went. */
export interface Outcome {
  readonly action: Action
  readonly error?: Error
  /** Where the files ask for what failed, if that is known more closely than for the action as a whole. */
  readonly path?: Path
}

export class Ledger {
  readonly outcomes: Outcome[] = []
  readonly #leftAlone = new Set<string>()

  /** Whether something of this link failed, so that nothing more is done to it in this pass. */
  isLeftAlone(link: string): boolean {
    return this.#leftAlone.has(link)
  }

  /**
   * The actions of one link one after the other, those of different links side by side.
   * @param isWhole whether the action is done with this work: half of one is no outcome, unless it fails
   */
  async eachLink<A extends Action>(
    actions: readonly A[],
    work: (action: A) => Promise<void>,
    isWhole: (action: A) => boolean = () => true,
  ): Promise<void> {
    const byLink = new Map<string, A[]>()
    for (const action of actions) {
      const others = byLink.get(action.link)
      if (others === undefined) {
        byLink.set(action.link, [action])
      } else {
        others.push(action)
      }
    }
    await startInSlices(byLink.values(), async (ofOneLink) => {
      for (const action of ofOneLink) {
        if (!this.#leftAlone.has(action.link)) {
          await this.attempt(action, () => work(action), isWhole(action))
        }
      }
    })
  }

  async attempt(action: Action, work: () => Promise<void>, isWhole = true): Promise<void> {
    try {
      await work()
      if (isWhole) {
        this.note(action, undefined)
      }
    } catch (error) {
      this.noteError(action, error as Error)
    }
  }

  noteError(action: Action, error: Error): void {
    if (isGone(error) && action.kind !== 'createLink') {
      // The link went away under our hands, as one that is being deleted does: no failure, but a matter for the next plan.
      this.#leftAlone.add(action.link)
    } else {
      this.note(action, error)
    }
  }

  note(action: Action, error: Error | undefined): void {
    // An entry that is refused keeps nothing else of its link from being done. Nor does what others put there.
    if (error !== undefined && !(error instanceof EntriesRefused || error instanceof NotPutBack)) {
      this.#leftAlone.add(action.link)
    }
    this.outcomes.push({ action, ...(error !== undefined && explainRefusal(action, error)) })
  }
}
