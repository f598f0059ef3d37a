/** Making, changing and deleting links. */
import { randomInt } from 'node:crypto'
import {
  constants,
  KernelError,
  type LinkRequest,
  type RtnetlinkClient,
  type VxlanAttributes,
} from '../../../rtnetlink/index.ts'
import type { DesiredLink, DesiredVxlan } from '../../desired/overlay.ts'
import { underlayFamily } from '../../facts/vxlan.ts'
import { SysctlError } from '../../host/sysctls.ts'
import { indexIfThere, type LinkNames, NoSuchLink } from '../../kernel/link-names.ts'
import { toBridgeAttributes } from '../../words/bridge-words.ts'
import type { LinkValues } from '../../words/link-values.ts'
import { addrGenModes, toLinkRequest } from '../../words/link-words.ts'
import { changedTo, differing, pick } from '../../words/values.ts'
import { toVxlanAttributes, type VxlanDataValues, vxlanWords } from '../../words/vxlan-words.ts'
import type { ActionOf, InheritedSettings } from '../plan/action.ts'
import { presentSysctls, statedSysctls } from '../plan/diff-sysctls.ts'
import { errorOf, type Kernel, tolerate } from './kernel.ts'
import { isGone } from './link-presence.ts'
import { mustBeSetDown } from './membership-change.ts'
import { despiteShortageOfOne } from './memory-shortage.ts'

const { IFF_UP } = constants

/**
 * Makes the link, up unless it is declared down. Where nothing must come before that, in one message, so that the kernel takes
 * back what it cannot bring up; else a link that does not come up is deleted again. What else the kernel refuses of it (its bridge, its alias,
 * its settings) is left for the next plan, which finds it missing: the link is made without.
 * @param standsAlone false for a link that stands beside the one it is to replace: outside the bridge of that one, and all or nothing
 */
export async function createLink(
  kernel: Kernel,
  { wanted, mtu, inherited }: Pick<ActionOf<'createLink'>, 'wanted' | 'mtu'> & { inherited?: InheritedSettings },
  mac: string,
  standsAlone = true,
): Promise<void> {
  const { client, names, writeSysctl } = kernel
  const { name } = wanted
  const { alias, addrgenmode, master, arp, txqlen, devgroup, sysctl, up = true } = wanted.spec
  const sysctls = Object.entries(statedSysctls(sysctl))
  const waits = addrgenmode !== undefined || sysctls.length > 0 || inherited !== undefined
  const atOnce = toLinkRequest(
    {
      ...(arp !== undefined && { arp }),
      ...(txqlen !== undefined && { txqlen }),
      ...(devgroup !== undefined && { devgroup }),
      ...(standsAlone && master !== undefined && indexIfThere(names, master) !== undefined && { master }),
      up: up && !waits,
    },
    names,
  )
  const request = {
    ...atOnce,
    attributes: {
      ifname: name,
      address: mac,
      ...(mtu !== undefined && { mtu }),
      ...atOnce.attributes,
      linkinfo: linkInfo(wanted, names),
    },
  }
  await createWithOrWithoutMaster(client, request)
  // Not taken at creation. Source: rtnl_create_link(), net/core/rtnetlink.c.
  const afterwards = { ...(alias !== undefined && { alias }), ...(addrgenmode !== undefined && { addrgenmode }) }
  if (Object.keys(afterwards).length === 0 && !waits) {
    return
  }
  const index = await indexOfMade(client, name, mac)
  const part = async (work: Promise<void>): Promise<void> => {
    const error = await errorOf(work)
    const isRefusal = error instanceof KernelError || error instanceof SysctlError
    if (error !== undefined && !(standsAlone && isRefusal && !isGone(error))) {
      throw error
    }
  }
  try {
    for (const [key, value] of Object.entries(afterwards)) {
      const { attributes = {} } = toLinkRequest({ [key]: value }, names)
      await part(client.changeLink({ index, attributes }))
    }
    if (inherited !== undefined) {
      await inherit(kernel, index, inherited)
    }
    for (const [setting, value] of sysctls) {
      await part(writeSysctl(index, setting, value))
    }
    if (waits && up) {
      await client.changeLink({ index, flags: IFF_UP, change: IFF_UP })
    }
  } catch (error) {
    await errorOf(client.deleteLink({ index }))
    throw error
  }
}

/** What its bridge or VRF refuses is a link without one, and a matter of the membership alone. */
async function createWithOrWithoutMaster(client: RtnetlinkClient, request: LinkRequest): Promise<void> {
  const { master, ...attributes } = request.attributes ?? {}
  try {
    await despiteShortageOfOne(() => client.createLink(request))
  } catch (error) {
    if (master === undefined || !(error instanceof KernelError)) {
      throw error
    }
    await client.createLink({ ...request, attributes })
  }
}

/** The ifindex of the link that was just made. Somebody may have renamed it already, and given its name to another one. */
async function indexOfMade(client: RtnetlinkClient, name: string, mac: string): Promise<number> {
  const { index, attributes } = await client.getLink({ name })
  // A link for packets instead of frames (`gpe`) has none.
  if (attributes.address !== undefined && attributes.address !== mac) {
    throw new NoSuchLink(name)
  }
  return index
}

/** ifi_flags that are settings, and that nothing but `ip link set` changes. IFF_PROMISC is told as it was asked for, whoever else needs it. */
const inheritedFlags =
  constants.IFF_PROMISC | constants.IFF_ALLMULTI | constants.IFF_MULTICAST | constants.IFF_DEBUG | constants.IFF_DYNAMIC

/** Sets what differs. What the kernel does not take is left out: for another program's sake the link is not given up. */
async function inherit({ client, writeSysctl }: Kernel, index: number, settings: InheritedSettings): Promise<void> {
  const made = await client.getLink({ index })
  for (const [key, value] of Object.entries(differing(settings.attributes, made.attributes))) {
    await errorOf(client.changeLink({ index, attributes: { [key]: value } }))
  }
  const change = (made.flags ^ settings.flags) & inheritedFlags
  if (change !== 0) {
    await errorOf(client.changeLink({ index, flags: settings.flags, change }))
  }
  const sysctls = presentSysctls(made)
  for (const [setting, value] of Object.entries(settings.sysctls)) {
    if (sysctls[setting] !== undefined && sysctls[setting] !== value) {
      try {
        await writeSysctl(index, setting, value)
      } catch {
        // As above.
      }
    }
  }
}

function linkInfo(wanted: DesiredLink, names: LinkNames): { kind: 'vxlan' | 'bridge'; data: object } {
  if (wanted.kind === 'vxlan') {
    return { kind: 'vxlan', data: toVxlanAttributes(wanted.spec, names) }
  }
  return { kind: 'bridge', data: toBridgeAttributes(wanted.spec, names) }
}

/** Changes a live link. What lives in IFLA_INFO_DATA goes first and alone: the kernel refuses an MTU beside it. */
export async function changeLink(kernel: Kernel, action: ActionOf<'changeLink'>): Promise<void> {
  const { client, names, writeSysctl } = kernel
  const { ifindex, wanted, changes } = action
  const { addrgenmode, ...values } = changedTo<LinkValues>(changes)
  const takesDown = mustBeSetDown(kernel, action)
  if (takesDown) {
    // Before the change: afterwards it would leave the new group, and stay in the old one.
    await client.changeLink({ index: ifindex, flags: 0, change: IFF_UP })
  }
  try {
    for (const data of dataMessages(action, names)) {
      await client.changeLink({ index: ifindex, attributes: { linkinfo: { kind: wanted.kind, data } } })
    }
  } finally {
    if (takesDown) {
      await client.changeLink({ index: ifindex, flags: IFF_UP, change: IFF_UP })
    }
  }
  const { flags, change, attributes } = toLinkRequest(values, names)
  if (change !== 0 || Object.keys(attributes ?? {}).length > 0) {
    await client.changeLink({ index: ifindex, flags: flags ?? 0, change: change ?? 0, attributes: attributes ?? {} })
  }
  if (addrgenmode !== undefined) {
    // By netlink the mode would be stored, and a running link get its address when it next comes up.
    await writeSysctl(ifindex, 'ipv6.addr_gen_mode', addrGenModes.indexOf(addrgenmode))
  }
}

const vxlanKeys = vxlanWords.map(({ key }) => key)

/**
 * The IFLA_INFO_DATA of a change, message by message. A change of `dev` leaves the default forwarding entry on the old device
 * (Linux 6.18), unless the remote is cleared first and stated again beside the new device.
 */
function dataMessages({ wanted: desired, changes }: ActionOf<'changeLink'>, names: LinkNames): object[] {
  const changed: LinkValues = changedTo<LinkValues>(changes)
  if (desired.kind === 'bridge') {
    const data = toBridgeAttributes(changed, names)
    return Object.keys(data).length === 0 ? [] : [data]
  }
  const values = pick(changed, vxlanKeys)
  if (Object.keys(values).length === 0) {
    return []
  }
  const { spec } = desired
  const stated: VxlanAttributes = { ...clearing(values, desired), ...toVxlanAttributes(values, names) }
  const { group, remote } = spec
  if (!('dev' in values) || (group ?? remote) === undefined) {
    return [stated]
  }
  const none = underlayFamily(spec) === 'IPv6' ? { group6: '::' } : { group: '0.0.0.0' }
  const again = { ...(group !== undefined && { group }), ...(remote !== undefined && { remote }) }
  return [none, { ...stated, ...toVxlanAttributes(again, names) }]
}

/** What the kernel takes for "none any more". From `group` to `remote` or back is one attribute, which only changes its value. */
function clearing(values: VxlanDataValues, { spec }: DesiredVxlan): VxlanAttributes {
  const isIpv6 = underlayFamily(spec) === 'IPv6'
  const isCleared = (key: 'group' | 'remote' | 'local'): boolean => key in values && values[key] === undefined
  return {
    ...((isCleared('group') || isCleared('remote')) && (isIpv6 ? { group6: '::' } : { group: '0.0.0.0' })),
    ...(isCleared('local') && (isIpv6 ? { local6: '::' } : { local: '0.0.0.0' })),
  }
}

/** Gives a link another name. One that is up takes Linux 6.2. */
export function renameLink({ client }: Kernel, index: number, name: string): Promise<void> {
  return client.changeLink({ index, attributes: { ifname: name } })
}

/** Puts a link that was made without one into its bridge or VRF, if that is there. */
export async function joinMaster({ client, names }: Kernel, index: number, { spec }: DesiredLink): Promise<void> {
  if (spec.master !== undefined && indexIfThere(names, spec.master) !== undefined) {
    await client.changeLink({ index, ...toLinkRequest({ master: spec.master }, names) })
  }
}

/** From so many on, links are deleted as a group: one by one each takes the kernel 20 ms. */
const deleteAsGroupFrom = 4
/** So many and the deletion of their group surely share a datagram, which the kernel takes as a whole. */
const largestGroup = 100

/** Deletes links, and gives what went wrong for each. That one is gone already is as good. */
export async function deleteLinks({ client }: Kernel, ifindexes: readonly number[]): Promise<(Error | undefined)[]> {
  const errors: (Error | undefined)[] = []
  for (let at = 0; at < ifindexes.length; at += largestGroup) {
    errors.push(...(await deleteSome(client, ifindexes.slice(at, at + largestGroup))))
  }
  return errors
}

async function deleteSome(client: RtnetlinkClient, ifindexes: readonly number[]): Promise<(Error | undefined)[]> {
  const deleteOne = (index: number): Promise<Error | undefined> =>
    errorOf(tolerate(client.deleteLink({ index }), 'ENODEV'))
  if (ifindexes.length >= deleteAsGroupFrom) {
    // The upper half of the numbers is nobody's by custom; a random one is nobody's in fact.
    const group = randomInt(0x8000_0000, 0xffff_ffff)
    // Asked for in one turn, so that they share a datagram: a crash between two of them would leave links in a group for good.
    const grouped = ifindexes.map((index) => errorOf(client.changeLink({ index, attributes: { group } })))
    const refusal = errorOf(client.deleteLinkGroup(group))
    await Promise.all(grouped)
    if ((await refusal) === undefined) {
      // Whatever could not be put into the group is still there.
      return Promise.all(
        ifindexes.map(async (index) => ((await isStillThere(client, index)) ? deleteOne(index) : undefined)),
      )
    }
  }
  return Promise.all(ifindexes.map(deleteOne))
}

/** Not to know is to take it for there: a link that is taken for gone would lose its record. */
async function isStillThere(client: RtnetlinkClient, index: number): Promise<boolean> {
  const error = await errorOf(client.getLink({ index }))
  return !(error instanceof KernelError && error.code === 'ENODEV')
}
