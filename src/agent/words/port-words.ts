/** The one place where the kernel's words for a bridge's port (IFLA_BRPORT_*) and the desired file's meet. */
import type { BridgePortAttributes, Link } from '../../rtnetlink/index.ts'
import type { PortKey } from '../desired/schema.ts'
import { type LinkNames, NoSuchLink } from '../kernel/link-names.ts'
import type { Values } from './values.ts'
import type { Word } from './word.ts'

/** A key of a port that is one value, as opposed to the lists of VLANs. */
export type PortOptionKey = Exclude<PortKey, 'vlans' | 'vlan_to_vni'>

type PortWord = Word<PortOptionKey, BridgePortAttributes, BridgePortAttributes>

type PlainAttribute = {
  [K in keyof BridgePortAttributes]: BridgePortAttributes[K] extends number | boolean | undefined ? K : never
}[keyof BridgePortAttributes]

function plain(
  key: PortOptionKey,
  attribute: NonNullable<PlainAttribute>,
  fallback: number | boolean | undefined,
): PortWord {
  return {
    key,
    isLive: true,
    fallback,
    read: (data) => data[attribute] ?? fallback,
    write: (value) => ({ [attribute]: value }),
  }
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

const wordByKey = new Map(portWords.map((word) => [word.key as string, word]))

/** IFLA_INFO_SLAVE_DATA that states these options and no others. */
export function toPortAttributes(values: Iterable<readonly [key: string, value: unknown]>): BridgePortAttributes {
  const parts = Array.from(values, ([key, value]) => wordByKey.get(key)?.write(value as never, noNames))
  return Object.assign({}, ...parts) as BridgePortAttributes
}

/** No option of a port names a link. */
const noNames: LinkNames = {
  nameOf: () => undefined,
  indexOf: (name) => {
    throw new NoSuchLink(name)
  },
}

/** A port's options in the desired file's words. */
export function presentPortOptions(link: Link | undefined, names: LinkNames): Values {
  const { slaveKind, slaveData } = link?.attributes.linkinfo ?? {}
  const data = slaveKind === 'bridge' && !Buffer.isBuffer(slaveData) ? ((slaveData ?? {}) as BridgePortAttributes) : {}
  return Object.fromEntries(portWords.map((word) => [word.key, word.read(data, names)]))
}
