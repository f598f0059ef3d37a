/** What a plan is made of: typed changes to the kernel, each with the reason that a person reads. */
import type {
  Address,
  BridgePortAttributes,
  LinkRequest,
  Neighbour,
  NeighbourRequest,
  Route,
} from '../../../rtnetlink/index.ts'
import type { Path } from '../../desired/finding.ts'
import type { DesiredLink, DesiredVxlan } from '../../desired/overlay.ts'
import type { AddressOptions } from '../../desired/schema/address.ts'
import type { Attachments } from '../../kernel/attachments.ts'
import type { EntryTable } from '../../record/owned.ts'
import type { LinkChange } from '../../words/link-values.ts'
import type { PortChange } from '../../words/port-words.ts'
import type { Run, VlanFlags } from '../../words/vlans.ts'

/** A forwarding entry or neighbour with its key, which is what the record keeps. */
export interface KeyedEntry {
  readonly key: string
  /** The ifindex of its link is not in it. */
  readonly request: NeighbourRequest
  /** Where the files speak of it; undefined for one that no file asks for. */
  readonly path?: Path
  /** Of an entry in a bridge's table: the port that it leads to, by name, since that may not be there yet. */
  readonly port?: string
}

interface ActionBase {
  /** The object that it is done for. Its actions are done in the order of the plan, and end with the first that fails. */
  readonly link: string
  readonly reason: string
  /** Where the files ask for it. */
  readonly path?: Path
}

/** What goes with a link that is replaced or deleted, and does not come back. `port`: the place of a link in a bridge that goes. */
export interface TakenAlong {
  readonly kind: 'link' | 'port' | 'master' | 'qdisc' | 'xdp' | 'nexthop' | 'route'
  /** `macvlan0 (macvlan) on top of it`, `qdisc htb with 2 filters`. */
  readonly description: string
  /** Set for a declared link, which vxagent makes again. */
  readonly isMadeAgain?: true
}

/** Settings that no file states, and that a successor gets where it does not have them by itself. */
export interface InheritedSettings {
  /** ifi_flags of the old link. */
  readonly flags: number
  readonly attributes: NonNullable<LinkRequest['attributes']>
  /** By name: `ipv4.arp_accept`. */
  readonly sysctls: Readonly<Record<string, number>>
}

/** What others put on a link that is replaced, or made lead to it, and what its successor gets again. */
export type PutBack =
  /** Options as a bridge's port that no file can state, and its cost. `backupPort`: by name. */
  | { readonly object: 'port'; readonly options: BridgePortAttributes; readonly backupPort?: string }
  /** Entries of the bridge's own table that lead to the port. */
  | { readonly object: 'bridge entries'; readonly entries: readonly Neighbour[] }
  /** Ports, by name, whose traffic goes to this one while they have no carrier. */
  | { readonly object: 'backup'; readonly ports: readonly string[] }
  | { readonly object: 'multicast'; readonly entries: Attachments['multicast'] }
  | { readonly object: 'routes'; readonly routes: readonly Route[] }
  /** Links that other programs had put into a bridge. `options`: what to change on each as a port. */
  | { readonly object: 'guests'; readonly guests: readonly ReturningGuest[] }

/** A link of another program that goes back into a bridge. */
export interface ReturningGuest {
  readonly name: string
  readonly ifindex: number
  readonly options: readonly Action[]
}

/**
 * How the new link of a replacement follows the old one. `make before break`: the old one is set aside under another name, and goes when
 * the new one is made and filled. `break before make`: the old one goes first, where both cannot be there at once.
 */
export type ReplacementOrder = 'break before make' | 'make before break'

/** A setting that differs; a change is always to a number. */
export interface SysctlChange {
  /** `ipv4.arp_accept` */
  readonly attribute: string
  readonly from: number | undefined
  readonly to: number
}

interface NewLink<Wanted extends DesiredLink> extends ActionBase {
  /** All that is to be set at once: `sysctl`, `alias` and the like included. Lists (addresses, entries, VLANs) are actions of their own. */
  readonly wanted: Wanted
  /** Without one a random one is chosen. */
  readonly mac?: string
  readonly mtu?: number
}

/** One change to the kernel. */
export type Action =
  /** Makes a link that is not there, up if it is to be up. */
  | (NewLink<DesiredLink> & { readonly kind: 'createLink' })
  /**
   * Makes a vxlan anew, since the kernel cannot change `forcedBy` on a live one; it changes all of a bridge. What the old one has beside
   * the declared is in `wanted` too.
   */
  | (NewLink<DesiredVxlan> & {
      readonly kind: 'replaceLink'
      readonly ifindex: number
      readonly order: ReplacementOrder
      readonly forcedBy: readonly LinkChange[]
      /** What else differs, and could have been changed live. */
      readonly alongside: readonly LinkChange[]
      readonly inherited?: InheritedSettings
      /** Told before it happens. */
      readonly takesAlong: readonly TakenAlong[]
    })
  /** Gives the successor of the link that had this ifindex what others had put on that one. Not ours. */
  | (ActionBase & { readonly kind: 'putBack'; readonly from: number; readonly what: PutBack })
  /** Changes a live link. */
  | (ActionBase & {
      readonly kind: 'changeLink'
      readonly ifindex: number
      readonly wanted: DesiredLink
      readonly changes: readonly LinkChange[]
    })
  /** Takes a link into the record that something else made. Changes nothing in the kernel. */
  | (ActionBase & { readonly kind: 'adoptLink'; readonly ifindex: number; readonly wanted: DesiredLink })
  /** Gives a link the name back that it had before it was put aside, `link`, in place of a successor that was never finished. */
  | (ActionBase & { readonly kind: 'restoreLink'; readonly aside: string; readonly ifindex: number })
  /** Deletes a link that is ours. `takesAlong`: where others lose something by it. Its present name may differ from the one it was made with. */
  | (ActionBase & {
      readonly kind: 'deleteLink'
      readonly madeAs: string
      readonly ifindex: number
      readonly takesAlong?: readonly TakenAlong[]
    })
  /** Makes a link that is not ours a port of a bridge. `stated`: the keys that a file states of it. */
  | (ActionBase & {
      readonly kind: 'attachPort'
      readonly ifindex: number
      readonly master: string
      readonly masterIfindex: number
      readonly stated: readonly string[]
    })
  | (ActionBase & { readonly kind: 'detachPort'; readonly ifindex: number; readonly master: string })
  /** `ifindex`: of a port that is somebody else's link. */
  | (ActionBase & {
      readonly kind: 'changePort'
      readonly ifindex?: number
      readonly changes: readonly PortChange[]
    })
  | (ActionBase & { readonly kind: 'changeSysctls'; readonly changes: readonly SysctlChange[] })
  | (ActionBase & {
      readonly kind: 'changeAltnames'
      readonly add: readonly string[]
      readonly remove: readonly string[]
    })
  /** `isSelf`: of the bridge itself, as opposed to a port. `ifindex`: of a port that is somebody else's link. */
  | (ActionBase & {
      readonly kind: 'changeVlans'
      readonly ifindex?: number
      readonly isSelf: boolean
      readonly add: readonly Run<VlanFlags>[]
      readonly remove: readonly Run<VlanFlags>[]
    })
  /** A run's value is the VNI of its first VLAN. `ifindex`: of a port that is somebody else's link. */
  | (ActionBase & {
      readonly kind: 'changeVlanMap'
      readonly ifindex?: number
      readonly add: readonly Run<number>[]
      readonly remove: readonly Run<number>[]
    })
  /** A run's value is where floods go; undefined: where the link's own go. */
  | (ActionBase & {
      readonly kind: 'changeVnis'
      readonly add: readonly Run<string | undefined>[]
      readonly remove: readonly Run<string | undefined>[]
    })
  | (ActionBase & { readonly kind: 'addAddress'; readonly address: AddressOptions })
  | (ActionBase & { readonly kind: 'changeAddress'; readonly address: AddressOptions })
  /** `keepsOthers`: others of its IPv4 subnet would go with it, unless the kernel is told to keep them. */
  | (ActionBase & { readonly kind: 'removeAddress'; readonly address: Address; readonly keepsOthers: boolean })
  /**
   * `isKept`: put back over a replacement, and not ours. `isLater`: to be planned again when the actions before are done, since what the kernel
   * makes of it depends on these.
   */
  | (ActionBase & {
      readonly kind: 'addEntries'
      readonly table: EntryTable
      readonly entries: readonly KeyedEntry[]
      readonly isKept: boolean
      readonly isLater?: boolean
    })
  | (ActionBase & {
      readonly kind: 'replaceEntries'
      readonly table: EntryTable
      readonly entries: readonly KeyedEntry[]
      readonly isLater?: boolean
    })
  | (ActionBase & {
      readonly kind: 'removeEntries'
      readonly table: EntryTable
      readonly entries: readonly (Pick<KeyedEntry, 'key' | 'port'> & { readonly present: Neighbour })[]
    })

/** Whether an action is about entries in the table of a bridge, which its ports must be there for. */
export function isAboutBridgeEntries(action: Action): boolean {
  return 'entries' in action && action.entries[0]?.port !== undefined
}

/** The actions of one kind. */
export type ActionOf<K extends Action['kind']> = Extract<Action, { readonly kind: K }>

/** What others lose by an action. */
export function lossesBy(action: Action): readonly TakenAlong[] {
  return action.kind === 'replaceLink' || action.kind === 'deleteLink' ? (action.takesAlong ?? []) : []
}

/** Why nothing can be done about an object, or a part of it, now. */
export interface Obstacle {
  readonly link: string
  /** `waiting`: something else must come first, and its coming is noticed. `conflict`: a person must decide. */
  readonly kind: 'waiting' | 'conflict'
  readonly reason: string
  /** The link that it waits for. A declared one comes with a later pass; any other is somebody else's to make. */
  readonly waitsFor?: { readonly link: string; readonly isDeclared: boolean }
  /** Where the files ask for it. */
  readonly path?: Path
}

/** Something to know about an object that does not keep it from its state. */
export interface Notice {
  readonly link: string
  readonly message: string
}

/** What is to be done, what cannot be done, and what to know. */
export interface Plan {
  readonly actions: readonly Action[]
  readonly obstacles: readonly Obstacle[]
  readonly notices: readonly Notice[]
}

/** Nothing to be done. */
export const emptyPlan: Plan = { actions: [], obstacles: [], notices: [] }

/** Several plans as one, in their order. */
export function joinPlans(plans: readonly Partial<Plan>[]): Plan {
  return {
    actions: plans.flatMap(({ actions = [] }) => actions),
    obstacles: plans.flatMap(({ obstacles = [] }) => obstacles),
    notices: plans.flatMap(({ notices = [] }) => notices),
  }
}
