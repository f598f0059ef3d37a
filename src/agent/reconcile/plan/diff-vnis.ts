/** The declared VNIs of a filtering vxlan against the kernel's. */
import type { DesiredVxlan } from '../../desired/overlay.ts'
import type { Observed } from '../../kernel/observed.ts'
import type { OwnedLink } from '../../record/owned.ts'
import { type VniTable, vniRuns, wantedVnis } from '../../words/vlans.ts'
import type { Action } from './action.ts'

/** Removals, which are done on all links before any additions, since a VNI is on one link only; then additions. @param index the link's; undefined for one that is yet to be made */
export function diffVnis(
  { name, spec, port }: DesiredVxlan,
  record: OwnedLink | undefined,
  { vnis }: Pick<Observed, 'vnis'>,
  index: number | undefined,
): Action[] {
  // Those of a map come and go with it.
  const wasStated = record?.stated.some((key) => key === 'vnis' || key === 'port.vlan_to_vni') === true
  const isDropped = wasStated && spec.vnifilter === true
  const wanted: VniTable | undefined = wantedVnis(spec, port?.spec) ?? (isDropped ? new Map() : undefined)
  if (wanted === undefined) {
    return []
  }
  const present = (index === undefined ? undefined : vnis.get(index)) ?? new Map<number, string | undefined>()
  // A VNI without a destination of its own is told with the link's.
  const common = spec.group ?? spec.remote
  const destinationOf = (table: VniTable, vni: number): string | undefined => table.get(vni) ?? common
  const isAsWanted = (vni: number): boolean =>
    wanted.has(vni) && present.has(vni) && destinationOf(present, vni) === destinationOf(wanted, vni)
  const add = vniRuns([...wanted].filter(([vni]) => !isAsWanted(vni)))
  // A VNI with another destination goes, too: changed, it would go on flooding to the old one (Linux 6.18).
  const remove = vniRuns([...present].filter(([vni]) => !isAsWanted(vni)))
  const base = { kind: 'changeVnis' as const, link: name, reason: 'differs from the desired state' }
  return [
    ...(remove.length === 0 ? [] : [{ ...base, add: [], remove }]),
    ...(add.length === 0 ? [] : [{ ...base, add, remove: [] }]),
  ]
}
