/** A section [Address]. */
import { familyOf } from '../../../facts/ip-text.ts'
import type { LinkDraft, Overlay } from '../overlay.ts'
import { readDecimal } from '../read-number.ts'
import type { Setting } from '../source.ts'
import type { Assignment } from './ini.ts'
import { boolean, leftOut, leftOutIfTrue, type Row, type Rows, readAssignments, settingsOf, single } from './rows.ts'
import { readBoolean } from './values.ts'

export function addAddress({ notes }: Overlay, draft: LinkDraft, assignments: readonly Assignment[]): void {
  const stated: Record<string, unknown> = {}
  const state = (key: string, read: (text: string) => unknown = (text) => text): Row =>
    single(({ text }) => {
      stated[key] = read(text)
    })
  const prefixRoute = boolean((value) => {
    if (!value) {
      stated['noprefixroute'] = true
    }
  })
  let broadcast: Setting | undefined
  const rows: Rows = {
    Address: state('address'),
    Peer: state('peer'),
    Broadcast: single((setting) => {
      broadcast = setting
    }),
    Label: state('label'),
    Scope: state('scope', readDecimal),
    RouteMetric: state('metric', readDecimal),
    PreferredLifetime: state('preferred_lft', (text) => (text === 'infinity' ? 'forever' : readDecimal(text))),
    HomeAddress: flag('home'),
    ManageTemporaryAddress: flag('mngtmpaddr'),
    DuplicateAddressDetection: single((setting) => {
      if (setting.text === 'none') {
        stated['nodad'] = true
      } else if (setting.text !== 'ipv6') {
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
  const address = assignments.findLast(({ key }) => key === 'Address')?.setting
  if (address === undefined) {
    notes.allLeftOut(settingsOf(assignments.slice(0, 1)), 'the section has no Address')
    return
  }
  setPeer(stated)
  if (broadcast !== undefined) {
    setBroadcast(stated, broadcast.text)
  }
  if (stated['nodad'] === true && familyOf(address.text) === 'IPv4') {
    // None is how it is with IPv4 anyway.
    delete stated['nodad']
  }
  draft.add('addresses', stated, address)

  function flag(key: string): Row {
    return boolean((value) => {
      if (value) {
        stated[key] = true
      }
    })
  }
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
function setBroadcast(stated: Record<string, unknown>, text: string): void {
  const isDerived = readBoolean(text)
  const highest = isDerived === true ? highestOf(String(stated['address'])) : isDerived === false ? undefined : text
  if (highest !== undefined) {
    stated['broadcast'] = highest
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
