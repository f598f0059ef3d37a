/** A link as iproute2 shows it, without what no desired state is about: ifindex, queues, lifetimes. */
import type { Namespace } from './namespace.ts'

/** What is to be the same before drift and after its repair. */
export interface LinkPicture {
  readonly isUp: boolean
  readonly mtu: number
  readonly mac: string
  readonly alias: string | undefined
  /** `IP/PREFIX`, sorted; the kernel's link-local one too. */
  readonly addresses: readonly string[]
  /** `linkinfo.info_data`. */
  readonly vxlan: Record<string, unknown>
}

/** Throws when there is no such link. */
export async function pictureOf(host: Namespace, name: string): Promise<LinkPicture> {
  const [link] = await host.json(`ip -d -j address show dev ${name}`)
  const addresses = (link.addr_info as { local: string; prefixlen: number }[]).map(
    ({ local, prefixlen }) => `${local}/${prefixlen}`,
  )
  return {
    isUp: link.flags.includes('UP'),
    mtu: link.mtu,
    mac: link.address,
    alias: link.ifalias,
    addresses: addresses.toSorted(),
    vxlan: link.linkinfo.info_data,
  }
}
