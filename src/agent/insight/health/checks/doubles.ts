/** MAC addresses in two places, and entries set by hand that frames contradict. */
import { constants, type Link, type Neighbour } from '../../../../rtnetlink/index.ts'
import { countOf } from '../../../facts/count-of.ts'
import { familyOf } from '../../../facts/ip-text.ts'
import { eachStep, type Steps } from '../../../facts/steps.ts'
import { zeroMac } from '../../../facts/zero-mac.ts'
import { isGroupMac, macOfFdbKey, type Observed } from '../../../kernel/observed.ts'
import { vlanMapOf, vlansOf } from '../../../words/bridge-vlans.ts'
import { fdbStateOf, isLearned } from '../../../words/fdb-entry.ts'
import { type Check, type Found, type Looked, nothingToLookAt } from '../check.ts'
import { compareNames, type HealthFacts, type SeenVxlan } from '../facts.ts'

export const duplicateMac: Check = {
  code: 'duplicate-mac',
  *look({ vxlans, ports, observed, moving }): Steps<Looked> {
    const found: Found[] = []
    const own = new Map<number, ReadonlyMap<string, string>>()
    for (const { name, link } of vxlans) {
      const { master } = link.attributes
      const here = own.get(master ?? -link.index) ?? (yield* macsOf(link, ports, observed))
      own.set(master ?? -link.index, here)
      yield* eachStep(observed.fdb.get(link.index)?.values() ?? [], (entry) => {
        const { lladdr = '', dst } = entry.attributes
        const ifname = here.get(lladdr)
        if (ifname !== undefined && dst !== undefined && isLearned(entry)) {
          found.push({
            severity: 'fault',
            subject: `${lladdr} ${name}`,
            links: [name],
            mac: lladdr,
            vtep: dst,
            found: `${lladdr} of ${ifname} on this host is also heard from ${dst}`,
            means: 'frames for it go to either place: connections break off and come back',
            cure: `give one of the two another MAC address: ip link set ${ifname} address MAC; or look for a loop in the overlay`,
          })
        }
      })
    }
    for (const { mac, link, places } of moving) {
      found.push({
        severity: 'fault',
        subject: `${mac} ${link} moves`,
        links: [link],
        mac,
        found: `${mac} moves back and forth between ${places.join(' and ')}`,
        means: 'two machines have this MAC address, or the overlay has a loop: frames for it go to the one heard last',
        cure: `vxagent events --mac ${mac} shows where it was; give one of the two another MAC address`,
      })
    }
    const macs = new Set([...own.values()].flatMap((of) => [...of.keys()]))
    return vxlans.length === 0
      ? nothingToLookAt
      : {
          found,
          at: `${countOf(macs.size, 'MAC address', 'MAC addresses')} of this host among learned entries, and moves of the last three minutes`,
        }
  },
}

/** MAC addresses of this host in the segment of a vxlan, with the names of their links. */
function* macsOf(link: Link, ports: HealthFacts['ports'], observed: Observed): Steps<Map<string, string>> {
  const macs = new Map<string, string>()
  yield* eachStep(ownLinks(link, ports, observed), ({ index, attributes: { address = '', ifname = `${index}` } }) => {
    macs.set(address, ifname)
  })
  return macs
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
    const heardIn = new Map<number, ReadonlyMap<string, readonly Heard[]>>()
    for (const { name, link } of vxlans) {
      const { master = 0 } = link.attributes
      const ofBridge = observed.fdb.get(master)
      if (ofBridge === undefined) {
        continue
      }
      const heard = heardIn.get(master) ?? (yield* heardOn(ofBridge.values()))
      heardIn.set(master, heard)
      const isSegment = segmentOf(link, observed)
      yield* eachStep(observed.fdb.get(link.index)?.values() ?? [], ({ state, flags, attributes }) => {
        const { lladdr = '', dst, srcVni } = attributes
        // What a routing daemon has put there it corrects itself.
        const isOthers = (flags & constants.NTF_EXT_LEARNED) !== 0
        if (isOthers || lladdr === zeroMac || isGroupMac(lladdr) || isLearned({ state, flags })) {
          return
        }
        looked += 1
        const other = heard.get(lladdr)?.find(({ port, vlan }) => port !== link.index && isSegment(vlan, srcVni))
        if (other !== undefined) {
          const port = observed.links.get(other.port)?.attributes.ifname ?? `${other.port}`
          found.push({
            severity: 'fault',
            subject: `${lladdr} ${name}${srcVni === undefined ? '' : ` VNI ${srcVni}`}`,
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

/** Where a bridge has heard a MAC address: a port, and a VLAN if it filters them. */
interface Heard {
  readonly port: number
  readonly vlan: number | undefined
}

function* heardOn(ofBridge: Iterable<Neighbour>): Steps<Map<string, Heard[]>> {
  const heard = new Map<string, Heard[]>()
  yield* eachStep(ofBridge, (entry) => {
    const { lladdr = '', vlan } = entry.attributes
    // A static one moves with the frames too, and stays static. Source: br_fdb_update(), net/bridge/br_fdb.c.
    if (isLearned(entry) || fdbStateOf(entry) === 'static') {
      const known = heard.get(lladdr)
      if (known === undefined) {
        heard.set(lladdr, [{ port: entry.ifindex, vlan }])
      } else {
        known.push({ port: entry.ifindex, vlan })
      }
    }
  })
  return heard
}

/** Whether a VLAN of the bridge is the segment of the vxlan, or of one of its VNIs: a router has one MAC address in many VLANs. */
function segmentOf(
  link: Link,
  { bridgeLinks }: Observed,
): (vlan: number | undefined, vni: number | undefined) => boolean {
  const port = bridgeLinks.get(link.index)
  const vlans = vlansOf(port)
  const vnis = vlanMapOf(port)
  return (vlan, vni) => vlan === undefined || (vni === undefined ? vlans.has(vlan) : vnis.get(vlan) === vni)
}

export const staticNeighbour: Check = {
  code: 'static-neighbour',
  *look(facts): Steps<Looked> {
    const { vxlans, observed } = facts
    const found: Found[] = []
    let looked = 0
    const done = new Set<number>()
    const known = new Map<number, ReadonlySet<string>>()
    for (const vxlan of vxlans) {
      const { link } = vxlan
      const { master = 0 } = link.attributes
      for (const index of [link.index, master]) {
        const entries = done.has(index) ? [] : yield* staticNeighbours(observed.neighbours.get(index)?.values() ?? [])
        done.add(index)
        looked += entries.length
        if (entries.length > 0) {
          const ofSegment = known.get(master || -link.index) ?? (yield* macsHeardIn(link, facts))
          known.set(master || -link.index, ofSegment)
          found.push(...(yield* wrongNeighbours(vxlan, entries, ofSegment)))
        }
      }
    }
    return looked === 0
      ? nothingToLookAt
      : { found, at: `${countOf(looked, 'static neighbour')} against forwarding tables` }
  },
}

function* staticNeighbours(entries: Iterable<Neighbour>): Steps<Neighbour[]> {
  const found: Neighbour[] = []
  yield* eachStep(entries, (entry) => {
    const { lladdr = '' } = entry.attributes
    const isProxy = (entry.flags & constants.NTF_PROXY) !== 0
    if ((entry.state & constants.NUD_PERMANENT) !== 0 && !isProxy && lladdr !== '' && !isGroupMac(lladdr)) {
      found.push(entry)
    }
  })
  return found
}

/** All MAC addresses that the vxlans, the bridge and the ports of a segment have, or have heard. */
function* macsHeardIn(link: Link, { observed, ports }: HealthFacts): Steps<Set<string>> {
  const macs = new Set<string>()
  for (const each of ownLinks(link, ports, observed)) {
    macs.add(each.attributes.address ?? '')
    yield* eachStep(observed.fdb.get(each.index)?.keys() ?? [], (key) => {
      macs.add(macOfFdbKey(key))
    })
  }
  return macs
}

function* wrongNeighbours(
  { name }: SeenVxlan,
  entries: readonly Neighbour[],
  known: ReadonlySet<string>,
): Steps<Found[]> {
  const found: Found[] = []
  const byMac = new Map<string, { readonly mac: string; readonly addresses: string[] }>()
  yield* eachStep(entries, ({ attributes: { dst = '', lladdr: mac = '' } }) => {
    const key = `${mac} ${familyOf(dst)}`
    const sharing = byMac.get(key) ?? { mac, addresses: [] }
    byMac.set(key, sharing)
    sharing.addresses.push(dst)
    if (!known.has(mac)) {
      found.push({
        severity: 'warning',
        subject: `${dst} ${name}`,
        links: [name],
        mac,
        found: `a neighbour set by hand or by neighbours has ${dst} at ${mac}, of which no frame has been heard`,
        means: `if that is not its MAC address, everything sent to ${dst} is lost`,
        cure: `compare with ip link show on the machine that has ${dst}, and correct neighbours`,
      })
    }
  })
  for (const [key, { mac, addresses }] of byMac) {
    if (addresses.length > 1) {
      found.push({
        severity: 'warning',
        subject: `${key} ${name}`,
        links: [name],
        mac,
        found: `neighbours set by hand or by neighbours give ${addresses.toSorted(compareNames).join(' and ')} the same MAC address, ${mac}`,
        means: 'right for one machine with both addresses; otherwise one of them gets nothing',
        cure: 'compare with ip link show on these machines, and correct neighbours',
      })
    }
  }
  return found
}
