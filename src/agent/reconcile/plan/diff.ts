/** (desired, observed, owned) → Plan: what is to be done, as a pure function. */

import type { Link } from '../../../rtnetlink/index.ts'
import type { DesiredLink } from '../../desired/overlay.ts'
import type { DesiredState } from '../../desired/schema.ts'
import type { ReplacePolicy } from '../../facts/replace-policy.ts'
import { atOnce, type Steps } from '../../facts/steps.ts'
import type { KernelRelease } from '../../host/kernel-release.ts'
import type { Attachments } from '../../kernel/attachments.ts'
import type { Observed } from '../../kernel/observed.ts'
import {
  adoptedRecord,
  isOurs,
  noEntries,
  type Owned,
  type OwnedEntries,
  type OwnedLink,
  recordWords,
} from '../../record/owned.ts'
import { wantedFdbSteps } from '../../words/fdb-entry.ts'
import { presentRemote, type UnknownToKernel, unknownToKernel } from '../../words/link-values.ts'
import { willHaveIpv6, withoutIpv6 } from '../../words/mtu.ts'
import { pickBy } from '../../words/values.ts'
import { type Action, type ActionOf, joinPlans, type Plan } from './action.ts'
import { diffBridgeFdb } from './diff-bridge-fdb.ts'
import { entriesToKeep } from './diff-fdb.ts'
import { detachSurplus, diffForeignPort } from './diff-foreign-port.ts'
import { diffLink } from './diff-link.ts'
import { neighboursToKeep } from './diff-neighbours.ts'
import { addEntries } from './entry-actions.ts'
import { inheritedSettings, withInherited } from './inherited.ts'
import { planNewLink } from './new-link.ts'
import { type PlanContext, planContext } from './plan-context.ts'
import { diffParts, partsOfNewLink } from './plan-parts.ts'
import { plannedPorts } from './planned-ports.ts'
import { putBack } from './put-back.ts'
import { refusedReplacement, withoutForced, withoutRemovals } from './refused-replacement.ts'
import { returnGuests } from './return-guests.ts'
import { surplusLinks } from './surplus-links.ts'
import { takingAlong } from './taken-along.ts'

/** How a plan is made. */
export interface DiffOptions {
  /** Of the running kernel. */
  readonly release: KernelRelease
  /** What hangs on links that may be replaced, by ifindex: see `kernel/survey.ts`. Undefined: nothing is known of it. */
  readonly attached?: ReadonlyMap<number, Attachments>
  /** Whether links for which no file says so may be replaced; `always` by default. */
  readonly replace?: ReplacePolicy
  /**
   * What may be done now of these actions; by default all of it. The rest is not final: nothing counts on it, and what hangs on its links is
   * not looked up.
   */
  readonly due?: <A extends Action>(actions: readonly A[]) => readonly A[]
  /** Plan for these objects only, by name; undefined: for all. */
  readonly only?: ReadonlySet<string>
}

/**
 * The changes that turn `observed` into `desired`, in an order that works: what is to go goes first, since its VNI may be
 * wanted by what comes. Links that are not ours are never touched.
 */
export function diff(desired: DesiredState, observed: Observed, owned: Owned, options: DiffOptions): Plan {
  return atOnce(diffSteps(desired, observed, owned, options))
}

/**
 * As {@link diff}, a step for each object. What comes between two steps may be in the plan of the objects after it, and not in that of
 * those before, as if it had come when the plan was made: what is planned for something that is gone is refused by the kernel, and
 * whoever follows the messages looks at the objects concerned once more.
 */
export function* diffSteps(
  desired: DesiredState,
  observed: Observed,
  owned: Owned,
  { release, only, due = (actions) => actions, ...options }: DiffOptions,
): Steps<Plan> {
  const context = planContext(desired, observed, owned, release, options)
  const isMeant = (name: string): boolean => only === undefined || only.has(name)
  const { links, ports } = context.overlay
  const deletions = Object.keys(owned.links).length === 0 ? [] : yield* surplusLinks(context, isMeant)
  const restorations = restoredLinks(context).filter(({ link }) => isMeant(link))
  const isRestored = new Set(restorations.map(({ link }) => link))
  const detachments = Object.entries(owned.ports).flatMap(([name, record]) =>
    isMeant(name) ? detachSurplus(name, record, context) : [],
  )
  const plans: Partial<Plan>[] = [{ actions: [...restorations, ...deletions, ...detachments] }]
  for (const link of pick(links, only)) {
    // What is put back is looked at when it is there.
    if (!isRestored.has(link.name)) {
      yield* prepareEntries(link, context)
      plans.push(planLink(link, context))
      yield
    }
  }
  for (const port of pick(ports, only)) {
    plans.push(diffForeignPort(port, owned.ports[port.link], context))
    yield
  }
  // Last, since an entry of a bridge needs its port.
  const soFar = plans.flatMap(({ actions = [] }) => actions)
  // Entries of vxlans, of which there are many, bring no port.
  const planned = plannedPorts(due(soFar.filter((action) => !('entries' in action))))
  for (const { kind, name } of pick(links, only)) {
    if (kind === 'bridge' && !isRestored.has(name)) {
      plans.push(yield* diffBridgeFdb(name, context, planned))
      yield
    }
  }
  return joinPlans(plans)
}

/** Of one link there may be 100,000: once made, they are at hand for its plan. */
function* prepareEntries({ kind, spec, path }: DesiredLink, { names }: PlanContext): Steps<void> {
  if (kind === 'vxlan') {
    yield* wantedFdbSteps(spec, path, names)
  }
}

function pick<T>(objects: ReadonlyMap<string, T>, only: ReadonlySet<string> | undefined): T[] {
  return only === undefined
    ? [...objects.values()]
    : [...only].flatMap((name) => {
        const object = objects.get(name)
        return object === undefined ? [] : [object]
      })
}

function planLink(declared: DesiredLink, context: PlanContext): Plan {
  const { name } = declared
  const unknown = unknownToKernel(declared, context)
  const desired = unknown.length === 0 ? declared : without(declared, unknown)
  const refusals = { obstacles: unknown.map((each) => tooOld(declared, each, context)) }
  const link = context.bearers.get(name)
  const record = context.owned.links[name]
  if (link === undefined) {
    const creation = planNewLink(desired, record, context)
    const isComing = creation.actions.length > 0
    return joinPlans([refusals, creation, isComing ? partsOfNewLink(desired, context) : {}])
  }
  if (record === undefined || context.madeAs(link) !== name) {
    return joinPlans([refusals, foreignLink(desired, link, context)])
  }
  if (record.kind !== desired.kind) {
    return joinPlans([refusals, changeKind(desired, link, record, context)])
  }
  return joinPlans([refusals, planPresent(desired, link, record, context)])
}

/** A vxlan that is to be a bridge, or the other way round: another link, which has nothing of the one before. */
function changeKind(desired: DesiredLink, link: Link, record: OwnedLink, context: PlanContext): Plan {
  const { name, path } = desired
  const reason = `it is a ${record.kind}, and is to be a ${desired.kind}`
  const creation = planNewLink(desired, undefined, context)
  return creation.actions.length === 0
    ? creation
    : joinPlans([
        {
          actions: [
            {
              kind: 'deleteLink',
              link: name,
              madeAs: name,
              ifindex: link.index,
              ...takingAlong(link, context),
              reason,
              path,
            },
          ],
        },
        creation,
        partsOfNewLink(desired, context),
      ])
}

/** A link that is ours, or that is about to be. */
function planPresent(desired: DesiredLink, link: Link, record: OwnedLink, context: PlanContext): Plan {
  const { change, replacement, obstacles, notices } = diffLink(desired, link, record, context)
  if (replacement !== undefined) {
    const refusal = refusedReplacement(replacement, context)
    if (refusal !== undefined) {
      // Keys that force a replacement stay as they are; the rest of the link goes on.
      const rest = planPresent(withoutForced(replacement.wanted, replacement.forcedBy), link, record, context)
      return joinPlans([{ obstacles: [refusal] }, withoutRemovals(rest, replacement.forcedBy)])
    }
    const actions = replace(replacement, link, record, context)
    return joinPlans([{ obstacles, notices }, actions])
  }
  const actions = change === undefined ? [] : [change]
  const guests = desired.kind === 'bridge' ? returnGuests(desired, link, context) : []
  return joinPlans([{ actions, obstacles, notices }, diffParts(desired, link, record, context), { actions: guests }])
}

/** A link of that name that vxagent did not make. */
function foreignLink(desired: DesiredLink, link: Link, context: PlanContext): Partial<Plan> {
  const { name, kind, spec, path } = desired
  const present = link.attributes.linkinfo?.kind ?? 'unknown'
  if (spec.adopt === true && present === kind) {
    const reason = 'something else made it, and adopt is stated'
    const record = adoptedRecord(kind, link)
    // What is on record for that name was on another link.
    const { owned } = context
    const entriesOf = (each: string): OwnedEntries => (each === name ? noEntries : owned.entriesOf(each))
    const adopted = { ...context, owned: { links: owned.links, ports: owned.ports, entriesOf } }
    return joinPlans([
      { actions: [{ kind: 'adoptLink', link: name, ifindex: link.index, wanted: desired, path, reason }] },
      planPresent(desired, link, record, adopted),
    ])
  }
  if (isLikeRecorded(link, context.owned.links[name], context)) {
    const reason = `a link ${name} exists with the MAC address and VNI of the one that vxagent made, and with another ifindex: it may have come back from another network namespace, or be somebody's copy; state adopt: true to take it over again, delete it, or take ${name} out of the desired state`
    return { obstacles: [{ link: name, kind: 'conflict', reason, path }] }
  }
  const remedy =
    present === kind
      ? `delete or rename it, take ${name} out of the desired state, or state adopt: true to take it over`
      : `delete or rename it, or take ${name} out of the desired state`
  // Whether no vxagent made it is not known: another may run here, with a record of its own.
  const who = `another program created it, or a vxagent with another state directory`
  const reason = `a link ${name} of kind ${present} exists that is not in ${recordWords(context.owned)}: ${who}; ${remedy}`
  return { obstacles: [{ link: name, kind: 'conflict', reason, path }] }
}

/**
 * Whether a link is what the record tells of, but for the ifindex, while no link has that. A link gets another ifindex in a
 * network namespace where its own is taken, and keeps it when it comes back. Source: __dev_change_net_namespace(), net/core/dev.c.
 * Its MAC address was seen by everybody, so that it is not taken for ours without being asked to.
 */
function isLikeRecorded(link: Link, record: OwnedLink | undefined, { observed }: PlanContext): boolean {
  return (
    record?.ifindex !== undefined &&
    !observed.links.has(record.ifindex) &&
    link.attributes.address === record.mac &&
    isOurs({ ...record, ifindex: link.index }, link)
  )
}

/** The new link gets what the old one has beside the declared. */
function replace(replacement: ActionOf<'replaceLink'>, link: Link, record: OwnedLink, context: PlanContext): Plan {
  const { link: name } = replacement
  const { observed, owned } = context
  const whole = withInherited(replacement.wanted, link, record, context)
  const wanted = willHaveIpv6(whole, link, context) ? whole : withoutIpv6(whole)
  const ours = owned.entriesOf(name)
  const parts = partsOfNewLink(wanted, context)
  const comes = new Set(
    parts.actions.flatMap((action) => (action.kind === 'addEntries' ? action.entries.map(({ key }) => key) : [])),
  )
  const isForeign =
    (recorded: ReadonlySet<string>) =>
    ({ key }: { readonly key: string }): boolean =>
      !recorded.has(key) && !comes.has(key)
  const fdb = wanted.spec.fdb_exclusive
    ? []
    : entriesToKeep(observed.fdb.get(link.index), {
        ...presentRemote(link),
        vnis: observed.vnis.get(link.index),
      })
        .filter(isForeign(ours.fdb))
        .filter(({ key }) => observed.leftBehind.get(link.index)?.has(key) !== true)
  const neighbours = neighboursToKeep(
    observed.neighbours.get(link.index),
    link,
    context.attached.get(link.index),
  ).filter(isForeign(ours.neighbours))
  const reason = 'kept across the replacement'
  return joinPlans([
    { actions: [{ ...replacement, wanted, inherited: inheritedSettings(wanted, link, record) }] },
    parts,
    {
      actions: [
        ...addEntries(name, 'fdb', fdb, reason, { isKept: true }),
        ...addEntries(name, 'neighbours', neighbours, reason, { isKept: true }),
        ...putBack(wanted, link, record, context),
      ],
    },
  ])
}

function without<Desired extends DesiredLink>(desired: Desired, unknown: readonly UnknownToKernel[]): Desired {
  // Where there is no filter, VNIs cannot be put into it.
  const keys = new Set(unknown.flatMap(({ key }) => (key === 'vnifilter' ? [key, 'vnis'] : [key])))
  return { ...desired, spec: pickBy(desired.spec, (key) => !keys.has(key)) }
}

function tooOld({ name, path }: DesiredLink, { key, since }: UnknownToKernel, { release }: PlanContext) {
  const reason = `${key} needs Linux ${since} or later, and this is ${release.text}, which would pass over it in silence; take ${key} out, or run a later kernel`
  return { link: name, kind: 'conflict' as const, reason, path: [...path, key] }
}

/** Links that were put aside for a successor by a run that was cut short, by a crash or a full disk. */
function restoredLinks(context: PlanContext): ActionOf<'restoreLink'>[] {
  return Object.entries(context.owned.links).flatMap(([aside, { asideOf, ifindex }]) => {
    const isThere = ifindex !== undefined && context.observed.links.has(ifindex)
    return asideOf !== undefined && isThere && context.isDesired(asideOf)
      ? [{ kind: 'restoreLink', link: asideOf, aside, ifindex, reason: 'its replacement was cut short' }]
      : []
  })
}
