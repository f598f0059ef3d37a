/** Takes a host into a fleet: its user, the role with its rights, and what the roster lets it claim. Done twice it changes nothing. */
import { isDeepStrictEqual } from 'node:util'
import type { Right } from '../etcd/rights.ts'
import { keysOf, ownMacPrefix, ownPrefixes, vniOfMacPrefix } from '../records/keys.ts'
import { type RosterText, writeRosterEntry } from '../records/roster.ts'
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

/** What a host may claim: `any`, or these alone; absent: what the roster says now. */
export interface Grant {
  readonly vnis?: 'any' | readonly string[]
  readonly vteps?: 'any' | readonly string[]
  /**
   * VNIs of which it may say what is behind it; absent: those that the roster gives it, if they are not too many, and those that it may already.
   */
  readonly macVnis?: readonly string[]
}

/** A host has a right for each VNI of which it says what is behind it: etcd looks at all of them for each request. */
export const mostMacVnis = 256

/** The roster comes first, so that no host has rights before its limits. Fails with StoreError or NotToBeDone. */
export async function grantNode(operation: Operation, grant: Grant): Promise<Outcome> {
  refuseRoot(operation.node)
  const enforced = await operation.rights.isEnforced()
  const { steps: roster, entry } = await grantRoster(operation, grant)
  return { steps: [...roster, ...(await grantUser(operation, grant, entry))], enforced }
}

async function grantRoster(
  { store, fleet, node }: Operation,
  grant: Grant,
): Promise<{ readonly steps: Step[]; readonly entry: RosterText | undefined }> {
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
  const steps = [
    ...(before !== undefined && before.content === undefined
      ? [{ changed: true, what: `the roster entry of ${node} could not be read, and is written again` }]
      : []),
    ...(before?.content?.evicted === true ? [{ changed: true, what: `${node} is no longer evicted` }] : []),
    { changed: !same, what: `roster: ${limitsText(node, wanted)}` },
  ]
  return { steps, entry: wanted }
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

function withLimit(key: 'vnis' | 'vteps', limit: 'any' | readonly string[] | undefined): RosterText {
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

async function grantUser(
  { rights, fleet, node }: Operation,
  grant: Grant,
  entry: RosterText | undefined,
): Promise<Step[]> {
  const role = roleOf(fleet, node)
  const roles = await rights.rolesOf(node)
  if (roles === undefined) {
    await rights.addUser(node)
  }
  const has = await rights.rightsOf(role)
  if (has === undefined) {
    await rights.addRole(role)
  }
  const ofMacs = macRights(fleet, node, { grant, entry, has: has ?? [] })
  const steps = [
    {
      changed: roles === undefined,
      what: `user ${node}, without a password: known by the CommonName of its certificate`,
    },
    { changed: has === undefined, what: `role ${role}` },
    ...(await grantRights(rights, role, { has: has ?? [], wanted: [...rightsFor(fleet, node), ...ofMacs.rights] })),
    ...ofMacs.steps,
  ]
  const hasRole = roles?.includes(role) === true
  if (!hasRole) {
    await rights.grantRole(node, role)
  }
  return [...steps, { changed: !hasRole, what: `user ${node} has role ${role}` }]
}

/**
 * Rights to say what is behind the host, one for each VNI, since the VNI comes first in their keys: a host follows its own VNIs alone. Of any VNI, or
 * of more than a role should have, an operator says which are meant.
 */
function macRights(
  fleet: string,
  node: string,
  {
    grant: { macVnis },
    entry,
    has,
  }: { readonly grant: Grant; readonly entry: RosterText | undefined; readonly has: readonly Right[] },
): { readonly rights: Right[]; readonly steps: Step[] } {
  const allowed = entry?.vnis === undefined ? undefined : numbersIn(entry.vnis, mostMacVnis)
  const stated = macVnis === undefined ? undefined : numbersIn(macVnis, mostMacVnis)
  if (macVnis !== undefined && stated === undefined) {
    throw new NotToBeDone(
      `a host may say what is behind it in ${mostMacVnis} VNIs at most: state fewer with --mac-vnis`,
    )
  }
  const before = has.flatMap(({ prefix }) => vniOfMacPrefix(fleet, node, prefix) ?? [])
  const isAllowed = (vni: number): boolean => entry?.vnis === undefined || isIn(vni, entry.vnis)
  const vnis = (stated ?? [...(allowed ?? []), ...before]).filter(isAllowed)
  const rights = [...new Set(vnis)]
    .sort((one, other) => one - other)
    .map((vni): Right => ({ prefix: ownMacPrefix(fleet, node, vni), access: 'readwrite' }))
  const isUnclear = stated === undefined && allowed === undefined && rights.length === 0
  const what = `${node} may not say what is behind it (fdb: fleet) in any VNI yet: state which with --mac-vnis, since it may claim ${entry?.vnis === undefined ? 'any VNI' : `more than ${mostMacVnis}`}`
  return { rights, steps: isUnclear ? [{ changed: false, what }] : [] }
}

/** All VNIs of a list; undefined: they are more than `most`. */
function numbersIn(list: readonly string[], most: number): number[] | undefined {
  const found = new Set<number>()
  for (const [low, high] of list.map(boundsOf)) {
    for (let vni = low; vni <= high; vni += 1) {
      found.add(vni)
      if (found.size > most) {
        return undefined
      }
    }
  }
  return [...found]
}

function isIn(vni: number, list: readonly string[]): boolean {
  return list.map(boundsOf).some(([low, high]) => low <= vni && vni <= high)
}

function boundsOf(text: string): [low: number, high: number] {
  const [low = '', high = low] = text.split('-')
  return [Number(low), Number(high)]
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
