/** A link as a file declares it, and what the kernel would make of what it leaves unstated. */
import { familyOf, type IpFamily, isLinkLocalIpv6 } from './ip-text.ts'
import { kernelDstport, type VxlanKey, type VxlanSpec } from './schema.ts'

/** A link that a file declares. Where some of its keys are wrong it has the others, so that the rules can still look at those. */
export interface Declaration {
  readonly name: string
  readonly spec: Partial<VxlanSpec>
  /** Keys that the file has, or seems to have under another name, though without a usable value: nothing follows from their absence. */
  readonly unusable: ReadonlySet<string>
}

/** Whether the file leaves `key` out, for certain. */
export function isUnstated({ spec, unusable }: Declaration, key: VxlanKey): boolean {
  return spec[key] === undefined && !unusable.has(key)
}

/** The family of the underlay: IPv4 where no address says otherwise. Undefined when it cannot be told. */
export function underlayFamily(link: Declaration): IpFamily | undefined {
  const { group, remote, local } = link.spec
  const stated = group ?? remote ?? local
  if (stated !== undefined) {
    return familyOf(stated)
  }
  const keys: readonly VxlanKey[] = ['group', 'remote', 'local']
  return keys.every((key) => isUnstated(link, key)) ? 'IPv4' : undefined
}

/** The UDP port that the link gets. Undefined when it cannot be told. */
export function effectiveDstport(link: Declaration): number | undefined {
  return link.spec.dstport ?? (isUnstated(link, 'dstport') ? kernelDstport : undefined)
}

/**
 * The device that the link's socket is bound to: `dev` where `local` is link-local, else none, written as the empty string.
 * Sockets of one port that are bound to different devices do not meet, nor do the VNIs behind them (seen on 6.18).
 * Source: VXLAN_F_IPV6_LINKLOCAL, drivers/net/vxlan/vxlan_core.c.
 */
export function boundDevice({ spec }: Declaration): string {
  return spec.local !== undefined && isLinkLocalIpv6(spec.local) ? (spec.dev ?? '') : ''
}

/** The address of an entry of `addresses`, without its prefix length. */
export function hostOf(address: string): string {
  return address.slice(0, address.indexOf('/'))
}
