/** What happened to the overlay, as `vxagent events` and `/v1/events` tell it. */

/** Every kind of event, with what it means. The order is that of the help. */
export const eventKinds = {
  learned: 'the kernel learned from a frame behind which VTEP, or local port, a MAC address is',
  added: 'someone put a forwarding entry there: static, permanent, extern_learn or flood',
  changed: 'a forwarding entry stayed where it leads and became another kind, such as permanent',
  moved: 'a MAC address is behind another VTEP, or port, than before',
  'aged-out': 'the kernel forgot a learned entry: no frame from that MAC address for the ageing time',
  deleted: 'someone removed a forwarding entry by hand or by program',
  flushed:
    'a forwarding entry went with its link: the link went down, was deleted, or was replaced; more than 1,000 at once are one event, with their count',
  withdrawn: 'vxagent removed a forwarding entry that it had put there',
  flapping: 'a MAC address moves back and forth: a loop, or two hosts with one MAC address',
  duplicate:
    'a MAC address is in two places: this host has it itself, or it moved five times in three minutes (RFC 7432)',
  'link-added': 'a link came',
  'link-deleted': 'a link went',
  'link-up': 'a link was set up, or has its carrier again',
  'link-down': 'a link was set down, or lost its carrier',
  'link-changed': 'a link has another name, MTU, MAC address, master or VXLAN attribute than before',
  'port-lost': 'a link of another program lost its place in a bridge that vxagent had made, since that bridge went',
  'address-added': 'a link got an IP address',
  'address-deleted': 'a link lost an IP address',
  applied: 'vxagent carried out what the desired state asks for',
  repair: 'vxagent mended drift: what differed from the desired state, and what it did',
  failed: 'vxagent could not carry something out',
  state:
    'a declared link is converged, waiting, failing or in conflict, or the desired files are valid or not, other than before',
  held: 'what the desired files say would delete much and waits for vxagent apply; or a link that they name no more waits some seconds to be deleted',
  overrun: 'the kernel dropped notifications: the receive buffer overflowed; a resync follows',
  resync: 'the kernel was dumped anew; what had gone unnoticed until then is told',
  unreachable: 'a VTEP cannot be reached any more: no route, or a next hop that does not answer',
  reachable: 'what stood in the way to a VTEP is over',
  fault: 'a health check found that traffic is lost: see vxagent doctor',
  'fault-over': 'a health check no longer finds it',
  'member-joined': 'the fleet has another member: frames of a VNI are flooded to it from now on',
  'member-gone': 'the record of a member is gone from the store of the fleet; its entries stay until the grace is over',
  'member-back': 'a member that was gone is in the store of the fleet again',
  'member-removed': 'a member left the fleet, or its grace is over: nothing is flooded to it any more',
  'fleet-mode': 'the store of the fleet is followed (live), silent (stale), or removals are held (frozen)',
  'fleet-problem': 'the fleet process found something that a person is to know: see vxagent fleet check',
  'fleet-problem-over': 'it is no longer so',
  'pushed-file':
    'a desired file that an operator pushed to the fleet was applied or removed, is on trial, was refused, or returned',
  started: 'the agent began to watch',
  missed: 'this reader was too slow, or came too late: so many events before the next one are not kept any more',
} as const

export type EventKind = keyof typeof eventKinds

/** One thing that happened. Keys that do not apply are not there. */
export interface OverlayEvent {
  /** Grows from event to event: `RUN-NUMBER`, RUN being when the agent was started (milliseconds since 1970, base 36). */
  readonly id: string
  /** ISO 8601, UTC, with milliseconds: when the agent heard of it. */
  readonly at: string
  readonly kind: EventKind
  /** One sentence for a person. Names in it are as the kernel has them: whoever shows it takes care of control characters. */
  readonly message: string
  /** The link. */
  readonly dev?: string
  /** Of the vxlan link. */
  readonly vni?: number
  readonly mac?: string
  readonly vlan?: number
  /** Where the entry leads, or led to the last: a VTEP, a multicast group, or the name of a local port. */
  readonly vtep?: string
  /** Id of a member of the fleet. */
  readonly node?: string
  /** Where it led before; of `fleet-mode` the fleet, of `pushed-file` the file, its revision, and who pushed it. */
  readonly from?: string
  /** Why: `link down`, `link deleted`, `link replaced`, `seen at a resync`. */
  readonly cause?: string
  /** `IP/PREFIX`. */
  readonly address?: string
  /** Of a repair: what differed. Of `link-changed`: what changed, as `mtu 1450 -> 1400`. */
  readonly changes?: readonly string[]
  /** Of `repair`, `applied` and `failed`: what was done, a line each. */
  readonly actions?: readonly string[]
  /** Events not kept, entries found, moves counted. */
  readonly count?: number
  /** Of `reachable`, `fault-over` and `fleet-problem-over`: since when it had been so; ISO 8601, UTC. */
  readonly since?: string
  /** Of a declared link, or without one of the desired files, or of the fleet. */
  readonly state?: string
}
