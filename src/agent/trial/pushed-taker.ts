/**
 * Takes files that operators of the fleet pushed to this host: one more desired file, all or none. A revision with a window is tried out as any
 * other state; it becomes one of the files when it is confirmed.
 */
import type { Logger } from 'pino'
import type { PushedOffer, PushedPicture, PushedPlan, PushedQuestion, PushedStanding } from '../answers/pushed.ts'
import { formatIssue } from '../desired/issue.ts'
import { pushedFile } from '../desired/pushed-text.ts'
import type { DesiredState } from '../desired/schema.ts'
import { mostPushedFiles, type Pending } from '../fleet/pushed-files.ts'
import type { EnforcedState } from './enforced-state.ts'
import type { Enforcer } from './enforcer.ts'
import { isValid } from './files-reading.ts'
import { NotPossibleNow } from './not-possible-now.ts'
import { whyNotTaken } from './pushed-refusal.ts'

/** Told of each revision when it is settled, and when its trial begins. */
export type PushedListener = (standing: PushedStanding) => void

/** What it works with. */
export interface PushedTakerParts {
  readonly enforcedState: EnforcedState
  readonly enforcer: Enforcer
  readonly log: Logger
  /** Computes what a state would change. */
  readonly planLines: (state: DesiredState) => Promise<readonly string[]>
}

/** As many errors of a file are named. */
const mostErrors = 5
/** As many lines of a plan are sent, and characters of each. */
const mostLines = 100
const longestLine = 200

export class PushedTaker {
  readonly #parts: PushedTakerParts
  readonly #listeners = new Set<PushedListener>()
  /** Until the files were read for the first time nobody can say whether a file fits to them. */
  #begin: () => void = () => {}
  /** One after the other. */
  #turns: Promise<unknown>

  constructor(parts: PushedTakerParts) {
    this.#parts = parts
    this.#turns = new Promise<void>((resolve) => {
      this.#begin = resolve
    })
    parts.enforcer.onEnforced(() => {
      this.settle().catch((error: unknown) => parts.log.error({ err: error }, 'cannot settle a pushed file'))
    })
  }

  /** The files have been read, and the kernel was brought to what they say: what was offered meanwhile is taken now. */
  begin(): void {
    this.#begin()
  }

  /** What there is, for whoever shows it. */
  get picture(): PushedPicture {
    const { enforcedState } = this.#parts
    const until = enforcedState.status.until
    return {
      accepts: enforcedState.state?.fleet?.config === 'accept',
      files: enforcedState.pushed.standings.map((standing) =>
        standing.state === 'trial' && until !== undefined ? { ...standing, until } : standing,
      ),
      ...this.#health(),
    }
  }

  onSettled(listener: PushedListener): void {
    this.#listeners.add(listener)
  }

  /** Takes a revision, or refuses it; either is how it stands from then on. Rejects only with what is a fault of this program. */
  take(offer: PushedOffer): Promise<PushedStanding> {
    return this.#inTurn(async () => {
      await this.#endEarlierTrial(offer)
      const content = this.#parts.enforcedState.pushed.content
      try {
        await this.#apply(offer)
      } catch (error) {
        if (!isRefusal(error)) {
          throw error
        }
        this.#undo(content)
        this.#note(offer, 'refused', error.message)
      }
      return this.#tell(offer)
    })
  }

  /** Keeps a revision on trial. Rejects with NotPossibleNow where it is on trial no longer. */
  confirm({ name, revision, id }: Pick<PushedOffer, 'name' | 'revision' | 'id'>): Promise<PushedStanding> {
    return this.#inTurn(async () => {
      const { enforcedState, enforcer } = this.#parts
      const { pending } = enforcedState.pushed
      if (pending?.name !== name || pending.revision !== revision || pending.id !== id) {
        throw new NotPossibleNow(`nothing to confirm: revision ${revision} of ${name} is not on trial here`)
      }
      if (enforcedState.trial !== undefined) {
        await enforcer.confirm()
      }
      await this.#settlePending()
      return this.#standingOf(name)
    })
  }

  /** What a file would change. Changes nothing. */
  plan(question: PushedQuestion): Promise<PushedPlan> {
    return this.#inTurn(async () => {
      const { enforcedState, planLines } = this.#parts
      const health = this.#health()
      const refused = (reason: string): PushedPlan => ({ canApply: false, reason, lines: [], lineCount: 0, ...health })
      const why = whyNotTaken(enforcedState.status, enforcedState.state, question)
      if (why !== undefined) {
        return refused(why)
      }
      const files = await enforcedState.readWith(enforcedState.pushed.textsWith(question))
      if (!isValid(files)) {
        return refused(errorsOf(files.issues))
      }
      const lines = await planLines(files.state)
      const shown = lines.slice(0, mostLines).map((line) => line.slice(0, longestLine))
      return { canApply: true, lines: shown, lineCount: lines.length, ...health }
    })
  }

  /**
   * Follows what became of the revision on trial: by an operator's word, by the end of its window, by somebody on this host, or in an earlier run.
   */
  settle(): Promise<void> {
    return this.#inTurn(() => this.#settlePending())
  }

  async #settlePending(): Promise<void> {
    const { enforcedState, enforcer } = this.#parts
    const { pending } = enforcedState.pushed
    const { override } = enforcedState
    if (pending === undefined) {
      return
    }
    const isOurs = override?.candidate === labelOf(pending)
    if (override?.what === 'trial' && isOurs) {
      return
    }
    if (override?.what === 'confirmed' && isOurs) {
      // Only now: a crash before this leaves the confirmed state in force, and this is done by the next run.
      enforcedState.pushed.accept(pending)
      await enforcer.reload()
    } else {
      this.#note(pending, 'returned', 'it was not confirmed in time, or somebody on this host ended its trial')
    }
    this.#tell(pending)
  }

  /** A later revision ends the trial of an earlier one. */
  async #endEarlierTrial({ name }: PushedOffer): Promise<void> {
    const { enforcedState, enforcer } = this.#parts
    await this.#settlePending()
    const { pending } = enforcedState.pushed
    if (pending?.name === name) {
      await enforcer.rollBack()
      this.#note(pending, 'returned', 'a later revision was pushed')
      this.#tell(pending)
    }
  }

  /** Throws NotPossibleNow where it is to be refused. */
  async #apply(offer: PushedOffer): Promise<void> {
    const { enforcedState, enforcer } = this.#parts
    const { pushed } = enforcedState
    const refuse = (why: string | undefined): void => {
      if (why !== undefined) {
        throw new NotPossibleNow(why)
      }
    }
    refuse(whyNotTaken(enforcedState.status, enforcedState.state, offer))
    const isNew = pushed.texts.every(({ name }) => name !== offer.name)
    if (isNew && offer.text !== undefined && pushed.texts.length >= mostPushedFiles) {
      refuse(`this host has ${pushed.texts.length} pushed files, and takes no more than ${mostPushedFiles}`)
    }
    const files = await enforcedState.readWith(pushed.textsWith(offer))
    if (!isValid(files)) {
      throw new NotPossibleNow(errorsOf(files.issues))
    }
    const { confirmSeconds: seconds } = offer
    if (seconds === undefined || files.hash === enforcedState.filesHash) {
      pushed.accept(offer)
      await enforcer.apply()
      return
    }
    const candidate = { path: labelOf(offer), state: files.state }
    await enforcer.tryOut({ seconds, candidate, onBegun: async () => pushed.begin(offer) })
  }

  #undo(content: EnforcedState['pushed']['content']): void {
    const { pushed } = this.#parts.enforcedState
    if (pushed.content !== content) {
      pushed.restore(content)
    }
  }

  /** That it cannot be written is told; what is in force is not changed by that. */
  #note(offer: PushedOffer | Pending, state: 'refused' | 'returned', reason: string): void {
    try {
      this.#parts.enforcedState.pushed.note(offer, state, reason)
    } catch (error) {
      this.#parts.log.error({ err: error }, 'cannot keep how a pushed file stands for a restart')
    }
  }

  #tell({ name }: Pick<PushedOffer, 'name'>): PushedStanding {
    const standing = this.#standingOf(name)
    for (const listener of this.#listeners) {
      listener(standing)
    }
    return standing
  }

  #standingOf(wanted: string): PushedStanding {
    const standing = this.picture.files.find(({ name }) => name === wanted)
    if (standing === undefined) {
      throw new Error(`nothing is known of the pushed file ${wanted}`)
    }
    return standing
  }

  #health(): { readonly converged: boolean; readonly failing: number } {
    const { converged, objects } = this.#parts.enforcer.status()
    return { converged, failing: objects.filter(({ state }) => state !== 'converged').length }
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turns.then(work)
    this.#turns = turn.catch(() => {})
    return turn
  }
}

/** What a trial of this revision is called, as the file or directory of another candidate is. */
function labelOf({ name, revision, id }: Pick<PushedOffer, 'name' | 'revision' | 'id'>): string {
  return `${pushedFile(name)} (revision ${revision}, ${id})`
}

function isRefusal(error: unknown): error is Error {
  // What cannot be written, as on a full disk, is no reason to try it for ever.
  const name = error instanceof Error ? error.name : ''
  return ['NotPossibleNow', 'InvalidDesiredState'].includes(name) || (error as NodeJS.ErrnoException).code !== undefined
}

function errorsOf(issues: readonly Parameters<typeof formatIssue>[0][]): string {
  const errors = issues.filter(({ severity }) => severity === 'error')
  const more = errors.length > mostErrors ? `; and ${errors.length - mostErrors} more` : ''
  return `${errors.slice(0, mostErrors).map(formatIssue).join('; ')}${more}`
}
