/** Adding, changing and removing addresses. */
import { addressRequest } from '../../words/address-entry.ts'
import type { ActionOf } from '../plan/action.ts'
import { type Kernel, tolerate } from './kernel.ts'

/** Adds an address. That it is there already is as good. */
export function addAddress({ client }: Kernel, index: number, { address }: ActionOf<'addAddress'>): Promise<void> {
  return tolerate(client.addAddress(addressRequest(address, index)), 'EEXIST')
}

/** Gives an address other options. */
export function changeAddress(
  { client }: Kernel,
  index: number,
  { address }: ActionOf<'changeAddress'>,
): Promise<void> {
  return client.replaceAddress(addressRequest(address, index))
}

/** Removes an address. That it is gone already is as good. */
export async function removeAddress(
  { client, writeSysctl }: Kernel,
  index: number,
  { address, keepsOthers }: ActionOf<'removeAddress'>,
): Promise<void> {
  const { family, prefixlen, attributes } = address
  const { local, address: prefix } = attributes
  const remove = (): Promise<void> =>
    tolerate(
      client.deleteAddress({
        family,
        prefixlen,
        index,
        attributes: { ...(local !== undefined && { local }), ...(prefix !== undefined && { address: prefix }) },
      }),
      'EADDRNOTAVAIL',
    )
  if (!keepsOthers) {
    return remove()
  }
  // Without this the other addresses of its subnet go with it. Source: __inet_del_ifa(), net/ipv4/devinet.c.
  await writeSysctl(index, 'ipv4.promote_secondaries', 1)
  try {
    await remove()
  } finally {
    await writeSysctl(index, 'ipv4.promote_secondaries', 0)
  }
}
