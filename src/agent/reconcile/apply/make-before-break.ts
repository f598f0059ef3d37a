/**
 * Replacements that make the new link before the old one goes, step by step: the old link gets another name for the moment, the new one
 * is made and filled under the name of both, the old one goes, and the new one takes its place. What fails on the way is undone.
 */
import { randomBytes } from 'node:crypto'
import type { Observer } from '../../kernel/observer.ts'
import type { Ownership } from '../../record/ownership.ts'
import type { ActionOf } from '../plan/action.ts'
import { errorOf, type Kernel } from './kernel.ts'
import type { Ledger } from './ledger.ts'
import type { PartAction } from './perform.ts'
import { deleteLinks, joinMaster, renameLink } from './perform-link.ts'

type Replacement = ActionOf<'replaceLink'>

/** How far the replacement of a link has got. */
export type ReplacementStage =
  /** It is not replaced in this way, or that has not begun. */
  | { readonly stage: 'none' }
  /** The old link is called `aside`. The new one is made and filled, outside the bridge that the old one is a port of. */
  | { readonly stage: 'old set aside'; readonly aside: string }
  /** The old link is gone, and the new one has its place. */
  | { readonly stage: 'in place' }
  /** The new link is gone, if it was made, and the old one has its name again, as far as the kernel let that happen. */
  | { readonly stage: 'undone' }

/** Whether a link at this stage has its place: its master, its alternative names, and what others put on it. */
export function hasPlace(replacement: ReplacementStage): boolean {
  switch (replacement.stage) {
    case 'none':
    case 'in place':
    case 'undone':
      return true
    case 'old set aside':
      return false
    default:
      return replacement satisfies never
  }
}

/**
 * Whether a part can be done only when the link has its place: alternative names are the old link's until then, and coming into a bridge
 * takes neighbours away (Linux 6.18).
 */
export function needsPlace(action: PartAction): boolean {
  switch (action.kind) {
    case 'changeAltnames':
    case 'changePort':
    case 'changeVlans':
    case 'changeVlanMap':
    case 'putBack':
      return true
    case 'addEntries':
    case 'replaceEntries':
    case 'removeEntries':
      return action.table === 'neighbours'
    case 'changeLink':
    case 'attachPort':
    case 'detachPort':
    case 'changeSysctls':
    case 'changeVnis':
    case 'addAddress':
    case 'changeAddress':
    case 'removeAddress':
      return false
    default:
      return action satisfies never
  }
}

/** What it works with. */
export interface MakeBeforeBreakParts {
  readonly kernel: Kernel
  readonly ownership: Ownership
  readonly observer: Observer
  readonly ledger: Ledger
  /** Forgets links that were deleted and are no longer seen. */
  readonly releaseGone: (links: readonly { readonly name: string; readonly ifindex: number }[]) => Promise<void>
}

export class MakeBeforeBreak {
  readonly #parts: MakeBeforeBreakParts
  /** By name: links whose replacement has begun. */
  readonly #stages = new Map<string, ReplacementStage>()

  constructor(parts: MakeBeforeBreakParts) {
    this.#parts = parts
  }

  stageOf(link: string): ReplacementStage {
    return this.#stages.get(link) ?? { stage: 'none' }
  }

  /** From `none` to `old set aside`: gives the old links, which still work, another name. */
  async setAside(actions: readonly Replacement[]): Promise<void> {
    const { kernel, ownership, ledger } = this.#parts
    const asides = actions.map((action) => ({ action, aside: nameForTheMoment() }))
    // Record first: whatever happens in between, the link is found by its ifindex, and put back.
    ownership.setAside(asides.map(({ action, aside }) => ({ name: action.link, aside })))
    await Promise.all(
      asides.map(async ({ action, aside }) => {
        const error = await errorOf(renameLink(kernel, action.ifindex, aside))
        if (error === undefined) {
          this.#stages.set(action.link, { stage: 'old set aside', aside })
        } else {
          ownership.putBack(aside)
          ledger.noteError(action, error)
        }
      }),
    )
  }

  /** From `old set aside` to `in place` where the new link is as it should be; else, or where the old one does not go, to `undone`. */
  async takePlaces(actions: readonly Replacement[]): Promise<void> {
    const { kernel, observer, ledger, releaseGone } = this.#parts
    const begun = actions.flatMap((action) => {
      const replacement = this.stageOf(action.link)
      return replacement.stage === 'old set aside' ? [{ action, aside: replacement.aside }] : []
    })
    const isReady = ({ action }: { readonly action: Replacement }): boolean => !ledger.isFlawed(action.link)
    const ready = begun.filter(isReady)
    await Promise.all(begun.filter((each) => !isReady(each)).map(({ action, aside }) => this.#undo(action, aside)))
    const results = await deleteLinks(
      kernel,
      ready.map(({ action }) => action.ifindex),
    )
    const done = ready.filter((_, at) => results[at] === undefined)
    await releaseGone(done.map(({ action, aside }) => ({ name: aside, ifindex: action.ifindex })))
    for (const [at, { action, aside }] of ready.entries()) {
      const error = results[at]
      if (error !== undefined) {
        ledger.noteError(action, error)
        await this.#undo(action, aside)
      }
    }
    await Promise.all(
      done.map(({ action }) => {
        this.#stages.set(action.link, { stage: 'in place' })
        return ledger.attempt(action, () => joinMaster(kernel, kernel.names.indexOf(action.link), action.wanted))
      }),
    )
    await observer.refresh(begun.map(({ action }) => action.link))
  }

  /** Undoes what an earlier run, which was cut short, has begun. */
  async restore(actions: readonly ActionOf<'restoreLink'>[]): Promise<void> {
    const { observer, ledger } = this.#parts
    for (const action of actions) {
      ledger.note(action, await this.#undo(action, action.aside))
    }
    await observer.refresh(actions.map(({ link }) => link))
  }

  /** The new link goes, if it was made, and the old one is what it was. Gives what went wrong, which is a matter for the next plan. */
  async #undo({ link, ifindex }: Pick<Replacement, 'link' | 'ifindex'>, aside: string): Promise<Error | undefined> {
    const { kernel, ownership } = this.#parts
    this.#stages.set(link, { stage: 'undone' })
    const made = ownership.links[link]?.ifindex
    const [notDeleted] = await deleteLinks(kernel, made === undefined ? [] : [made])
    const error = notDeleted ?? (await errorOf(renameLink(kernel, ifindex, link)))
    if (error === undefined) {
      ownership.putBack(aside)
    }
    return error
  }
}

/** Nobody else's name: 15 bytes at most, as the kernel wants it. */
function nameForTheMoment(): string {
  return `vxa-${randomBytes(4).toString('hex')}`
}
