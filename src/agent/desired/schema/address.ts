/** Addresses of a link: `IP/PREFIX` alone, or with what `ip address` can say of it. */
import * as z from 'zod'
import { broadcastAddress, flag, interfaceAddress, labelText, unicastAddress, wholeNumber } from '../values.ts'

const lifetime = () =>
  z.union([z.literal('forever'), wholeNumber(0, 0xfffffffe)], {
    error: 'be forever, or a whole number of seconds from 0 to 4294967294',
  })

/** One address with its options. */
export const addressKeys = {
  address: interfaceAddress().meta({
    description: 'The address with its prefix length. Required.',
    examples: ['10.0.1.1/24'],
  }),
  peer: unicastAddress()
    .exactOptional()
    .meta({ description: 'The other end of a point-to-point address.', examples: ['10.0.1.2'] }),
  broadcast: broadcastAddress()
    .exactOptional()
    .meta({ description: 'Broadcast address; IPv4 only. Kernel default: none.', examples: ['10.0.1.255'] }),
  label: labelText()
    .exactOptional()
    .meta({
      description:
        'Label of an IPv4 address, 1 to 15 bytes, by custom `LINK:TEXT`. Kernel default: the name of the link.',
      examples: ['vxlan0:mgmt'],
    }),
  scope: z
    .union([z.enum(['global', 'site', 'link', 'host']), wholeNumber(0, 254)], {
      error: 'be global, site, link, host, or a whole number from 0 to 254',
    })
    .overwrite((value) => (typeof value === 'number' ? (scopeWords.get(value) ?? value) : value))
    .exactOptional()
    .meta({
      description:
        'Where an IPv4 address is valid. The kernel tells the scope of an IPv6 address by itself. Default: global.',
      examples: ['link'],
    }),
  metric: wholeNumber(0, 0xffffffff)
    .exactOptional()
    .meta({ description: "Metric of the address's own route. Kernel default: 0 (IPv6: 256).", examples: [100] }),
  preferred_lft: lifetime()
    .exactOptional()
    .meta({
      description:
        'Seconds for which new connections use the address, counted from when it is set; 0: never (a deprecated address). Default: forever.',
      examples: [0, 1800],
    }),
  valid_lft: lifetime()
    .exactOptional()
    .meta({
      description:
        'Seconds after which the kernel removes the address, counted from when it is set; as long as it is declared it is set anew then. Default: forever.',
      examples: [3600],
    }),
  nodad: flag()
    .exactOptional()
    .meta({ description: 'Skip duplicate address detection; IPv6 only. Default: false.', examples: [true] }),
  noprefixroute: flag()
    .exactOptional()
    .meta({ description: 'Make no route for the prefix. Default: false.', examples: [true] }),
  home: flag()
    .exactOptional()
    .meta({ description: 'A home address (Mobile IPv6); IPv6 only. Default: false.', examples: [true] }),
  mngtmpaddr: flag()
    .exactOptional()
    .meta({
      description: 'Make temporary addresses after this one as a template; IPv6 with a /64 only. Default: false.',
      examples: [true],
    }),
}

/** Words of iproute2 (`/etc/iproute2/rt_scopes`) for numbers of the kernel (RT_SCOPE_*, linux/rtnetlink.h). */
const scopeWords: ReadonlyMap<number, 'global' | 'site' | 'link' | 'host'> = new Map([
  [0, 'global'],
  [200, 'site'],
  [253, 'link'],
  [254, 'host'],
])

const addressObject = z.strictObject(addressKeys, {
  error: 'be an address with its prefix length, or a mapping with the key address',
})

/** `10.0.1.1/24`, or a mapping. One without options is written as the text alone. */
const addressEntry = z
  .union([interfaceAddress(), addressObject.readonly()], {
    error: 'be an address with its prefix length, such as 10.0.1.1/24, or a mapping with the key address',
  })
  .overwrite((entry) => (typeof entry === 'object' && Object.keys(entry).length === 1 ? entry.address : entry))

export type AddressSpec = z.output<typeof addressEntry>
/** An address with its options, whichever way it is written. */
export type AddressOptions = z.output<typeof addressObject>

/** The addresses of one link. */
export function addressList() {
  return z
    .array(addressEntry, { error: 'be a list of addresses, such as [10.0.1.1/24]' })
    .readonly()
    .meta({
      description:
        'Every address of the link, each with its prefix length. A stated list is the whole list: what is not in it is removed. `ip address` to iproute2. Kernel default: none.',
      examples: [['10.0.1.1/24'], ['10.0.1.1/24', { address: '2001:db8:1::1/64', nodad: true }]],
    })
}
