/** Actions as lines of a plan. */
import ipaddr from 'ipaddr.js'
import { constants, type DumpedMdbEntry, type Neighbour, type NeighbourRequest } from '../../../rtnetlink/index.ts'
import type { EntryTable } from '../../record/owned.ts'
import { addressIdentity, presentIdentity } from '../../words/address-entry.ts'
import { fdbStateOf } from '../../words/fdb-entry.ts'
import type { AttributeChange, Value } from '../../words/values.ts'
import { type Run, rangeText, type VlanFlags } from '../../words/vlans.ts'
import type { Action, ActionOf, PutBack, ReplacementOrder, TakenAlong } from './action.ts'
import { describeRoute } from './inherited-routes.ts'

type EntriesOf = ActionOf<'addEntries'> | ActionOf<'replaceEntries'> | ActionOf<'removeEntries'>

export type ActionSign = '+' | '~' | '-/+' | '-'

/** How an action is marked in a plan: `+` create, `~` change, `-/+` replace, `-` delete. */
export function actionSign(action: Action): ActionSign {
  switch (action.kind) {
    case 'createLink':
    case 'addAddress':
    case 'addEntries':
      return '+'
    case 'putBack':
      return ['port', 'backup', 'guests'].includes(action.what.object) ? '~' : '+'
    case 'replaceLink':
      return '-/+'
    case 'changeLink':
    case 'adoptLink':
    case 'restoreLink':
    case 'attachPort':
    case 'detachPort':
    case 'changePort':
    case 'changeSysctls':
    case 'changeAltnames':
    case 'changeVlans':
    case 'changeVlanMap':
    case 'changeVnis':
    case 'changeAddress':
    case 'replaceEntries':
      return '~'
    case 'deleteLink':
    case 'removeAddress':
    case 'removeEntries':
      return '-'
    default:
      return action satisfies never
  }
}

/** The action as one line of `vxagent diff`, without its sign. A kind left out here does not compile. */
export function describeAction(action: Action): string {
  return `${describe(action)} (${action.reason})`
}

function describe(action: Action): string {
  const { link } = action
  switch (action.kind) {
    case 'createLink':
      return `link ${link}: create ${describeLink(action)}`
    case 'replaceLink':
      return `link ${link}: replace, forced by ${describeReplacement(action)}`
    case 'changeLink':
      return `link ${link}: ${describeChanges(action.changes)}`
    case 'adoptLink':
      return `link ${link}: take over`
    case 'restoreLink':
      return `link ${link}: put back in place of its unfinished successor`
    case 'deleteLink':
      return `link ${link}: delete`
    case 'attachPort':
      return `port ${link}: attach to ${action.master}`
    case 'detachPort':
      return `port ${link}: detach from ${action.master}`
    case 'changePort':
      return `port ${link}: ${describeChanges(action.changes)}`
    case 'changeSysctls':
      return `sysctl ${link}: ${describeChanges(action.changes)}`
    case 'changeAltnames':
      return `altnames ${link}: ${describeLists(action.add, action.remove, String)}`
    case 'changeVlans':
      return `vlans ${link}${action.isSelf ? ' self' : ''}: ${describeLists(action.add, action.remove, vlanText)}`
    case 'changeVlanMap':
      return `vlan_to_vni ${link}: ${describeLists(action.add, action.remove, mapText)}`
    case 'changeVnis':
      return `vnis ${link}: ${describeLists(action.add, action.remove, vniText)}`
    case 'addAddress':
      return `address ${addressIdentity(action.address)} dev ${link}: add`
    case 'changeAddress':
      return `address ${addressIdentity(action.address)} dev ${link}: change`
    case 'removeAddress':
      return `address ${presentIdentity(action.address)} dev ${link}: remove`
    case 'addEntries':
      return describeEntries(action, 'add', action.entries[0]?.request)
    case 'replaceEntries':
      return describeEntries(action, 'replace', action.entries[0]?.request)
    case 'removeEntries':
      return describeEntries(action, 'remove', action.entries[0]?.present)
    case 'putBack':
      return describePutBack(action)
    default:
      return action satisfies never
  }
}

/** So many things that are lost are named. */
const mostNamed = 10

/** `loses: macvlan0 (macvlan) on top of it, qdisc htb with 2 filters`. */
export function describeTakenAlong(lost: readonly Pick<TakenAlong, 'description'>[]): string {
  const named = lost.slice(0, mostNamed).map(({ description }) => description)
  const more = lost.length > mostNamed ? ` and ${lost.length - mostNamed} more` : ''
  return `loses: ${named.join(', ')}${more}`
}

/** `ttl 5 -> 16, ageing 300 -> 100`. */
export function describeChanges(changes: readonly AttributeChange[]): string {
  return changes.map(({ attribute, from, to }) => `${attribute} ${text(from)} -> ${text(to)}`).join(', ')
}

/** `02:00:00:00:00:fe dst 10.0.2.254` of a forwarding entry, `10.0.1.254 lladdr 02:00:00:00:00:fe` of a neighbour. */
export function describeEntry(table: EntryTable, { state, flags = 0, attributes = {} }: NeighbourRequest): string {
  const { lladdr, dst, port, vni, srcVni, nhId, vlan } = attributes
  if (table === 'neighbours') {
    return (flags & constants.NTF_PROXY) === 0 ? `${dst} lladdr ${lladdr}` : `proxy ${dst}`
  }
  const words = [
    lladdr,
    dst !== undefined && `dst ${dst}`,
    nhId !== undefined && `nhid ${nhId}`,
    port !== undefined && `port ${port}`,
    vni !== undefined && `vni ${vni}`,
    srcVni !== undefined && `src_vni ${srcVni}`,
    vlan !== undefined && `vlan ${vlan}`,
    state !== undefined && fdbStateOf({ state }) !== 'permanent' && fdbStateOf({ state }),
  ]
  return words.filter(Boolean).join(' ')
}

/** Of many entries the line tells the first. */
function describeEntries(
  { link, table, entries }: EntriesOf,
  verb: string,
  request: NeighbourRequest | undefined,
): string {
  const port = entries[0]?.port
  const entry = request === undefined ? '' : describeEntry(table, request)
  const [first, where] = port === undefined ? [entry, `dev ${link}`] : [`${entry} dev ${port}`, `master ${link}`]
  const what = table === 'fdb' ? 'fdb' : 'neighbour'
  return entries.length === 1
    ? `${what} ${first} ${where}: ${verb}`
    : `${what} ${where}: ${verb} ${entries.length} entries, the first ${first}`
}

function describePutBack({ link, what }: ActionOf<'putBack'>): string {
  switch (what.object) {
    case 'port':
      return `port ${link}: ${describePortOptions(what)}`
    case 'bridge entries': {
      const first = what.entries[0] && describeBridgeEntry(what.entries[0])
      return `fdb of its bridge to ${link}: add ${someOf(what.entries.length, 'entry', 'entries', first)}`
    }
    case 'backup':
      return `port ${what.ports.join(', ')}: backup port ${link}`
    case 'multicast':
      return `mdb dev ${link}: add ${someOf(what.entries.length, 'group', 'groups', what.entries[0] && describeGroup(what.entries[0].entry))}`
    case 'routes':
      return `routes dev ${link}: add ${someOf(what.routes.length, 'route', 'routes', what.routes[0] && describeRoute(what.routes[0]))}`
    case 'guests':
      return `port ${what.guests.map((guest) => guest.name).join(', ')}: attach to ${link}`
    default:
      return what satisfies never
  }
}

function someOf(count: number, one: string, many: string, first: string | undefined): string {
  return count === 1 ? `${one} ${first}` : `${count} ${many}, the first ${first}`
}

/** `groupFwdMask 8, backup port eth2`. */
export function describePortOptions({ options, backupPort }: Extract<PutBack, { readonly object: 'port' }>): string {
  const stated = Object.entries(options).map(([key, value]) => `${key} ${value}`)
  const backup = backupPort === undefined ? [] : [`backup port ${backupPort}`]
  return [...stated, ...backup].join(', ')
}

/** An entry of a bridge's own table: `02:00:00:00:00:fe vlan 10`. */
export function describeBridgeEntry({ attributes: { lladdr, vlan } }: Neighbour): string {
  return `${lladdr}${vlan === undefined ? '' : ` vlan ${vlan}`}`
}

/** The group of a multicast forwarding entry: an IPv4, IPv6 or MAC address, with its VLAN. */
export function describeGroup(entry: Omit<DumpedMdbEntry, 'attributes' | 'flags'>): string {
  const { group0, group1, group2, group3, group4, group5, group6, group7, proto, vid } = entry
  const bytes = [group0, group1, group2, group3, group4, group5, group6, group7].flatMap((word) => [
    word >> 8,
    word & 0xff,
  ])
  const octets = proto === 0 ? 6 : proto === 0x0800 ? 4 : 16
  const group =
    octets === 6
      ? bytes
          .slice(0, 6)
          .map((octet) => octet.toString(16).padStart(2, '0'))
          .join(':')
      : ipaddr.fromByteArray(bytes.slice(0, octets)).toString()
  return vid === 0 ? group : `${group} vid ${vid}`
}

function describeReplacement({ forcedBy, alongside, order }: ActionOf<'replaceLink'>): string {
  const also = alongside.length === 0 ? '' : `; also ${describeChanges(alongside)}`
  return `${describeChanges(forcedBy)}${also}${describeOrder(order)}`
}

function describeOrder(order: ReplacementOrder): string {
  switch (order) {
    case 'make before break':
      return '; the new one is made before the old one goes'
    case 'break before make':
      return ''
    default:
      return order satisfies never
  }
}

function describeLink({ wanted }: ActionOf<'createLink'>): string {
  if (wanted.kind === 'bridge') {
    return 'a bridge'
  }
  const { id, external, group, remote, dev } = wanted.spec
  const words = [
    id === undefined ? external && 'external' : `id ${id}`,
    group && `group ${group}`,
    remote && `remote ${remote}`,
    dev && `dev ${dev}`,
  ]
  return `with ${words.filter(Boolean).join(' ')}`
}

function describeLists<T>(add: readonly T[], remove: readonly T[], toText: (item: T) => string): string {
  const parts = [
    add.length > 0 && `add ${add.map(toText).join(', ')}`,
    remove.length > 0 && `remove ${remove.map(toText).join(', ')}`,
  ]
  return parts.filter(Boolean).join('; ')
}

function vlanText({ first, last, value: { pvid, untagged } }: Run<VlanFlags>): string {
  return `${rangeText(first, last)}${pvid ? ' pvid' : ''}${untagged ? ' untagged' : ''}`
}

function mapText({ first, last, value }: Run<number>): string {
  return `${rangeText(first, last)} -> ${rangeText(value, value + last - first)}`
}

function vniText({ first, last, value }: Run<string | undefined>): string {
  return `${rangeText(first, last)}${value === undefined ? '' : ` to ${value}`}`
}

function text(value: Value): string {
  if (value === undefined || value === '') {
    return 'none'
  }
  return Array.isArray(value) ? value.join('-') : String(value)
}
