/** Keys that live on a link of any kind, outside its IFLA_INFO_DATA. Source: IFLA_*, linux/if_link.h; IFF_*, linux/if.h. */
import { constants, type Link, type LinkRequest } from '../../rtnetlink/index.ts'
import type { VxlanSpec } from '../desired/schema.ts'
import type { LinkNames } from '../kernel/link-names.ts'
import type { ValuesOf } from './values.ts'
import { type Word, wordsFor } from './word.ts'

/** A key of the desired file for any link. */
export type LinkKey = 'mtu' | 'mac' | 'alias' | 'up' | 'arp' | 'txqlen' | 'devgroup' | 'addrgenmode' | 'master'

/** Values of any link, outside its IFLA_INFO_DATA. */
export type AnyLinkValues = ValuesOf<VxlanSpec, LinkKey>

const word = wordsFor<AnyLinkValues, Link, LinkRequest>()

const { IFF_UP, IFF_NOARP } = constants

/** enum in6_addr_gen_mode, linux/if_link.h. */
export const addrGenModes = ['eui64', 'none', 'stable_secret', 'random'] as const

/** What the kernel gives a link that has no underlay device. Source: ETH_DATA_LEN, linux/if_ether.h. */
export const defaultMtu = 1500

/** In the order in which they are set: all of them before the link comes up. */
export const linkWords: readonly Word<AnyLinkValues, Link, LinkRequest>[] = [
  word('mtu', {
    isLive: true,
    fallback: defaultMtu,
    read: ({ attributes }) => attributes.mtu,
    write: (mtu) => ({ attributes: { mtu } }),
  }),
  word('mac', {
    isLive: true,
    fallback: undefined,
    read: ({ attributes }) => attributes.address,
    write: (address) => ({ attributes: { address } }),
  }),
  word('alias', {
    isLive: true,
    fallback: '',
    read: ({ attributes }) => attributes.ifalias ?? '',
    write: (ifalias) => ({ attributes: { ifalias } }),
  }),
  word('txqlen', {
    isLive: true,
    fallback: 1000,
    read: ({ attributes }) => attributes.txqlen,
    write: (txqlen) => ({ attributes: { txqlen } }),
  }),
  word('devgroup', {
    isLive: true,
    fallback: 0,
    read: ({ attributes }) => attributes.group ?? 0,
    write: (group) => ({ attributes: { group } }),
  }),
  word('addrgenmode', {
    isLive: true,
    fallback: 'eui64',
    read: ({ attributes }) => {
      const mode = attributes.afSpec?.inet6?.addrGenMode
      // Without IPv6 on the link there is none. One that files have no word for is no value either.
      return mode === undefined ? undefined : addrGenModes[mode]
    },
    write: (mode) => ({ attributes: { afSpec: { inet6: { addrGenMode: addrGenModes.indexOf(mode) } } } }),
  }),
  word('arp', {
    isLive: true,
    fallback: true,
    read: ({ flags }) => (flags & IFF_NOARP) === 0,
    write: (arp) => ({ flags: arp ? 0 : IFF_NOARP, change: IFF_NOARP }),
  }),
  word('master', {
    isLive: true,
    fallback: undefined,
    read: ({ attributes }, names) =>
      attributes.master ? (names.nameOf(attributes.master) ?? `${attributes.master}`) : undefined,
    write: (master, names) => ({ attributes: { master: names.indexOf(master) } }),
    none: { attributes: { master: 0 } },
  }),
  word('up', {
    isLive: true,
    fallback: true,
    read: ({ flags }) => (flags & IFF_UP) !== 0,
    write: (up) => ({ flags: up ? IFF_UP : 0, change: IFF_UP }),
  }),
]

/** A request that states these values and no others. */
export function toLinkRequest(values: AnyLinkValues, names: LinkNames): LinkRequest {
  let [flags, change] = [0, 0]
  const attributes: NonNullable<LinkRequest['attributes']> = {}
  for (const { key, write } of linkWords) {
    const part = key in values ? write(values, names) : undefined
    flags |= part?.flags ?? 0
    change |= part?.change ?? 0
    Object.assign(attributes, part?.attributes)
  }
  return { flags, change, attributes }
}
