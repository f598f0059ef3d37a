/** A case, at least, for every rule of checks/. */
import { addressCases } from './addresses.ts'
import { betweenCases } from './between.ts'
import { blackHoleCases } from './black-holes.ts'
import { bridgeForwardingCases } from './bridge-forwarding.ts'
import type { RuleCase } from './case.ts'
import { fleetCases } from './fleet.ts'
import { forwardingCases } from './forwarding.ts'
import { metadataCases } from './metadata.ts'
import { portCases } from './ports.ts'
import { underlayCases } from './underlay.ts'

export const ruleCases: Readonly<Record<string, readonly RuleCase[]>> = {
  underlay: underlayCases,
  metadata: metadataCases,
  addresses: addressCases,
  forwarding: forwardingCases,
  ports: portCases,
  'bridge forwarding': bridgeForwardingCases,
  'black holes': blackHoleCases,
  fleet: fleetCases,
  between: betweenCases,
}
