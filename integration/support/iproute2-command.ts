/** A desired link as the iproute2 commands by which a person would make it. */
import type { VxlanSpec } from '../../src/agent/desired/schema.ts'

const options: Readonly<Record<string, string>> = {
  id: 'id',
  group: 'group',
  remote: 'remote',
  dev: 'dev',
  local: 'local',
  dstport: 'dstport',
  ttl: 'ttl',
  tos: 'tos',
  df: 'df',
  ageing: 'ageing',
  maxaddr: 'maxaddress',
  flowlabel: 'flowlabel',
}

/** iproute2 says a switch by its name, or by its name after `no`. */
const switches = [
  'learning',
  'proxy',
  'rsc',
  'l2miss',
  'l3miss',
  'udpcsum',
  'udp6zerocsumtx',
  'udp6zerocsumrx',
  'remcsumtx',
  'remcsumrx',
] as const

/** Lines for `ip -batch`. */
export function iproute2Commands(name: string, spec: VxlanSpec): string[] {
  const stated = Object.entries(spec).flatMap(([key, value]) => {
    const option = options[key]
    // To `ip` a number after tos is hexadecimal.
    return option === undefined ? [] : [option, key === 'tos' && typeof value === 'number' ? value.toString(16) : value]
  })
  const flags = switches.flatMap((key) => (spec[key] === undefined ? [] : [spec[key] ? key : `no${key}`]))
  // Words for what is off by default, which have no `no` before.
  const words = (['external', 'vnifilter', 'gbp', 'gpe'] as const).filter((key) => spec[key] === true)
  const srcport = spec.srcport === undefined ? [] : ['srcport', ...spec.srcport]
  const mac = spec.mac === undefined ? [] : ['address', spec.mac]
  const mtu = spec.mtu === undefined ? [] : ['mtu', spec.mtu]
  const line = ['link add', name, ...mtu, ...mac, 'type vxlan', ...stated, ...srcport, ...flags, ...words]
  return [
    line.join(' '),
    ...(spec.alias === undefined || spec.alias === '' ? [] : [`link set ${name} alias ${spec.alias}`]),
    ...(spec.up === false ? [] : [`link set ${name} up`]),
    ...(spec.addresses ?? []).map((address) => `address add ${address} dev ${name}`),
  ]
}
