/** What vxagent itself is doing to the kernel, so that its own traces are not taken for somebody else's. */
import type { EventKind } from '../../answers/overlay-event.ts'
import { macOfFdbKey } from '../../kernel/observed.ts'
import type { Action } from '../../reconcile/plan/action.ts'

type ActionKinds = ReadonlySet<Action['kind']>

/** Actions by which the kernel makes, or removes, the entry of a link's own remote. */
const entryMakers: ActionKinds = new Set(['createLink', 'replaceLink', 'changeLink'])
const replacements: ActionKinds = new Set(['replaceLink'])
const endings: ActionKinds = new Set(['replaceLink', 'deleteLink'])
const addressing: ActionKinds = new Set(['createLink', 'replaceLink', 'addAddress', 'changeAddress', 'removeAddress'])
const linking: ActionKinds = new Set([
  'createLink',
  'replaceLink',
  'restoreLink',
  'changeLink',
  'attachPort',
  'detachPort',
])

/** By which of its actions vxagent itself is the cause of an event. */
const causes: Partial<Record<EventKind, ActionKinds>> = {
  'link-added': linking,
  'link-up': linking,
  'link-changed': linking,
  'link-down': new Set([...endings, 'changeLink']),
  'link-deleted': endings,
  'address-added': addressing,
  'address-deleted': addressing,
}

export class OwnActions {
  readonly #actions = new Map<string, Action[]>()
  /** MAC addresses of the entries that are being changed, and of those that are being removed, by link: made when asked for. */
  readonly #macs = new Map<string, Set<string>>()
  readonly #removedMacs = new Map<string, Set<string>>()

  /** Requests for these are about to be sent. */
  begin(actions: readonly Action[]): void {
    for (const action of actions) {
      const known = this.#actions.get(action.link) ?? []
      known.push(action)
      this.#actions.set(action.link, known)
      this.#macs.delete(action.link)
      this.#removedMacs.delete(action.link)
    }
  }

  /** All that was asked for is done, and what the kernel had to tell of it was heard. */
  end(): void {
    this.#actions.clear()
    this.#macs.clear()
    this.#removedMacs.clear()
  }

  /** Whether what happened to the link is vxagent's own doing. */
  isCauseOf(event: EventKind, link: string): boolean {
    const kinds = causes[event]
    return kinds !== undefined && this.#isDoing(link, kinds)
  }

  isReplacing(link: string): boolean {
    return this.#isDoing(link, replacements)
  }

  /** Whether it replaces the link, or deletes it. */
  isEnding(link: string): boolean {
    return this.#isDoing(link, endings)
  }

  #isDoing(link: string, kinds: ActionKinds): boolean {
    return this.#actions.get(link)?.some(({ kind }) => kinds.has(kind)) === true
  }

  /** Whether it makes the link, or changes a forwarding entry of that MAC address there. */
  isAtEntry(link: string, mac: string): boolean {
    const actions = this.#actions.get(link)
    if (actions === undefined) {
      return false
    }
    if (this.#isDoing(link, entryMakers)) {
      return true
    }
    const macs = this.#macs.get(link) ?? macsOf(actions)
    this.#macs.set(link, macs)
    return macs.has(mac)
  }

  /** Whether it removes an entry of that MAC address there. */
  isRemoving(link: string, mac: string): boolean {
    const actions = this.#actions.get(link)
    if (actions === undefined) {
      return false
    }
    const macs = this.#removedMacs.get(link) ?? macsOf(actions.filter(({ kind }) => kind === 'removeEntries'))
    this.#removedMacs.set(link, macs)
    return macs.has(mac)
  }
}

function macsOf(actions: readonly Action[]): Set<string> {
  const macs = new Set<string>()
  for (const action of actions) {
    if ('entries' in action && action.table === 'fdb') {
      for (const { key } of action.entries) {
        macs.add(macOfFdbKey(key))
      }
    }
  }
  return macs
}
