/** Puts a host out of a fleet: the roster says so, its rights go, and what it said of itself goes. Done twice it changes nothing. */
import { countOf } from '../../agent/facts/count-of.ts'
import { maxOperations } from '../etcd/store.ts'
import { keysOf, ownPrefixes, vniOfMacPrefix } from '../records/keys.ts'
import { writeRosterEntry } from '../records/roster.ts'
import {
  limitsOf,
  NotToBeDone,
  type Operation,
  type Outcome,
  type RosterNow,
  refuseRoot,
  roleOf,
  rosterNow,
  type Step,
  writeRoster,
} from './parts.ts'

/**
 * The roster comes first: the others drop the host as soon as they hear of it, and the host itself stops to publish. Then its rights, so that
 * it cannot write again what is deleted last. Fails with StoreError, and with NotToBeDone for a host that nobody knows.
 */
export async function evictNode(operation: Operation): Promise<Outcome> {
  const { store, rights, fleet, node } = operation
  refuseRoot(node)
  const key = keysOf(fleet).rosterEntry(node)
  const before = await rosterNow(store, key)
  const written = await ownKeys(operation)
  const roles = await rights.rolesOf(node)
  if (before === undefined && written.length === 0 && roles === undefined) {
    throw new NotToBeDone(
      `there is no host ${node} in the fleet ${fleet}: no record, no roster entry, no user; vxagent fleet nodes shows those that there are`,
    )
  }
  const enforced = await rights.isEnforced()
  const roster = await evictInRoster(operation, key, before)
  const ofUser = await removeUser(operation, roles)
  return { steps: [roster, ...ofUser, await deleteKeys(operation)], enforced }
}

async function evictInRoster({ store, node }: Operation, key: string, before: RosterNow | undefined): Promise<Step> {
  const isEvicted = before?.content?.evicted === true
  if (!isEvicted) {
    const limits = before?.content === undefined ? {} : limitsOf(before.content)
    await writeRoster(store, key, { before, value: writeRosterEntry({ ...limits, evicted: true }) })
  }
  return { changed: !isEvicted, what: `roster: ${node} is evicted; the others remove their entries for it` }
}

async function removeUser({ rights, fleet, node }: Operation, roles: readonly string[] | undefined): Promise<Step[]> {
  const role = roleOf(fleet, node)
  const hadRole = (await rights.rightsOf(role)) !== undefined
  if (hadRole) {
    await rights.deleteRole(role)
  }
  const others = roles?.filter((each) => each !== role) ?? []
  if (roles !== undefined && others.length === 0) {
    await rights.deleteUser(node)
  }
  return [
    { changed: hadRole, what: `role ${role} is deleted` },
    others.length === 0
      ? { changed: roles !== undefined, what: `user ${node} is deleted` }
      : { changed: false, what: `user ${node} stays: it has other roles (${others.join(', ')})` },
  ]
}

/** All that the host has written: what is behind it in the VNIs that its role or its record names. */
async function ownKeys({ store, rights, fleet, node }: Operation): Promise<string[]> {
  const keys: string[] = []
  const ofRole = (await rights.rightsOf(roleOf(fleet, node))) ?? []
  const ofMacs = ofRole.map(({ prefix }) => prefix).filter((each) => vniOfMacPrefix(fleet, node, each) !== undefined)
  for (const prefix of [...ownPrefixes(fleet, node), ...ofMacs]) {
    const { entries } = await store.list(prefix)
    keys.push(...entries.map(({ key }) => key))
  }
  return keys
}

async function deleteKeys(operation: Operation): Promise<Step> {
  const { store, node } = operation
  const keys = await ownKeys(operation)
  for (let start = 0; start < keys.length; start += maxOperations) {
    await store.commit(keys.slice(start, start + maxOperations).map((key) => ({ kind: 'delete', key }) as const))
  }
  return keys.length === 0
    ? { changed: false, what: `the store has nothing that ${node} said of itself` }
    : { changed: true, what: `what ${node} said of itself is deleted (${countOf(keys.length, 'key')})` }
}
