/** What an operator's changes work with, and how they say what they did. */
import type { EtcdRights } from '../etcd/rights.ts'
import { type Entry, type Store, StoreError } from '../etcd/store.ts'
import type { RosterEntry, RosterText } from '../records/roster.ts'
import { readRosterEntry } from '../records/roster.ts'
import { UnreadableValue } from '../records/values.ts'

/** Users and roles of the store. */
export type Rights = Pick<
  EtcdRights,
  | 'isEnforced'
  | 'addUser'
  | 'deleteUser'
  | 'rolesOf'
  | 'grantRole'
  | 'addRole'
  | 'deleteRole'
  | 'rightsOf'
  | 'grantRight'
  | 'revokeRight'
>

/** Where it is done. */
export interface Operation {
  readonly store: Pick<Store, 'get' | 'list' | 'commit'>
  readonly rights: Rights
  readonly fleet: string
  readonly node: string
}

/** One thing that was done, or was so already: a sentence. */
export interface Step {
  readonly changed: boolean
  readonly what: string
}

/** What was done. */
export interface Outcome {
  readonly steps: readonly Step[]
  /** Whether the store looks at rights: else users and roles are there, and everybody may do everything. */
  readonly enforced: boolean
}

/** Something that is not to be done: why, and what to do instead. */
export class NotToBeDone extends Error {
  override readonly name = 'NotToBeDone'
}

/** The role that holds the rights of one host in one fleet. */
export function roleOf(fleet: string, node: string): string {
  return `vxagent-${fleet}-${node}`
}

/** Throws NotToBeDone for the name of the store's own administrator. */
export function refuseRoot(node: string): void {
  if (node === 'root') {
    throw new NotToBeDone('root is the administrator of etcd itself: no host can have that id')
  }
}

/** The roster entry of the host as it is; `content` is undefined where nobody can read it. */
export interface RosterNow {
  readonly entry: Entry
  readonly content: RosterEntry | undefined
}

export async function rosterNow(store: Pick<Store, 'get'>, key: string): Promise<RosterNow | undefined> {
  const entry = await store.get(key)
  if (entry === undefined) {
    return undefined
  }
  try {
    return { entry, content: readRosterEntry(entry) }
  } catch (error) {
    if (error instanceof UnreadableValue) {
      return { entry, content: undefined }
    }
    throw error
  }
}

/** What the entry lets a host claim, as it is written. */
export function limitsOf({ vteps, vnis }: RosterEntry): RosterText {
  return {
    ...(vteps !== undefined && { vteps }),
    ...(vnis !== undefined && { vnis: vnis.map(({ low, high }) => (low === high ? `${low}` : `${low}-${high}`)) }),
  }
}

/**
 * Writes the entry, or deletes it where `value` is undefined. Throws NotToBeDone if somebody else has changed it since it was read.
 * @param before as it was read
 */
export async function writeRoster(
  store: Pick<Store, 'commit'>,
  key: string,
  { before, value }: { readonly before: RosterNow | undefined; readonly value: Buffer | undefined },
): Promise<void> {
  const operation = value === undefined ? ({ kind: 'delete', key } as const) : ({ kind: 'put', key, value } as const)
  const condition = { key, modRevision: before?.entry.modRevision ?? 0 }
  const { done } = await store.commit([operation], [condition])
  if (!done) {
    throw new NotToBeDone(`somebody else has changed ${key} just now: look at it, and run this again`)
  }
}

/** What the store refused an operator, with advice for one: the advice of a StoreError is for the fleet process. */
export function forOperator(error: unknown): unknown {
  if (!(error instanceof StoreError)) {
    return error
  }
  const { kind, message, endpoint, cause } = error
  const sentence = message
    .replace(
      /; let an operator run `vxagent fleet grant` for this node$/,
      '; the CommonName of --cert must be a user of etcd that has its role root',
    )
    .replace(
      /; check `ca`, `cert` and `key` of the fleet section, and the clock of this host$/,
      '; check --ca, --cert and --key, and the clock of this host',
    )
    .replace(/; vxagent (keeps trying|tries again)$/, '')
  return new StoreError(kind, sentence, { ...(endpoint !== undefined && { endpoint }), cause })
}
