/** What a plan is made of: typed changes to the kernel, each with the reason that a person reads. */
import type { VxlanSpec } from '../desired/schema.ts'

/** One attribute of a link that differs, in iproute2's words. */
export interface AttributeChange {
  /** The desired file's key: `ttl`. */
  readonly attribute: keyof VxlanSpec
  /** What the kernel has; undefined when it has nothing there. */
  readonly from: unknown
  readonly to: unknown
}

/** One change to the kernel. */
export type Action =
  /** Makes a link that is not there, up if it is to be up. Without `mac` a random one is chosen. */
  | {
      readonly kind: 'createLink'
      readonly link: string
      readonly spec: VxlanSpec
      readonly mac?: string
      readonly mtu?: number
      readonly reason: string
    }
  /** Deletes a link and makes it anew, since the kernel cannot change `forcedBy` on a live one. What it has beside the declared stays. */
  | {
      readonly kind: 'replaceLink'
      readonly link: string
      readonly ifindex: number
      readonly spec: VxlanSpec
      readonly mac?: string
      readonly mtu?: number
      /** What the link has beside the declared, and gets again: the ifindex of its bridge or VRF, and its alias. */
      readonly master?: number
      readonly alias?: string
      readonly forcedBy: readonly AttributeChange[]
      /** What else differs, and could have been changed live. */
      readonly alongside: readonly AttributeChange[]
      readonly reason: string
    }
  /** Changes a live link. */
  | {
      readonly kind: 'changeLink'
      readonly link: string
      readonly ifindex: number
      readonly spec: VxlanSpec
      readonly changes: readonly AttributeChange[]
      readonly reason: string
    }
  /** Deletes a link that is ours. Its present name may differ from the one it was made with. */
  | {
      readonly kind: 'deleteLink'
      readonly link: string
      readonly madeAs: string
      readonly ifindex: number
      readonly reason: string
    }
  /** `address` is `IP/PREFIX`. */
  | { readonly kind: 'addAddress'; readonly link: string; readonly address: string; readonly reason: string }
  /** A point-to-point address is only found with its `peer`. */
  | {
      readonly kind: 'removeAddress'
      readonly link: string
      readonly address: string
      readonly peer?: string
      readonly reason: string
    }

/** The actions of one kind. */
export type ActionOf<K extends Action['kind']> = Extract<Action, { readonly kind: K }>

/** Why nothing can be done about an object now. */
export interface Obstacle {
  readonly link: string
  /** `waiting`: something else must come first, and its coming is noticed. `conflict`: a person must decide. */
  readonly kind: 'waiting' | 'conflict'
  readonly reason: string
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

/** How an action is marked in a plan: `+` create, `~` change, `-/+` replace, `-` delete. */
export function actionSign(action: Action): '+' | '~' | '-/+' | '-' {
  switch (action.kind) {
    case 'createLink':
    case 'addAddress':
      return '+'
    case 'changeLink':
      return '~'
    case 'replaceLink':
      return '-/+'
    case 'deleteLink':
    case 'removeAddress':
      return '-'
    default:
      return action satisfies never
  }
}

/** The action as one line of `vxagent diff`, without its sign. A kind left out here does not compile. */
export function describeAction(action: Action): string {
  switch (action.kind) {
    case 'createLink':
      return `link ${action.link}: create with ${describeSpec(action.spec)} (${action.reason})`
    case 'replaceLink':
      return `link ${action.link}: replace, forced by ${describeReplacement(action)} (${action.reason})`
    case 'changeLink':
      return `link ${action.link}: ${describeChanges(action.changes)} (${action.reason})`
    case 'deleteLink':
      return `link ${action.link}: delete (${action.reason})`
    case 'addAddress':
      return `address ${action.address} dev ${action.link}: add (${action.reason})`
    case 'removeAddress':
      return `address ${action.address}${action.peer === undefined ? '' : ` peer ${action.peer}`} dev ${action.link}: remove (${action.reason})`
    default:
      return action satisfies never
  }
}

/** `ttl 5 -> 16, ageing 300 -> 100`. */
export function describeChanges(changes: readonly AttributeChange[]): string {
  return changes.map(({ attribute, from, to }) => `${attribute} ${text(from)} -> ${text(to)}`).join(', ')
}

function describeReplacement({ forcedBy, alongside }: ActionOf<'replaceLink'>): string {
  const also = alongside.length === 0 ? '' : `; also ${describeChanges(alongside)}`
  return `${describeChanges(forcedBy)}${also}`
}

function describeSpec({ id, group, remote, dev }: VxlanSpec): string {
  return [`id ${id}`, group && `group ${group}`, remote && `remote ${remote}`, dev && `dev ${dev}`]
    .filter(Boolean)
    .join(' ')
}

function text(value: unknown): string {
  if (value === undefined || value === '') {
    return 'none'
  }
  return Array.isArray(value) ? value.join('-') : String(value)
}
