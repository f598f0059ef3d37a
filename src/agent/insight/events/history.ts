/** From what the kernel tells, and what vxagent does, to the log of what happened to the overlay. */
import { type Address, constants, type Link, type Neighbour } from '../../../rtnetlink/index.ts'
import { describeLosses } from '../../answers/losses.ts'
import type { StatusChange } from '../../answers/status-change.ts'
import { eachStep, type Steps } from '../../facts/steps.ts'
import { inSlices } from '../../host/slices.ts'
import type { Change } from '../../kernel/change.ts'
import type { LinkNames } from '../../kernel/link-names.ts'
import { fdbKey, fdbOwner, type Observed } from '../../kernel/observed.ts'
import { isVxlan } from '../../kernel/vxlan-link.ts'
import type { Outcome } from '../../reconcile/apply/apply.ts'
import { type LostGuest, whyForgotten } from '../../reconcile/loop/guests.ts'
import type { Action } from '../../reconcile/plan/action.ts'
import { isLearned } from '../../words/fdb-entry.ts'
import type { EventDraft, EventLog } from './event-log.ts'
import { arrival, canMove, departure } from './fdb-event.ts'
import { FirstSeen } from './first-seen.ts'
import { addressEvents, type LinkEventContext, linkEvents, linkGone } from './link-events.ts'
import { LinksOfOverlay } from './links-of-overlay.ts'
import { copyOf, EntriesSince, type MissedChanges, missedChanges } from './missed-changes.ts'
import { Moves } from './moves.ts'
import { outcomeEvents } from './outcome-events.ts'
import { OwnActions } from './own-actions.ts'
import { RemovedEntries } from './removed-entries.ts'

/** Where what is known now is found. */
export interface HistorySource {
  readonly observed: Observed
  readonly names: LinkNames
}

export class History {
  readonly log: EventLog
  readonly firstSeen = new FirstSeen()
  readonly #source: HistorySource
  readonly #removed: RemovedEntries
  readonly #moves = new Moves()
  readonly #own = new OwnActions()
  readonly #overlay: LinksOfOverlay
  #hasStarted = false
  #isLosing = false
  /** While a resync is looked at: what has changed since. */
  #since: EntriesSince | undefined

  constructor(log: EventLog, source: HistorySource) {
    this.log = log
    this.#source = source
    this.#overlay = new LinksOfOverlay(() => source.observed.links)
    this.#removed = new RemovedEntries(
      (draft, atMs) => log.append(draft, atMs),
      (index) => source.observed.links.get(index),
    )
  }

  /** A kernel message was taken in. */
  noteChange(change: Change): void {
    const isNew = change.verb === 'new'
    switch (change.object) {
      case 'neighbour':
        if (change.value.family === constants.AF_BRIDGE) {
          this.#since?.note(change.value, change.before)
          this.#noteEntry(change.value, isNew, change.before)
        }
        return
      case 'link':
        this.#noteLink(change.value, isNew, change.before)
        return
      case 'address':
        this.#noteAddress(change.value, isNew, change.before !== undefined)
        return
      default:
    }
  }

  noteOverrun(): void {
    if (!this.#isLosing) {
      this.#isLosing = true
      this.log.append({ kind: 'overrun' })
    }
  }

  /**
   * Everything was dumped anew: `before` is what was known until then. Looks in slices at what there is now; what comes meanwhile is
   * told as it comes, and not twice.
   */
  async noteResync(before: Observed): Promise<void> {
    const { observed, names } = this.#source
    this.#overlay.forget()
    const now = copyOf(observed)
    if (!this.#hasStarted) {
      this.#hasStarted = true
      this.log.append({ kind: 'started' })
      await inSlices(this.#noteSnapshot(now))
      return
    }
    // What is lost from now on is a matter for the next resync.
    const hadLost = this.#isLosing
    this.#isLosing = false
    const { count, drafts } = await this.#compare(before, now, names)
    for (const draft of drafts) {
      this.log.append(draft)
    }
    if (hadLost || count > 0) {
      this.log.append({ kind: 'resync', count, ...(hadLost && { cause: 'events had been lost' }) })
    }
    if (count > 0) {
      await inSlices(this.#noteSnapshot(now))
    }
  }

  async #compare(before: Observed, now: Observed, names: LinkNames): Promise<MissedChanges> {
    const since = new EntriesSince()
    this.#since = since
    try {
      return await inSlices(missedChanges(before, now, since, names))
    } finally {
      this.#since = undefined
    }
  }

  /** vxagent is about to do this. */
  noteActions(actions: readonly Action[]): void {
    this.#own.begin(actions)
  }

  /** It was done, or refused: one event for each link. */
  noteOutcomes(outcomes: readonly Outcome[], isDrift: (action: Action) => boolean): void {
    for (const draft of outcomeEvents(outcomes, isDrift)) {
      this.log.append(draft)
    }
  }

  /** Links of other programs lost their place in a bridge. */
  noteGuestsLost(lost: readonly LostGuest[]): void {
    for (const { name, bridge, isForgotten } of lost) {
      this.log.append({
        kind: 'port-lost',
        dev: name,
        from: bridge,
        ...(isForgotten === true && { cause: whyForgotten }),
      })
    }
  }

  /** What vxagent had begun is over, and what the kernel had to say to it was heard. */
  noteCycleEnd(): void {
    this.#own.end()
  }

  /** The desired files or the declared links stand otherwise than before. */
  noteStatusChanges(changes: readonly StatusChange[]): void {
    for (const change of changes) {
      if (change.what === 'files') {
        const state = `${change.isValid ? 'valid' : 'invalid'}, in force: ${change.enforcing}`
        this.log.append({ kind: 'state', state })
      } else if (change.what === 'held') {
        const count = change.losses.reduce((sum, loss) => sum + loss.count, 0)
        this.log.append({ kind: 'held', count, cause: describeLosses(change.losses) })
      } else if (change.what === 'to be deleted') {
        this.log.append({ kind: 'held', dev: change.name })
      } else if (change.what === 'object') {
        const { name, state, reason } = change.object
        this.log.append({ kind: 'state', dev: name, state, ...(reason !== undefined && { cause: reason }) })
      }
    }
  }

  /** Tells what is still waited for. */
  close(): void {
    this.#removed.settleAll()
    this.log.flush()
  }

  /** What is known now, for whatever is to be told. */
  get #context(): LinkEventContext {
    const { observed, names } = this.#source
    return { observed, names, overlay: this.#overlay.members }
  }

  #noteEntry(entry: Neighbour, isNew: boolean, before: Neighbour | undefined): void {
    if (!isNew) {
      this.#noteDeparture(entry)
      return
    }
    const draft = arrival(entry, before, this.#context)
    if (draft === undefined) {
      return
    }
    const atMs = Date.now()
    const { dev = '', mac = '', vtep } = draft
    const isOwn = draft.kind !== 'learned' && this.#own.isAtEntry(dev, mac)
    this.log.append(isOwn ? { ...draft, cause: 'vxagent' } : draft, atMs)
    if (vtep !== undefined) {
      this.firstSeen.note(entry.ifindex, vtep, atMs)
    }
    if (draft.kind === 'moved' && canMove(mac)) {
      this.#noteMove(entry, draft, atMs)
    }
    if (draft.kind === 'learned' || draft.kind === 'moved') {
      this.#noteDuplicate(entry, draft, atMs)
    }
  }

  #noteMove(entry: Neighbour, draft: EventDraft, atMs: number): void {
    for (const { kind, count } of this.#moves.note(`${fdbOwner(entry)} ${fdbKey(entry)}`, draft.vtep ?? '', atMs)) {
      this.log.append({ ...draft, kind, count }, atMs)
    }
  }

  /** A MAC address that was learned from afar and that a device on this side of the segment has itself. */
  #noteDuplicate(entry: Neighbour, draft: EventDraft, atMs: number): void {
    const { links } = this.#source.observed
    const link = links.get(entry.ifindex)
    const bridge = link?.attributes.master
    const own = (bridge === undefined ? [link] : [links.get(bridge), ...portsOf(bridge, links)]).find(
      (each) => each?.attributes.address === draft.mac,
    )
    if (own !== undefined && isVxlan(link)) {
      const cause = `${own.attributes.ifname} of this host has it itself`
      this.log.append({ ...draft, kind: 'duplicate', cause }, atMs)
    }
  }

  #noteDeparture(entry: Neighbour): void {
    const draft = departure(entry, this.#context)
    if (draft === undefined) {
      return
    }
    const atMs = Date.now()
    const { dev = '', mac = '' } = draft
    const isDynamic = isLearned(entry)
    if (draft.kind === 'aged-out') {
      this.log.append(draft, atMs)
    } else if (this.#isOwnRemoval(dev, mac, isDynamic)) {
      this.log.append({ ...draft, kind: 'withdrawn' }, atMs)
    } else {
      this.#removed.note(entry.ifindex, { draft, atMs, isDynamic })
    }
  }

  /** A learned entry goes for reasons of the kernel's own too, such as a link that is changed: it is removed by vxagent only if an action says so. */
  #isOwnRemoval(dev: string, mac: string, isDynamic: boolean): boolean {
    const isOwn = isDynamic ? this.#own.isRemoving(dev, mac) : this.#own.isAtEntry(dev, mac)
    return isOwn && !this.#own.isEnding(dev)
  }

  #noteLink(link: Link, isNew: boolean, before: Link | undefined): void {
    const { index } = link
    const name = link.attributes.ifname ?? ''
    if (!isNew) {
      const isReplaced = this.#own.isReplacing(name)
      this.#removed.linkGone(index, isReplaced ? 'link replaced' : 'link deleted')
      this.#appendOfLink(linkGone(link, this.#overlay.noteGone(link)), name)
      this.firstSeen.forget(index)
      return
    }
    if ((link.flags & constants.IFF_UP) === 0 && before !== undefined && (before.flags & constants.IFF_UP) !== 0) {
      this.#removed.linkDown(index)
    }
    this.#overlay.noteLink(link, before)
    this.#appendOfLink(linkEvents(link, before, this.#context), name)
  }

  #noteAddress(address: Address, isNew: boolean, isKnown: boolean): void {
    const name = this.#source.observed.links.get(address.index)?.attributes.ifname ?? ''
    this.#appendOfLink(addressEvents(address, isNew, isKnown, this.#context), name)
  }

  #appendOfLink(drafts: readonly EventDraft[], name: string): void {
    for (const draft of drafts) {
      const isOwn = this.#own.isCauseOf(draft.kind, name)
      this.log.append(isOwn ? { ...draft, cause: draft.cause ?? 'vxagent' } : draft)
    }
  }

  *#noteSnapshot(observed: Observed): Steps<void> {
    const nowMs = Date.now()
    for (const [index, table] of observed.fdb) {
      if (!isVxlan(observed.links.get(index))) {
        continue
      }
      yield* eachStep(table.values(), ({ attributes }) => {
        if (attributes.dst !== undefined) {
          this.firstSeen.note(index, attributes.dst, nowMs - (attributes.cacheinfo?.updated ?? 0) * 10)
        }
      })
    }
  }
}

function portsOf(bridge: number, links: ReadonlyMap<number, Link>): Link[] {
  return [...links.values()].filter(({ attributes }) => attributes.master === bridge)
}
