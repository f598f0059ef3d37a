/** Kernel objects and records for tests of pure functions: what a test does not state is ordinary. */

import type { DesiredVxlan } from '../../src/agent/desired/overlay.ts'
import type { BridgeSpec, DesiredState, VxlanSpec } from '../../src/agent/desired/schema.ts'
import { parseKernelRelease } from '../../src/agent/host/kernel-release.ts'
import { addressKey, emptyObserved, type Observed } from '../../src/agent/kernel/observed.ts'
import { nothingOwned, type Owned, type OwnedLink } from '../../src/agent/record/owned.ts'
import { type Address, constants, type Link, type Nexthop, type VxlanAttributes } from '../../src/rtnetlink/index.ts'
import { newAddress, shownAddress } from './fake-address.ts'

/** The MAC of every vxlan that does not state one. */
export const mac = '02:00:00:00:00:01'

/** A device that is no vxlan, up. */
export function device(index: number, ifname: string, mtu = 1500): Link {
  return {
    family: constants.AF_UNSPEC,
    type: 1,
    index,
    flags: constants.IFF_UP | constants.IFF_LOWER_UP,
    change: 0,
    attributes: { ifname, mtu, address: `52:54:00:00:00:0${index % 10}`, linkinfo: { kind: 'veth' } },
  }
}

/** A bridge, up. */
export function bridge(index: number, ifname: string): Link {
  const link = device(index, ifname)
  return { ...link, attributes: { ...link.attributes, linkinfo: { kind: 'bridge' } } }
}

/** A vxlan, up, with the kernel's defaults. */
export function vxlan(
  index: number,
  ifname: string,
  data: VxlanAttributes,
  {
    mtu = 1500,
    address = mac,
    isUp = true,
    ifalias,
  }: { mtu?: number; address?: string; isUp?: boolean; ifalias?: string } = {},
): Link {
  return {
    family: constants.AF_UNSPEC,
    type: 1,
    index,
    flags: isUp ? constants.IFF_UP | constants.IFF_LOWER_UP : 0,
    change: 0,
    attributes: {
      ifname,
      mtu,
      address,
      ...(ifalias !== undefined && { ifalias }),
      linkinfo: { kind: 'vxlan', data: { ttl: 0, tos: 0, learning: true, ageing: 300, port: 8472, ...data } },
    },
  }
}

/** A permanent address as user space adds it. */
export function address(index: number, text: string): Address {
  return shownAddress(newAddress(text), { index, name: 'vxlan0' })
}

/** The kernel's tables with these links and addresses. */
export function observed(links: readonly Link[], addresses: readonly Address[] = []): Observed {
  const tables = emptyObserved()
  for (const link of links) {
    tables.links.set(link.index, link)
  }
  for (const one of addresses) {
    const table = tables.addresses.get(one.index) ?? new Map<string, Address>()
    tables.addresses.set(one.index, table.set(addressKey(one), one))
  }
  return tables
}

/** A nexthop group of VTEPs, and its members. */
export function nexthopGroup(id: number, gateways: readonly string[]): Map<number, Nexthop> {
  const nexthop = (attributes: Nexthop['attributes']): Nexthop => ({
    ...{ family: constants.AF_UNSPEC, scope: 0, protocol: 0, flags: 0 },
    attributes,
  })
  const group = gateways.map((_, at) => ({ id: id + 1 + at, weight: 0, weightHigh: 0, reserved: 0 }))
  return new Map([
    [id, nexthop({ id, group })],
    ...gateways.map((gateway, at) => [id + 1 + at, nexthop({ id: id + 1 + at, gateway })] as const),
  ])
}

/** The record of links that are there, by name. */
export function owned(
  links: Readonly<
    Record<string, { readonly id: number; readonly ifindex?: number; readonly stated?: readonly string[] }>
  >,
): Owned {
  const records = Object.entries(links).map(([name, link]): [string, OwnedLink] => [
    name,
    { kind: 'vxlan', mac, stated: [], ...link },
  ])
  return { ...nothingOwned, links: Object.fromEntries(records) }
}

/** A desired state. */
export function desired(
  vxlans: Readonly<Record<string, VxlanSpec>>,
  bridges: Readonly<Record<string, BridgeSpec>> = {},
): DesiredState {
  return { vxlans, bridges }
}

/** A declared vxlan as the planner has it. */
export function desiredVxlan(name: string, spec: VxlanSpec): DesiredVxlan {
  return { kind: 'vxlan', name, spec, path: ['vxlans', name] }
}

/** A kernel that knows everything. */
export const release = parseKernelRelease('6.18.0')
