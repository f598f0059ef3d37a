/** Rules between vxlans that receive on one UDP port. */
import { boundDevice, effectiveDstport, pathOf, underlayFamily, type VxlanDeclaration } from '../declaration.ts'
import { errorAt, type Finding, type Path, type Where } from '../finding.ts'
import type { StatedPort } from '../membership.ts'
import { receiveFlags } from '../receive-flags.ts'
import { rangeBounds } from '../values.ts'
import { claim, nameAndPlace } from './claims.ts'
import { isPlain } from './metadata.ts'

/** What links have in common that only one of them may have. Each is reported at the later link, and names the earlier one. */
export function checkSockets(
  links: readonly VxlanDeclaration[],
  ports: readonly StatedPort[],
  where: Where,
): Finding[] {
  return [...sameVni(links, ports, where), ...differentReceiveFlags(links, where)]
}

/** VNIs that a link takes: its id, or some of its filter's. */
interface Taken {
  readonly link: VxlanDeclaration
  readonly first: number
  readonly last: number
  readonly path: Path
}

/** VNIs that are taken on one socket: single ones by number, so that thousands of links cost no more than their number. */
interface Table {
  readonly single: Map<number, Taken[]>
  readonly ranges: Taken[]
}

/**
 * EEXIST, whatever group or dev: "A VXLAN device with the specified VNI already exists"; of a filter "VNI in use" (5.18 to 6.18). Only
 * between links that receive alike. Of others the kernel makes both, in either order, and lets only one of them be up at a time, so no
 * frame has two ways: see {@link differentReceiveFlags}. Source: vxlan_vni_in_use(), drivers/net/vxlan/vxlan_core.c.
 */
function sameVni(links: readonly VxlanDeclaration[], ports: readonly StatedPort[], where: Where): Finding[] {
  const mapped = mappedVnis(ports)
  const tables = new Map<string, Table>()
  const unfiltered = new Map<string, VxlanDeclaration>()
  return links.flatMap((link) => {
    const family = underlayFamily(link)
    const port = effectiveDstport(link)
    if (family === undefined || port === undefined) {
      return []
    }
    const socket = `${family} ${port} ${receiveFlags.filter((flag) => link.spec[flag] === true)}`
    const { external, vnifilter } = link.spec
    if (external === true && vnifilter !== true && !link.unusable.has('vnifilter')) {
      const first = claim(unfiltered, socket, link)
      return first === undefined ? [] : [twoExternal(link, first, port, where)]
    }
    const table = tables.get(socket) ?? { single: new Map(), ranges: [] }
    tables.set(socket, table)
    const taken = takenBy(link, mapped)
    const found = taken.flatMap((here) => {
      const other = findTaken(table, here)
      return other === undefined ? [] : [vniClash(here, other, port, where)]
    })
    // Only now: a link does not clash with itself.
    for (const each of taken) {
      take(table, each)
    }
    return found
  })
}

function findTaken({ single, ranges }: Table, here: Taken): Taken | undefined {
  const singles = here.first === here.last ? (single.get(here.first) ?? []) : [...single.values()].flat()
  return [...singles, ...ranges].find((each) => doMeet(each, here))
}

function take({ single, ranges }: Table, taken: Taken): void {
  if (taken.first < taken.last) {
    ranges.push(taken)
  } else {
    single.set(taken.first, [...(single.get(taken.first) ?? []), taken])
  }
}

function takenBy(link: VxlanDeclaration, mapped: ReadonlyMap<VxlanDeclaration, readonly Taken[]>): Taken[] {
  const { id, vnis = [], vnifilter } = link.spec
  if (id !== undefined && isPlain(link)) {
    return [{ link, first: id, last: id, path: pathOf(link, 'id') }]
  }
  const own = vnis.map((entry, index): Taken => {
    const [first, last] = rangeBounds(typeof entry === 'object' ? entry.vni : entry)
    return { link, first, last, path: pathOf(link, 'vnis', index) }
  })
  return vnifilter === true ? [...own, ...(mapped.get(link) ?? [])] : own
}

/** VNIs that VLANs are mapped to: with a filter, they are among its VNIs without being said again. */
function mappedVnis(ports: readonly StatedPort[]): Map<VxlanDeclaration, Taken[]> {
  const mapped = new Map<VxlanDeclaration, Taken[]>()
  for (const { vxlan: link, spec, path } of ports) {
    if (link !== undefined) {
      const taken = (spec.vlan_to_vni ?? []).map(({ vni }, index): Taken => {
        const [first, last] = rangeBounds(vni)
        return { link, first, last, path: [...path, 'vlan_to_vni', index, 'vni'] }
      })
      mapped.set(link, [...(mapped.get(link) ?? []), ...taken])
    }
  }
  return mapped
}

/** Of a link whose local address is link-local the kernel looks at its dev, too: against one without, either order of making them counts. */
function doMeet(left: Taken, right: Taken): boolean {
  const [here, there] = [boundDevice(left.link), boundDevice(right.link)]
  const areApart = here !== '' && there !== '' && here !== there
  return left.first <= right.last && right.first <= left.last && !areApart
}

function vniClash({ link, path, first }: Taken, other: Taken, port: number, where: Where): Finding {
  const what = isPlain(link) ? `id ${first}` : `VNI ${Math.max(first, other.first)}`
  const message = `${what} of ${link.name} is taken on UDP port ${port} by ${nameAndPlace(other.link, where)}`
  const suggestion = isPlain(link) ? 'state another id, or another dstport' : 'remove it, or state another dstport'
  return errorAt('id-clash', path, 'value', message, suggestion)
}

function twoExternal(link: VxlanDeclaration, first: VxlanDeclaration, port: number, where: Where): Finding {
  const message = `${link.name} and ${nameAndPlace(first, where)} are both external and take every VNI on UDP port ${port}`
  const suggestion = 'state vnifilter: true and vnis on both, or another dstport'
  return errorAt('external-clash', pathOf(link, 'external'), 'key', message, suggestion)
}

/**
 * Links share a port's socket only if they receive alike; else the second gets EADDRINUSE, and not when it is created but when it
 * is set up. The device that it is bound to does not help, and an external link opens the sockets of both families (6.18).
 */
function differentReceiveFlags(links: readonly VxlanDeclaration[], where: Where): Finding[] {
  const sharing = new Map<string, VxlanDeclaration>()
  return links.flatMap((link) => {
    // A link that is to be down opens no socket.
    if (link.spec.up === false) {
      return []
    }
    for (const socket of socketsOf(link)) {
      const first = claim(sharing, socket, link)
      const flag = first && receiveFlags.find((each) => isUnlike(link, first, each))
      if (first !== undefined && flag !== undefined) {
        return [flagsClash(link, first, flag, where)]
      }
    }
    return []
  })
}

function socketsOf(link: VxlanDeclaration): string[] {
  const port = effectiveDstport(link)
  const family = underlayFamily(link)
  if (port === undefined || family === undefined) {
    return []
  }
  return link.spec.external === true ? [`IPv4 ${port}`, `IPv6 ${port}`] : [`${family} ${port}`]
}

function isUnlike(left: VxlanDeclaration, right: VxlanDeclaration, flag: (typeof receiveFlags)[number]): boolean {
  const isKnown = !left.unusable.has(flag) && !right.unusable.has(flag)
  return isKnown && (left.spec[flag] ?? false) !== (right.spec[flag] ?? false)
}

function flagsClash(
  link: VxlanDeclaration,
  first: VxlanDeclaration,
  flag: (typeof receiveFlags)[number],
  where: Where,
): Finding {
  const [here, there] = [link.spec[flag] ?? false, first.spec[flag] ?? false]
  const message = `${flag} of ${link.name} is ${here} and that of ${nameAndPlace(first, where)} is ${there}, but both receive on UDP port ${effectiveDstport(link)}`
  const suggestion = `state the same ${flag} on both, or another dstport`
  return errorAt('port-flags-clash', pathOf(link, flag), 'value', message, suggestion)
}
