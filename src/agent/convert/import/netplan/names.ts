/** Netplan's IDs → the names of interfaces. A definition of a NIC may match by other things than its name. */
import { interfaceNameOf } from './network-manager.ts'
import type { NetplanNode } from './tree.ts'

/** Sections whose IDs stand for devices that exist already. */
export const physicalSections: readonly string[] = ['ethernets', 'modems', 'wifis']

/** The name of the interface that `id` stands for, or why that cannot be told. */
export function interfaceOf(id: string, network: NetplanNode): { readonly name: string } | { readonly why: string } {
  for (const section of physicalSections) {
    const definition = network.map?.get(section)?.map?.get(id)
    const match = definition?.map?.get('match')
    if (match !== undefined) {
      const name = definition?.map?.get('set-name')?.text ?? match.map?.get('name')?.text
      return name === undefined || /[*?[]/.test(name)
        ? { why: `${id} stands for whatever ${section}.${id}.match finds; write the name of the interface yourself` }
        : { name }
    }
  }
  for (const section of network.map?.values() ?? []) {
    const definition = section.map?.get(id)
    if (definition !== undefined) {
      return { name: interfaceNameOf(id, definition) }
    }
  }
  return { name: id }
}
