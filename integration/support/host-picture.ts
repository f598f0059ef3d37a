/** All that iproute2 shows of a host that does not differ from one making of it to the next, so that two hosts can be compared. */
import type { Namespace } from './namespace.ts'

// biome-ignore lint/suspicious/noExplicitAny: iproute2's JSON.
type Shown = any

/** Of a bridge's port: what follows from ifindexes, MACs and time. */
const fleeting = /^(id|no|state|bridge_id|root_id|designated_.*|.*timer|cost|topology_change_ack|config_pending)$/

/** Links by name, with their addresses, forwarding entries and neighbours. */
export async function hostPicture(host: Namespace): Promise<Record<string, Shown>> {
  const links: Shown[] = await host.json('ip -d -j address show')
  const entries: Shown[] = await host.json('bridge -d -j fdb show')
  const neighbours: Shown[] = await host.json('ip -d -j neighbour show nud permanent')
  return Object.fromEntries(
    links.map((link) => [
      link.ifname,
      {
        ...pick(link, ['mtu', 'master', 'group', 'txqlen', 'qdisc', 'ifalias', 'altnames', 'link']),
        isUp: link.flags.includes('UP'),
        ...withoutFleeting(link.linkinfo ?? {}),
        addresses: link.addr_info
          .filter(({ scope }: Shown) => scope !== 'link')
          .map(({ local, prefixlen }: Shown) => `${local}/${prefixlen}`)
          .sort(),
        // Without what was learned: some links hear their own frames, by whichever MAC they have.
        fdb: entries
          .filter(({ ifname }) => ifname === link.ifname)
          // Those of the link, and those of its bridge that lead to it; without addresses of the host.
          .filter(
            ({ dst, nhid, master, state }) => (dst ?? nhid ?? (state === 'static' ? master : undefined)) !== undefined,
          )
          .filter(({ state, flags }) => state !== '' || flags.includes('extern_learn'))
          .map(({ ifname: _, ...entry }) => JSON.stringify(entry))
          .sort(),
        neighbours: neighbours
          .filter(({ dev, dst }) => dev === link.ifname && !dst.startsWith('ff'))
          .map(({ dst, lladdr }) => `${dst} ${lladdr}`)
          .sort(),
      },
    ]),
  )
}

function pick(link: Shown, keys: readonly string[]): Shown {
  return Object.fromEntries(keys.filter((key) => key in link).map((key) => [key, link[key]]))
}

function withoutFleeting({ info_kind, info_data, info_slave_data = {} }: Shown): Shown {
  const port = Object.fromEntries(Object.entries(info_slave_data).filter(([key]) => !fleeting.test(key)))
  return { info_kind, port, ...(info_kind === 'vxlan' && { info_data }) }
}
