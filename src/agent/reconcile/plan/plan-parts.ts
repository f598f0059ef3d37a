/** The lists of a link (addresses, entries, neighbours, VLANs, names): what is to be done for each. */
import type { Link } from '../../../rtnetlink/index.ts'
import type { Path } from '../../desired/finding.ts'
import type { DesiredLink } from '../../desired/overlay.ts'
import { noEntries, type OwnedEntries, type OwnedLink } from '../../record/owned.ts'
import { type EntryInWait, entriesInWait } from '../../words/fdb-entry.ts'
import { presentRemote } from '../../words/link-values.ts'
import { willHaveIpv6 } from '../../words/mtu.ts'
import { defaultPvidOf } from '../../words/observed-spec.ts'
import { wantedVlans } from '../../words/vlans.ts'
import { type Action, joinPlans, type Obstacle, type Plan } from './action.ts'
import { diffAddresses } from './diff-addresses.ts'
import { diffFdb, type PresentFdb } from './diff-fdb.ts'
import { diffNeighbours } from './diff-neighbours.ts'
import { diffPort, diffVlans } from './diff-port.ts'
import { diffSysctls } from './diff-sysctls.ts'
import { diffVnis } from './diff-vnis.ts'
import { ownRemoteNotices, ownRemotes } from './own-remotes.ts'
import type { PlanContext } from './plan-context.ts'
import { deviceOf, leavingRemote } from './stray-remote.ts'

/** The lists of a link that is there. */
export function diffParts(desired: DesiredLink, link: Link, record: OwnedLink, context: PlanContext): Plan {
  const hasIpv6 = willHaveIpv6(desired, link, context)
  return joinPlans([
    {
      actions: at(
        [...desired.path, 'sysctl'],
        diffSysctls(desired.name, desired.spec.sysctl, record.stated, link, hasIpv6),
      ),
    },
    ...lists(desired, record, link, context.owned.entriesOf(desired.name), context),
  ])
}

/** The lists of a link that is about to be made, with nothing on it. */
export function partsOfNewLink(desired: DesiredLink, context: PlanContext): Plan {
  return joinPlans(lists(desired, undefined, undefined, noEntries, context))
}

function lists(
  desired: DesiredLink,
  record: OwnedLink | undefined,
  link: Link | undefined,
  entries: OwnedEntries,
  context: PlanContext,
): Partial<Plan>[] {
  const { observed } = context
  const index = link?.index
  const table = <T>(tables: ReadonlyMap<number, T>): T | undefined =>
    index === undefined ? undefined : tables.get(index)
  return [
    { actions: at([...desired.path, 'altnames'], diffAltnames(desired, record, link)) },
    { actions: at(desired.port?.path ?? desired.path, portActions(desired, record, link, context)) },
    // Before the neighbours: with its last IPv4 address a link loses what is in the ARP table for it.
    diffAddresses(desired, record, link, [...(table(observed.addresses)?.values() ?? [])]),
    desired.kind === 'vxlan'
      ? { actions: at([...desired.path, 'vnis'], diffVnis(desired, record, observed, index)) }
      : { actions: diffVlans(desired.name, wantedSelfVlans(desired, record), table(observed.bridgeLinks), true) },
    desired.kind === 'vxlan'
      ? forwarding(
          desired,
          entries,
          {
            present: table(observed.fdb),
            vnis: table(observed.vnis),
            leftBehind: table(observed.leftBehind),
            ...ownDestination(desired, record, link, context),
          },
          context,
        )
      : {},
    diffNeighbours(desired, entries.neighbours, table(observed.neighbours)),
  ]
}

/** Where the link itself sends floods, unless its device is gone: then nothing can be said of it. */
function ownDestination(
  desired: Extract<DesiredLink, { kind: 'vxlan' }>,
  record: OwnedLink | undefined,
  link: Link | undefined,
  context: PlanContext,
): Omit<PresentFdb, 'present' | 'vnis'> {
  const { dev } = desired.spec
  return link === undefined || (dev !== undefined && !context.byName.has(dev))
    ? {}
    : {
        remote: presentRemote(link).remote,
        leaving: leavingRemote(desired, record, link, context),
        device: deviceOf(link),
        deviceToBe: dev === undefined ? deviceOf(link) : context.byName.get(dev)?.index,
      }
}

/** The actions with where the files ask for them. */
function at(path: Path, actions: readonly Action[]): Action[] {
  return actions.map((action) => ({ path, ...action }))
}

function forwarding(
  desired: Extract<DesiredLink, { kind: 'vxlan' }>,
  entries: OwnedEntries,
  present: PresentFdb,
  { names, isDesired, index: { hostAddresses } }: PlanContext,
): Plan {
  const { name, spec, path } = desired
  const inWait = entriesInWait(spec, path, names)
  const leftOut = ownRemotes(spec, hostAddresses)
  const notices = ownRemoteNotices(spec, hostAddresses, leftOut).map((message) => ({ link: name, message }))
  const obstacles = waitForVias(name, inWait, isDesired)
  return joinPlans([diffFdb(desired, entries.fdb, { ...present, inWait }, names, leftOut), { obstacles, notices }])
}

/** One for each interface that does not exist. */
function waitForVias(
  link: string,
  inWait: readonly EntryInWait[],
  isDesired: (name: string) => boolean,
): readonly Obstacle[] {
  return [...new Set(inWait.map(({ via }) => via))].map((via) => {
    const [first, ...others] = inWait.filter((entry) => entry.via === via)
    const what = `entry ${[first?.mac, first?.dst].filter(Boolean).join(' dst ')}`
    const which = others.length === 0 ? what : `${what} and ${others.length} more`
    const reason = `the interface ${via}, by which ${which} ${others.length === 0 ? 'goes' : 'go'}, does not exist; ${others.length === 0 ? 'it is' : 'they are'} added as soon as ${via} appears`
    const waitsFor = { link: via, isDeclared: isDesired(via) }
    return { link, kind: 'waiting', reason, waitsFor, ...(first !== undefined && { path: first.path }) }
  })
}

/** Of a link that is in a bridge, or comes into one with the action before. */
function portActions(
  desired: DesiredLink,
  record: OwnedLink | undefined,
  link: Link | undefined,
  context: PlanContext,
): Action[] {
  const { name, spec, port } = desired
  // Out of a bridge that a file stated before and states no longer it goes, and its options with it.
  const isLeaving = spec.master === undefined && record?.stated.includes('master') === true
  const masterName = isLeaving ? undefined : (spec.master ?? nameOfMaster(link, context))
  const master = masterName === undefined ? undefined : context.byName.get(masterName)
  if (master?.attributes.linkinfo?.kind !== 'bridge') {
    return []
  }
  const isThere = link !== undefined && link.attributes.master === master.index
  const bridgeLink = isThere ? context.observed.bridgeLinks.get(link.index) : undefined
  const defaultPvid = defaultPvidOf(master)
  if (isThere) {
    return diffPort(
      name,
      port?.spec ?? {},
      record?.stated ?? [],
      { link, ...(bridgeLink && { bridgeLink }), defaultPvid },
      context.names,
    )
  }
  return diffPort(name, port?.spec ?? {}, [], { defaultPvid }, context.names)
}

function nameOfMaster(link: Link | undefined, { names }: PlanContext): string | undefined {
  const { master } = link?.attributes ?? {}
  return master === undefined ? undefined : names.nameOf(master)
}

function wantedSelfVlans(desired: Extract<DesiredLink, { kind: 'bridge' }>, record: OwnedLink | undefined) {
  const { vlans, vlan_default_pvid: pvid = 1 } = desired.spec
  const isDropped = vlans === undefined && record?.stated.includes('vlans') === true
  return wantedVlans({
    ...(vlans !== undefined && { vlans }),
    ...(isDropped && { vlans: pvid === 0 ? [] : [{ vid: pvid, pvid: true, untagged: true }] }),
  })
}

function diffAltnames({ name, spec }: DesiredLink, record: OwnedLink | undefined, link: Link | undefined): Action[] {
  const wanted = spec.altnames ?? (record?.stated.includes('altnames') ? [] : undefined)
  if (wanted === undefined) {
    return []
  }
  const present = link?.attributes.propList?.altIfname ?? []
  const add = wanted.filter((each) => !present.includes(each))
  const remove = present.filter((each) => !wanted.includes(each))
  return add.length + remove.length === 0
    ? []
    : [{ kind: 'changeAltnames', link: name, add, remove, reason: 'differs from the desired state' }]
}
