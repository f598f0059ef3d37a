/** The one place where the kernel's words for a bridge's port (IFLA_BRPORT_*) and the desired file's meet. */
import type { BridgePortAttributes, Link } from '../../rtnetlink/index.ts'
import type { PortKey, PortSpec } from '../desired/schema.ts'
import { type LinkNames, NoSuchLink } from '../kernel/link-names.ts'
import { type ChangeOf, type KeysOfType, type ValuesOf, valuesBy } from './values.ts'
import { type Word, wordsFor } from './word.ts'

/** A key of a port that is one value, as opposed to the lists of VLANs. */
export type PortOptionKey = Exclude<PortKey, 'vlans' | 'vlan_to_vni'>

/** Options of a port that are one value. */
export type PortValues = ValuesOf<PortSpec, PortOptionKey>

/** An option that differs. */
export type PortChange = ChangeOf<PortValues>

type PortWord = Word<PortValues, BridgePortAttributes, BridgePortAttributes>

const word = wordsFor<PortValues, BridgePortAttributes, BridgePortAttributes>()

function plain(
  key: PortOptionKey,
  attribute: KeysOfType<BridgePortAttributes, number | boolean>,
  fallback: number | boolean | undefined,
): PortWord {
  return word(key, {
    isLive: true,
    fallback,
    read: (data) => data[attribute] ?? fallback,
    write: (value) => ({ [attribute]: value }),
  })
}

/** All options, in the order in which people read them. The kernel can change each of them live. */
export const portWords: readonly PortWord[] = [
  plain('learning', 'learning', true),
  plain('neigh_suppress', 'neighSuppress', false),
  plain('isolated', 'isolated', false),
  plain('flood', 'unicastFlood', true),
  plain('mcast_flood', 'mcastFlood', true),
  plain('bcast_flood', 'bcastFlood', true),
  plain('vlan_tunnel', 'vlanTunnel', false),
  plain('hairpin', 'hairpin', false),
  plain('guard', 'guard', false),
  plain('root_block', 'protect', false),
  plain('fast_leave', 'fastLeave', false),
  plain('locked', 'locked', false),
  // By the speed of the link, until it is set, and then for good. Source: port_cost(), net/bridge/br_if.c.
  plain('cost', 'cost', undefined),
  plain('priority', 'priority', 32),
]

/** IFLA_INFO_SLAVE_DATA that states these options and no others. */
export function toPortAttributes(values: PortValues): BridgePortAttributes {
  return portWords.reduce<BridgePortAttributes>((data, { write }) => Object.assign(data, write(values, noNames)), {})
}

/** No option of a port names a link. */
const noNames: LinkNames = {
  nameOf: () => undefined,
  indexOf: (name) => {
    throw new NoSuchLink(name)
  },
}

/** A port's options in the desired file's words. */
export function presentPortOptions(link: Link | undefined, names: LinkNames): PortValues {
  const data = portData(link)
  return valuesBy<PortValues, PortWord>(portWords, ({ read }) => read(data, names))
}

/** What the kernel says of a link as a bridge's port; nothing for one that is none. */
export function portData(link: Link | undefined): BridgePortAttributes {
  const { slaveKind, slaveData } = link?.attributes.linkinfo ?? {}
  return slaveKind === 'bridge' && !Buffer.isBuffer(slaveData) ? ((slaveData ?? {}) as BridgePortAttributes) : {}
}
