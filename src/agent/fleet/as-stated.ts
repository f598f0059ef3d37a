/** What the kernel has → what a file says of it, where it came from the fleet: the word, not the members of this moment. Pure. */
import type { FleetHandover } from '../answers/fleet.ts'
import { asksFleet, statedRemotes } from '../desired/remote-parts.ts'
import { fleetWord } from '../desired/schema/fleet.ts'
import type { DesiredState, VxlanSpec } from '../desired/schema.ts'
import { whyUnused } from './with-fleet.ts'

/**
 * @param found what the kernel has, as a desired state
 * @param stated the desired state that is in force
 * @param handover what was handed over last
 */
export function asStated(
  found: DesiredState,
  stated: DesiredState | undefined,
  handover: FleetHandover | undefined,
): DesiredState {
  if (stated?.fleet === undefined) {
    return found
  }
  const used = whyUnused(stated, handover) === undefined ? handover : undefined
  const vxlans: Record<string, VxlanSpec> = Object.assign(Object.create(null), found.vxlans)
  let isAsking = false
  for (const [name, spec] of Object.entries(found.vxlans)) {
    const before = Object.hasOwn(stated.vxlans, name) ? stated.vxlans[name] : undefined
    if (before !== undefined && asksFleet(before) && before.id === spec.id) {
      isAsking = true
      const links = used?.links ?? {}
      const ofFleet = new Set((Object.hasOwn(links, name) ? links[name] : undefined)?.remotes.map(({ dst }) => dst))
      const ofFile = new Set(statedRemotes(before.remotes).map(({ parts }) => parts.dst))
      const others = (spec.remotes ?? []).filter((remote) => {
        const dst = typeof remote === 'string' ? remote : remote.dst
        return ofFile.has(dst) || !ofFleet.has(dst)
      })
      vxlans[name] = { ...spec, remotes: [fleetWord, ...others] }
    }
  }
  return isAsking ? { ...found, vxlans, fleet: stated.fleet } : found
}
