/** What a link has beside the declared, and gets again when it is replaced. */
import type { Link } from '../../../rtnetlink/index.ts'
import type { DesiredLink, DesiredPort, DesiredVxlan } from '../../desired/overlay.ts'
import type { VxlanSpec } from '../../desired/schema.ts'
import type { OwnedLink } from '../../record/owned.ts'
import { observedPort, observedSettings } from '../../words/observed-spec.ts'
import { pickBy } from '../../words/values.ts'
import type { InheritedSettings } from './action.ts'
import { addressesToKeep } from './diff-addresses.ts'
import { presentSysctls, statedSysctls } from './diff-sysctls.ts'
import type { PlanContext } from './plan-context.ts'

/** Keys that make a link what it is: those follow from the files alone. */
const ownKeys = new Set<string>([
  'id',
  'group',
  'remote',
  'dev',
  'local',
  'dstport',
  'flowlabel',
  'labelpolicy',
  'reserved_bits',
  'mtu',
  'mac',
  'up',
])

/**
 * The desired link with what the one that is there has by other hands: settings that no file states, alias, master, altnames,
 * addresses, options and VLANs as a port. What a file stated before and states no longer does not come back.
 */
export function withInherited(
  desired: DesiredVxlan,
  link: Link,
  record: OwnedLink,
  context: PlanContext,
): DesiredVxlan {
  const isFree = (key: string): boolean => !(key in desired.spec) && !record.stated.includes(key)
  const master = context.observed.links.get(link.attributes.master ?? 0)
  const isLost = (key: string): boolean => key === 'master' && master !== undefined && !canKeepMaster(master)
  const settings = observedSettings(link, desired.kind, record, context.names)
  const addresses = isFree('addresses')
    ? addressesToKeep(link, [...(context.observed.addresses.get(link.index)?.values() ?? [])])
    : []
  const altnames = isFree('altnames') ? (link.attributes.propList?.altIfname ?? []) : []
  const spec: VxlanSpec = {
    ...pickBy(settings, (key) => !ownKeys.has(key) && isFree(key) && !isLost(key)),
    ...(addresses.length > 0 && { addresses }),
    ...(altnames.length > 0 && { altnames }),
    ...desired.spec,
  }
  const port = keptPort(desired, link, record, context)
  return { ...desired, spec, ...(port !== undefined && { port }) }
}

/** Whether a link that belongs to this master can be given to it again. The kernel attaches to others in ways of their own, or not at all. */
export function canKeepMaster({ attributes: { linkinfo } }: Link): boolean {
  return linkinfo?.kind === 'bridge' || linkinfo?.kind === 'vrf'
}

/** Whether the link is a port of a bridge, and its successor is to be one of the same bridge. */
export function staysInBridge({ spec }: DesiredLink, link: Link, { names }: Pick<PlanContext, 'names'>): boolean {
  const { master, linkinfo } = link.attributes
  const isInBridge = linkinfo?.slaveKind === 'bridge' && master !== undefined
  return isInBridge && spec.master === names.nameOf(master)
}

/** What no file states of how the link is set, as opposed to what it has. */
export function inheritedSettings(desired: DesiredLink, link: Link, record: OwnedLink): InheritedSettings {
  const { protoDown, gsoMaxSegs, gsoMaxSize, groMaxSize, linkmode } = link.attributes
  const stated = statedSysctls(desired.spec.sysctl)
  const isFree = (name: string): boolean => !(name in stated) && !record.stated.includes(`sysctl.${name}`)
  const sysctls = Object.entries(presentSysctls(link)).filter(
    (entry): entry is [string, number] => typeof entry[1] === 'number' && isFree(entry[0]),
  )
  return {
    flags: link.flags,
    attributes: {
      ...(linkmode !== undefined && { linkmode }),
      ...(gsoMaxSegs !== undefined && { gsoMaxSegs }),
      ...(gsoMaxSize !== undefined && { gsoMaxSize }),
      ...(groMaxSize !== undefined && { groMaxSize }),
      ...(protoDown !== undefined && { protoDown }),
    },
    sysctls: Object.fromEntries(sysctls),
  }
}

/** Only where the link stays in its bridge: to another bridge it comes as a new port. */
function keptPort(
  { name, spec, port, path }: DesiredLink,
  link: Link,
  record: OwnedLink,
  context: PlanContext,
): DesiredPort | undefined {
  const { master, linkinfo } = link.attributes
  const isInBridge = linkinfo?.slaveKind === 'bridge' && master !== undefined
  if (!isInBridge || (spec.master !== undefined && spec.master !== context.names.nameOf(master))) {
    return port
  }
  const stated = port?.spec ?? {}
  const isFree = (key: string): boolean => !(key in stated) && !record.stated.includes(`port.${key}`)
  const areVlansFree = isFree('vlans') && isFree('vlan_to_vni')
  const isKept = (key: string): boolean => (key === 'vlans' || key === 'vlan_to_vni' ? areVlansFree : isFree(key))
  const kept = pickBy(observedPort(link, context) ?? {}, isKept)
  return Object.keys(kept).length === 0 ? port : { link: name, path, ...port, spec: { ...kept, ...stated } }
}
