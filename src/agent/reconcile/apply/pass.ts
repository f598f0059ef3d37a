/** One pass over a plan, phase by phase. */
import type { RtnetlinkClient } from '../../../rtnetlink/index.ts'
import { statedKeys } from '../../desired/stated-keys.ts'
import type { ReplacePolicy } from '../../facts/replace-policy.ts'
import type { KernelRelease } from '../../host/kernel-release.ts'
import { sysctlsByIndex, type WriteSysctl } from '../../host/sysctls.ts'
import type { Memberships } from '../../kernel/multicast-membership.ts'
import type { Observer } from '../../kernel/observer.ts'
import { isOurs } from '../../record/owned.ts'
import type { Ownership } from '../../record/ownership.ts'
import type { Action, ActionOf } from '../plan/action.ts'
import { confirmCreated } from './confirm-created.ts'
import type { Kernel } from './kernel.ts'
import { Ledger, type Outcome } from './ledger.ts'
import { PredecessorThere } from './link-presence.ts'
import { hasPlace, MakeBeforeBreak, needsPlace } from './make-before-break.ts'
import { meantNames } from './meant-names.ts'
import { type PartAction, perform } from './perform.ts'
import { createLink, deleteLinks } from './perform-link.ts'

/** What a plan is run against. */
export interface ApplyContext {
  readonly client: RtnetlinkClient
  readonly observer: Observer
  readonly ownership: Ownership
  /** Of the running kernel. */
  readonly release: KernelRelease
  readonly writeSysctl: WriteSysctl
  readonly readMemberships: () => Memberships
  /** Whether links may be replaced for which no file says so; `always` by default. */
  readonly replace?: ReplacePolicy
}

type Creation = ActionOf<'createLink'> | ActionOf<'replaceLink'>

/** One pass. Its methods are the phases, in the order in which `apply` goes through them. */
export class Pass {
  /** Those that make the new link before the old one goes. */
  readonly replacements: MakeBeforeBreak
  readonly #ledger = new Ledger()
  readonly #context: ApplyContext
  readonly #kernel: Kernel
  /** ifindexes of links that this pass has deleted. What tells of that may have been lost. */
  readonly #deleted = new Set<number>()

  constructor(applyContext: ApplyContext) {
    this.#context = applyContext
    const { client, observer, ownership, release, readMemberships } = applyContext
    const names = meantNames(observer, ownership)
    const writeSysctl = sysctlsByIndex(client, applyContext.writeSysctl)
    this.#kernel = { client, names, release, writeSysctl, readMemberships }
    this.replacements = new MakeBeforeBreak({
      kernel: this.#kernel,
      ...{ ownership, observer },
      ledger: this.#ledger,
      releaseGone: (links) => this.#releaseGone(links),
    })
  }

  get outcomes(): readonly Outcome[] {
    return this.#ledger.outcomes
  }

  /** The action of the plan that an outcome's is a part of. */
  originOf(action: Action): Action {
    return this.#ledger.originOf(action)
  }

  adopt(actions: readonly ActionOf<'adoptLink'>[]): void {
    const { ownership, observer } = this.#context
    for (const action of this.#withoutPredecessor(actions)) {
      const link = observer.observed.links.get(action.ifindex)
      if (link !== undefined) {
        ownership.adopt(action.wanted, link)
        this.#ledger.note(action, undefined)
      }
    }
  }

  /**
   * Actions that enter a link into the record under its name, without those that would overwrite the record of another one which is
   * still there: one of ours that was renamed by hand, and could not be deleted. Nobody would own that any more.
   */
  #withoutPredecessor<A extends Creation | ActionOf<'adoptLink'>>(actions: readonly A[]): A[] {
    const { ownership, observer } = this.#context
    return actions.filter((action) => {
      if (this.#ledger.isLeftAlone(action.link)) {
        return false
      }
      const record = ownership.links[action.link]
      const recorded = record?.ifindex
      const isSame = action.kind === 'adoptLink' && action.ifindex === recorded
      const link = recorded === undefined ? undefined : observer.observed.links.get(recorded)
      // An ifindex can be somebody else's by now: who makes a link may choose one.
      const isThere = record !== undefined && link !== undefined && isOurs(record, link)
      const isRecordFree = recorded === undefined || this.#deleted.has(recorded) || !isThere
      if (!(isRecordFree || isSame)) {
        this.#ledger.note(action, new PredecessorThere(action.link, this.#kernel.names.nameOf(recorded)))
      }
      return isRecordFree || isSame
    })
  }

  /** A replacement's deletion is half an action: it is an outcome only when it fails. */
  async delete(actions: readonly (ActionOf<'deleteLink'> | ActionOf<'replaceLink'>)[]): Promise<void> {
    const { ownership } = this.#context
    if (actions.length === 0) {
      return
    }
    // On a full disk nothing could be created afterwards: better to find out while the link is still there.
    ownership.flush()
    const results = await deleteLinks(
      this.#kernel,
      actions.map(({ ifindex }) => ifindex),
    )
    for (const [index, action] of actions.entries()) {
      const error = results[index]
      if (error === undefined) {
        this.#deleted.add(action.ifindex)
      }
      if (error !== undefined || action.kind === 'deleteLink') {
        this.#ledger.note(action, error)
      }
    }
    await this.#releaseGone(
      actions.flatMap((action) =>
        action.kind === 'deleteLink' ? [{ name: action.madeAs, ifindex: action.ifindex }] : [],
      ),
    )
  }

  /** What is said to be deleted and still shows is not forgotten: it would be nobody's. */
  async #releaseGone(links: readonly { readonly name: string; readonly ifindex: number }[]): Promise<void> {
    const { ownership, observer } = this.#context
    await observer.drain()
    const gone = links.filter(({ ifindex }) => !observer.observed.links.has(ifindex))
    ownership.release(gone.map(({ name }) => name))
  }

  async create(actions: readonly Creation[]): Promise<void> {
    const { ownership, observer } = this.#context
    const creations = this.#withoutPredecessor(actions)
    if (creations.length === 0) {
      return
    }
    ownership.claim(
      creations.map(({ link, wanted, mac }) => ({
        name: link,
        wanted,
        // Not what is kept over a replacement: that no file states.
        stated: ownership.links[this.#nameOnRecord(link)]?.stated ?? statedKeys(wanted),
        ...(mac !== undefined && { mac }),
      })),
    )
    await this.#ledger.eachLink(
      creations,
      (action) => {
        const mac = ownership.links[action.link]?.mac ?? ''
        return createLink(this.#kernel, action, mac, hasPlace(this.replacements.stageOf(action.link)))
      },
      { isWhole: isWholeWhenMade },
    )
    await observer.refresh(creations.map(({ link }) => link))
    confirmCreated(ownership, observer)
  }

  /** That of the link that is to be made, or of the one that it replaces. */
  #nameOnRecord(link: string): string {
    const replacement = this.replacements.stageOf(link)
    return replacement.stage === 'old set aside' ? replacement.aside : link
  }

  /** Whether a part waits until the link has taken the place of the one that it replaces. */
  isForLater(action: PartAction): boolean {
    return needsPlace(action) && !hasPlace(this.replacements.stageOf(action.link))
  }

  performParts(actions: readonly PartAction[]): Promise<void> {
    return this.#ledger.eachLink(
      actions,
      async (action) => {
        const planned = 'ifindex' in action ? action.ifindex : undefined
        const index = planned ?? this.#kernel.names.indexOf(action.link)
        await perform(this.#kernel, this.#context, action, index)
      },
      // One that is not as it should be does not take the place of the old one.
      { standsWithLink: ({ link }) => !hasPlace(this.replacements.stageOf(link)) },
    )
  }
}

/** Whether a link of this action is as it should be once it is made: one that is made before the old one goes has yet to take its place. */
function isWholeWhenMade(action: Creation): boolean {
  return action.kind === 'createLink' || action.order === 'break before make'
}
