/** A link's declared settings under /proc/sys/net against those that the kernel tells with the link. */
import type { Link } from '../../../rtnetlink/index.ts'
import { ipv4Sysctls, ipv6Sysctls, type SysctlRow, type SysctlSpec } from '../../desired/schema/sysctl.ts'
import { keysWithin, withDropped } from '../../words/values.ts'
import type { Action, SysctlChange } from './action.ts'

/** Settings by `ipv4.arp_accept`. */
export type SysctlValues = Readonly<Record<string, number>>

const rows: Readonly<Record<string, SysctlRow>> = {
  ...prefixed('ipv4', ipv4Sysctls),
  ...prefixed('ipv6', ipv6Sysctls),
}

/** Every setting that a file can state: `ipv4.arp_accept`. */
export const sysctlNames: readonly string[] = Object.keys(rows)

/**
 * At most one action.
 * @param before keys that were stated when last applied: `sysctl.ipv4.arp_accept`
 * @param hasIpv6 whether the link will have IPv6: without, there is nowhere to write its settings
 */
export function diffSysctls(
  link: string,
  sysctl: SysctlSpec | undefined,
  before: readonly string[],
  present: Link,
  hasIpv6: boolean,
): Action[] {
  const changes = sysctlChanges(sysctl, before, present).filter(
    ({ attribute }) => hasIpv6 || !attribute.startsWith('ipv6.'),
  )
  return changes.length === 0
    ? []
    : [{ kind: 'changeSysctls', link, changes, reason: 'differs from the desired state' }]
}

function sysctlChanges(sysctl: SysctlSpec | undefined, before: readonly string[], present: Link): SysctlChange[] {
  const fallbacks = Object.fromEntries(Object.entries(rows).map(([key, { fallback }]) => [key, fallback]))
  const wanted = withDropped(statedSysctls(sysctl), keysWithin('sysctl.', before), fallbacks)
  const settings = Object.entries(wanted)
  const there = settings.length === 0 ? {} : presentSysctls(present)
  return settings
    .filter(([attribute, to]) => there[attribute] !== to)
    .map(([attribute, to]) => ({ attribute, from: there[attribute], to }))
}

/** What is stated, by `ipv4.arp_accept`. */
export function statedSysctls({ ipv4 = {}, ipv6 = {} }: SysctlSpec = {}): SysctlValues {
  return { ...prefixed('ipv4', ipv4), ...prefixed('ipv6', ipv6) }
}

/** What the kernel has, by `ipv4.arp_accept`. Nothing of a family that is off on the link. */
export function presentSysctls({ attributes }: Link): Partial<SysctlValues> {
  const { inet, inet6 } = attributes.afSpec ?? {}
  const read = (family: string, conf: readonly number[] | undefined): [string, number | undefined][] =>
    Object.entries(rows)
      .filter(([key]) => key.startsWith(family))
      .map(([key, { position }]) => [key, conf?.[position]])
  return Object.fromEntries([...read('ipv4.', inet?.conf), ...read('ipv6.', inet6?.conf)])
}

function prefixed<T>(family: string, values: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [`${family}.${name}`, value]))
}
