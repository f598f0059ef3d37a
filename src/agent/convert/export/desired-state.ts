/** Observed → a desired state that describes it: what runs now, as a file that could have asked for it. */
import type { Link } from '../../../rtnetlink/index.ts'
import type { LinkKind } from '../../desired/overlay.ts'
import type { AddressSpec } from '../../desired/schema/address.ts'
import { ipv4Sysctls, ipv6Sysctls, type SysctlRow, type SysctlSpec } from '../../desired/schema/sysctl.ts'
import {
  type BridgeSpec,
  type DesiredState,
  kernelDstport,
  type PortSpec,
  type VxlanSpec,
} from '../../desired/schema.ts'
import { isMulticast } from '../../facts/ip-text.ts'
import type { LinkNames } from '../../kernel/link-names.ts'
import type { Observed } from '../../kernel/observed.ts'
import { addressesToKeep } from '../../reconcile/plan/diff-addresses.ts'
import { presentSysctls, type SysctlValues } from '../../reconcile/plan/diff-sysctls.ts'
import { isOurs, type Owned, type OwnedLink } from '../../record/owned.ts'
import { wantedMtu } from '../../words/mtu.ts'
import { observedBridgeEntries } from '../../words/observed-bridge-fdb.ts'
import {
  numberOrRange,
  observedForwarding,
  observedNeighbours,
  observedPort,
  observedSelfVlans,
  observedSettings,
} from '../../words/observed-spec.ts'
import { vniRuns } from '../../words/vlans.ts'
import { statedOnce } from './entries-of-both.ts'

/** What is known of the host. */
export interface Host {
  readonly observed: Observed
  readonly owned: Owned
  readonly names: LinkNames
  /** What new links get, by `ipv4.arp_accept`: net.*.conf.default. */
  readonly sysctlDefaults: SysctlValues
}

/**
 * All vxlans, and the bridges that have one as a port or that vxagent made; or the links named alone. What vxagent did not make
 * has `adopt`. Learned and control-plane entries are left out, and so is all that the kernel makes by itself.
 */
export function exportDesired(host: Host, only?: ReadonlySet<string>): DesiredState {
  const links = [...host.observed.links.values()].toSorted((left, right) => left.index - right.index)
  const isMeant = ({ attributes }: Link): boolean => only === undefined || only.has(attributes.ifname ?? '')
  const vxlans = links.filter((link) => kindOf(link) === 'vxlan' && isMeant(link))
  const masters = new Set(vxlans.map(({ attributes }) => attributes.master))
  const bridges = links.filter(
    (link) =>
      kindOf(link) === 'bridge' &&
      (only === undefined ? masters.has(link.index) || recordOf(link, host) !== undefined : isMeant(link)),
  )
  const bridgeIndexes = new Set(bridges.map(({ index }) => index))
  const named = <T>(list: readonly Link[], describe: (link: Link) => T): Record<string, T> =>
    Object.assign(
      Object.create(null),
      Object.fromEntries(list.map((link) => [link.attributes.ifname ?? `${link.index}`, describe(link)])),
    )
  return statedOnce({
    vxlans: named(vxlans, (link) => vxlanSpec(link, host, bridgeIndexes)),
    bridges: named(bridges, (link) => bridgeSpec(link, links, host)),
  })
}

function vxlanSpec(link: Link, host: Host, bridges: ReadonlySet<number>): VxlanSpec {
  const { observed, names } = host
  const record = recordOf(link, host)
  const { master, ...settings }: VxlanSpec = observedSettings(link, 'vxlan', record, names)
  const isExternal = settings.external === true
  const { remotes, fdb } = observedForwarding(
    observed.fdb.get(link.index) ?? [],
    host.owned.entriesOf(link.attributes.ifname ?? '').fdb,
    link,
    host,
  )
  const port = observedPort(link, host, record?.stated)
  // A bridge that is exported, too, names its ports itself.
  const isNamedByBridge = bridges.has(link.attributes.master ?? 0)
  const vnis = vniSpecs(observed.vnis.get(link.index) ?? new Map(), settings.group ?? settings.remote)
  const spec: VxlanSpec = {
    ...(!isExternal && { id: 0 }),
    ...settings,
    dstport: settings.dstport ?? kernelDstport,
    ...(master !== undefined && !isNamedByBridge && { master }),
    ...(remotes.length > 0 && { remotes }),
    ...(fdb.length > 0 && { fdb }),
    ...(vnis.length > 0 && { vnis }),
    ...(port !== undefined && !isNamedByBridge && Object.keys(port).length > 0 && { port }),
    ...commonKeys(link, record, host),
  }
  return { ...spec, ...mtuOf(link, spec, host) }
}

function bridgeSpec(link: Link, links: readonly Link[], host: Host): BridgeSpec {
  const record = recordOf(link, host)
  const ports = links
    .filter(({ attributes }) => attributes.master === link.index)
    .map((port): [string, PortSpec] => [
      port.attributes.ifname ?? '',
      observedPort(port, host, statedOfPort(port, host)) ?? {},
    ])
  const vlans = observedSelfVlans(link, host)
  const fdb = observedBridgeEntries(link, host)
  const isMtuStated = record?.stated.includes('mtu') === true && link.attributes.mtu !== undefined
  return {
    ...observedSettings(link, 'bridge', record, host.names),
    ...(isMtuStated && { mtu: link.attributes.mtu as number }),
    ...(vlans !== undefined && { vlans }),
    ...(fdb.length > 0 && { fdb }),
    ...(ports.length > 0 && { ports: Object.assign(Object.create(null), Object.fromEntries(ports)) }),
    ...commonKeys(link, record, host),
  }
}

type CommonSpec = Pick<BridgeSpec, 'mac' | 'altnames' | 'sysctl' | 'addresses' | 'neighbours' | 'adopt'>

function commonKeys(link: Link, record: OwnedLink | undefined, { observed, sysctlDefaults }: Host): CommonSpec {
  const { address, propList } = link.attributes
  const altnames = propList?.altIfname ?? []
  const addresses = addressesToKeep(link, [...(observed.addresses.get(link.index)?.values() ?? [])]).map(
    (options): AddressSpec => (Object.keys(options).length === 1 ? options.address : options),
  )
  const neighbours = observedNeighbours(observed.neighbours.get(link.index)?.values() ?? [])
  const sysctl = sysctlSpec(link, sysctlDefaults)
  return {
    ...(record?.stated.includes('mac') === true && address !== undefined && { mac: address }),
    ...(altnames.length > 0 && { altnames: [...altnames] }),
    ...(Object.keys(sysctl).length > 0 && { sysctl }),
    ...(addresses.length > 0 && { addresses }),
    ...(neighbours.length > 0 && { neighbours }),
    ...(record === undefined && { adopt: true }),
  }
}

/** An MTU that the link would have by itself is not stated, so that it goes on following the underlay. */
function mtuOf(link: Link, spec: VxlanSpec, { observed }: Host): Pick<VxlanSpec, 'mtu'> {
  const byName = new Map(Array.from(observed.links.values(), (each) => [each.attributes.ifname ?? '', each]))
  const { mtu } = link.attributes
  const { mtu: ordinary = 1500 } = wantedMtu(spec, { byName })
  return mtu === undefined || mtu === ordinary ? {} : { mtu }
}

function vniSpecs(
  table: ReadonlyMap<number, string | undefined>,
  common: string | undefined,
): NonNullable<VxlanSpec['vnis']> {
  return vniRuns([...table].map(([vni, where]) => [vni, where === common ? undefined : where] as const)).map(
    ({ first, last, value }) => {
      const vni = numberOrRange(first, last)
      return value === undefined ? vni : { vni, ...(isMulticast(value) ? { group: value } : { remote: value }) }
    },
  )
}

function sysctlSpec(link: Link, defaults: SysctlValues): SysctlSpec {
  const present = presentSysctls(link)
  const family = (name: 'ipv4' | 'ipv6', rows: Readonly<Record<string, SysctlRow>>): object => {
    const differing = Object.keys(rows).filter((key) => {
      const value = present[`${name}.${key}`]
      return value !== undefined && defaults[`${name}.${key}`] !== undefined && value !== defaults[`${name}.${key}`]
    })
    const values = Object.fromEntries(differing.map((key) => [key, present[`${name}.${key}`]]))
    return differing.length === 0 ? {} : { [name]: values }
  }
  return { ...family('ipv4', ipv4Sysctls), ...family('ipv6', ipv6Sysctls) }
}

function kindOf({ attributes }: Link): LinkKind | undefined {
  const kind = attributes.linkinfo?.kind
  return kind === 'vxlan' || kind === 'bridge' ? kind : undefined
}

function statedOfPort({ attributes }: Link, { owned }: Pick<Host, 'owned'>): readonly string[] {
  const name = attributes.ifname ?? ''
  return owned.links[name]?.stated ?? owned.ports[name]?.stated ?? []
}

function recordOf(link: Link, { owned }: Pick<Host, 'owned'>): OwnedLink | undefined {
  const record = owned.links[link.attributes.ifname ?? '']
  return record !== undefined && isOurs(record, link) ? record : undefined
}
