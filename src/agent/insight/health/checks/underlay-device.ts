/** The device below: there, up, with a carrier, and one that hands on what it receives. */
import { constants, type Link } from '../../../../rtnetlink/index.ts'
import { countOf } from '../../../facts/count-of.ts'
import { isMulticast } from '../../../facts/ip-text.ts'
import type { Steps } from '../../../facts/steps.ts'
import { remoteOf } from '../../../kernel/vxlan-link.ts'
import { takerOf } from '../../underlay/path.ts'
import { type Check, type Found, type Looked, nothingToLookAt } from '../check.ts'
import { type HealthFacts, linksBy, type SeenVxlan } from '../facts.ts'

export const underlayDevice: Check = {
  code: 'underlay-device',
  *look(facts): Steps<Looked> {
    const { vxlans, absent, observed } = facts
    const bound = vxlans.filter(
      ({ link, data }) => data.link !== undefined && data.link !== 0 && (link.flags & constants.IFF_UP) !== 0,
    )
    const byDevice = yield* linksBy(bound, ({ data }) => `${data.link}`, nameOf)
    const byAbsent = yield* linksBy(
      absent,
      ({ dev }) => dev,
      ({ name }) => name,
    )
    if (byDevice.size + byAbsent.size === 0) {
      return nothingToLookAt
    }
    const found: Found[] = []
    for (const [dev, { links }] of byAbsent) {
      found.push({
        severity: 'fault',
        subject: dev,
        links,
        found: `there is no ${dev}`,
        means: 'the kernel cannot make the link: nothing is sent and nothing received',
        cure: `bring ${dev} up, or correct dev; vxagent links --all shows which interfaces exist`,
      })
    }
    for (const [index, { links }] of byDevice) {
      const device = observed.links.get(Number(index))
      if (device !== undefined) {
        found.push(...wrongWith(device, links, facts))
        yield
      }
    }
    return { found, at: `${countOf(byDevice.size + byAbsent.size, 'underlay device')}: state, carrier, master` }
  },
}

function nameOf({ name }: SeenVxlan): string {
  return name
}

function wrongWith(device: Link, links: readonly string[], { vxlans, observed, ways }: HealthFacts): Found[] {
  const concerned = new Set(links)
  const hasGroup = vxlans.some(({ name, data }) => concerned.has(name) && isMulticast(remoteOf(data) ?? ''))
  const leadsAway = ways.some(({ remote }) => concerned.has(remote.ifname))
  const trouble = deviceTrouble(device, { hasGroup, leadsAway }, observed.links)
  return trouble === undefined ? [] : [{ ...trouble, subject: device.attributes.ifname ?? `${device.index}`, links }]
}

/** What the links over a device are for. */
export interface DeviceUse {
  readonly hasGroup: boolean
  /** Whether one of them has a unicast remote. */
  readonly leadsAway: boolean
}

/** What keeps a device from carrying them; undefined when nothing is seen. */
export function deviceTrouble(
  device: Link,
  { hasGroup, leadsAway }: DeviceUse,
  links: ReadonlyMap<number, Link>,
): Omit<Found, 'links' | 'subject'> | undefined {
  const { ifname = `${device.index}` } = device.attributes
  const means = 'nothing is sent and nothing received'
  if ((device.flags & constants.IFF_UP) === 0) {
    return { severity: 'fault', found: `${ifname} is down`, means, cure: `ip link set ${ifname} up` }
  }
  if ((device.flags & constants.IFF_LOWER_UP) === 0) {
    const cure = 'check the cable, the switch port, or the virtual peer'
    return { severity: 'fault', found: `${ifname} has no carrier`, means, cure }
  }
  if ((device.flags & constants.IFF_LOOPBACK) !== 0 && leadsAway) {
    return {
      severity: 'fault',
      found: `dev is ${ifname}, which leads to this host alone`,
      means: 'no frame reaches another host',
      cure: 'state the device that leads to the VTEPs as dev, or no dev at all',
    }
  }
  const taker = takerOf(device, links)
  if (taker === undefined) {
    return undefined
  }
  const { ifname: master = '', linkinfo } = taker.attributes
  return {
    severity: hasGroup ? 'fault' : 'warning',
    found: `${ifname} is a port of ${master} (${linkinfo?.kind}), which takes what arrives there`,
    means: hasGroup
      ? 'nothing that is sent to the multicast group is received'
      : `packets arrive on ${master}; routes by ${ifname} may not exist`,
    cure: `state dev: ${master}`,
  }
}
