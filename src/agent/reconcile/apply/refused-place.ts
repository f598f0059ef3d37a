/** Where the files state the value whose attribute the kernel points at when it refuses an action. */
import { KernelError, keysOfAttribute, type LinkRequest } from '../../../rtnetlink/index.ts'
import type { Path } from '../../desired/finding.ts'
import type { LinkKind } from '../../desired/overlay.ts'
import type { LinkNames } from '../../kernel/link-names.ts'
import type { EntryTable } from '../../record/owned.ts'
import { toBridgeAttributes } from '../../words/bridge-words.ts'
import { fdbKeys } from '../../words/fdb-entry.ts'
import type { LinkValues } from '../../words/link-values.ts'
import { toLinkRequest } from '../../words/link-words.ts'
import { neighbourKeys } from '../../words/neighbour-entry.ts'
import { type PortValues, toPortAttributes } from '../../words/port-words.ts'
import { changedTo, pick } from '../../words/values.ts'
import { toVxlanAttributes } from '../../words/vxlan-words.ts'
import type { Action } from '../plan/action.ts'
import { EntriesRefused } from './perform-entries.ts'

/** The path of the stated key; undefined when the kernel points at no attribute, or at one that no stated key is for. */
export function refusedPlace(action: Action, error: Error): Path | undefined {
  if (error instanceof EntriesRefused) {
    return 'table' in action && error.path !== undefined
      ? within(error.path, entryKey(action.table, attributeOf(error.cause)))
      : undefined
  }
  const attribute = attributeOf(error)
  const keys = attribute === undefined ? undefined : keysOfAttribute('link', attribute)
  if (keys === undefined) {
    return undefined
  }
  if ('wanted' in action) {
    const { kind, spec, path } = action.wanted
    return within(
      path,
      statedKey<LinkValues>(spec, keys, (values) => linkAttributes(kind, values)),
    )
  }
  if (action.kind === 'changePort' && action.path !== undefined) {
    const values: PortValues = changedTo<PortValues>(action.changes)
    return within(action.path, statedKey(values, keys, portAttributes))
  }
  return undefined
}

function attributeOf(error: unknown): string | undefined {
  return error instanceof KernelError ? error.refusal.attribute : undefined
}

function within(path: Path, key: string | undefined): Path | undefined {
  return key === undefined ? undefined : [...path, key]
}

/** The one of the values that a request states under these keys. */
function statedKey<Values extends object>(
  values: Values,
  keys: readonly string[],
  attributesOf: (values: Partial<Values>) => LinkRequest['attributes'],
): string | undefined {
  const stated = Object.keys(values) as (keyof Values & string)[]
  return stated.find((key) => isStated(attributesOf(pick(values, [key]) as Partial<Values>), keys))
}

function isStated(value: unknown, [key, ...inner]: readonly string[]): boolean {
  if (key === undefined) {
    return value !== undefined
  }
  return (
    typeof value === 'object' && value !== null && isStated((value as Readonly<Record<string, unknown>>)[key], inner)
  )
}

/** Where the ifindex does not matter. */
const anyNames: LinkNames = { nameOf: () => undefined, indexOf: () => 0 }

function linkAttributes(kind: LinkKind, values: LinkValues): LinkRequest['attributes'] {
  const data = kind === 'vxlan' ? toVxlanAttributes(values, anyNames) : toBridgeAttributes(values, anyNames)
  return { ...toLinkRequest(values, anyNames).attributes, linkinfo: { data } }
}

function portAttributes(values: PortValues): LinkRequest['attributes'] {
  return { linkinfo: { slaveData: toPortAttributes(values) } }
}

/** By the keys of our requests. */
const keysByTable: Readonly<Record<EntryTable, Readonly<Record<string, string>>>> = {
  fdb: fdbKeys,
  neighbours: neighbourKeys,
}

function entryKey(table: EntryTable, attribute: string | undefined): string | undefined {
  const [key] = (attribute === undefined ? undefined : keysOfAttribute('neighbour', attribute)) ?? []
  return key === undefined ? undefined : keysByTable[table][key]
}
