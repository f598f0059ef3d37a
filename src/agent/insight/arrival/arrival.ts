/**
 * What becomes of a frame that arrives by the underlay: which vxlan takes it, and whom it comes to. Asks the kernel's tables through
 * `ArrivalSources`; nothing is sent.
 */
import type { Arrival } from '../../answers/arrival.ts'
import { nameOf } from '../explain/departure-point.ts'
import { ArrivalLog, isEnd } from './arrival-log.ts'
import type { ArrivalSources, ArrivingFrame } from './arriving-frame.ts'
import { decapsulated } from './decapsulation.ts'
import { outOfVxlan } from './out-of-vxlan.ts'
import { receivingVxlan } from './receiving-vxlan.ts'
import { socketTakes, throughUnderlay } from './underlay.ts'

/** Rejects as the client does when the kernel cannot be asked. */
export async function arrivalOf(frame: ArrivingFrame, sources: ArrivalSources): Promise<Arrival> {
  const log = new ArrivalLog()
  const lost = await throughUnderlay(frame, sources, log)
  if (lost !== undefined) {
    return { ...lost, steps: log.steps, unseen: log.unseen }
  }
  const vxlan = receivingVxlan(frame, sources.observed, log)
  if (isEnd(vxlan)) {
    return { ...vxlan, steps: log.steps, unseen: log.unseen }
  }
  const end =
    socketTakes(vxlan, frame, sources, log) ??
    decapsulated(vxlan, frame, sources, log) ??
    outOfVxlan(vxlan, frame, sources.observed, log)
  return { ...end, vxlan: nameOf(vxlan), steps: log.steps, unseen: log.unseen }
}
