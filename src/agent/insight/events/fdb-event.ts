/** A forwarding entry's message → what happened. Pure. */
import { constants, type Neighbour } from '../../../rtnetlink/index.ts'
import { fdbOwner, type Observed } from '../../kernel/observed.ts'
import { destinationOf } from '../../kernel/overlay-links.ts'
import { isVxlan, vniOf } from '../../kernel/vxlan-link.ts'
import { fdbKindOf, fdbStateOf, hasManyDestinations, isLearned } from '../../words/fdb-entry.ts'
import type { EventDraft } from './event-log.ts'

/** What is known now. */
export interface FdbContext {
  readonly observed: Observed
  /** ifindexes of the overlay's links. */
  readonly overlay: ReadonlySet<number>
}

/** What was put there, or learned, or has moved; undefined when it is no news of the overlay. */
export function arrival(entry: Neighbour, before: Neighbour | undefined, context: FdbContext): EventDraft | undefined {
  const { observed } = context
  if (!isToldOf(entry, before, context)) {
    return undefined
  }
  const base = baseOf(entry, observed)
  const isDynamic = isLearned(entry)
  if (before === undefined) {
    return isDynamic ? { kind: 'learned', ...base } : { kind: 'added', ...base, cause: fdbKindOf(entry) }
  }
  const from = destinationOf(before, observed) ?? observed.links.get(before.ifindex)?.attributes.ifname
  const to = base.vtep ?? base.dev
  if (from !== undefined && to !== undefined && from !== to) {
    return { kind: 'moved', ...base, vtep: to, from }
  }
  const word = fdbKindOf(entry)
  return word === fdbKindOf(before) ? undefined : { kind: 'changed', ...base, changes: [word] }
}

/** What has gone. Why, unless it aged out, shows only by what comes after; until then it counts as `deleted`. */
export function departure(entry: Neighbour, context: FdbContext): EventDraft | undefined {
  if (!isToldOf(entry, undefined, context)) {
    return undefined
  }
  // Source: vxlan_cleanup(), drivers/net/vxlan/vxlan_core.c; fdb_to_nud(), net/bridge/br_fdb.c.
  const isAged = (entry.state & constants.NUD_STALE) !== 0
  return { kind: isAged ? 'aged-out' : 'deleted', ...baseOf(entry, context.observed) }
}

/**
 * Of a vxlan its own entries. Of its bridge those of the other ports, where hosts of this side are; and of the vxlan port only what
 * came there from another port, since the vxlan's own entry tells the same with the VTEP.
 */
function isToldOf(entry: Neighbour, before: Neighbour | undefined, { observed, overlay }: FdbContext): boolean {
  const link = observed.links.get(entry.ifindex)
  if (fdbOwner(entry) === entry.ifindex) {
    return isVxlan(link)
  }
  if (fdbStateOf(entry) !== 'dynamic' || !overlay.has(entry.ifindex)) {
    return false
  }
  return !isVxlan(link) || (before !== undefined && before.ifindex !== entry.ifindex)
}

function baseOf(entry: Neighbour, observed: Observed): Omit<EventDraft, 'kind'> {
  const link = observed.links.get(entry.ifindex)
  const { lladdr, vlan, srcVni } = entry.attributes
  const vni = srcVni ?? vniOf(link)
  const vtep = destinationOf(entry, observed)
  return {
    dev: link?.attributes.ifname ?? `${entry.ifindex}`,
    ...(vni !== undefined && { vni }),
    ...(lladdr !== undefined && { mac: lladdr }),
    ...(vlan !== undefined && vlan !== 0 && { vlan }),
    ...(vtep !== undefined && { vtep }),
  }
}

/** Whether moves of this MAC address mean something: one that may have many destinations has no place to move from. */
export function canMove(mac: string | undefined): boolean {
  return mac !== undefined && !hasManyDestinations(mac)
}
