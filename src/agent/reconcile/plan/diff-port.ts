/** What is stated of a link as a bridge's port against what the bridge has: options, VLANs, and the map of VLANs to VNIs. */
import type { BridgeLink, Link } from '../../../rtnetlink/index.ts'
import type { PortSpec } from '../../desired/schema.ts'
import type { LinkNames } from '../../kernel/link-names.ts'
import { defaultVlans, vlanMapOf, vlansOf } from '../../words/bridge-vlans.ts'
import { type PortValues, portWords, presentPortOptions } from '../../words/port-words.ts'
import { changesBetween, keysWithin, pick, valuesBy, withDropped } from '../../words/values.ts'
import {
  type Run,
  type VlanFlags,
  type VlanMap,
  type VlanTable,
  vlanMapRuns,
  vlanRuns,
  wantedVlanMap,
  wantedVlans,
} from '../../words/vlans.ts'
import type { Action } from './action.ts'

const keys = portWords.map(({ key }) => key)
/** What has none cannot be set back. */
const fallbacks: PortValues = valuesBy(
  portWords.filter(({ fallback }) => fallback !== undefined),
  ({ fallback }) => fallback,
)

/** A port as it is. For one that has just been attached, or is about to be: nothing. */
export interface PresentPort {
  readonly link?: Link
  readonly bridgeLink?: BridgeLink
  /** The VLAN that the bridge gives every new port. */
  readonly defaultPvid: number
}

/** What to change on a port. @param before keys that were stated when last applied: `port.learning` */
export function diffPort(
  link: string,
  spec: PortSpec,
  before: readonly string[],
  present: PresentPort,
  names: LinkNames,
): Action[] {
  const reason = 'differs from the desired state'
  const stated: PortValues = pick(spec, keys)
  const wanted = withDropped(stated, keysWithin('port.', before), fallbacks)
  const changes = changesBetween(keys, presentPortOptions(present.link, names), wanted)
  const base = { link, reason }
  return [
    // Before the map: without vlan_tunnel the kernel takes none.
    ...(changes.length === 0 ? [] : [{ ...base, kind: 'changePort' as const, changes }]),
    ...diffVlansOfPort(link, spec, before, present),
  ]
}

/** Additions of VLANs before those of the map, which needs them; removals the other way round. */
function diffVlansOfPort(link: string, spec: PortSpec, before: readonly string[], present: PresentPort): Action[] {
  const map = wantedMap(spec, before)
  const vlans = diffVlans(link, wantedTable(spec, before, present), present.bridgeLink, false)
  const presentMap = vlanMapOf(present.bridgeLink)
  const add = vlanMapRuns(missingFrom(presentMap, map ?? new Map()))
  // A VLAN that is mapped otherwise is unmapped first: the kernel refuses a second VNI. Source: __vlan_tunnel_info_add().
  const remove = map === undefined ? [] : vlanMapRuns([...presentMap].filter(([vid, vni]) => map.get(vid) !== vni))
  const maps: Action[] =
    add.length + remove.length === 0
      ? []
      : [{ kind: 'changeVlanMap', link, add, remove, reason: 'differs from the desired state' }]
  return [...vlans, ...maps]
}

function wantedMap({ vlan_to_vni: map }: PortSpec, before: readonly string[]): VlanMap | undefined {
  return map === undefined && !before.includes('port.vlan_to_vni') ? undefined : wantedVlanMap(map ?? [])
}

function wantedTable(spec: PortSpec, before: readonly string[], { defaultPvid }: PresentPort): VlanTable | undefined {
  const wanted = wantedVlans(spec)
  const wasStated = before.includes('port.vlans') || before.includes('port.vlan_to_vni')
  if (wanted === undefined) {
    return wasStated ? defaultVlans(defaultPvid) : undefined
  }
  // VLANs that come of the map alone stand beside what the bridge gives the port.
  return spec.vlans === undefined ? new Map([...defaultVlans(defaultPvid), ...wanted]) : wanted
}

/** VLANs of a port or, with `isSelf`, of a bridge itself. At most one action. */
export function diffVlans(
  link: string,
  wanted: VlanTable | undefined,
  bridgeLink: BridgeLink | undefined,
  isSelf: boolean,
): Action[] {
  if (wanted === undefined) {
    return []
  }
  const present = vlansOf(bridgeLink)
  const add: Run<VlanFlags>[] = vlanRuns(missingFrom(present, wanted, areSameVlans))
  const remove: Run<VlanFlags>[] = vlanRuns([...present].filter(([vid]) => !wanted.has(vid)))
  return add.length + remove.length === 0
    ? []
    : [{ kind: 'changeVlans', link, isSelf, add, remove, reason: 'differs from the desired state' }]
}

function areSameVlans(left: VlanFlags, right: VlanFlags): boolean {
  return left.pvid === right.pvid && left.untagged === right.untagged
}

function missingFrom<T>(
  present: ReadonlyMap<number, T>,
  wanted: ReadonlyMap<number, T>,
  areSame: (left: T, right: T) => boolean = Object.is,
): [number, T][] {
  return [...wanted].filter(([number, value]) => {
    const there = present.get(number)
    return there === undefined || !areSame(there, value)
  })
}
