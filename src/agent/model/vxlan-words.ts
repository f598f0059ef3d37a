/** The one place where the kernel's words for a vxlan link (IFLA_VXLAN_*) and iproute2's (the desired file's) meet. */
import type { VxlanAttributes } from '../../rtnetlink/index.ts'
import { familyOf, type IpFamily } from '../desired/ip-text.ts'
import { kernelDstport, type VxlanSpec } from '../desired/schema.ts'

/** Names and ifindexes of the links around. */
export interface LinkNames {
  nameOf(index: number): string | undefined
  /** Throws when there is no such link. */
  indexOf(name: string): number
}

/** A key of the desired file that lives in IFLA_INFO_DATA. */
export type VxlanKey = Exclude<keyof VxlanSpec, 'mtu' | 'mac' | 'alias' | 'up' | 'addresses'>

/** How one key is read from the kernel and written to it. */
export interface VxlanWord {
  readonly key: VxlanKey
  /** Whether the kernel can change it on a live link (measured, Linux 6.18; since 4.12 or so). */
  readonly isLive: boolean
  /** What the kernel takes when nothing is stated; undefined for an address or a device: none. */
  readonly fallback: unknown
  readonly read: (data: VxlanAttributes, names: LinkNames) => unknown
  readonly write: (value: never, names: LinkNames) => VxlanAttributes
}

type PlainAttribute = {
  [K in keyof VxlanAttributes]: VxlanAttributes[K] extends number | boolean | undefined ? K : never
}[keyof VxlanAttributes]

function plain(
  key: VxlanKey,
  attribute: NonNullable<PlainAttribute>,
  fallback: number | boolean,
  isLive: boolean,
): VxlanWord {
  return {
    key,
    isLive,
    fallback,
    read: (data) => data[attribute] ?? fallback,
    write: (value) => ({ [attribute]: value }),
  }
}

const live = true
const fixed = false
const dfWords = ['unset', 'set', 'inherit'] as const

/** A multicast group and a unicast remote are one attribute to the kernel, and two keys to a person. */
function remoteWord(key: 'group' | 'remote'): VxlanWord {
  return {
    key,
    isLive: true,
    fallback: undefined,
    read: (data) => {
      const address = data.group ?? data.group6
      return address !== undefined && isMulticast(address) === (key === 'group') ? address : undefined
    },
    write: (value: string) => (familyOf(value) === 'IPv6' ? { group6: value } : { group: value }),
  }
}

/** All keys, in the order in which people read them. */
export const vxlanWords: readonly VxlanWord[] = [
  plain('id', 'id', 0, fixed),
  remoteWord('group'),
  remoteWord('remote'),
  {
    key: 'dev',
    isLive: true,
    fallback: undefined,
    read: (data, names) => (data.link ? (names.nameOf(data.link) ?? `${data.link}`) : undefined),
    write: (value: string, names) => ({ link: names.indexOf(value) }),
  },
  {
    key: 'local',
    isLive: true,
    fallback: undefined,
    read: (data) => data.local ?? data.local6,
    write: (value: string) => (familyOf(value) === 'IPv6' ? { local6: value } : { local: value }),
  },
  plain('dstport', 'port', kernelDstport, fixed),
  {
    key: 'ttl',
    isLive: true,
    fallback: 0,
    read: (data) => (data.ttlInherit ? 'inherit' : (data.ttl ?? 0)),
    write: (value: number | 'inherit') => (value === 'inherit' ? { ttlInherit: true } : { ttl: value }),
  },
  {
    key: 'tos',
    isLive: true,
    fallback: 0,
    read: (data) => (data.tos === 1 ? 'inherit' : (data.tos ?? 0)),
    write: (value: number | 'inherit') => ({ tos: value === 'inherit' ? 1 : value }),
  },
  {
    key: 'df',
    isLive: true,
    fallback: 'unset',
    read: (data) => dfWords[data.df ?? 0] ?? data.df,
    write: (value: (typeof dfWords)[number]) => ({ df: dfWords.indexOf(value) }),
  },
  plain('ageing', 'ageing', 300, live),
  plain('learning', 'learning', true, live),
  plain('maxaddr', 'limit', 0, fixed),
  {
    key: 'srcport',
    isLive: false,
    fallback: [0, 0],
    read: (data) => [data.portRange?.low ?? 0, data.portRange?.high ?? 0],
    write: ([low, high]: readonly [number, number]) => ({ portRange: { low, high } }),
  },
  plain('flowlabel', 'label', 0, live),
  plain('proxy', 'proxy', false, fixed),
  plain('rsc', 'rsc', false, fixed),
  plain('l2miss', 'l2miss', false, fixed),
  plain('l3miss', 'l3miss', false, fixed),
  plain('udpcsum', 'udpCsum', true, fixed),
  plain('udp6zerocsumtx', 'udpZeroCsum6Tx', false, fixed),
  plain('udp6zerocsumrx', 'udpZeroCsum6Rx', false, fixed),
  plain('remcsumtx', 'remcsumTx', false, fixed),
  plain('remcsumrx', 'remcsumRx', false, fixed),
]

const wordByKey = new Map(vxlanWords.map((word) => [word.key as string, word]))

/** IFLA_INFO_DATA that states these keys and no others; keys that do not live there are passed over. */
export function toVxlanAttributes(spec: Partial<VxlanSpec>, names: LinkNames): VxlanAttributes {
  const attributes = Object.entries(spec).map(([key, value]) =>
    value === undefined ? undefined : wordByKey.get(key)?.write(value as never, names),
  )
  return Object.assign({}, ...attributes) as VxlanAttributes
}

/** Which family the outer packets have: what an address among the keys tells, else IPv4, as the kernel assumes. */
export function underlayFamily({ group, remote, local }: Partial<VxlanSpec>): IpFamily {
  return familyOf(group ?? remote ?? local ?? '')
}

/** Bytes that encapsulation adds: outer IP (20 or 40), UDP 8, VXLAN 8, inner Ethernet 14. Source: RFC 7348 §5, vxlan_headroom(). */
export function encapsulationOverhead(family: IpFamily): number {
  return family === 'IPv6' ? 70 : 50
}

function isMulticast(address: string): boolean {
  // By its first octet, 224 to 239 or ff: this is asked of every vxlan of the host for every plan.
  return familyOf(address) === 'IPv6'
    ? address.toLowerCase().startsWith('ff')
    : (Number.parseInt(address, 10) & 0xf0) === 0xe0
}
