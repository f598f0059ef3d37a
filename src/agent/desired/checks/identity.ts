/** Rules on what tells links apart: names, Ethernet addresses, IP addresses. */
import { isLinkLocalIpv6 } from '../../facts/ip-text.ts'
import { type Declaration, hostOf, pathOf } from '../declaration.ts'
import { errorAt, type Finding, type Where } from '../finding.ts'
import { type Declarations, masterOf } from '../membership.ts'
import { claim, nameAndPlace } from './claims.ts'

/** What two links have in common that only one of them may have. Each is reported at the later link, and names the earlier one. */
export function* checkIdentity(declarations: Declarations, where: Where): Generator<Finding> {
  yield* sameName(declarations, where)
  yield* sameMac(declarations, where)
  yield* sameAddress(declarations, where)
}

/** EEXIST: names and alternative names are one set (6.18). */
function* sameName({ all, byName }: Declarations, where: Where): Generator<Finding> {
  const taken = new Map<string, Declaration>(byName)
  for (const link of all) {
    for (const [index, name] of (link.spec.altnames ?? []).entries()) {
      const first = claim(taken, name, link)
      if (first !== undefined) {
        const whose = first === link ? `already a name of ${link.name}` : `a name of ${nameAndPlace(first, where)}`
        const message = `entry ${index + 1} of altnames of ${link.name}, ${name}, is ${whose}`
        const path = pathOf(link, 'altnames', index)
        yield errorAt('altname-clash', path, 'value', message, 'remove it, or choose another')
      }
    }
  }
}

/** Among vxlans only: bridges that are one gateway in many segments have one address, and a bridge may have that of a port. */
function sameMac({ vxlans }: Declarations, where: Where): Finding[] {
  const taken = new Map<string, Declaration>()
  return vxlans.flatMap((link) => {
    const { mac } = link.spec
    const first = mac === undefined ? undefined : claim(taken, mac, link)
    if (first === undefined) {
      return []
    }
    const message = `mac of ${link.name} is that of ${nameAndPlace(first, where)}, too`
    return [errorAt('mac-twice', pathOf(link, 'mac'), 'value', message, 'state another address on one of the two')]
  })
}

/** The kernel takes it, and looks at one of the two. Links in different VRFs do not meet. */
function* sameAddress(declarations: Declarations, where: Where): Generator<Finding> {
  const taken = new Map<string, Declaration>()
  for (const link of declarations.all) {
    const vrf = vrfOf(link, declarations)
    for (const [index, address] of (link.spec.addresses ?? []).entries()) {
      const host = hostOf(address)
      // A link-local address is the link's own affair: many may have fe80::1.
      const first = isLinkLocalIpv6(host) ? undefined : claim(taken, `${host} ${vrf}`, link)
      if (first !== undefined && first !== link) {
        const message = `${host} is an address of ${link.name} and of ${nameAndPlace(first, where)}`
        const path = pathOf(link, 'addresses', index)
        yield errorAt('address-twice', path, 'value', message, 'remove it from one of the two')
      }
    }
  }
}

/** The VRF of a link, by way of the bridge that it is in; empty: the host's own tables. A master that is no declared bridge may be one. */
function vrfOf(link: Declaration, { byName, listed }: Declarations): string {
  const master = masterOf(link, listed) ?? ''
  const bridge = byName.get(master)
  return bridge === undefined ? master : (bridge.spec.master ?? '')
}
