/** The one place where the kernel's words for a bridge (IFLA_BR_*) and the desired file's meet. */
import type { BridgeAttributes } from '../../rtnetlink/index.ts'
import type { BridgeSpec } from '../desired/schema.ts'
import type { LinkNames } from '../kernel/link-names.ts'
import type { KeysOfType, ValuesOf } from './values.ts'
import { type Word, wordsFor } from './word.ts'

/** A key of the desired file that lives in IFLA_INFO_DATA of a bridge. */
export type BridgeDataKey = keyof Pick<
  BridgeSpec,
  | 'vlan_filtering'
  | 'vlan_protocol'
  | 'vlan_default_pvid'
  | 'stp'
  | 'priority'
  | 'forward_delay'
  | 'hello_time'
  | 'max_age'
  | 'ageing_time'
  | 'mcast_snooping'
  | 'mcast_querier'
  | 'group_fwd_mask'
>

/** Values of a bridge's IFLA_INFO_DATA. */
export type BridgeDataValues = ValuesOf<BridgeSpec, BridgeDataKey>

type BridgeWord = Word<BridgeDataValues, BridgeAttributes, BridgeAttributes>

const word = wordsFor<BridgeDataValues, BridgeAttributes, BridgeAttributes>()

type NumberKey = KeysOfType<BridgeDataValues, number>
type NumberAttribute = KeysOfType<BridgeAttributes, number>

/** Times are in clock ticks to the kernel: USER_HZ, 100 a second on every architecture that Linux runs on today. */
const ticksPerSecond = 100

function number(key: NumberKey, attribute: NumberAttribute, fallback: number): BridgeWord {
  return word(key, {
    isLive: true,
    fallback,
    read: (data) => data[attribute] ?? fallback,
    write: (value) => ({ [attribute]: value }),
  })
}

function flag(key: KeysOfType<BridgeDataValues, boolean>, attribute: NumberAttribute, fallback: boolean): BridgeWord {
  return word(key, {
    isLive: true,
    fallback,
    read: (data) => (data[attribute] === undefined ? fallback : data[attribute] !== 0),
    write: (value) => ({ [attribute]: value ? 1 : 0 }),
  })
}

function seconds(key: NumberKey, attribute: NumberAttribute, fallback: number): BridgeWord {
  return word(key, {
    isLive: true,
    fallback,
    read: (data) => (data[attribute] === undefined ? fallback : data[attribute] / ticksPerSecond),
    write: (value) => ({ [attribute]: value * ticksPerSecond }),
  })
}

const etherTypes = { '802.1Q': 0x8100, '802.1ad': 0x88a8 } as const

/** All keys, in the order in which people read them. The kernel can change each of them live. */
export const bridgeWords: readonly BridgeWord[] = [
  flag('vlan_filtering', 'vlanFiltering', false),
  word('vlan_protocol', {
    isLive: true,
    fallback: '802.1Q',
    read: ({ vlanProtocol }) => (vlanProtocol === etherTypes['802.1ad'] ? '802.1ad' : '802.1Q'),
    write: (value) => ({ vlanProtocol: etherTypes[value] }),
  }),
  number('vlan_default_pvid', 'vlanDefaultPvid', 1),
  flag('stp', 'stpState', false),
  number('priority', 'priority', 0x8000),
  seconds('forward_delay', 'forwardDelay', 15),
  seconds('hello_time', 'helloTime', 2),
  seconds('max_age', 'maxAge', 20),
  seconds('ageing_time', 'ageingTime', 300),
  flag('mcast_snooping', 'mcastSnooping', true),
  flag('mcast_querier', 'mcastQuerier', false),
  number('group_fwd_mask', 'groupFwdMask', 0),
]

/** IFLA_INFO_DATA that states these values and no others. */
export function toBridgeAttributes(values: BridgeDataValues, names: LinkNames): BridgeAttributes {
  return bridgeWords.reduce<BridgeAttributes>((data, { write }) => Object.assign(data, write(values, names)), {})
}
