/** A desired state as the commands of iproute2, and the files of /proc/sys, by which a person would make it. */

import { statedEntries } from '../../src/agent/desired/remote-parts.ts'
import type { AddressSpec } from '../../src/agent/desired/schema/address.ts'
import type { FdbSpec } from '../../src/agent/desired/schema/forwarding.ts'
import type { BridgeSpec, DesiredState, PortSpec, VxlanSpec } from '../../src/agent/desired/schema.ts'
import { iproute2Commands } from './iproute2-command.ts'

/** Lines for `ip -batch`, then lines for `bridge -batch`; settings are paths below /proc/sys/net and values. */
export interface Commands {
  readonly ip: readonly string[]
  readonly bridge: readonly string[]
  readonly settings: readonly (readonly [path: string, value: number])[]
}

export function overlayCommands({ vxlans, bridges }: DesiredState): Commands {
  const links = Object.entries(vxlans)
  const masters = Object.entries(bridges).flatMap(([bridge, { ports }]) =>
    Object.entries(ports ?? {}).map(([port, options]) => ({ bridge, port, options })),
  )
  return {
    ip: [
      ...Object.entries(bridges).flatMap(([name, spec]) => bridgeCommands(name, spec)),
      ...links.flatMap(([name, { addresses: _, ...spec }]) => [
        ...iproute2Commands(name, spec),
        ...linkCommands(name, spec),
      ]),
      ...masters.map(({ bridge, port }) => `link set ${port} master ${bridge}`),
      ...masters.flatMap(({ port, options }) => portCommands(port, options)),
      ...links.flatMap(([name, spec]) => (spec.addresses ?? []).map((address) => addressCommand(name, address))),
      ...links.flatMap(([name, spec]) =>
        statedEntries(spec.neighbours).map(
          ({ ip, mac, router, extern_learn: extern }) =>
            `neighbour add ${ip} lladdr ${mac} dev ${name} nud permanent${router ? ' router' : ''}${extern ? ' extern_learn' : ''}`,
        ),
      ),
    ],
    bridge: [
      ...links.flatMap(([name, spec]) => forwardingCommands(name, spec)),
      ...links.flatMap(([name, { fdb }]) =>
        statedEntries(fdb)
          .filter(({ master }) => master === true)
          .map(({ mac, sticky }) => `fdb add ${mac} dev ${name} master static${sticky ? ' sticky' : ''}`),
      ),
      ...Object.values(bridges).flatMap(({ fdb = [] }) =>
        fdb.map(
          ({ mac, dev, state = 'static', sticky }) =>
            `fdb add ${mac} dev ${dev} master ${state}${sticky ? ' sticky' : ''}`,
        ),
      ),
    ],
    settings: links.flatMap(([name, { sysctl = {} }]) =>
      (['ipv4', 'ipv6'] as const).flatMap((family) =>
        Object.entries(sysctl[family] ?? {}).map(
          ([setting, value]) => [`${family}/conf/${name}/${setting}`, value] as const,
        ),
      ),
    ),
  }
}

function bridgeCommands(name: string, spec: BridgeSpec): string[] {
  const numbers = Object.entries({
    priority: spec.priority,
    forward_delay: spec.forward_delay && spec.forward_delay * 100,
    hello_time: spec.hello_time && spec.hello_time * 100,
    max_age: spec.max_age && spec.max_age * 100,
    ageing_time: spec.ageing_time === undefined ? undefined : spec.ageing_time * 100,
    mcast_snooping: spec.mcast_snooping === undefined ? undefined : Number(spec.mcast_snooping),
    mcast_querier: spec.mcast_querier === undefined ? undefined : Number(spec.mcast_querier),
    group_fwd_mask: spec.group_fwd_mask,
  }).flatMap(([key, value]) => (value === undefined ? [] : [`${key} ${value}`]))
  return [
    `link add ${name} type bridge ${numbers.join(' ')}`,
    ...(spec.alias === undefined ? [] : [`link set ${name} alias ${spec.alias}`]),
    `link set ${name} up`,
    ...(spec.addresses ?? []).map((address) => addressCommand(name, address)),
  ]
}

function linkCommands(name: string, spec: VxlanSpec): string[] {
  return [
    ...(spec.txqlen === undefined ? [] : [`link set ${name} txqueuelen ${spec.txqlen}`]),
    ...(spec.devgroup === undefined ? [] : [`link set ${name} group ${spec.devgroup}`]),
    ...(spec.addrgenmode === undefined ? [] : [`link set ${name} addrgenmode ${spec.addrgenmode}`]),
    ...(spec.arp === undefined ? [] : [`link set ${name} arp ${spec.arp ? 'on' : 'off'}`]),
    ...(spec.altnames ?? []).map((altname) => `link property add dev ${name} altname ${altname}`),
  ]
}

function portCommands(name: string, { learning, fast_leave, root_block, ...options }: PortSpec): string[] {
  const words: Record<string, boolean | number | undefined> = {
    learning,
    root_block,
    fastleave: fast_leave,
    neigh_suppress: options.neigh_suppress,
    isolated: options.isolated,
    flood: options.flood,
    mcast_flood: options.mcast_flood,
    bcast_flood: options.bcast_flood,
    hairpin: options.hairpin,
    guard: options.guard,
    cost: options.cost,
    priority: options.priority,
  }
  const stated = Object.entries(words).flatMap(([word, value]) =>
    value === undefined ? [] : [word, typeof value === 'boolean' ? (value ? 'on' : 'off') : value],
  )
  return stated.length === 0 ? [] : [`link set ${name} type bridge_slave ${stated.join(' ')}`]
}

function addressCommand(name: string, address: AddressSpec): string {
  const options = typeof address === 'string' ? { address } : address
  const [ip = '', prefix] = options.address.split('/')
  const words = [
    'address add',
    options.peer === undefined ? options.address : `${ip} peer ${options.peer}/${prefix}`,
    `dev ${name}`,
    options.label !== undefined && `label ${options.label}`,
    options.metric !== undefined && `metric ${options.metric}`,
    options.noprefixroute && 'noprefixroute',
    options.preferred_lft === 0 && 'preferred_lft 0',
  ]
  return words.filter(Boolean).join(' ')
}

function forwardingCommands(name: string, { fdb, remotes = [], vnis = [] }: VxlanSpec): string[] {
  return [
    ...remotes.map((remote) => {
      const { dst, ...options } = typeof remote === 'string' ? { dst: remote } : remote
      return `fdb append 00:00:00:00:00:00 dev ${name} dst ${dst} ${destinationWords(options)}`
    }),
    ...statedEntries(fdb).map(
      ({ mac, dst, state, router, sticky, extern_learn: extern, master: _, ...options }) =>
        `fdb add ${mac} dev ${name} dst ${dst} ${destinationWords(options)} ${state ?? ''}${router ? ' router' : ''}${sticky ? ' sticky' : ''}${extern ? ' extern_learn' : ''}`,
    ),
    ...vnis.map((entry) => {
      const { vni, group } = typeof entry === 'object' ? entry : { vni: entry, group: undefined }
      return `vni add vni ${vni} dev ${name}${group === undefined ? '' : ` group ${group}`}`
    }),
  ]
}

function destinationWords({ port, vni, via }: Partial<FdbSpec>): string {
  return [port && `port ${port}`, vni && `vni ${vni}`, via && `via ${via}`].filter(Boolean).join(' ')
}
