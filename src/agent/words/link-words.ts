/** Keys that live on a link of any kind, outside its IFLA_INFO_DATA. Source: IFLA_*, linux/if_link.h; IFF_*, linux/if.h. */
import { constants, type Link, type LinkRequest } from '../../rtnetlink/index.ts'
import type { Word } from './word.ts'

/** A key of the desired file for any link. */
export type LinkKey = 'mtu' | 'mac' | 'alias' | 'up' | 'arp' | 'txqlen' | 'devgroup' | 'addrgenmode' | 'master'

type LinkWord = Word<LinkKey, Link, LinkRequest>

const { IFF_UP, IFF_NOARP } = constants

/** enum in6_addr_gen_mode, linux/if_link.h. */
export const addrGenModes = ['eui64', 'none', 'stable_secret', 'random'] as const
export type AddrGenMode = (typeof addrGenModes)[number]

/** What the kernel gives a link that has no underlay device. Source: ETH_DATA_LEN, linux/if_ether.h. */
export const defaultMtu = 1500

/** In the order in which they are set: all of them before the link comes up. */
export const linkWords: readonly LinkWord[] = [
  {
    key: 'mtu',
    isLive: true,
    fallback: defaultMtu,
    read: ({ attributes }) => attributes.mtu,
    write: (value: number) => ({ attributes: { mtu: value } }),
  },
  {
    key: 'mac',
    isLive: true,
    fallback: undefined,
    read: ({ attributes }) => attributes.address,
    write: (value: string) => ({ attributes: { address: value } }),
  },
  {
    key: 'alias',
    isLive: true,
    fallback: '',
    read: ({ attributes }) => attributes.ifalias ?? '',
    write: (value: string) => ({ attributes: { ifalias: value } }),
  },
  {
    key: 'txqlen',
    isLive: true,
    fallback: 1000,
    read: ({ attributes }) => attributes.txqlen,
    write: (value: number) => ({ attributes: { txqlen: value } }),
  },
  {
    key: 'devgroup',
    isLive: true,
    fallback: 0,
    read: ({ attributes }) => attributes.group ?? 0,
    write: (value: number) => ({ attributes: { group: value } }),
  },
  {
    key: 'addrgenmode',
    isLive: true,
    fallback: 'eui64',
    read: ({ attributes }) => {
      const mode = attributes.afSpec?.inet6?.addrGenMode
      // Without IPv6 on the link there is none.
      return mode === undefined ? undefined : (addrGenModes[mode] ?? mode)
    },
    write: (value: AddrGenMode) => ({
      attributes: { afSpec: { inet6: { addrGenMode: addrGenModes.indexOf(value) } } },
    }),
  },
  {
    key: 'arp',
    isLive: true,
    fallback: true,
    read: ({ flags }) => (flags & IFF_NOARP) === 0,
    write: (value: boolean) => ({ flags: value ? 0 : IFF_NOARP, change: IFF_NOARP }),
  },
  {
    key: 'master',
    isLive: true,
    fallback: undefined,
    read: ({ attributes }, names) =>
      attributes.master ? (names.nameOf(attributes.master) ?? `${attributes.master}`) : undefined,
    write: (value: string | undefined, names) => ({
      attributes: { master: value === undefined ? 0 : names.indexOf(value) },
    }),
  },
  {
    key: 'up',
    isLive: true,
    fallback: true,
    read: ({ flags }) => (flags & IFF_UP) !== 0,
    write: (value: boolean) => ({ flags: value ? IFF_UP : 0, change: IFF_UP }),
  },
]

const wordByKey = new Map(linkWords.map((word) => [word.key as string, word]))

/** A request that states these keys and no others; keys that do not live there are passed over. */
export function toLinkRequest(
  values: Readonly<Record<string, unknown>>,
  names: Parameters<LinkWord['write']>[1],
): LinkRequest {
  const parts = Object.entries(values).flatMap(([key, value]) => {
    const word = wordByKey.get(key)
    return word === undefined ? [] : [word.write(value as never, names)]
  })
  return {
    flags: parts.reduce((flags, part) => flags | (part.flags ?? 0), 0),
    change: parts.reduce((change, part) => change | (part.change ?? 0), 0),
    attributes: Object.assign({}, ...parts.map(({ attributes }) => attributes)),
  }
}
