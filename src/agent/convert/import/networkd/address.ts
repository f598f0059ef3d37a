/** A section [Address]. */
import { familyOf } from '../../../facts/ip-text.ts'
import type { LinkDraft, Overlay } from '../overlay.ts'
import { readDecimal } from '../read-number.ts'
import type { Notes, Setting } from '../source.ts'
import { Entry } from './entry.ts'
import type { Assignment } from './ini.ts'
import {
  boolean,
  effective,
  leaveOutAll,
  leftOut,
  leftOutIfTrue,
  type Row,
  type Rows,
  readAssignments,
  single,
} from './rows.ts'
import { readBoolean } from './values.ts'

export function addAddress({ notes }: Overlay, draft: LinkDraft, assignments: readonly Assignment[]): void {
  if (!effective(assignments).some(({ key }) => key === 'Address')) {
    leaveOutAll(assignments, 'the section has no Address', notes)
    return
  }
  const entry = new Entry(notes)
  const state = (key: string, read: (text: string) => unknown = (text) => text): Row =>
    single((setting) => entry.set(key, read(setting.text), setting))
  const flag = (key: string): Row => boolean((value, setting) => entry.set(key, value || undefined, setting))
  const prefixRoute = boolean((value, setting) => entry.set('noprefixroute', !value || undefined, setting))
  const rows: Rows = {
    Address: state('address'),
    Peer: state('peer'),
    Broadcast: state('broadcast'),
    Label: state('label'),
    Scope: state('scope', readDecimal),
    RouteMetric: state('metric', readDecimal),
    PreferredLifetime: state('preferred_lft', (text) => (text === 'infinity' ? 'forever' : readDecimal(text))),
    HomeAddress: flag('home'),
    ManageTemporaryAddress: flag('mngtmpaddr'),
    DuplicateAddressDetection: single((setting) => {
      if (setting.text === 'none' || setting.text === 'ipv6') {
        entry.set('nodad', setting.text === 'none' || undefined, setting)
      } else {
        notes.leftOut(setting, 'the kernel detects duplicates of IPv6 addresses only')
      }
    }),
    AddPrefixRoute: prefixRoute,
    PrefixRoute: prefixRoute,
    AutoJoin: leftOutIfTrue('vxagent has no key for it'),
    NetLabel: leftOut('vxagent has no key for it'),
    NFTSet: leftOut('vxagent has no key for it; add the address to the set by nft'),
  }
  readAssignments(assignments, rows, notes)
  const address = entry.settingOf('address') as Setting
  const stated = entry.toSpec()
  setPeer(stated)
  const broadcast = entry.settingOf('broadcast')
  if (broadcast !== undefined) {
    setBroadcast(notes, stated, broadcast)
  }
  if (stated['nodad'] === true && familyOf(address.text) === 'IPv4') {
    // None is how it is with IPv4 anyway.
    delete stated['nodad']
  }
  draft.add('addresses', stated, entry.partsOf(address))
}

/** networkd writes the prefix length behind either of the two; it is the peer's. */
function setPeer(stated: Record<string, unknown>): void {
  const [peer, prefix] = String(stated['peer'] ?? '').split('/')
  if (peer !== '') {
    stated['peer'] = peer
    const [address] = String(stated['address']).split('/')
    stated['address'] = prefix === undefined ? stated['address'] : `${address}/${prefix}`
  }
}

/** An address, or yes for the highest of the subnet. */
function setBroadcast(notes: Notes, stated: Record<string, unknown>, setting: Setting): void {
  const isDerived = readBoolean(setting.text)
  if (isDerived === undefined) {
    return
  }
  delete stated['broadcast']
  const highest = isDerived ? highestOf(String(stated['address'])) : undefined
  if (highest !== undefined) {
    stated['broadcast'] = highest
  } else if (isDerived) {
    notes.withoutEffect(setting, 'only an IPv4 subnet of four addresses and more has a broadcast address')
  }
}

/** 10.0.1.255 of 10.0.1.7/24. */
function highestOf(address: string): string | undefined {
  const [, a, b, c, d, prefix] = /^(\d+)\.(\d+)\.(\d+)\.(\d+)\/(\d+)$/.exec(address) ?? []
  if (prefix === undefined || Number(prefix) > 30) {
    return undefined
  }
  const host = [a, b, c, d].reduce((number, octet) => number * 256 + Number(octet), 0)
  const size = 2 ** (32 - Number(prefix))
  const highest = Math.floor(host / size) * size + size - 1
  return [24, 16, 8, 0].map((shift) => Math.floor(highest / 2 ** shift) % 256).join('.')
}
