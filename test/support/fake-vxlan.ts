/** What the kernel does with IFLA_INFO_DATA of a vxlan: its refusals, in its own words, and what it shows (measured, Linux 6.18). */
import type { VxlanAttributes } from '../../src/rtnetlink/index.ts'
import { FakeRefusal } from './fake-refusal.ts'

/** The most that a VNI can be, and one. */
const vniLimit = 1 << 24

/** What the kernel shows where nothing was stated. */
const defaults: VxlanAttributes = {
  id: 0,
  ttl: 0,
  tos: 0,
  learning: true,
  ageing: 300,
  limit: 0,
  portRange: { low: 0, high: 0 },
  proxy: false,
  rsc: false,
  l2miss: false,
  l3miss: false,
  port: 8472,
  udpCsum: true,
  udpZeroCsum6Tx: false,
  udpZeroCsum6Rx: false,
  remcsumTx: false,
  remcsumRx: false,
  collectMetadata: false,
  label: 0,
  df: 0,
  localbypass: 1,
  labelPolicy: 0,
}

/** Attributes that may not even be sent again with the same value, and the kernel's word for each. */
const immutable: Partial<Record<keyof VxlanAttributes, string>> = {
  limit: 'limit',
  portRange: 'port range',
  proxy: 'proxy flag',
  rsc: 'RSC flag',
  l2miss: 'l2miss flag',
  l3miss: 'l3miss flag',
  port: 'port',
  udpCsum: 'UDP_CSUM flag',
  udpZeroCsum6Tx: 'UDP_ZERO_CSUM6_TX flag',
  udpZeroCsum6Rx: 'UDP_ZERO_CSUM6_RX flag',
  remcsumTx: 'REMCSUM_TX flag',
  remcsumRx: 'REMCSUM_RX flag',
  gbp: 'GBP flag',
  remcsumNopartial: 'REMCSUM_NOPARTIAL flag',
  collectMetadata: 'metadata flag',
  gpe: 'GPE flag',
  ttlInherit: 'TTL_INHERIT flag',
  vnifilter: 'flag',
  reservedBits: 'reserved_bits',
}

/** 4 or 6: the family of the outer packets, which stays for a link's life. */
export function vxlanFamily({ group6, local6 }: VxlanAttributes): 4 | 6 {
  return group6 === undefined && local6 === undefined ? 4 : 6
}

/** What encapsulation takes from the MTU of the lower device. */
export function vxlanHeadroom(data: VxlanAttributes): number {
  return vxlanFamily(data) === 6 ? 70 : 50
}

/** The state of a vxlan made with `stated`. Throws FakeRefusal. */
export function createdVxlan(stated: VxlanAttributes, isLink: (index: number) => boolean): VxlanAttributes {
  const { unknown: _, ...known } = stated
  const data = { ...defaults, ...known, ...(known.ageing === 0 && { ageing: 300 }) }
  if ((data.id ?? 0) >= vniLimit) {
    throw new FakeRefusal('ERANGE', 'VXLAN ID must be lower than 16777216')
  }
  if ((data.group !== undefined && data.local6) || (data.group6 !== undefined && data.local)) {
    throw new FakeRefusal('EINVAL', 'Local and remote address must be from the same family')
  }
  checkCommon(data, isLink)
  const { low, high } = data.portRange ?? { low: 0, high: 0 }
  if (low > high) {
    throw new FakeRefusal('EINVAL', 'Invalid source port range')
  }
  return data
}

/** The state of a vxlan after a change. Throws FakeRefusal, and then nothing of the change counts. */
export function changedVxlan(
  before: VxlanAttributes,
  { unknown: _, ...change }: VxlanAttributes,
  isLink: (index: number) => boolean,
): VxlanAttributes {
  if (change.id !== undefined && change.id !== before.id) {
    throw new FakeRefusal('EOPNOTSUPP', 'Cannot change VNI')
  }
  for (const [key, word] of Object.entries(immutable)) {
    if (key in change) {
      throw new FakeRefusal('EOPNOTSUPP', `Cannot change ${word}`)
    }
  }
  if (change.group !== undefined && vxlanFamily(before) === 6) {
    throw new FakeRefusal('EOPNOTSUPP', 'New group address family does not match old group')
  }
  if ((change.group6 !== undefined || change.local6 !== undefined) && vxlanFamily(before) === 4) {
    throw new FakeRefusal('EOPNOTSUPP', 'New group address family does not match old group')
  }
  const data = { ...before, ...change, ...(change.ageing === 0 && { ageing: 300 }) }
  checkCommon(data, isLink)
  // `::` stays: a link that was made for IPv6 is one for its life.
  return Object.fromEntries(Object.entries(data).filter(([, value]) => value !== '0.0.0.0'))
}

/** IFLA_INFO_DATA as it is dumped: unset addresses left out, ttl-inherit as a u8, though it is set as a flag. */
export function shownVxlan({ ttlInherit, ...data }: VxlanAttributes): VxlanAttributes {
  const shown = Object.entries(data).filter(([, value]) => value !== '0.0.0.0' && value !== '::')
  return { ...Object.fromEntries(shown), unknown: [{ type: 28, payload: Buffer.from([ttlInherit ? 1 : 0]) }] }
}

/** Whether an address is a multicast group. */
export function isMulticastAddress(address: string): boolean {
  return address.includes(':') ? address.startsWith('ff') : Number.parseInt(address, 10) >> 4 === 0xe
}

/** The remote of a vxlan, if it has one. */
export function vxlanRemote({ group, group6 }: VxlanAttributes): string | undefined {
  const remote = group ?? group6
  return remote === '0.0.0.0' || remote === '::' ? undefined : remote
}

function checkCommon(data: VxlanAttributes, isLink: (index: number) => boolean): void {
  const remote = vxlanRemote(data)
  const link = data.link ?? 0
  if (link !== 0 && !isLink(link)) {
    throw new FakeRefusal('ENODEV', 'Invalid local interface, device not found')
  }
  if (remote !== undefined && isMulticastAddress(remote) && link === 0) {
    throw new FakeRefusal('EINVAL', 'Local interface required for multicast remote destination')
  }
  if (isMulticastAddress(data.local ?? data.local6 ?? '0.0.0.0')) {
    throw new FakeRefusal('EINVAL', 'Local address cannot be multicast')
  }
  if ((data.label ?? 0) !== 0 && vxlanFamily(data) === 4) {
    throw new FakeRefusal('EINVAL', undefined)
  }
  if ((data.df ?? 0) > 2) {
    throw new FakeRefusal('EINVAL', 'Invalid DF attribute')
  }
}
