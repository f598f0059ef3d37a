/** Settings of links that do not go together: ports and sizes. */
import { constants, type Link } from '../../../../rtnetlink/index.ts'
import type { UnderlayPath } from '../../../answers/tunnel.ts'
import { countOf, someOf } from '../../../facts/count-of.ts'
import { familyOf } from '../../../facts/ip-text.ts'
import { eachStep, type Steps } from '../../../facts/steps.ts'
import { encapsulationOverhead } from '../../../facts/vxlan.ts'
import { isVxlan } from '../../../kernel/vxlan-link.ts'
import type { Remote } from '../../tunnels/remotes.ts'
import { type Check, type Found, type Looked, nothingToLookAt } from '../check.ts'
import { linksBy } from '../facts.ts'

/** VXLAN_DF_SET, linux/if_link.h. */
const dfSet = 1

export const portMix: Check = {
  code: 'port-mix',
  *look({ vxlans }): Steps<Looked> {
    const byPort = yield* linksBy(
      // VXLAN-GPE has a port of its own.
      vxlans.filter(({ data }) => data.gpe !== true),
      ({ data }) => `${data.port}`,
      ({ name }) => name,
    )
    const found: Found[] =
      byPort.size < 2
        ? []
        : [
            {
              severity: 'warning',
              subject: 'dstport',
              links: [],
              found: `the links use several UDP ports: ${[...byPort].map(([port, { links }]) => `${port} (${someOf(links)})`).join(', ')}`,
              means:
                'each has to be that of its other end; 8472 is the kernel’s default, 4789 that of IANA and most products',
              cure: 'state dstport on every link, as the other end has it',
            },
          ]
    return vxlans.length === 0 ? nothingToLookAt : { found, at: `UDP ports of ${countOf(vxlans.length, 'link')}` }
  },
}

export const mtu: Check = {
  code: 'mtu',
  *look({ ways, observed, vxlans }): Steps<Looked> {
    const dfOf = new Map(vxlans.map(({ name, data }) => [name, data.df]))
    const tooLarge: { remote: Remote; path: UnderlayPath; own: number; left: number }[] = []
    yield* eachStep(ways, ({ remote, path }) => {
      const own = observed.links.get(remote.index)?.attributes.mtu
      const left = path.mtu === undefined ? undefined : path.mtu - encapsulationOverhead(familyOf(remote.address))
      if (path.isResolved && own !== undefined && left !== undefined && own > left) {
        tooLarge.push({ remote, path, own, left })
      }
    })
    const byWay = yield* linksBy(
      tooLarge,
      ({ remote, own, left }) =>
        `${remote.address} MTU ${own}, ${left} left${dfOf.get(remote.ifname) === dfSet ? ', df' : ''}`,
      ({ remote }) => remote.ifname,
    )
    const found = [...byWay].map(([subject, { links, first }]): Found => {
      const { remote, path, own, left } = first
      const isDropped = dfOf.get(remote.ifname) === dfSet
      return {
        severity: isDropped ? 'fault' : 'warning',
        subject,
        links,
        vtep: remote.address,
        found: `an MTU of ${own}, and the way to ${remote.address} by ${path.dev} carries ${path.mtu}, which leaves ${left}`,
        means: isDropped
          ? `packets of more than ${left} bytes are dropped (df set)`
          : `packets of more than ${left} bytes are sent in fragments, which some networks and VTEPs drop`,
        cure: `state mtu: ${left}, or raise the MTU of the underlay to ${own + encapsulationOverhead(familyOf(remote.address))}`,
      }
    })
    return ways.length === 0
      ? nothingToLookAt
      : { found, at: 'MTUs of links and of routes; a smaller MTU further on shows only once a router has reported it' }
  },
}

export const guestMtu: Check = {
  code: 'guest-mtu',
  *look({ vxlans, ports, observed }): Steps<Looked> {
    const found: Found[] = []
    let looked = 0
    const ofBridge = new Map<number, readonly Link[]>()
    for (const { name, link } of vxlans) {
      yield
      const { master = 0, mtu: own = 0 } = link.attributes
      const others = ofBridge.get(master) ?? (ports.get(master) ?? []).filter(isOtherPort)
      looked += ofBridge.has(master) ? 0 : others.length
      ofBridge.set(master, others)
      const large = others.filter((port) => (port.attributes.mtu ?? 0) > own)
      if (large.length > 0) {
        const bridge = observed.links.get(master)?.attributes.ifname ?? ''
        const names = large.map(({ attributes }) => attributes.ifname ?? '')
        found.push({
          severity: 'warning',
          subject: name,
          links: [name],
          found: `${someOf(names)} in ${bridge} ${names.length === 1 ? 'has' : 'have'} a larger MTU (${large[0]?.attributes.mtu}) than ${name} (${own})`,
          means: `the bridge drops frames of more than ${own} bytes that are to leave by ${name}, without a counter`,
          cure: `set the MTU of the machines behind them to ${own}, or raise that of the underlay by the overhead`,
        })
      }
    }
    return looked === 0 ? nothingToLookAt : { found, at: `${countOf(looked, 'port')} beside vxlans in bridges` }
  },
}

function isOtherPort(port: Link): boolean {
  return !isVxlan(port) && (port.flags & constants.IFF_UP) !== 0
}
