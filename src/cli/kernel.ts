/** Reading the kernel's links, addresses and forwarding entries. It takes no privileges. */
import type { Iproute2FdbEntry } from '../agent/publish/iproute2/iproute2-fdb.ts'
import type { Iproute2Link } from '../agent/publish/iproute2/iproute2-link.ts'
import type { RtnetlinkClient } from '../rtnetlink/index.ts'
import { namesOf } from './views/link-words.ts'

export interface KernelLinks {
  readonly links: readonly Iproute2Link[]
  /** `IP/PREFIX`, by the name of the link. */
  readonly addresses: ReadonlyMap<string, readonly string[]>
}

export interface KernelFdb {
  readonly links: readonly Iproute2Link[]
  readonly entries: readonly Iproute2FdbEntry[]
}

/** All links, as iproute2 shows them, and their addresses. */
export function readLinks(): Promise<KernelLinks> {
  return withClient(async (client) => {
    const [{ linksAsIproute2 }, { addressesAsIproute2 }] = await Promise.all([
      import('../agent/publish/iproute2/iproute2-link.ts'),
      import('../agent/publish/iproute2/iproute2-address.ts'),
    ])
    const links = await client.listLinks()
    const withAddresses = addressesAsIproute2(await client.listAddresses(), links)
    const addresses = withAddresses.map(({ ifname, addr_info }) => {
      return [ifname ?? '', addr_info.map(({ local, prefixlen }) => `${local}/${prefixlen}`)] as const
    })
    return { links: linksAsIproute2(links), addresses: new Map(addresses) }
  })
}

/** Whether there is a link of this name, its own or an alternative one. */
export async function isLinkThere(name: string): Promise<boolean> {
  const { links } = await readLinks()
  return links.some((link) => namesOf(link).includes(name))
}

/** All forwarding entries, as iproute2 shows them, and the links that they belong to. */
export function readFdb(): Promise<KernelFdb> {
  return withClient(async (client) => {
    const [{ iproute2LinkContext, linksAsIproute2 }, { fdbAsIproute2 }] = await Promise.all([
      import('../agent/publish/iproute2/iproute2-link.ts'),
      import('../agent/publish/iproute2/iproute2-fdb.ts'),
    ])
    const links = await client.listLinks()
    const entries = fdbAsIproute2(await client.listFdb(), iproute2LinkContext(links).names)
    return { links: linksAsIproute2(links), entries }
  })
}

async function withClient<T>(use: (client: RtnetlinkClient) => Promise<T>): Promise<T> {
  const { RtnetlinkClient } = await import('../rtnetlink/index.ts')
  const client = new RtnetlinkClient()
  try {
    return await use(client)
  } finally {
    client.close()
  }
}
