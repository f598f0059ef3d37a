/** One declared link against the kernel's: what to change live, what forces a replacement. */
import type { Link } from '../../../rtnetlink/index.ts'
import type { DesiredLink, DesiredVxlan } from '../../desired/overlay.ts'
import { underlayFamily } from '../../facts/vxlan.ts'
import type { OwnedLink } from '../../record/owned.ts'
import {
  keysOf,
  type LinkChange,
  type LinkValues,
  presentValues,
  wantedValues,
  wordsOf,
} from '../../words/link-values.ts'
import { wantedMtu, willHaveIpv6 } from '../../words/mtu.ts'
import { changesBetween } from '../../words/values.ts'
import type { ActionOf, Notice, Obstacle } from './action.ts'
import type { PlanContext } from './plan-context.ts'
import { strayRemote } from './stray-remote.ts'
import { takenAlong } from './taken-along.ts'
import { foreignVniHolder, isVniWantedElsewhere, vniHolders } from './vni-holder.ts'

/** What is to become of the link itself. Its lists (addresses, entries, VLANs) are looked at elsewhere. */
export interface LinkPlan {
  readonly change?: ActionOf<'changeLink'>
  /** Instead of `change`. `wanted` does not have what is kept yet. */
  readonly replacement?: ActionOf<'replaceLink'>
  readonly obstacles: readonly Obstacle[]
  readonly notices: readonly Notice[]
}

/** Compares what is stated, and what was stated before and is not any more; nothing else of the link is looked at. */
export function diffLink(desired: DesiredLink, link: Link, record: OwnedLink, context: PlanContext): LinkPlan {
  const { name, kind, path } = desired
  const waiting = unavailableDevice(desired, context)
  if (waiting.length > 0) {
    return { obstacles: waiting, notices: [] }
  }
  const present = presentValues(link, kind, record, context.names)
  const { values: wanted, obstacles, notices } = wantedHere(desired, present, link, record, context)
  const changes = changesBetween(keysOf(kind), present, wanted)
  const forcedBy = desired.kind === 'vxlan' ? changes.filter((change) => !canChangeLive(change, present, desired)) : []
  const base = { link: name, ifindex: link.index, path }
  const reason = 'differs from the desired state'
  const live = changes.filter((change) => !forcedBy.includes(change))
  const liveChange: Pick<LinkPlan, 'change'> =
    live.length === 0 ? {} : { change: { ...base, kind: 'changeLink', wanted: desired, changes: live, reason } }
  if (desired.kind === 'bridge' || forcedBy.length === 0) {
    return { ...liveChange, obstacles, notices }
  }
  const holder = foreignVniHolder(name, desired.spec, context)
  if (holder !== undefined) {
    // Keys that force a replacement stay as they are; the rest of the link goes on.
    return { ...liveChange, obstacles: [...obstacles, { ...holder, path }], notices }
  }
  const mac = desired.spec.mac ?? link.attributes.address
  // Without an underlay device nothing but a file, or somebody, says how large packets may be.
  const hadDevice = desired.spec.dev !== undefined || present.dev !== undefined
  const mtu = wanted.mtu ?? (hadDevice ? undefined : link.attributes.mtu)
  return {
    replacement: {
      ...base,
      kind: 'replaceLink',
      wanted: desired,
      order: canStandBeside(desired, link, forcedBy, context) ? 'make before break' : 'break before make',
      ...(mac !== undefined && { mac }),
      ...(mtu !== undefined && { mtu }),
      forcedBy,
      alongside: live,
      takesAlong: takenAlong(link, context),
      reason: 'the kernel cannot change that on a live link',
    },
    obstacles,
    notices,
  }
}

/** The wanted values, without those that cannot be set now, and why not. */
function wantedHere(
  desired: DesiredLink,
  present: LinkValues,
  link: Link,
  record: OwnedLink,
  context: PlanContext,
): { values: LinkValues; obstacles: Obstacle[]; notices: Notice[] } {
  const { name } = desired
  const values: { -readonly [K in keyof LinkValues]: LinkValues[K] } = { ...wantedValues(desired, record) }
  const notices: Notice[] = []
  const obstacles: Obstacle[] = unavailableMaster(desired, context)
  if (obstacles.length > 0) {
    delete values.master
  }
  if (present.addrgenmode === undefined || !willHaveIpv6(desired, link, context)) {
    // Without IPv6 on the link the kernel has nowhere to keep it.
    delete values.addrgenmode
  }
  if (desired.kind === 'vxlan') {
    if (strayRemote(desired, link, context) !== undefined) {
      values.group = undefined
      values.remote = undefined
    }
    const { mtu, notice } = wantedMtu(desired.spec, context)
    if (mtu !== undefined) {
      values.mtu = mtu
    }
    if (notice !== undefined) {
      notices.push({ link: name, message: notice })
    }
  }
  return { values, obstacles, notices }
}

/** An underlay device that is not there. Without it the link can neither be changed as a whole nor made again. */
function unavailableDevice(desired: DesiredLink, { byName, isDesired }: PlanContext): Obstacle[] {
  const dev = desired.kind === 'vxlan' ? desired.spec.dev : undefined
  if (dev === undefined || byName.has(dev)) {
    return []
  }
  const { name: link, path } = desired
  const reason = `its underlay device ${dev} does not exist; ${link} stays as it is until ${dev} appears`
  return [
    { link, kind: 'waiting', reason, waitsFor: { link: dev, isDeclared: isDesired(dev) }, path: [...path, 'dev'] },
  ]
}

/** A bridge or VRF that is not there yet. The link does without meanwhile. */
export function unavailableMaster({ name, spec: { master }, path }: DesiredLink, context: PlanContext): Obstacle[] {
  if (master === undefined || context.byName.has(master)) {
    return []
  }
  const waitsFor = { link: master, isDeclared: context.isDesired(master) }
  const reason = waitsFor.isDeclared
    ? `its bridge ${master} has not been created yet`
    : `its master ${master} does not exist; it is attached as soon as ${master} appears`
  return [{ link: name, kind: 'waiting', reason, waitsFor, path: [...path, 'master'] }]
}

const liveKeys: ReadonlySet<string> = new Set(
  wordsOf('vxlan')
    .filter((word) => word.isLive)
    .map((word) => word.key),
)

function canChangeLive({ attribute, from, to }: LinkChange, present: LinkValues, { spec }: DesiredVxlan): boolean {
  if (!liveKeys.has(attribute)) {
    return false
  }
  switch (attribute) {
    case 'ttl':
      // A flag: the kernel can neither set nor clear it on a live link.
      return from !== 'inherit' && to !== 'inherit'
    case 'group':
    case 'remote':
    case 'local':
      return underlayFamily(present) === underlayFamily(spec)
    case 'dev':
      // Cleared with success, and still there (Linux 6.18).
      return to !== undefined
    default:
      return true
  }
}

/** Changes for which the new link's VNI and port are other ones, so that both links can be there at once. */
const identityKeys: ReadonlySet<string> = new Set(['id', 'dstport', 'group', 'remote', 'local'])

/** Renaming a link that is up takes Linux 6.2. Source: dev_change_name(), net/core/dev.c. */
const liveRename = [6, 2] as const

function canStandBeside(
  desired: DesiredVxlan,
  link: Link,
  forcedBy: readonly LinkChange[],
  context: PlanContext,
): boolean {
  return (
    context.isKernelAtLeast(...liveRename) &&
    desired.spec.up !== false &&
    forcedBy.every(({ attribute }) => identityKeys.has(attribute)) &&
    vniHolders(desired.spec, context).length === 0 &&
    // As long as the old one is there another link that wants its VNI cannot be made.
    !isVniWantedElsewhere(desired.name, link, context)
  )
}
