/** Runs a plan. One object's failure stays its own. */
import { KernelError, type RtnetlinkClient } from '../../rtnetlink/index.ts'
import type { Observer } from '../observe/observer.ts'
import type { Action, ActionOf } from '../plan/action.ts'
import type { Ownership } from './ownership.ts'
import { addAddress, changeLink, createLink, deleteLinks, type Kernel, removeAddress } from './perform.ts'

/** How one action went. */
export interface Outcome {
  readonly action: Action
  readonly error?: Error
}

/** What a plan is run against. */
export interface Workplace {
  readonly client: RtnetlinkClient
  readonly observer: Observer
  readonly ownership: Ownership
  readonly doesMembershipFollow: boolean
}

/**
 * Runs the actions: deletions first, since a VNI may be wanted again at once; then what is new; then the rest, link by link and
 * all links side by side. What is to be created is recorded before it is created. Never rejects for what the kernel refuses;
 * the first failure of a link leaves the rest of that link's actions undone.
 */
export async function apply(actions: readonly Action[], workplace: Workplace): Promise<Outcome[]> {
  const { ownership, observer, client, doesMembershipFollow } = workplace
  const kernel: Kernel = { client, names: observer.names, doesMembershipFollow }
  const run = new Run()

  const deletions = actions.filter((action) => action.kind === 'deleteLink' || action.kind === 'replaceLink')
  if (deletions.length > 0) {
    // On a full disk nothing could be created afterwards: better to find out while the link is still there.
    ownership.flush()
  }
  await run.deleteAll(deletions, kernel)
  const deleted = actions.filter((action) => action.kind === 'deleteLink' && !run.isLeftAlone(action.link))
  ownership.release(deleted.map((action) => (action as ActionOf<'deleteLink'>).madeAs))

  const creations = actions.filter(
    (action) => (action.kind === 'createLink' || action.kind === 'replaceLink') && !run.isLeftAlone(action.link),
  ) as (ActionOf<'createLink'> | ActionOf<'replaceLink'>)[]
  ownership.claim(creations.map(({ link: name, spec, mac }) => ({ name, spec, ...(mac !== undefined && { mac }) })))
  await run.eachLink(creations, (action) => createLink(kernel, action, ownership.links[action.link]?.mac ?? ''))
  await observer.refresh(creations.map(({ link }) => link))

  const rest = actions.filter(
    (action) => action.kind === 'changeLink' || action.kind === 'addAddress' || action.kind === 'removeAddress',
  )
  await run.eachLink(rest, (action) => {
    switch (action.kind) {
      case 'changeLink':
        return changeLink(kernel, action)
      case 'addAddress':
        return addAddress(kernel, action)
      default:
        return removeAddress(kernel, action as ActionOf<'removeAddress'>)
    }
  })
  // What was applied is read back: the kernel clamps and ignores in silence.
  await observer.refresh([...new Set(actions.map(({ link }) => link))])
  return run.outcomes
}

/** One pass over a plan: what was done, and which links are to be left alone for the rest of it. */
class Run {
  readonly outcomes: Outcome[] = []
  readonly #leftAlone = new Set<string>()

  isLeftAlone(link: string): boolean {
    return this.#leftAlone.has(link)
  }

  /** A replacement's deletion is half an action: it is an outcome only when it fails. */
  async deleteAll(
    actions: readonly (ActionOf<'deleteLink'> | ActionOf<'replaceLink'>)[],
    kernel: Kernel,
  ): Promise<void> {
    const results = await deleteLinks(
      kernel,
      actions.map(({ ifindex }) => ifindex),
    )
    for (const [index, action] of actions.entries()) {
      const error = results[index]
      if (error !== undefined || action.kind === 'deleteLink') {
        this.#note(action, error)
      }
    }
  }

  /** The actions of one link one after the other, those of different links side by side. */
  async eachLink<A extends Action>(actions: readonly A[], perform: (action: A) => Promise<void>): Promise<void> {
    const byLink = new Map<string, A[]>()
    for (const action of actions) {
      byLink.set(action.link, [...(byLink.get(action.link) ?? []), action])
    }
    await Promise.all(
      Array.from(byLink.values(), async (ofOneLink) => {
        for (const action of ofOneLink) {
          if (!this.isLeftAlone(action.link)) {
            await this.#attempt(action, perform)
          }
        }
      }),
    )
  }

  async #attempt<A extends Action>(action: A, perform: (action: A) => Promise<void>): Promise<void> {
    try {
      await perform(action)
      this.#note(action, undefined)
    } catch (error) {
      if (error instanceof KernelError && error.code === 'ENODEV' && action.kind !== 'createLink') {
        // The link went away under our hands, as one that is being deleted does: no failure, but a matter for the next plan.
        this.#leftAlone.add(action.link)
      } else {
        this.#note(action, error as Error)
      }
    }
  }

  #note(action: Action, error: Error | undefined): void {
    if (error !== undefined) {
      this.#leftAlone.add(action.link)
    }
    this.outcomes.push({ action, ...(error !== undefined && { error }) })
  }
}
