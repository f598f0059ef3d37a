/** The one definition of a desired-state file: types, validation, canonical form, and the JSON Schema for editors follow from it. */
import * as z from 'zod'
import { bridgeSpecSchema } from './schema/bridge.ts'
import { fleetSchema } from './schema/fleet.ts'
import { vxlanSpecSchema } from './schema/vxlan.ts'
import { interfaceName } from './values.ts'
import { withoutPrototype } from './without-prototype.ts'

export { type BridgeKey, type BridgeSpec, bridgeKeys, bridgeSpecSchema } from './schema/bridge.ts'
export type { FleetSpec } from './schema/fleet.ts'
export { type PortKey, type PortSpec, portKeys } from './schema/port.ts'
export { dstportOf, kernelDstport, type VxlanKey, type VxlanSpec, vxlanKeys, vxlanSpecSchema } from './schema/vxlan.ts'

/** The overlay as declared. Its values are canonical and plain JSON data: parsing its JSON gives an equal value. */
export const desiredStateSchema = z
  .strictObject(
    {
      vxlans: z
        .record(interfaceName(), vxlanSpecSchema, { error: 'be a mapping of link names to links' })
        .transform(withoutPrototype)
        .readonly()
        .prefault({})
        .meta({ description: 'VXLAN links by interface name: 1 to 15 bytes.' }),
      bridges: z
        .record(interfaceName(), bridgeSpecSchema, { error: 'be a mapping of bridge names to bridges' })
        .transform(withoutPrototype)
        .readonly()
        .prefault({})
        .meta({ description: 'Bridges by interface name: 1 to 15 bytes.' }),
      fleet: fleetSchema.exactOptional(),
    },
    { error: 'be a mapping with the keys vxlans, bridges and fleet' },
  )
  .readonly()
  .meta({
    title: 'vxagent desired state',
    description: "The VXLAN overlay that a host is to have. Keys are iproute2's words.",
  })

export type DesiredState = z.output<typeof desiredStateSchema>

/** JSON Schema (draft 2020-12) of a desired-state file, for editors. */
export function desiredStateJsonSchema(): Record<string, unknown> {
  return z.toJSONSchema(desiredStateSchema, {
    io: 'input',
    target: 'draft-2020-12',
    override: ({ zodSchema, jsonSchema }) => {
      // To an editor `readOnly` says that a person must not write the value.
      delete jsonSchema.readOnly
      // Zod leaves out the examples of what it transforms.
      const examples = z.globalRegistry.get(zodSchema)?.['examples']
      if (examples !== undefined) {
        jsonSchema.examples = examples as unknown[]
      }
    },
  })
}
