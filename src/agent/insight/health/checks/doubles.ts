/** Addresses in two places, and entries set by hand that frames contradict. */
import { constants, type Link, type Neighbour } from '../../../../rtnetlink/index.ts'
import { countOf } from '../../../facts/count-of.ts'
import { familyOf } from '../../../facts/ip-text.ts'
import { eachStep, type Steps } from '../../../facts/steps.ts'
import { zeroMac } from '../../../facts/zero-mac.ts'
import { addressText, isGroupMac, localAddress, macOfFdbKey, type Observed } from '../../../kernel/observed.ts'
import { hasAddress } from '../../../kernel/own-addresses.ts'
import { isLearned } from '../../../words/fdb-entry.ts'
import { type Check, type Found, type Looked, nothingToLookAt } from '../check.ts'
import { type HealthFacts, linksBy, type SeenVxlan } from '../facts.ts'

export const duplicateMac: Check = {
  code: 'duplicate-mac',
  look({ vxlans, ports, observed, moving }) {
    const found: Found[] = []
    let own = 0
    for (const { name, link } of vxlans) {
      const table = observed.fdb.get(link.index)
      for (const here of ownLinks(link, ports, observed)) {
        own += 1
        const entry = table?.get(here.attributes.address ?? '')
        if (entry !== undefined && isLearned(entry)) {
          const { address = '', ifname = '' } = here.attributes
          found.push({
            severity: 'fault',
            links: [name],
            mac: address,
            ...(entry.attributes.dst !== undefined && { vtep: entry.attributes.dst }),
            found: `${address} of ${ifname} on this host is also heard from ${entry.attributes.dst}`,
            means: 'frames for it go to either place: connections break off and come back',
            cure: `give one of the two another MAC address: ip link set ${ifname} address MAC; or look for a loop in the overlay`,
          })
        }
      }
    }
    for (const { mac, link, places } of moving) {
      found.push({
        severity: 'fault',
        links: [link],
        mac,
        found: `${mac} moves back and forth between ${places.join(' and ')}`,
        means: 'two machines have this MAC address, or the overlay has a loop: frames for it go to the one heard last',
        cure: `vxagent events --mac ${mac} shows where it was; give one of the two another MAC address`,
      })
    }
    return vxlans.length === 0
      ? nothingToLookAt
      : {
          found,
          at: `${countOf(own, 'MAC address', 'MAC addresses')} of this host among learned entries, and moves of the last three minutes`,
        }
  },
}

/** The links of this host in the segment of a vxlan that have a MAC address of their own: the vxlan, its bridge, the ports. */
function* ownLinks(link: Link, ports: HealthFacts['ports'], { links }: Observed): Generator<Link> {
  yield link
  const bridge = links.get(link.attributes.master ?? 0)
  if (bridge !== undefined) {
    yield bridge
    for (const port of ports.get(bridge.index) ?? []) {
      if (port.index !== link.index) {
        yield port
      }
    }
  }
}

export const staticEntry: Check = {
  code: 'static-entry',
  *look({ vxlans, observed }): Steps<Looked> {
    const found: Found[] = []
    let looked = 0
    for (const { name, link } of vxlans) {
      const ofBridge = observed.fdb.get(link.attributes.master ?? 0)
      if (ofBridge === undefined) {
        continue
      }
      const elsewhere = macsElsewhere(ofBridge, link.index, observed)
      yield* eachStep(observed.fdb.get(link.index)?.values() ?? [], ({ state, flags, attributes }) => {
        const { lladdr = '', dst } = attributes
        if (lladdr === zeroMac || isGroupMac(lladdr) || isLearned({ state, flags })) {
          return
        }
        looked += 1
        const port = elsewhere.get(lladdr)
        if (port !== undefined) {
          found.push({
            severity: 'fault',
            links: [name],
            mac: lladdr,
            ...(dst !== undefined && { vtep: dst }),
            found: `a static entry has ${lladdr} behind ${dst ?? 'another VTEP'}, and the bridge hears it from ${port}`,
            means:
              'the entry is wrong, or the machine has moved: frames that come in by the tunnel from there are dropped',
            cure: `correct the entry in fdb, or remove it: bridge fdb del ${lladdr} dev ${name} dst ${dst ?? 'VTEP'}`,
          })
        }
      })
    }
    return looked === 0
      ? nothingToLookAt
      : {
          found,
          at: `${countOf(looked, 'static entry', 'static entries')} against the bridge’s table; another VTEP’s frames leave no trace`,
        }
  },
}

/** MAC addresses that a bridge has learned on a port other than the vxlan's, with the port's name. */
function macsElsewhere(
  ofBridge: ReadonlyMap<string, Neighbour>,
  vxlan: number,
  { links }: Observed,
): Map<string, string> {
  const macs = new Map<string, string>()
  for (const [key, entry] of ofBridge) {
    if (entry.ifindex !== vxlan && isLearned(entry)) {
      macs.set(macOfFdbKey(key), links.get(entry.ifindex)?.attributes.ifname ?? `${entry.ifindex}`)
    }
  }
  return macs
}

export const staticNeighbour: Check = {
  code: 'static-neighbour',
  look(facts) {
    const { vxlans, observed } = facts
    const found: Found[] = []
    let looked = 0
    for (const vxlan of vxlans) {
      for (const index of [vxlan.link.index, vxlan.link.attributes.master ?? 0]) {
        const entries = [...(observed.neighbours.get(index)?.values() ?? [])].filter(
          ({ state, flags }) => (state & constants.NUD_PERMANENT) !== 0 && (flags & constants.NTF_PROXY) === 0,
        )
        looked += entries.length
        found.push(...wrongNeighbours(vxlan, entries, facts))
      }
    }
    return looked === 0
      ? nothingToLookAt
      : { found, at: `${countOf(looked, 'static neighbour')} against forwarding tables` }
  },
}

function wrongNeighbours(
  { name, link }: SeenVxlan,
  entries: readonly Neighbour[],
  { observed, ports }: HealthFacts,
): Found[] {
  const unicast = entries.filter(({ attributes: { lladdr = '' } }) => lladdr !== '' && !isGroupMac(lladdr))
  const ofBridge = new Set([...(observed.fdb.get(link.attributes.master ?? 0)?.keys() ?? [])].map(macOfFdbKey))
  const ofHost = new Set([...ownLinks(link, ports, observed)].map(({ attributes }) => attributes.address))
  const isKnown = (mac: string): boolean =>
    observed.fdb.get(link.index)?.has(mac) === true || ofBridge.has(mac) || ofHost.has(mac)
  const unheard = unicast.flatMap(({ attributes: { dst = '', lladdr = '' } }): Found[] =>
    isKnown(lladdr)
      ? []
      : [
          {
            severity: 'warning',
            links: [name],
            mac: lladdr,
            found: `neighbours says that ${dst} is ${lladdr}, of which no frame has been heard`,
            means: `if that is not its MAC address, everything sent to ${dst} is lost`,
            cure: `compare with ip link show on the machine that has ${dst}, and correct neighbours`,
          },
        ],
  )
  const byMac = linksBy(
    unicast,
    ({ attributes: { lladdr = '', dst = '' } }) => `${lladdr} ${familyOf(dst)}`,
    ({ attributes: { dst = '' } }) => dst,
  )
  const shared = [...byMac].flatMap(([key, { links: addresses }]): Found[] =>
    addresses.length < 2
      ? []
      : [
          {
            severity: 'warning',
            links: [name],
            mac: macOfFdbKey(key),
            found: `neighbours gives ${addresses.join(' and ')} the same MAC address, ${macOfFdbKey(key)}`,
            means: 'right for one machine with both addresses; otherwise one of them gets nothing',
            cure: 'compare with ip link show on these machines, and correct neighbours',
          },
        ],
  )
  return [...unheard, ...shared]
}

export const duplicateAddress: Check = {
  code: 'duplicate-address',
  look({ observed, ways }) {
    const found: Found[] = []
    let looked = 0
    for (const [index, table] of observed.addresses) {
      const ifname = observed.links.get(index)?.attributes.ifname ?? `${index}`
      for (const address of table.values()) {
        looked += 1
        const flags = address.attributes.flags ?? address.flags
        if ((flags & constants.IFA_F_DADFAILED) !== 0) {
          found.push({
            severity: 'fault',
            links: [ifname],
            found: `another host has ${addressText(address)} of ${ifname} as well (duplicate address detection failed)`,
            means: 'the kernel does not use the address',
            cure: `find the other one, or state another address; then ip address del ${localAddress(address)}/${address.prefixlen} dev ${ifname}, and vxagent adds it again`,
          })
        }
      }
    }
    const asOurs = ways.filter(({ remote }) => remote.sources.has('learned') && hasAddress(observed, remote.address))
    for (const [vtep, { links }] of linksBy(
      asOurs,
      ({ remote }) => remote.address,
      ({ remote }) => remote.ifname,
    )) {
      found.push({
        severity: 'fault',
        links,
        vtep,
        found: `frames arrive from ${vtep}, which is an address of this host`,
        means: 'another VTEP has the same address, or a frame of this host came back to it',
        cure: `arping -D -I DEV ${vtep} shows who else has it`,
      })
    }
    return {
      found,
      at: `${countOf(looked, 'address', 'addresses')}; of IPv4 the kernel keeps no trace of another owner`,
    }
  },
}
