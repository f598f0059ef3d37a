/** One action on a link that is there → the calls that carry it out, with what the record must know before and after. */
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Observer } from '../../kernel/observer.ts'
import { unshownAmong } from '../../record/owned.ts'
import type { Ownership } from '../../record/ownership.ts'
import type { LinkValues } from '../../words/link-values.ts'
import { changedTo } from '../../words/values.ts'
import type { Action, ActionOf } from '../plan/action.ts'
import type { Kernel } from './kernel.ts'
import { partByPart } from './part-by-part.ts'
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
import { putBack } from './perform-put-back.ts'

/** Actions on links that are there; making, adopting and deleting links is `apply`'s own. */
export type PartAction = Exclude<
  Action,
  { readonly kind: 'createLink' | 'replaceLink' | 'adoptLink' | 'restoreLink' | 'deleteLink' }
>

/** Carries it out on the link with that ifindex. Rejects with what the kernel, or /proc/sys, refused; with PartlyRefused, if the rest is done. */
export async function perform(
  kernel: Kernel,
  {
    ownership,
    observer,
  }: {
    readonly ownership: Ownership
    readonly observer: Pick<Observer, 'refreshAddresses' | 'refreshBridgeLinks' | 'refreshVnis' | 'withoutEvents'>
  },
  action: PartAction,
  index: number,
): Promise<void> {
  const { link: name } = action
  switch (action.kind) {
    case 'changeLink':
      return partByPart(action, async (part) => {
        const unshown = unshownAmong(changedTo<LinkValues>(part.changes))
        ownership.doubtUnshown(name, unshown)
        await changeLink(kernel, part)
        if (part.changes.some(({ attribute }) => attribute === 'vlan_default_pvid')) {
          await observer.refreshBridgeLinks()
        }
        ownership.noteUnshown(name, unshown)
      })
    case 'attachPort': {
      const { ifindex, master, masterIfindex, stated } = action
      ownership.claimPort(name, { ifindex, master, masterIfindex, stated })
      return attachPort(kernel, action)
    }
    case 'detachPort':
      await detachPort(kernel, action)
      ownership.releasePorts([name])
      return
    case 'changePort':
      return partByPart(action, (part) => changePort(kernel, index, part))
    case 'changeSysctls':
      return partByPart(action, (part) => changeSysctls(kernel, index, part))
    case 'changeAltnames':
      return partByPart(action, (part) => changeAltnames(kernel, index, part))
    case 'changeVlans':
      return partByPart(action, (part) => changeVlans(kernel, index, part))
    case 'changeVlanMap':
      return partByPart(action, (part) => changeVlanMap(kernel, index, part))
    case 'changeVnis':
      try {
        return await partByPart(action, (part) => changeVnis(kernel, index, part))
      } finally {
        if (action.add.length > 0) {
          await observer.refreshVnis()
        }
      }
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
      await turnIfMany(entries)
      const fresh = entries.filter(({ key }) => !before.has(key)).map(({ key }) => key)
      if (!isKept) {
        ownership.claimEntries(name, index, table, keysOf(entries))
      }
      // Of 100,000 entries each of these takes its time: the loop turns in between.
      await turnIfMany(entries)
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
      ownership.claimEntries(name, index, action.table, keysOf(action.entries))
      return replaceEntries(kernel, index, action)
    case 'removeEntries':
      await removeEntries(kernel, index, action)
      ownership.releaseEntries(name, action.table, keysOf(action.entries))
      return
    case 'putBack':
      return putBack(kernel, index, action)
    default:
      return action satisfies never
  }
}

async function changeSysctls(
  { writeSysctl }: Kernel,
  index: number,
  { changes }: ActionOf<'changeSysctls'>,
): Promise<void> {
  for (const { attribute, to } of changes) {
    await writeSysctl(index, attribute, to)
  }
}

/** From so many on, entries take so long that the event loop is to turn. */
const manyEntries = 1000

async function turnIfMany({ length }: { readonly length: number }): Promise<void> {
  if (length >= manyEntries) {
    await nextTurn()
  }
}

function* keysOf(entries: readonly { readonly key: string }[]): Generator<string> {
  for (const { key } of entries) {
    yield key
  }
}
