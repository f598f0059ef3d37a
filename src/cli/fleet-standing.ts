/** How far the members of the fleet are, by one report: what `vxagent fleet wait` and `leave` wait for. Pure. */
import { countOf } from '../agent/facts/count-of.ts'
import { type Behind, revisionToSay, whoHasApplied } from '../fleet/members/applied.ts'
import type { PushReport } from '../fleet/members/push-standing.ts'
import type { FleetReport } from '../fleet/run/report.ts'

/** How far the members are with a revision. */
export function standingOf(
  report: FleetReport,
  wanted: number,
): {
  readonly isOver: boolean
  readonly text: string
  readonly revision: number
  readonly members: number
  readonly behind: readonly Behind[]
} {
  const { nodes, store } = report
  const { done, behind } = whoHasApplied(nodes, revisionToSay(wanted, store.latestChange))
  const members = done.length + behind.length
  const facts = { revision: wanted, members, behind }
  const unknown = whyNotKnown(report)
  if (unknown !== undefined) {
    return { isOver: false, text: unknown, ...facts }
  }
  const { storeRevision = 0 } = store
  if (storeRevision < wanted) {
    return { isOver: false, text: `the store is at revision ${storeRevision}, before ${wanted}`, ...facts }
  }
  if (members === 0) {
    return { isOver: false, text: 'no member is in the store', ...facts }
  }
  if (behind.length > 0) {
    const text = `${behind.length} of ${countOf(members, 'member')} not up to date with revision ${wanted}: ${behindText(behind)}`
    return { isOver: false, text, ...facts }
  }
  const who =
    members === 1
      ? 'The one member that is present says that it has'
      : `All ${members} members that are present say that they have`
  return { isOver: true, text: `${who} applied revision ${wanted}.`, ...facts }
}

/**
 * How far the hosts of a push are.
 * @param wanted a file, and the revision of it; without a revision the last that this host has heard of
 */
export function pushStandingOf(
  report: FleetReport,
  wanted: { readonly name: string; readonly revision?: number },
): {
  readonly isOver: boolean
  readonly text: string
  readonly file: string
  readonly pushed?: PushReport
} {
  const { name, revision } = wanted
  const pushed = report.pushes.find((each) => each.name === name)
  const facts = { file: name, ...(pushed !== undefined && { pushed }) }
  const unknown = whyNotKnown(report)
  if (unknown !== undefined) {
    return { isOver: false, text: unknown, ...facts }
  }
  if (pushed === undefined || (revision !== undefined && pushed.revision < revision)) {
    const what = revision === undefined ? name : `revision ${revision} of ${name}`
    return { isOver: false, text: `${what} was not pushed to the fleet yet`, ...facts }
  }
  const open = pushed.hosts.filter(({ state }) => state !== 'applied')
  if (open.length > 0) {
    const names = open.slice(0, mostNamed).map(({ node, state }) => `${node} (${state})`)
    const more = open.length > mostNamed ? `, and ${countOf(open.length - mostNamed, 'other')}` : ''
    const text = `${open.length} of ${countOf(pushed.hosts.length, 'host')} without revision ${pushed.revision} of ${name}: ${names.join(', ')}${more}`
    return { isOver: false, text, ...facts }
  }
  const text = `All ${countOf(pushed.hosts.length, 'host')} of the push have applied revision ${pushed.revision} of ${name}.`
  return { isOver: true, text, ...facts }
}

/** How far the others are with the departure of this host. */
export function leavingOf(report: FleetReport): {
  readonly isOver: boolean
  readonly text: string
  readonly revision?: number
  readonly behind: readonly Behind[]
} {
  const { nodes, publishing } = report
  if (publishing === 'taken' || publishing === 'evicted') {
    const text = `The record of this host is not in the store (${publishing}), so there is nothing to wait for.`
    return { isOver: true, text, behind: [] }
  }
  const unknown = whyNotKnown(report)
  if (unknown !== undefined) {
    return { isOver: false, text: unknown, behind: [] }
  }
  const self = nodes.find(({ isSelf }) => isSelf)
  if (self?.state !== 'leaving' || self.revision === undefined) {
    return { isOver: false, text: 'the record of this host does not say yet that it is leaving', behind: [] }
  }
  const { revision } = self
  const others = nodes.filter(({ isSelf }) => !isSelf)
  const { done, behind } = whoHasApplied(others, revision)
  if (behind.length > 0) {
    const count = `${behind.length} of ${countOf(done.length + behind.length, 'other member')}`
    return {
      isOver: false,
      text: `${count} not up to date with revision ${revision}: ${behindText(behind)}`,
      revision,
      behind,
    }
  }
  const who =
    done.length === 0
      ? 'There is no other member'
      : `${done.length === 1 ? 'The other member says that it has' : `All ${done.length} other members say that they have`} applied it`
  return { isOver: true, text: `This host is leaving since revision ${revision}. ${who}.`, revision, behind }
}

/** Names that are given of those who are behind. */
const mostNamed = 8

/** `b (has applied 118), c (says nothing)`. */
function behindText(behind: readonly Behind[]): string {
  const names = behind
    .slice(0, mostNamed)
    .map(({ node, applied }) => `${node} (${applied === undefined ? 'says nothing' : `has applied ${applied}`})`)
  return [...names, ...(behind.length > mostNamed ? [`and ${countOf(behind.length - mostNamed, 'other')}`] : [])].join(
    ', ',
  )
}

/** Why nobody can say how far the others are; undefined while the store is heard. */
function whyNotKnown({ mode, reason, store }: FleetReport): string | undefined {
  return mode === 'stale' ? `the store is silent: ${reason ?? 'no reason is known'}` : store.statesError
}
