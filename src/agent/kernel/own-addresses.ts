/** The addresses of this host. */
import { isLinkLocalIpv6 } from '../facts/ip-text.ts'
import { localAddress, type Observed } from './observed.ts'

/** Whether a link of this host has the address. */
export function hasAddress(tables: Pick<Observed, 'addresses'>, wanted: string | undefined): boolean {
  for (const address of eachAddress(tables)) {
    if (address === wanted) {
      return true
    }
  }
  return false
}

/** All addresses of links of this host. */
export function ownAddresses(tables: Pick<Observed, 'addresses'>): ReadonlySet<string> {
  return new Set(eachAddress(tables))
}

/** All addresses that are this host's alone. Link-local ones are not: another host may have the same on another link. */
export function hostAddresses(tables: Pick<Observed, 'addresses'>): ReadonlySet<string> {
  return new Set([...eachAddress(tables)].filter((address) => !isLinkLocalIpv6(address)))
}

function* eachAddress({ addresses }: Pick<Observed, 'addresses'>): Generator<string> {
  for (const ofLink of addresses.values()) {
    for (const each of ofLink.values()) {
      const address = localAddress(each)
      if (address !== undefined) {
        yield address
      }
    }
  }
}
