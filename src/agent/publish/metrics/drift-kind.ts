/** What an action mends, in a word: the `kind` of the drift metrics. */
import type { Action } from '../../reconcile/plan/action.ts'
import type { EntryTable } from '../../record/owned.ts'

/** What differs from the desired state, for each kind of action that mends it. */
const kinds = {
  createLink: 'link_missing',
  replaceLink: 'link_differs',
  putBack: 'link_differs',
  changeLink: 'link_differs',
  adoptLink: 'link_unrecorded',
  restoreLink: 'link_misnamed',
  deleteLink: 'link_surplus',
  attachPort: 'port_missing',
  detachPort: 'port_surplus',
  changePort: 'port_differs',
  changeSysctls: 'sysctl_differs',
  changeAltnames: 'altname_differs',
  changeVlans: 'vlan_differs',
  changeVlanMap: 'vlan_map_differs',
  changeVnis: 'vni_differs',
  addAddress: 'address_missing',
  changeAddress: 'address_differs',
  removeAddress: 'address_surplus',
  addEntries: { fdb: 'fdb_missing', neighbours: 'neighbour_missing' },
  replaceEntries: { fdb: 'fdb_differs', neighbours: 'neighbour_differs' },
  removeEntries: { fdb: 'fdb_surplus', neighbours: 'neighbour_surplus' },
} as const satisfies Record<Action['kind'], string | Record<EntryTable, string>>

/** Every value that {@link driftKind} gives. */
export const driftKinds: readonly string[] = [
  ...new Set(Object.values(kinds).flatMap((kind) => (typeof kind === 'string' ? [kind] : Object.values(kind)))),
]

/** What the action mends. */
export function driftKind(action: Action): string {
  const kind: string | Record<EntryTable, string> = kinds[action.kind]
  return typeof kind === 'string' ? kind : 'table' in action ? kind[action.table] : ''
}
