/**
 * What of a link an action is about. Each part fails, and is tried again, by itself; the parts that need one which failed wait for it, and all
 * others go on. Pure.
 */
import { constants } from '../../../rtnetlink/index.ts'
import { addressIdentity, presentIdentity } from '../../words/address-entry.ts'
import type { Action, ActionOf } from './action.ts'
import { numbersOf, type RunAction, withNumbers } from './run-actions.ts'

/** A part by name: `port learning`, `vlan 10`, `fdb 02:00:00:00:00:01`. */
export type Part = string

/** The link as such: while it cannot be made, or must be left alone, nothing else of it is done. */
export const linkItself: Part = 'link'
/** Being a port of a bridge or VRF. */
const membership: Part = 'master'
/** Where a vxlan sends: the kernel takes these keys together, or not at all. Source: vxlan_config_validate(), drivers/net/vxlan/vxlan_core.c. */
const destination: Part = 'destination'
const destinationKeys: ReadonlySet<string> = new Set(['group', 'remote', 'dev', 'local'])

/** The parts that an action is about. */
export function* partsOf(action: Action): Generator<Part> {
  switch (action.kind) {
    case 'createLink':
    case 'replaceLink':
    case 'adoptLink':
    case 'restoreLink':
    case 'deleteLink':
      yield linkItself
      return
    case 'putBack':
      yield `put back ${action.what.object}`
      return
    case 'attachPort':
    case 'detachPort':
      yield membership
      return
    case 'changeLink':
      for (const { attribute } of action.changes) {
        yield linkPart(attribute)
      }
      return
    case 'changePort':
    case 'changeSysctls':
      for (const { attribute } of action.changes) {
        yield `${action.kind === 'changePort' ? 'port' : 'sysctl'} ${attribute}`
      }
      return
    case 'changeAltnames':
      for (const name of [...action.add, ...action.remove]) {
        yield `altname ${name}`
      }
      return
    case 'changeVlans':
    case 'changeVlanMap':
    case 'changeVnis':
      for (const number of numbersOf(action)) {
        yield runPart(action, number)
      }
      return
    case 'addAddress':
    case 'changeAddress':
    case 'removeAddress':
      yield addressPart(action)
      return
    case 'addEntries':
    case 'replaceEntries':
    case 'removeEntries':
      for (const { key } of action.entries) {
        yield `${action.table} ${key}`
      }
      return
    default:
      return action satisfies never
  }
}

/**
 * The action without the parts that are out, and without those that need one of these; undefined when nothing is left of it. The action itself
 * when all of it is left.
 */
export function withoutParts<A extends Action>(action: A, out: ReadonlySet<Part>): A | undefined {
  // What is left of an action is of its kind.
  return out.size === 0 ? action : (narrow(action, out) as A | undefined)
}

function narrow(action: Action, out: ReadonlySet<Part>): Action | undefined {
  const isOut = (part: Part): boolean => out.has(part) || needs(action, part, out)
  if (isOut(linkItself)) {
    return undefined
  }
  switch (action.kind) {
    case 'changeLink':
      return narrowed(action, 'changes', ({ attribute }) => !isOut(linkPart(attribute)))
    case 'changePort':
      return narrowed(action, 'changes', ({ attribute }) => !isOut(`port ${attribute}`))
    case 'changeSysctls':
      return narrowed(action, 'changes', ({ attribute }) => !isOut(`sysctl ${attribute}`))
    case 'addEntries':
      return narrowed(action, 'entries', ({ key }) => !isOut(`${action.table} ${key}`))
    case 'replaceEntries':
      return narrowed(action, 'entries', ({ key }) => !isOut(`${action.table} ${key}`))
    case 'removeEntries':
      return narrowed(action, 'entries', ({ key }) => !isOut(`${action.table} ${key}`))
    case 'changeAltnames': {
      const isIn = (name: string): boolean => !isOut(`altname ${name}`)
      const [add, remove] = [action.add.filter(isIn), action.remove.filter(isIn)]
      return add.length + remove.length === 0 ? undefined : { ...action, add, remove }
    }
    case 'changeVlans':
    case 'changeVlanMap':
    case 'changeVnis':
      return withNumbers(action, (number) => !isOut(runPart(action, number)))
    default:
      return [...partsOf(action)].some(isOut) ? undefined : action
  }
}

/** What a part cannot do without. */
function needs(action: Action, part: Part, out: ReadonlySet<Part>): boolean {
  switch (action.kind) {
    case 'changePort':
      return out.has(membership)
    case 'changeVlans':
      return !action.isSelf && out.has(membership)
    case 'changeVlanMap':
      // Source: br_process_vlan_tunnel_info(), net/bridge/br_netlink_tunnel.c; __vlan_tunnel_info_add() wants the VLAN.
      return out.has(membership) || out.has('port vlan_tunnel') || out.has(part.replace('vlan_to_vni', 'vlan'))
    case 'addAddress':
    case 'changeAddress':
      return isIpv6(action) && out.has('sysctl ipv6.disable_ipv6')
    case 'removeAddress':
      // An address that goes has its successor beside it first.
      return [...out].some((each) => each.startsWith(familyOfAddress(action)) && each !== part)
    default:
      return false
  }
}

/** The part that a key of a link belongs to. */
export function linkPart(attribute: string): Part {
  return attribute === 'master' ? membership : destinationKeys.has(attribute) ? destination : `link ${attribute}`
}

type AddressAction = ActionOf<'addAddress'> | ActionOf<'changeAddress'> | ActionOf<'removeAddress'>

function addressPart(action: AddressAction): Part {
  const identity = action.kind === 'removeAddress' ? presentIdentity(action.address) : addressIdentity(action.address)
  return `${familyOfAddress(action)}${identity}`
}

function familyOfAddress(action: AddressAction): string {
  return isIpv6(action) ? 'IPv6 address ' : 'IPv4 address '
}

function isIpv6(action: AddressAction): boolean {
  return action.kind === 'removeAddress'
    ? action.address.family === constants.AF_INET6
    : action.address.address.includes(':')
}

function runPart(action: RunAction, number: number): Part {
  switch (action.kind) {
    case 'changeVlans':
      return `${action.isSelf ? 'own vlan' : 'vlan'} ${number}`
    case 'changeVlanMap':
      return `vlan_to_vni ${number}`
    case 'changeVnis':
      return `vni ${number}`
    default:
      return action satisfies never
  }
}

/** With fewer of a list; undefined for none, the action itself for all. */
function narrowed<Key extends string, Item, A extends { readonly [K in Key]: readonly Item[] }>(
  action: A,
  key: Key,
  isIn: (item: A[Key][number]) => boolean,
): A | undefined {
  const items = action[key].filter(isIn)
  return items.length === 0 ? undefined : items.length === action[key].length ? action : { ...action, [key]: items }
}
