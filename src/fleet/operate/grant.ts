/** Takes a host into a fleet: its user, the role with its rights, and what the roster lets it claim. Done twice it changes nothing. */
import { isDeepStrictEqual } from 'node:util'
import type { Right } from '../etcd/rights.ts'
import { keysOf, ownPrefixes } from '../records/keys.ts'
import { type RosterText, writeRosterEntry } from '../records/roster.ts'
import {
  limitsOf,
  type Operation,
  type Outcome,
  type RosterNow,
  refuseRoot,
  roleOf,
  rosterNow,
  type Step,
  writeRoster,
} from './parts.ts'

/** What a host may claim: `any`, or these alone; absent: what the roster says now. */
export interface Grant {
  readonly vnis?: 'any' | readonly string[]
  readonly vteps?: 'any' | readonly string[]
}

/** The roster comes first, so that no host has rights before its limits. Fails with StoreError or NotToBeDone. */
export async function grantNode(operation: Operation, grant: Grant): Promise<Outcome> {
  refuseRoot(operation.node)
  const enforced = await operation.rights.isEnforced()
  const roster = await grantRoster(operation, grant)
  return { steps: [...roster, ...(await grantUser(operation))], enforced }
}

async function grantRoster({ store, fleet, node }: Operation, grant: Grant): Promise<Step[]> {
  const key = keysOf(fleet).rosterEntry(node)
  const before = await rosterNow(store, key)
  const wanted = entryFor(before, grant)
  const same =
    wanted === undefined
      ? before === undefined
      : before?.content !== undefined &&
        before.content.evicted !== true &&
        isDeepStrictEqual(limitsOf(before.content), wanted)
  if (!same) {
    const value = wanted === undefined ? undefined : writeRosterEntry(wanted)
    await writeRoster(store, key, { before, value })
  }
  return [
    ...(before !== undefined && before.content === undefined
      ? [{ changed: true, what: `the roster entry of ${node} could not be read, and is written again` }]
      : []),
    ...(before?.content?.evicted === true ? [{ changed: true, what: `${node} is no longer evicted` }] : []),
    { changed: !same, what: `roster: ${limitsText(node, wanted)}` },
  ]
}

/** The entry that is to be; undefined: none. An empty one would give a host more than the entry for all hosts does. */
function entryFor(before: RosterNow | undefined, { vnis, vteps }: Grant): RosterText | undefined {
  const known = before?.content === undefined ? {} : limitsOf(before.content)
  const entry = {
    ...withLimit('vteps', vteps ?? known.vteps),
    ...withLimit('vnis', vnis ?? known.vnis),
  }
  const isStated = vnis !== undefined || vteps !== undefined
  return isStated || Object.keys(entry).length > 0 ? entry : undefined
}

function withLimit(key: keyof Grant, limit: 'any' | readonly string[] | undefined): RosterText {
  return limit === undefined || limit === 'any' ? {} : { [key]: limit }
}

function limitsText(node: string, entry: RosterText | undefined): string {
  if (entry === undefined) {
    return `there is no entry for ${node} alone: it may claim what the entry for all hosts (*) says, or without one any VNI and address`
  }
  const { vnis, vteps } = entry
  const vniText = vnis === undefined ? 'any VNI' : `VNI ${vnis.join(', ')}`
  return `${node} may claim ${vniText} and ${vteps === undefined ? 'any address' : `the addresses ${vteps.join(', ')}`}`
}

async function grantUser({ rights, fleet, node }: Operation): Promise<Step[]> {
  const role = roleOf(fleet, node)
  const roles = await rights.rolesOf(node)
  if (roles === undefined) {
    await rights.addUser(node)
  }
  const has = await rights.rightsOf(role)
  if (has === undefined) {
    await rights.addRole(role)
  }
  const steps = [
    {
      changed: roles === undefined,
      what: `user ${node}, without a password: known by the CommonName of its certificate`,
    },
    { changed: has === undefined, what: `role ${role}` },
    ...(await grantRights(rights, role, { has: has ?? [], wanted: rightsFor(fleet, node) })),
  ]
  const hasRole = roles?.includes(role) === true
  if (!hasRole) {
    await rights.grantRole(node, role)
  }
  return [...steps, { changed: !hasRole, what: `user ${node} has role ${role}` }]
}

/** A host reads the whole fleet, and writes what is its own. */
export function rightsFor(fleet: string, node: string): Right[] {
  return [
    { prefix: keysOf(fleet).all, access: 'read' },
    ...ownPrefixes(fleet, node).map((prefix) => ({ prefix, access: 'readwrite' as const })),
  ]
}

async function grantRights(
  rights: Operation['rights'],
  role: string,
  { has, wanted }: { readonly has: readonly Right[]; readonly wanted: readonly Right[] },
): Promise<Step[]> {
  const steps: Step[] = []
  for (const right of wanted) {
    const isGranted = has.some((each) => isDeepStrictEqual(each, right))
    if (!isGranted) {
      await rights.grantRight(role, right)
    }
    const what = right.access === 'read' ? 'may read' : 'may read and write'
    steps.push({ changed: !isGranted, what: `role ${role} ${what} ${right.prefix}` })
  }
  for (const { prefix } of has.filter((each) => !wanted.some((right) => right.prefix === each.prefix))) {
    await rights.revokeRight(role, prefix)
    steps.push({ changed: true, what: `role ${role} has no longer a right on ${prefix}` })
  }
  return steps
}
