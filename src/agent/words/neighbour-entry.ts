/** Permanent ARP and ND entries: from the desired file's words to the kernel's. */
import { constants, type Neighbour, type NeighbourRequest } from '../../rtnetlink/index.ts'
import type { NeighbourSpec } from '../desired/schema/forwarding.ts'
import { familyOf } from '../facts/ip-text.ts'

const { NTF_ROUTER, NTF_EXT_LEARNED, NUD_PERMANENT } = constants

/** Flags that a file can state. */
const statedFlags = NTF_ROUTER | NTF_EXT_LEARNED

/** The request for a neighbour; the ifindex of its link is not in it. */
export function neighbourRequest({ ip, mac, router, extern_learn: externLearn }: NeighbourSpec): NeighbourRequest {
  return {
    family: familyOf(ip) === 'IPv6' ? constants.AF_INET6 : constants.AF_INET,
    state: NUD_PERMANENT,
    flags: (router ? NTF_ROUTER : 0) | (externLearn ? NTF_EXT_LEARNED : 0),
    attributes: { dst: ip, lladdr: mac },
  }
}

/** Keys of a neighbour in a file, by the request's attribute that states each. */
export const neighbourKeys: Readonly<
  Partial<Record<keyof NonNullable<NeighbourRequest['attributes']>, keyof NeighbourSpec>>
> = { dst: 'ip', lladdr: 'mac' }

/** Whether the kernel's neighbour is the wanted one. */
export function isSameNeighbour({ state, flags, attributes }: Neighbour, wanted: NeighbourRequest): boolean {
  return (
    (state & NUD_PERMANENT) !== 0 &&
    attributes.lladdr === wanted.attributes?.lladdr &&
    (flags & statedFlags) === ((wanted.flags ?? 0) & statedFlags)
  )
}
