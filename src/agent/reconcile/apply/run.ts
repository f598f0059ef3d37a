/** One pass over a plan, phase by phase. */
import { randomBytes } from 'node:crypto'
import type { RtnetlinkClient } from '../../../rtnetlink/index.ts'
import { statedKeys } from '../../desired/stated-keys.ts'
import type { ReplacePolicy } from '../../facts/replace-policy.ts'
import type { KernelRelease } from '../../host/kernel-release.ts'
import { sysctlsByIndex, type WriteSysctl } from '../../host/sysctls.ts'
import type { Memberships } from '../../kernel/multicast-membership.ts'
import type { Observer } from '../../kernel/observer.ts'
import { isOurs } from '../../record/owned.ts'
import type { Ownership } from '../../record/ownership.ts'
import type { ActionOf } from '../plan/action.ts'
import { confirmCreated } from './confirm-created.ts'
import { errorOf, type Kernel } from './kernel.ts'
import { Ledger, type Outcome } from './ledger.ts'
import { PredecessorThere } from './link-presence.ts'
import { meantNames } from './meant-names.ts'
import { type PartAction, perform } from './perform.ts'
import { createLink, deleteLinks, joinMaster, renameLink } from './perform-link.ts'

/** What a plan is run against. */
export interface Workplace {
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
type Replacement = ActionOf<'replaceLink'>

/** Parts of a link that wait, where it stands beside another, until it has taken that one's place in a bridge and its names. */
const partsInPlace: ReadonlySet<PartAction['kind']> = new Set([
  'changeAltnames',
  'changePort',
  'changeVlans',
  'changeVlanMap',
  'putBack',
])

/** One pass. Its methods are the phases, in the order in which `apply` goes through them. */
export class Run {
  readonly #ledger = new Ledger()
  readonly #workplace: Workplace
  readonly #kernel: Kernel
  /** ifindexes of links that this pass has deleted. What tells of that may have been lost. */
  readonly #deleted = new Set<number>()
  /** Links that are replaced by ones made beside them: the names that they have meanwhile. */
  readonly #aside = new Map<string, string>()

  constructor(workplace: Workplace) {
    this.#workplace = workplace
    const { client, observer, ownership, release, readMemberships } = workplace
    const names = meantNames(observer, ownership)
    const writeSysctl = sysctlsByIndex(client, workplace.writeSysctl)
    this.#kernel = { client, names, release, writeSysctl, readMemberships }
  }

  get outcomes(): readonly Outcome[] {
    return this.#ledger.outcomes
  }

  adopt(actions: readonly ActionOf<'adoptLink'>[]): void {
    const { ownership, observer } = this.#workplace
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
    const { ownership, observer } = this.#workplace
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
    const { ownership } = this.#workplace
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
    const { ownership, observer } = this.#workplace
    await observer.drain()
    const gone = links.filter(({ ifindex }) => !observer.observed.links.has(ifindex))
    ownership.release(gone.map(({ name }) => name))
  }

  /** Gives links that are to be replaced while they still work another name: the link that comes gets theirs at once. */
  async makeWay(actions: readonly Replacement[]): Promise<void> {
    const { ownership } = this.#workplace
    const asides = actions.map((action) => ({ action, aside: nameForTheMoment() }))
    // Record first: whatever happens in between, the link is found by its ifindex, and put back.
    ownership.setAside(asides.map(({ action, aside }) => ({ name: action.link, aside })))
    await Promise.all(
      asides.map(async ({ action, aside }) => {
        const error = await errorOf(renameLink(this.#kernel, action.ifindex, aside))
        if (error === undefined) {
          this.#aside.set(action.link, aside)
        } else {
          ownership.putBack(aside)
          this.#ledger.noteError(action, error)
        }
      }),
    )
  }

  async create(actions: readonly Creation[]): Promise<void> {
    const { ownership, observer } = this.#workplace
    const creations = this.#withoutPredecessor(actions)
    if (creations.length === 0) {
      return
    }
    ownership.claim(
      creations.map(({ link, wanted, mac }) => ({
        name: link,
        wanted,
        // Not what is kept over a replacement: that no file states.
        stated: ownership.links[this.#aside.get(link) ?? link]?.stated ?? statedKeys(wanted),
        ...(mac !== undefined && { mac }),
      })),
    )
    await this.#ledger.eachLink(creations, (action) => {
      const mac = ownership.links[action.link]?.mac ?? ''
      return createLink(this.#kernel, action, mac, !this.#aside.has(action.link))
    })
    await observer.refresh(creations.map(({ link }) => link))
    confirmCreated(ownership, observer)
  }

  /**
   * Whether a part of a link that stands beside another waits until it has taken that one's place: alternative names are still
   * the other's, and coming into a bridge takes neighbours away (Linux 6.18).
   */
  isForLater(action: PartAction): boolean {
    const isNeighbours = 'table' in action && action.table === 'neighbours'
    return this.#aside.has(action.link) && (isNeighbours || partsInPlace.has(action.kind))
  }

  performParts(actions: readonly PartAction[]): Promise<void> {
    return this.#ledger.eachLink(actions, async (action) => {
      const planned = 'ifindex' in action ? action.ifindex : undefined
      const index = planned ?? this.#kernel.names.indexOf(action.link)
      await perform(this.#kernel, this.#workplace, action, index)
    })
  }

  /** Links that were made beside others, and are as they should be, take the place of these; else these get their names back. */
  async takePlaces(actions: readonly Replacement[]): Promise<void> {
    const { observer } = this.#workplace
    const aside = actions.filter(({ link }) => this.#aside.has(link))
    const ready = aside.filter(({ link }) => !this.#ledger.isLeftAlone(link))
    await Promise.all(aside.filter(({ link }) => this.#ledger.isLeftAlone(link)).map((action) => this.#goBack(action)))
    const results = await deleteLinks(
      this.#kernel,
      ready.map(({ ifindex }) => ifindex),
    )
    const done = ready.filter((_, at) => results[at] === undefined)
    await this.#releaseGone(done.map(({ link, ifindex }) => ({ name: this.#aside.get(link) ?? '', ifindex })))
    for (const [at, action] of ready.entries()) {
      const error = results[at]
      if (error !== undefined) {
        this.#ledger.noteError(action, error)
        await this.#goBack(action)
      }
    }
    await Promise.all(
      done.map((action) =>
        this.#ledger.attempt(
          action,
          () => joinMaster(this.#kernel, this.#kernel.names.indexOf(action.link), action.wanted),
          true,
        ),
      ),
    )
    await observer.refresh(aside.map(({ link }) => link))
  }

  /** Puts back what an earlier run, which was cut short, has left aside. */
  async restore(actions: readonly ActionOf<'restoreLink'>[]): Promise<void> {
    const { observer } = this.#workplace
    for (const action of actions) {
      this.#ledger.note(action, await this.#putBack(action, action.aside))
    }
    await observer.refresh(actions.map(({ link }) => link))
  }

  /** Whatever fails here is a matter for the next plan. */
  async #goBack(action: Replacement): Promise<void> {
    await this.#putBack(action, this.#aside.get(action.link) ?? '')
  }

  /** The new link goes, if it was made, and the old one is what it was. Gives what went wrong. */
  async #putBack({ link, ifindex }: Pick<Replacement, 'link' | 'ifindex'>, aside: string): Promise<Error | undefined> {
    const { ownership } = this.#workplace
    const made = ownership.links[link]?.ifindex
    const [notDeleted] = await deleteLinks(this.#kernel, made === undefined ? [] : [made])
    const error = notDeleted ?? (await errorOf(renameLink(this.#kernel, ifindex, link)))
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
