/** The one place where the kernel's words for a vxlan link (IFLA_VXLAN_*) and iproute2's (the desired file's) meet. */
import type { VxlanAttributes } from '../../rtnetlink/index.ts'
import { inKernel, type KernelAttribute } from '../desired/schema/kernel-attribute.ts'
import { type VxlanSpec, vxlanKeys } from '../desired/schema.ts'
import { familyOf, isMulticast } from '../facts/ip-text.ts'
import type { LinkNames } from '../kernel/link-names.ts'
import { remoteOf } from '../kernel/vxlan-link.ts'
import type { LinkKey } from './link-words.ts'
import type { KeysOfType, ValuesOf } from './values.ts'
import { type Word, wordsFor } from './word.ts'

/** Keys of a vxlan that live elsewhere than in IFLA_INFO_DATA and are no key of any link: lists, other objects, and what is for vxagent itself. */
export const keysElsewhere = [
  'remotes',
  'fdb',
  'fdb_exclusive',
  'vnis',
  'port',
  'altnames',
  'sysctl',
  'addresses',
  'neighbours',
  'adopt',
  'replace',
] as const

/** A key of the desired file that lives in IFLA_INFO_DATA. */
export type VxlanDataKey = Exclude<keyof VxlanSpec, LinkKey | (typeof keysElsewhere)[number]>

/** Values of a vxlan's IFLA_INFO_DATA. */
export type VxlanDataValues = ValuesOf<VxlanSpec, VxlanDataKey>

type VxlanWord = Word<VxlanDataValues, VxlanAttributes, VxlanAttributes>

const word = wordsFor<VxlanDataValues, VxlanAttributes, VxlanAttributes>()

type PlainKey = KeysOfType<VxlanDataValues, number | boolean>

/** A key whose value is one attribute, as its schema says. */
function plain(key: PlainKey, { attribute, fallback, isLive, since }: KernelAttribute): VxlanWord {
  return word(key, {
    isLive,
    fallback,
    ...(since === undefined ? {} : { since }),
    read: (data) => data[attribute] ?? fallback,
    write: (value) => ({ [attribute]: value }),
  })
}

const dfWords = ['unset', 'set', 'inherit'] as const

/** A multicast group and a unicast remote are one attribute to the kernel, and two keys to a person. */
function remoteWord(key: 'group' | 'remote'): VxlanWord {
  return word(key, {
    isLive: true,
    fallback: undefined,
    read: (data) => {
      const address = remoteOf(data)
      return address !== undefined && isMulticast(address) === (key === 'group') ? address : undefined
    },
    write: (value) => (familyOf(value) === 'IPv6' ? { group6: value } : { group: value }),
  })
}

/** Keys whose value takes more than one attribute, or another form than the kernel's. */
const translated: readonly VxlanWord[] = [
  remoteWord('group'),
  remoteWord('remote'),
  word('dev', {
    isLive: true,
    fallback: undefined,
    read: (data, names) => (data.link ? (names.nameOf(data.link) ?? `${data.link}`) : undefined),
    write: (value, names) => ({ link: names.indexOf(value) }),
  }),
  word('local', {
    isLive: true,
    fallback: undefined,
    read: (data) => data.local ?? data.local6,
    write: (value) => (familyOf(value) === 'IPv6' ? { local6: value } : { local: value }),
  }),
  word('ttl', {
    isLive: true,
    fallback: 0,
    read: (data) => (data.ttlInherit ? 'inherit' : (data.ttl ?? 0)),
    write: (value) => (value === 'inherit' ? { ttlInherit: true } : { ttl: value }),
  }),
  word('tos', {
    isLive: true,
    fallback: 0,
    read: (data) => (data.tos === 1 ? 'inherit' : (data.tos ?? 0)),
    write: (value) => ({ tos: value === 'inherit' ? 1 : value }),
  }),
  word('df', {
    isLive: true,
    fallback: 'unset',
    // A mode that files have no word for is no value.
    read: (data) => dfWords[data.df ?? 0],
    write: (value) => ({ df: dfWords.indexOf(value) }),
  }),
  word('srcport', {
    isLive: false,
    fallback: [0, 0],
    read: (data) => [data.portRange?.low ?? 0, data.portRange?.high ?? 0],
    write: ([low, high]) => ({ portRange: { low, high } }),
  }),
  word('labelpolicy', {
    isLive: true,
    fallback: 'fixed',
    since: [6, 8],
    read: (data) => (data.labelPolicy === 1 ? 'inherit' : 'fixed'),
    write: (value) => ({ labelPolicy: value === 'inherit' ? 1 : 0 }),
  }),
  word('localbypass', {
    isLive: true,
    fallback: true,
    since: [6, 5],
    read: (data) => (data.localbypass ?? 1) !== 0,
    write: (value) => ({ localbypass: value ? 1 : 0 }),
  }),
  word('reserved_bits', {
    isLive: false,
    // What has no meaning to the link, which depends on its other flags.
    fallback: undefined,
    since: [6, 14],
    read: (data) => (data.reservedBits === undefined ? undefined : `0x${data.reservedBits}`),
    write: (value) => ({ reservedBits: value.slice(2) }),
  }),
  word('mcroute', {
    isLive: true,
    fallback: false,
    since: [6, 17],
    // Linux 6.18 takes it and does not dump it, so that what was last written is all that is known: `UnshownValues`.
    read: (data) => data.mcRoute === 1,
    write: (value) => ({ mcRoute: value ? 1 : 0 }),
  }),
]

/** All keys, in the order of the schema, in which people read them. */
export const vxlanWords: readonly VxlanWord[] = Object.entries(vxlanKeys).flatMap(([key, schema]) => {
  const attribute = inKernel.get(schema)
  return attribute === undefined ? translated.filter((each) => each.key === key) : [plain(key as PlainKey, attribute)]
})

/** IFLA_INFO_DATA that states these values and no others; keys that do not live there are passed over. */
export function toVxlanAttributes(values: VxlanDataValues, names: LinkNames): VxlanAttributes {
  return vxlanWords.reduce<VxlanAttributes>((data, { key, fallback, isLive, write }) => {
    // To state a flag that is off by itself has a meaning to some kernels: remcsumrx then counts as used among the reserved bits.
    const isOff = values[key] === false && fallback === false && !isLive
    return isOff ? data : Object.assign(data, write(values, names))
  }, {})
}

/** Bits of a VXLAN header that each feature uses, as its two 32-bit words. Source: vxlan_nl2conf(), drivers/net/vxlan/vxlan_core.c. */
const usedBits = {
  vni: [0x0800_0000, 0xffff_ff00],
  gbp: [0x80ff_ffff, 0],
  gpe: [0x0400_00ff, 0],
  rco: [0x0020_0000, 0xff],
}

/** The `reserved_bits` of a link for which none are stated: all those that it does not use. */
export function defaultReservedBits({ gbp, gpe, remcsumRx }: VxlanAttributes): string {
  const used = [usedBits.vni, gbp && usedBits.gbp, gpe && usedBits.gpe, remcsumRx && usedBits.rco]
  const word = (at: number): string => {
    const bits = used.reduce((sum, part) => sum | (part ? (part[at] ?? 0) : 0), 0)
    return (~bits >>> 0).toString(16).padStart(8, '0')
  }
  return `0x${word(0)}${word(1)}`
}
