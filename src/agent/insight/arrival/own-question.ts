/** Whether this host answers an ARP or ND question that comes by the overlay. */
import type { Link } from '../../../rtnetlink/index.ts'
import { localAddress, type Observed } from '../../kernel/observed.ts'
import { nameOf } from '../explain/departure-point.ts'
import type { ArrivalLog } from './arrival-log.ts'

/** Tells it, if the frame is such a question. @param device by which the host gets it */
export function tellQuestion(asks: string | undefined, device: Link, observed: Observed, log: ArrivalLog): void {
  if (asks === undefined) {
    return
  }
  const onDevice = [...(observed.addresses.get(device.index)?.values() ?? [])].some(
    (each) => localAddress(each) === asks,
  )
  const onHost = [...observed.addresses.values()].some((table) =>
    [...table.values()].some((each) => localAddress(each) === asks),
  )
  if (onDevice) {
    log.note('address', `${asks} is an address of ${nameOf(device)}: this host answers the question`)
  } else if (onHost) {
    log.note(
      'address',
      `${asks} is an address of this host, on another device than ${nameOf(device)}: it answers the question unless arp_ignore keeps it from that`,
    )
  } else {
    log.note('address', `${asks} is no address of this host: it does not answer the question itself`)
  }
}
