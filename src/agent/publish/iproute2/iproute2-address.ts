/** Addresses, as `ip -d -j addr show` of iproute2 6.1 prints them: each link with the list of its addresses. */
import { type Address, constants, type Link } from '../../../rtnetlink/index.ts'
import { localAddress } from '../../kernel/observed.ts'
import { type Columns, printer } from './iproute2-columns.ts'
import { onlyTrue, unlessZero } from './iproute2-forms.ts'
import { type Iproute2Link, type Iproute2LinkContext, iproute2LinkContext, linkColumns } from './iproute2-link.ts'

/** One element of `addr_info`. Source of the form: `ip -d -j addr show`, iproute2 6.1. */
export interface Iproute2Address {
  readonly family?: string
  readonly local?: string
  /** The peer's address on a point-to-point link. */
  readonly address?: string
  readonly prefixlen?: number
  /** The metric of the prefix route. */
  readonly metric?: number
  readonly broadcast?: string
  readonly scope: string
  readonly secondary?: true
  readonly temporary?: true
  readonly nodad?: true
  readonly optimistic?: true
  readonly dadfailed?: true
  readonly home?: true
  readonly deprecated?: true
  readonly tentative?: true
  /** True for an address whose lifetime ends. */
  readonly dynamic?: true
  readonly mngtmpaddr?: true
  readonly noprefixroute?: true
  readonly autojoin?: true
  readonly 'stable-privacy'?: true
  /** Flags without a name, hexadecimal. */
  readonly ifa_flags?: string
  readonly label?: string
  /** Seconds; 4294967295 is for ever. */
  readonly valid_life_time?: number
  readonly preferred_life_time?: number
}

/** A link with its addresses. Source of the form: `ip -d -j addr show`, iproute2 6.1, which leaves out what only concerns links. */
export interface Iproute2LinkWithAddresses
  extends Omit<Iproute2Link, 'linkmode' | 'linkmode_index' | 'inet6_addr_gen_mode'> {
  readonly addr_info: readonly Iproute2Address[]
}

/** All links in the order given, each with its addresses in the order given; links without addresses too. */
export function addressesAsIproute2(
  addresses: readonly Address[],
  links: readonly Link[],
): Iproute2LinkWithAddresses[] {
  const context = { ...iproute2LinkContext(links), addresses: byLink(addresses) }
  return links.map((link) => printLink(link, context))
}

const { linkmode, linkmode_index, inet6_addr_gen_mode, ...linkColumnsOfAddresses } = linkColumns

const printLink = printer<Link, Iproute2LinkWithAddresses, Iproute2LinkContext & AddressContext>({
  ...linkColumnsOfAddresses,
  addr_info: (link, { addresses }) => (addresses.get(link.index) ?? []).map((address) => printAddress(address)),
})

interface AddressContext {
  /** By the ifindex of their links. */
  readonly addresses: ReadonlyMap<number, readonly Address[]>
}

const familyNames = new Map([
  [constants.AF_INET, 'inet'],
  [constants.AF_INET6, 'inet6'],
])

const addressColumns: Columns<Address, Iproute2Address, void> = {
  family: (address) => familyNames.get(address.family),
  local: localAddress,
  address: (address) => (address.attributes.address === localAddress(address) ? undefined : address.attributes.address),
  prefixlen: (address) => address.prefixlen,
  metric: (address) => address.attributes.rtPriority,
  broadcast: (address) => address.attributes.broadcast,
  scope: (address) => scopeName(address.scope),
  // One bit, two names: an IPv4 address can be a secondary one, an IPv6 address a temporary one.
  secondary: (address) => flag(address, address.family === constants.AF_INET6 ? 0 : constants.IFA_F_SECONDARY),
  temporary: (address) => flag(address, address.family === constants.AF_INET6 ? constants.IFA_F_TEMPORARY : 0),
  nodad: (address) => flag(address, constants.IFA_F_NODAD),
  optimistic: (address) => flag(address, constants.IFA_F_OPTIMISTIC),
  dadfailed: (address) => flag(address, constants.IFA_F_DADFAILED),
  home: (address) => flag(address, constants.IFA_F_HOMEADDRESS),
  deprecated: (address) => flag(address, constants.IFA_F_DEPRECATED),
  tentative: (address) => flag(address, constants.IFA_F_TENTATIVE),
  dynamic: (address) => onlyTrue(!(flagsOf(address) & constants.IFA_F_PERMANENT)),
  mngtmpaddr: (address) => flag(address, constants.IFA_F_MANAGETEMPADDR),
  noprefixroute: (address) => flag(address, constants.IFA_F_NOPREFIXROUTE),
  autojoin: (address) => flag(address, IFA_F_MCAUTOJOIN),
  'stable-privacy': (address) => flag(address, constants.IFA_F_STABLE_PRIVACY),
  ifa_flags: (address) => unlessZero((flagsOf(address) & namelessFlags) >>> 0)?.toString(16),
  label: (address) => address.attributes.label,
  valid_life_time: (address) => address.attributes.cacheinfo?.valid,
  preferred_life_time: (address) => address.attributes.cacheinfo?.preferred,
}

const printAddress = printer(addressColumns)

/** linux/if_addr.h. */
const IFA_F_MCAUTOJOIN = 0x400
/** iproute2 6.1 has names for the lowest twelve flags. */
const namelessFlags = 0xffff_f000

/** IFA_FLAGS, of which the struct's own field holds the low 8 bits. */
function flagsOf({ flags, attributes }: Address): number {
  return attributes.flags ?? flags
}

function flag(address: Address, bit: number): true | undefined {
  return onlyTrue((flagsOf(address) & bit) !== 0)
}

function byLink(addresses: readonly Address[]): Map<number, Address[]> {
  const lists = new Map<number, Address[]>()
  for (const address of addresses) {
    const list = lists.get(address.index)
    if (list === undefined) {
      lists.set(address.index, [address])
    } else {
      list.push(address)
    }
  }
  return lists
}

/** RT_SCOPE_* by the names that iproute2 has built in and ships in /etc/iproute2/rt_scopes; the number as text for others. */
function scopeName(scope: number): string {
  return scopeNames.get(scope) ?? `${scope}`
}

const scopeNames = new Map([
  [constants.RT_SCOPE_UNIVERSE, 'global'],
  [200, 'site'],
  [constants.RT_SCOPE_LINK, 'link'],
  [constants.RT_SCOPE_HOST, 'host'],
  [255, 'nowhere'],
])
