/** Rules between vxlans that receive on one UDP port. */
import { receiveFlags } from '../../facts/receive-flags.ts'
import { boundDevice, effectiveDstport, familyOfUnderlay, pathOf, type VxlanDeclaration } from '../declaration.ts'
import { errorAt, type Finding, type Path, type Where } from '../finding.ts'
import type { StatedPort } from '../membership.ts'
import { rangeBounds } from '../values.ts'
import { claim, nameAndPlace } from './claims.ts'
import { isPlain } from './metadata.ts'

/** What links have in common that only one of them may have. Each is reported at the later link, and names the earlier one. */
export function* checkSockets(
  links: readonly VxlanDeclaration[],
  ports: readonly StatedPort[],
  where: Where,
): Generator<Finding> {
  yield* sameVni(links, ports, where)
  yield* differentReceiveFlags(links, where)
}

/** VNIs that a link takes: its id, or some of its filter's. */
interface Taken {
  readonly link: VxlanDeclaration
  /** Of the link among all. */
  readonly order: number
  readonly first: number
  readonly last: number
  readonly path: Path
}

/**
 * EEXIST, whatever group or dev: "A VXLAN device with the specified VNI already exists"; of a filter "VNI in use" (5.18 to 6.18). Only
 * between links that receive alike. Of others the kernel makes both, in either order, and lets only one of them be up at a time, so no
 * frame has two ways: see {@link differentReceiveFlags}. Source: vxlan_vni_in_use(), drivers/net/vxlan/vxlan_core.c.
 */
function* sameVni(links: readonly VxlanDeclaration[], ports: readonly StatedPort[], where: Where): Generator<Finding> {
  const mapped = mappedVnis(ports)
  const sockets = new Map<string, { readonly port: number; readonly taken: Taken[] }>()
  const unfiltered = new Map<string, VxlanDeclaration>()
  for (const [order, link] of links.entries()) {
    const family = familyOfUnderlay(link)
    const port = effectiveDstport(link)
    if (family === undefined || port === undefined) {
      continue
    }
    const socket = `${family} ${port} ${receiveFlags.filter((flag) => link.spec[flag] === true)}`
    const { external, vnifilter } = link.spec
    if (external === true && vnifilter !== true && !link.unusable.has('vnifilter')) {
      const first = claim(unfiltered, socket, link)
      if (first !== undefined) {
        yield twoExternal(link, first, port, where)
      }
      continue
    }
    const taken: Taken[] = sockets.get(socket)?.taken ?? []
    sockets.set(socket, { port, taken })
    for (const each of takenBy(link, order, mapped)) {
      taken.push(each)
    }
  }
  for (const { port, taken } of sockets.values()) {
    for (const [later, earlier] of clashes(taken)) {
      yield vniClash(later, earlier, port, where)
    }
  }
}

/** Of what lies before a place: what reaches furthest, and what does so of another link. */
class Reach {
  #first: Taken | undefined
  #other: Taken | undefined

  add(taken: Taken): void {
    const first = this.#first
    if (first === undefined || taken.last > first.last) {
      this.#other = first !== undefined && first.link !== taken.link ? first : this.#other
      this.#first = taken
    } else if (first.link !== taken.link && (this.#other === undefined || taken.last > this.#other.last)) {
      this.#other = taken
    }
  }

  /** What meets `here`, which does not begin before any of them, and is of another link. */
  meeting(here: Taken): Taken | undefined {
    const furthest = this.#first?.link === here.link ? this.#other : this.#first
    return furthest !== undefined && furthest.last >= here.first ? furthest : undefined
  }
}

/**
 * What another link has taken before: the later one with the earlier one. Of what meets several, one is told. A link does not
 * clash with itself. From the lowest VNI on, so that 300,000 of them take no longer than it takes to sort them.
 */
function clashes(taken: readonly Taken[]): (readonly [later: Taken, earlier: Taken])[] {
  const found = new Map<Taken, Taken>()
  const ofAll = new Reach()
  // Of a link whose local address is link-local the kernel looks at its dev, too: against one without, either order of making them counts.
  const byDevice = new Map<string, Reach>()
  for (const here of taken.toSorted((left, right) => left.first - right.first || left.order - right.order)) {
    const device = boundDevice(here.link)
    const own = byDevice.get(device) ?? new Reach()
    byDevice.set(device, own)
    const other = device === '' ? ofAll.meeting(here) : (own.meeting(here) ?? byDevice.get('')?.meeting(here))
    if (other !== undefined) {
      const [earlier, later] = other.order < here.order ? [other, here] : [here, other]
      found.set(later, found.get(later) ?? earlier)
    }
    ofAll.add(here)
    own.add(here)
  }
  return [...found].sort(([left], [right]) => left.order - right.order)
}

function takenBy(
  link: VxlanDeclaration,
  order: number,
  mapped: ReadonlyMap<VxlanDeclaration, readonly Omit<Taken, 'order'>[]>,
): Taken[] {
  const { id, vnis = [], vnifilter } = link.spec
  if (id !== undefined && isPlain(link)) {
    return [{ link, order, first: id, last: id, path: pathOf(link, 'id') }]
  }
  const own = vnis.map((entry, index): Taken => {
    const [first, last] = rangeBounds(typeof entry === 'object' ? entry.vni : entry)
    return { link, order, first, last, path: pathOf(link, 'vnis', index) }
  })
  const ofMap = vnifilter === true ? (mapped.get(link) ?? []) : []
  return [...own, ...ofMap.map((each) => ({ ...each, order }))]
}

/** VNIs that VLANs are mapped to: with a filter, they are among its VNIs without being said again. */
function mappedVnis(ports: readonly StatedPort[]): Map<VxlanDeclaration, Omit<Taken, 'order'>[]> {
  const mapped = new Map<VxlanDeclaration, Omit<Taken, 'order'>[]>()
  for (const { vxlan: link, spec, path } of ports) {
    if (link !== undefined) {
      const taken = (spec.vlan_to_vni ?? []).map(({ vni }, index) => {
        const [first, last] = rangeBounds(vni)
        return { link, first, last, path: [...path, 'vlan_to_vni', index, 'vni'] }
      })
      mapped.set(link, [...(mapped.get(link) ?? []), ...taken])
    }
  }
  return mapped
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
  const family = familyOfUnderlay(link)
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
