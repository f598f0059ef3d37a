/** Actions on many entries of one table: one action for all of a kind, none for none. */
import type { EntryTable } from '../../record/owned.ts'
import type { ActionOf, KeyedEntry } from './action.ts'

/** Adds entries; `isKept` ones are put back over a replacement, and are not ours. */
export function addEntries(
  link: string,
  table: EntryTable,
  entries: readonly KeyedEntry[],
  reason: string,
  { isKept = false, isLater = false } = {},
): ActionOf<'addEntries'>[] {
  return entries.length === 0
    ? []
    : [{ kind: 'addEntries', link, table, entries, isKept, ...(isLater && { isLater }), reason, ...pathOf(entries) }]
}

/** Replaces entries that have the same keys. */
export function replaceEntries(
  link: string,
  table: EntryTable,
  entries: readonly KeyedEntry[],
  reason: string,
  isLater = false,
): ActionOf<'replaceEntries'>[] {
  return entries.length === 0
    ? []
    : [{ kind: 'replaceEntries', link, table, entries, ...(isLater && { isLater }), reason, ...pathOf(entries) }]
}

/** Removes entries. */
export function removeEntries(
  link: string,
  table: EntryTable,
  entries: ActionOf<'removeEntries'>['entries'],
  reason: string,
): ActionOf<'removeEntries'>[] {
  return entries.length === 0 ? [] : [{ kind: 'removeEntries', link, table, entries, reason }]
}

function pathOf([first]: readonly KeyedEntry[]): Pick<KeyedEntry, 'path'> {
  return first?.path === undefined ? {} : { path: first.path }
}
