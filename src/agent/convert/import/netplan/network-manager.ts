/** What NetworkManager keeps in a netplan definition that it wrote itself. Source: src/parse-nm.c of netplan. */
import type { Notes } from '../source.ts'
import { decisive, leftOut, type Row, type Rows, readKeys } from './rows.ts'
import type { NetplanNode } from './tree.ts'

const interfaceName = 'connection.interface-name'

/** The name of the interface, where the ID of the definition is that of NetworkManager's connection instead: `NM-` and a UUID. */
export function interfaceNameOf(id: string, definition: NetplanNode): string {
  const own = definition.map?.get('networkmanager')?.map
  const stated = own?.get('passthrough')?.map?.get(interfaceName)?.text
  return stated ?? (id.startsWith('NM-') ? own?.get('name')?.text : undefined) ?? id
}

/** The key `networkmanager` of a definition. */
export function readNetworkManager(node: NetplanNode, notes: Notes): void {
  const others: Row = leftOut("it is NetworkManager's own, and vxagent knows no more of it")
  const rows: Rows = {
    uuid: ({ name, at }) =>
      notes.remark(at(), `${name} has no meaning here: it is what NetworkManager calls its connection`),
    name: decisive,
    passthrough: (passthrough) => readOwn(passthrough, { [interfaceName]: decisive }),
  }
  readOwn(node, rows)

  function readOwn(parent: NetplanNode, known: Rows): void {
    const unknown = [...(parent.map?.keys() ?? [])].map((key): [string, Row] => [key, others])
    readKeys(parent, { ...Object.fromEntries(unknown), ...known }, notes)
  }
}
