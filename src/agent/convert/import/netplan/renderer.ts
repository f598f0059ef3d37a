/** Which program netplan hands a definition to: they have defaults of their own. */
import type { NetplanNode } from './tree.ts'

export type Renderer = 'networkd' | 'NetworkManager'

/** As stated for the definition, for its section, or for all. */
export function rendererOf(network: NetplanNode, section: NetplanNode, definition: NetplanNode): Renderer {
  const stated = [definition, section, network].map(({ map }) => map?.get('renderer')?.text)
  return stated.find((word) => word !== undefined) === 'NetworkManager' ? 'NetworkManager' : 'networkd'
}
