/** What vxagent itself is doing to the kernel, so that its own traces are not taken for somebody else's. */
import { macOfFdbKey } from '../../kernel/observed.ts'
import type { Action } from '../../reconcile/plan/action.ts'

/** Actions by which the kernel makes, or removes, the entry of a link's own remote. */
const entryMakers: ReadonlySet<Action['kind']> = new Set(['createLink', 'replaceLink', 'changeLink'])

export class OwnActions {
  readonly #actions = new Map<string, Action[]>()
  /** MAC addresses of the entries that are being changed, by link: made when asked for. */
  readonly #macs = new Map<string, Set<string>>()

  /** Requests for these are about to be sent. */
  begin(actions: readonly Action[]): void {
    for (const action of actions) {
      const known = this.#actions.get(action.link) ?? []
      known.push(action)
      this.#actions.set(action.link, known)
      this.#macs.delete(action.link)
    }
  }

  /** All that was asked for is done, and what the kernel had to tell of it was heard. */
  end(): void {
    this.#actions.clear()
    this.#macs.clear()
  }

  /** Whether it does one of these to the link. */
  isDoing(link: string, kinds: ReadonlySet<Action['kind']>): boolean {
    return this.#actions.get(link)?.some(({ kind }) => kinds.has(kind)) === true
  }

  /** Whether it makes the link, or changes a forwarding entry of that MAC address there. */
  isAtEntry(link: string, mac: string): boolean {
    const actions = this.#actions.get(link)
    if (actions === undefined) {
      return false
    }
    if (this.isDoing(link, entryMakers)) {
      return true
    }
    const macs = this.#macs.get(link) ?? macsOf(actions)
    this.#macs.set(link, macs)
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
