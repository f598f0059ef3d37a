/** What VXLAN itself fixes, whatever a file or a kernel says. Source: RFC 7348. */
import { familyOf, type IpFamily } from './ip-text.ts'

/** The addresses of a vxlan itself, in the form in which files and the kernel have them. */
export interface OwnAddresses {
  readonly group?: string | undefined
  readonly remote?: string | undefined
  readonly local?: string | undefined
}

/** Which family the outer packets have: what an address among the keys tells, else IPv4, as the kernel assumes. */
export function underlayFamily({ group, remote, local }: OwnAddresses): IpFamily {
  return familyOf(group ?? remote ?? local ?? '')
}

/** Bytes that encapsulation adds: outer IP (20 or 40), UDP 8, VXLAN 8, inner Ethernet 14. Source: RFC 7348 §5, vxlan_headroom(). */
export function encapsulationOverhead(family: IpFamily): number {
  return family === 'IPv6' ? 70 : 50
}
