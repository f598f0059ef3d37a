/** From the attribute that the kernel refused to the key under which a request states it. */
import type { Refusal } from '../errors.ts'
import { link } from './link.ts'
import { neighbour } from './neighbour.ts'

const objects = { link, neighbour }

/**
 * The keys that lead through `attributes` of a request to the refused attribute: `['linkinfo', 'data', 'id']` for a link's
 * `IFLA_LINKINFO: IFLA_INFO_DATA: IFLA_VXLAN_ID`. Undefined when the object has no such attribute.
 */
export function keysOfAttribute(
  object: keyof typeof objects,
  attribute: NonNullable<Refusal['attribute']>,
): readonly string[] | undefined {
  return objects[object].keysOf(attribute.split(': '))
}
