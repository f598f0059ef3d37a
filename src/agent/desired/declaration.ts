/**
 * A link as a file declares it, and what the kernel would make of what it leaves unstated. It is not a part of a desired state yet: where a
 * file has faults, the rules between links look at what is left of it, so keys may be missing.
 */
import { type IpFamily, isLinkLocalIpv6 } from '../facts/ip-text.ts'
import { underlayFamily } from '../facts/vxlan.ts'
import type { Path } from './finding.ts'
import type { AddressSpec } from './schema/address.ts'
import { type BridgeKey, type BridgeSpec, dstportOf, type FleetSpec, type VxlanKey, type VxlanSpec } from './schema.ts'

/** The parts of a file that have links by name. */
export const sections = ['vxlans', 'bridges'] as const
export type Section = (typeof sections)[number]

interface DeclarationOf<S extends Section, Spec> {
  readonly section: S
  readonly name: string
  readonly spec: Partial<Spec>
  /** Keys that the file has, or seems to have under another name, though without a usable value: nothing follows from their absence. */
  readonly unusable: ReadonlySet<string>
}

export type VxlanDeclaration = DeclarationOf<'vxlans', VxlanSpec>
export type BridgeDeclaration = DeclarationOf<'bridges', BridgeSpec>

/** A link that a file declares. Where some of its keys are wrong it has the others, so that the rules can still look at those. */
export type Declaration = VxlanDeclaration | BridgeDeclaration

/** The section of the fleet, which all files together have once. Where some of its keys are wrong it has the others. */
export interface FleetDeclaration {
  readonly spec: Partial<FleetSpec>
  readonly unusable: ReadonlySet<string>
}

/** Whether the file leaves `key` out, for certain. */
export function isUnstated({ spec, unusable }: Declaration, key: VxlanKey | BridgeKey): boolean {
  return !Object.hasOwn(spec, key) && !unusable.has(key)
}

/** The path of a link, or of something in it. */
export function pathOf({ section, name }: Declaration, key?: VxlanKey | BridgeKey, ...rest: Path): Path {
  return key === undefined ? [section, name] : [section, name, key, ...rest]
}

/** The family of the underlay: IPv4 where no address says otherwise. Undefined when it cannot be told. */
export function familyOfUnderlay(link: VxlanDeclaration): IpFamily | undefined {
  const keys = ['group', 'remote', 'local'] as const
  const isTold = keys.some((key) => link.spec[key] !== undefined) || keys.every((key) => isUnstated(link, key))
  return isTold ? underlayFamily(link.spec) : undefined
}

/** The UDP port that the link gets. Undefined when it cannot be told. */
export function effectiveDstport(link: VxlanDeclaration): number | undefined {
  const { dstport } = link.spec
  if (dstport !== undefined || !isUnstated(link, 'dstport') || link.unusable.has('gpe')) {
    return dstport
  }
  return dstportOf(link.spec)
}

/**
 * The device that the VNIs of the link are taken on: `dev` where `local` is link-local, else any, written as the empty string.
 * VNIs of one port on different devices do not meet (seen on 6.18). Source: VXLAN_F_IPV6_LINKLOCAL, drivers/net/vxlan/vxlan_core.c.
 */
export function boundDevice({ spec }: VxlanDeclaration): string {
  return spec.local !== undefined && isLinkLocalIpv6(spec.local) ? (spec.dev ?? '') : ''
}

/** The address of an entry of `addresses`, without its prefix length. */
export function hostOf(entry: AddressSpec): string {
  const address = typeof entry === 'string' ? entry : entry.address
  return address.slice(0, address.indexOf('/'))
}
