/** Machines behind the bridges of hosts of a fleet: namespaces with one link, and what a host's underlay carries meanwhile. */
import { eventually } from './eventually.ts'
import type { FleetHost } from './fleet-host.ts'
import { type Cleanup, type Namespace, namespace } from './namespace.ts'

/** What a vxlan says that takes all from the fleet, and a bridge that answers for it. */
export const fromFleet = {
  ...{ learning: false, fdb: 'fleet', neighbours: 'fleet', remotes: undefined },
  ...{ master: 'br0', port: { learning: false, neigh_suppress: true } },
} as const

/** Bridges of the host at this place: br0, with 10.0.1.1 for the first. */
export function bridgesOf(index: number): object {
  return { br0: { addresses: [`10.0.1.${index + 1}/24`] } }
}

/** A machine. */
export class Guest {
  readonly space: Namespace
  readonly address: string
  readonly mac: string
  #host: FleetHost | undefined

  constructor(space: Namespace, address: string, mac: string) {
    this.space = space
    this.address = address
    this.mac = mac
  }

  /** Plugs it into br0 of a host, and lets it speak to that. */
  async plugInto(host: FleetHost): Promise<void> {
    const port = `t${this.address.split('.').at(-1)}`
    await host.host.ip(`link add ${port} type veth peer name eth0 netns ${this.space.name}`)
    await this.space.ip(`link set eth0 address ${this.mac} up`)
    await this.space.ip(`address add ${this.address}/24 dev eth0`)
    await host.host.ip(`link set ${port} master br0 up`)
    this.#host = host
    const gateway = `10.0.1.${Number(host.address.split('.').at(-1)) - 100}`
    await eventually(async () => {
      if (!(await this.space.canPing(gateway))) {
        throw new Error(`${this.address} does not reach ${gateway}`)
      }
    })
  }

  /** Takes its plug out: the port goes with it. */
  async unplug(): Promise<void> {
    await this.space.ip('link delete eth0')
    this.#host = undefined
  }

  get host(): FleetHost | undefined {
    return this.#host
  }
}

/** A machine with 10.0.1.NUMBER. */
export async function guest(cleanup: Cleanup, number: number, macOf = number): Promise<Guest> {
  const space = await namespace(cleanup)
  await space.run('sysctl', ['-qw', 'net.ipv6.conf.default.disable_ipv6=1'])
  return new Guest(space, `10.0.1.${number}`, `02:00:00:00:01:${macOf.toString(16).padStart(2, '0')}`)
}

/** Where a host sends frames for a MAC address, by the entry of its vxlan; undefined: it has none. */
export async function sendsTo(host: FleetHost, mac: string): Promise<string | undefined> {
  const entries: { mac: string; dst?: string }[] = await host.host.json('bridge -j fdb show dev vxlan0')
  return entries.find((entry) => entry.mac === mac && entry.dst !== undefined)?.dst
}

/** The port at which the bridge of a host has a MAC address. */
export async function portOf(host: FleetHost, mac: string): Promise<string | undefined> {
  const entries: { mac: string; ifname: string; dst?: string; vlan?: number }[] =
    await host.host.json('bridge -j fdb show br br0')
  return entries.find((entry) => entry.mac === mac && entry.dst === undefined && entry.vlan === undefined)?.ifname
}

/** Waits until all hosts but its own send frames for a machine to its own. */
export async function expectFollowed(
  hosts: readonly FleetHost[],
  { mac, host }: Guest,
  timeoutMs = 20_000,
): Promise<void> {
  for (const each of hosts) {
    await eventually(
      async () => {
        const found = await sendsTo(each, mac)
        const wanted = each === host ? undefined : host?.address
        if (found !== wanted) {
          throw new Error(`${each.name} sends ${mac} to ${found}, not to ${wanted}\n${each.log().slice(-3000)}`)
        }
      },
      { timeoutMs, everyMs: 50 },
    )
  }
}

/** Packets that leave a host by its underlay, as tcpdump prints them. */
export async function capture(host: FleetHost): Promise<() => string[]> {
  const held = host.host.hold('tcpdump', ['-l', '-n', '-e', '-Q', 'out', '-i', 'eth1', 'udp port 4789'])
  await eventually(() => {
    if (!held.output().includes('listening on')) {
      throw new Error(held.output())
    }
  })
  return () =>
    held
      .output()
      .split('\n')
      .filter((line) => line.includes('VXLAN') || /ICMP|ARP/.test(line))
}
