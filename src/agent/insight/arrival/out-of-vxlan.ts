/** Where a frame goes that came out of a vxlan: to the host itself, or into the bridge that the vxlan is a port of. */
import type { Link } from '../../../rtnetlink/index.ts'
import { isGroupMac, type Observed } from '../../kernel/observed.ts'
import { vlanOf } from '../explain/bridge-port.ts'
import { nameOf } from '../explain/departure-point.ts'
import type { ArrivalEnd, ArrivalLog } from './arrival-log.ts'
import type { ArrivingFrame } from './arriving-frame.ts'
import { acrossBridge } from './in-bridge.ts'
import { tellQuestion } from './own-question.ts'

/** The end of the way, and the bridge if there is one. */
export function outOfVxlan(
  vxlan: Link,
  frame: ArrivingFrame,
  observed: Observed,
  log: ArrivalLog,
): ArrivalEnd & { readonly bridge?: string } {
  const master = observed.links.get(vxlan.attributes.master ?? 0)
  const kind = master?.attributes.linkinfo?.kind
  if (master === undefined || kind === 'vrf') {
    return toStack(vxlan, frame, observed, log)
  }
  if (kind !== 'bridge') {
    const text = `${nameOf(master)} (${kind ?? 'a device'}) takes what comes out of ${nameOf(vxlan)}, and is not looked into`
    log.note('link', text)
    return { fate: 'unseen', answer: `passes the frame on: ${text}`, ports: [], isForHost: false }
  }
  return { ...acrossBridge(master, vxlan, frame, observed, log), bridge: nameOf(master) }
}

/** A vxlan that is in no bridge: the frame is for its own address, or for all. */
function toStack(vxlan: Link, { mac, vlan, asks }: ArrivingFrame, observed: Observed, log: ArrivalLog): ArrivalEnd {
  const name = nameOf(vxlan)
  const taker =
    vlan === undefined
      ? vxlan
      : [...observed.links.values()].find((link) => link.attributes.link === vxlan.index && vlanOf(link) === vlan)
  if (taker === undefined) {
    return log.drop('vlan', `the frame carries VLAN ${vlan}, and ${name} has no interface for that VLAN`)
  }
  const own = nameOf(taker)
  if (isGroupMac(mac)) {
    const end = log.deliver('link', `${mac} is for all, and ${own} is in no bridge`)
    tellQuestion(asks, taker, observed, log)
    return end
  }
  return mac === taker.attributes.address
    ? log.deliver('link', `${mac} is the address of ${own}`)
    : log.drop(
        'link',
        `${own} is in no bridge, and has the MAC address ${taker.attributes.address}: what is for ${mac} is ignored`,
      )
}
