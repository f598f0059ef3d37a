/** One action on a link that is there → the calls that carry it out, with what the record must know before and after. */
import { linkWords } from '../model/link-words.ts'
import { vxlanWords } from '../model/vxlan-words.ts'
import type { Observer } from '../observe/observer.ts'
import type { Action, AttributeChange } from '../plan/action.ts'
import type { Kernel } from './kernel.ts'
import type { Ownership } from './ownership.ts'
import { addAddress, changeAddress, removeAddress } from './perform-address.ts'
import { addEntries, removeEntries, replaceEntries } from './perform-entries.ts'
import { changeLink } from './perform-link.ts'
import {
  attachPort,
  changeAltnames,
  changePort,
  changeVlanMap,
  changeVlans,
  changeVnis,
  detachPort,
} from './perform-port.ts'

/** Actions on links that are there; making, adopting and deleting links is `apply`'s own. */
export type PartAction = Exclude<
  Action,
  { readonly kind: 'createLink' | 'replaceLink' | 'adoptLink' | 'restoreLink' | 'deleteLink' }
>

/** Carries it out on the link with that ifindex. Rejects with what the kernel, or /proc/sys, refused. */
export async function perform(
  kernel: Kernel,
  {
    ownership,
    observer,
  }: {
    readonly ownership: Ownership
    readonly observer: Pick<Observer, 'refreshAddresses' | 'refreshBridgeLinks' | 'withoutEvents'>
  },
  action: PartAction,
  index: number,
): Promise<void> {
  const { link: name } = action
  switch (action.kind) {
    case 'changeLink':
      await changeLink(kernel, action)
      if (action.changes.some(({ attribute }) => attribute === 'vlan_default_pvid')) {
        await observer.refreshBridgeLinks()
      }
      ownership.noteUnshown(name, unshownValues(action.changes))
      return
    case 'attachPort':
      ownership.claimPort(name, {
        ifindex: action.ifindex,
        master: action.master,
        masterIfindex: action.masterIfindex,
      })
      return attachPort(kernel, action)
    case 'detachPort':
      await detachPort(kernel, action)
      ownership.releasePorts([name])
      return
    case 'changePort':
      return changePort(kernel, index, action)
    case 'changeSysctls':
      for (const { attribute, to } of action.changes) {
        kernel.writeSysctl(name, attribute, to as number)
      }
      return
    case 'changeAltnames':
      return changeAltnames(kernel, index, action)
    case 'changeVlans':
      return changeVlans(kernel, index, action)
    case 'changeVlanMap':
      return changeVlanMap(kernel, index, action)
    case 'changeVnis':
      return changeVnis(kernel, index, action)
    case 'addAddress':
      return addAddress(kernel, index, action)
    case 'changeAddress':
      await changeAddress(kernel, index, action)
      return observer.refreshAddresses(index)
    case 'removeAddress':
      return removeAddress(kernel, index, action)
    case 'addEntries': {
      const { table, entries, isKept } = action
      const before = ownership.entriesOf(name)[table]
      const fresh = entries.filter(({ key }) => !before.has(key)).map(({ key }) => key)
      if (!isKept) {
        ownership.claimEntries(name, table, keysOf(entries))
      }
      const { present, refused } = await addEntries(kernel, observer, index, action)
      // Whoever was quicker put it there, so it is not ours; nor is what is not there. What was ours before stays ours.
      const others = new Set([...present, ...(refused?.keys ?? [])])
      if (others.size > 0) {
        ownership.releaseEntries(
          name,
          table,
          fresh.filter((key) => others.has(key)),
        )
      }
      if (refused !== undefined) {
        throw refused
      }
      return
    }
    case 'replaceEntries':
      ownership.claimEntries(name, action.table, keysOf(action.entries))
      return replaceEntries(kernel, index, action)
    case 'removeEntries':
      await removeEntries(kernel, index, action)
      ownership.releaseEntries(name, action.table, keysOf(action.entries))
      return
    default:
      return action satisfies never
  }
}

function* keysOf(entries: readonly { readonly key: string }[]): Generator<string> {
  for (const { key } of entries) {
    yield key
  }
}

const unshownKeys = new Set<string>(
  [...vxlanWords, ...linkWords].filter(({ isShown }) => isShown === false).map(({ key }) => key),
)

function unshownValues(changes: readonly AttributeChange[]): Record<string, unknown> {
  return Object.fromEntries(
    changes.filter(({ attribute }) => unshownKeys.has(attribute)).map(({ attribute, to }) => [attribute, to]),
  )
}
