/** One action → the client's calls. */
import { randomInt } from 'node:crypto'
import { constants, KernelError, type RtnetlinkClient, type VxlanAttributes } from '../../rtnetlink/index.ts'
import type { VxlanSpec } from '../desired/schema.ts'
import { type LinkNames, toVxlanAttributes, vxlanWords } from '../model/vxlan-words.ts'
import type { ActionOf } from '../plan/action.ts'

/** What performing needs of the world. */
export interface Kernel {
  readonly client: RtnetlinkClient
  readonly names: LinkNames
  /**
   * Whether a running link follows a change of `group` or `dev` with its multicast membership. Before Linux 6.15 it takes
   * setting it down and up. Source: vxlan_changelink(), drivers/net/vxlan/vxlan_core.c.
   */
  readonly doesMembershipFollow: boolean
}

const { IFF_UP } = constants

/** Makes the link, up unless it is declared down: in one message, so that the kernel takes back what it cannot bring up. */
export async function createLink(
  { client, names }: Kernel,
  { link, spec, mtu, ...action }: ActionOf<'createLink'> | ActionOf<'replaceLink'>,
  mac: string,
): Promise<void> {
  const { up = true } = spec
  const kept: Pick<ActionOf<'replaceLink'>, 'master' | 'alias'> = action.kind === 'replaceLink' ? action : {}
  const alias = spec.alias ?? kept.alias
  await client.createLink({
    flags: up ? IFF_UP : 0,
    change: IFF_UP,
    attributes: {
      ifname: link,
      address: mac,
      ...(mtu !== undefined && { mtu }),
      ...(kept.master !== undefined && { master: kept.master }),
      linkinfo: { kind: 'vxlan', data: toVxlanAttributes(spec, names) },
    },
  })
  if (alias !== undefined) {
    // Not taken at creation. Source: rtnl_create_link(), net/core/rtnetlink.c.
    await client.changeLink({ attributes: { ifname: link, ifalias: alias } })
  }
}

/** Changes a live link. What lives in IFLA_INFO_DATA goes first and alone: the kernel refuses an MTU beside it. */
export async function changeLink(
  { client, names, doesMembershipFollow }: Kernel,
  action: ActionOf<'changeLink'>,
): Promise<void> {
  const { ifindex, spec, changes } = action
  const wanted = new Map<string, unknown>(changes.map(({ attribute, to }) => [attribute, to]))
  const isUp = spec.up ?? true
  const takesDown = !doesMembershipFollow && isUp && (wanted.has('group') || wanted.has('dev'))
  if (takesDown) {
    // Before the change: afterwards it would leave the new group, and stay in the old one.
    await client.changeLink({ index: ifindex, flags: 0, change: IFF_UP })
  }
  try {
    for (const data of vxlanData(action, names)) {
      await client.changeLink({ index: ifindex, attributes: { linkinfo: { kind: 'vxlan', data } } })
    }
  } finally {
    if (takesDown) {
      await client.changeLink({ index: ifindex, flags: IFF_UP, change: IFF_UP })
    }
  }
  const attributes = {
    ...(wanted.has('mtu') && { mtu: wanted.get('mtu') as number }),
    ...(wanted.has('mac') && { address: wanted.get('mac') as string }),
    ...(wanted.has('alias') && { ifalias: wanted.get('alias') as string }),
  }
  if (Object.keys(attributes).length > 0 || wanted.has('up')) {
    const change = wanted.has('up') ? IFF_UP : 0
    await client.changeLink({ index: ifindex, flags: isUp ? change : 0, change, attributes })
  }
}

const vxlanKeys = new Set<string>(vxlanWords.map(({ key }) => key))

/**
 * The IFLA_INFO_DATA of a change, message by message. A change of `dev` leaves the default forwarding entry on the old device
 * (Linux 6.18), unless the remote is cleared first and stated again beside the new device.
 */
function vxlanData({ spec, changes }: ActionOf<'changeLink'>, names: LinkNames): VxlanAttributes[] {
  const stated = changes.filter(({ attribute, to }) => vxlanKeys.has(attribute) && to !== undefined)
  if (stated.length === 0) {
    return []
  }
  const wanted = Object.fromEntries(stated.map(({ attribute, to }) => [attribute, to])) as Partial<VxlanSpec>
  const { group, remote } = spec
  const address = group ?? remote
  if (wanted.dev === undefined || address === undefined) {
    return [toVxlanAttributes(wanted, names)]
  }
  const none = address.includes(':') ? { group6: '::' } : { group: '0.0.0.0' }
  const again = { ...(group !== undefined && { group }), ...(remote !== undefined && { remote }) }
  return [none, toVxlanAttributes({ ...wanted, ...again }, names)]
}

/** From so many on, links are deleted as a group: one by one each takes the kernel 20 ms. */
const deleteAsGroupFrom = 4

/** Deletes links, and gives what went wrong for each. That one is gone already is as good. */
export async function deleteLinks({ client }: Kernel, ifindexes: readonly number[]): Promise<(Error | undefined)[]> {
  const deleteOne = (index: number): Promise<Error | undefined> =>
    errorOf(tolerate(client.deleteLink({ index }), 'ENODEV'))
  if (ifindexes.length >= deleteAsGroupFrom) {
    // The upper half of the numbers is nobody's by custom; a random one is nobody's in fact.
    const group = randomInt(0x8000_0000, 0xffff_ffff)
    await Promise.all(ifindexes.map((index) => errorOf(client.changeLink({ index, attributes: { group } }))))
    if ((await errorOf(client.deleteLinkGroup(group))) === undefined) {
      // Whatever could not be put into the group is still there.
      return Promise.all(
        ifindexes.map(async (index) => ((await isThere(client, index)) ? deleteOne(index) : undefined)),
      )
    }
  }
  return Promise.all(ifindexes.map(deleteOne))
}

/** Not to know is to take it for there: a link that is taken for gone would lose its record. */
async function isThere(client: RtnetlinkClient, index: number): Promise<boolean> {
  const error = await errorOf(client.getLink({ index }))
  return !(error instanceof KernelError && error.code === 'ENODEV')
}

async function errorOf(request: Promise<unknown>): Promise<Error | undefined> {
  try {
    await request
    return undefined
  } catch (error) {
    return error as Error
  }
}

/** Adds an address. That it is there already is as good. */
export function addAddress({ client, names }: Kernel, { link, address }: ActionOf<'addAddress'>): Promise<void> {
  return tolerate(client.addAddress(addressRequest(names.indexOf(link), address)), 'EEXIST')
}

/** Removes an address. That it is gone already is as good. */
export function removeAddress({ client, names }: Kernel, action: ActionOf<'removeAddress'>): Promise<void> {
  const { link, address, peer } = action
  return tolerate(client.deleteAddress(addressRequest(names.indexOf(link), address, peer)), 'EADDRNOTAVAIL')
}

function addressRequest(index: number, text: string, peer?: string): Parameters<RtnetlinkClient['addAddress']>[0] {
  const [ip = '', prefixlen] = text.split('/')
  return {
    family: ip.includes(':') ? constants.AF_INET6 : constants.AF_INET,
    prefixlen: Number(prefixlen),
    index,
    attributes: { local: ip, address: peer ?? ip },
  }
}

async function tolerate(request: Promise<void>, code: string): Promise<void> {
  try {
    await request
  } catch (error) {
    if (!(error instanceof KernelError && error.code === code)) {
      throw error
    }
  }
}
