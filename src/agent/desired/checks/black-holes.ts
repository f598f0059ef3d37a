/**
 * Keys with which the kernel drops frames silently unless something else is stated as well. Warnings: another program may provide it.
 * Source: vxlan_xmit, arp_reduce, neigh_reduce and vxlan_rcv in drivers/net/vxlan/vxlan_core.c.
 */
import { countOf } from '../../facts/count-of.ts'
import { isUnstated, pathOf, type VxlanDeclaration } from '../declaration.ts'
import { type Finding, warningAt } from '../finding.ts'
import type { Declarations } from '../membership.ts'
import { asksFor } from '../remote-parts.ts'
import type { VxlanKey } from '../schema.ts'
import { entriesOf } from './forwarding-entry.ts'
import { isPlain } from './metadata.ts'

/**
 * What drops frames of the vxlans as they are declared. What is common where another program fills the tables is said once, of the first
 * such link: a host may have thousands of them. A link with `gpe` carries no Ethernet frames, and has rules of its own.
 */
export function* checkBlackHoles({ vxlans, listed, byName }: Declarations): Generator<Finding> {
  const empty: VxlanDeclaration[] = []
  for (const link of vxlans) {
    if (link.spec.gpe === true) {
      continue
    }
    const ports = [link.spec.port, ...(listed.get(link.name) ?? []).map(({ spec }) => spec)]
    const hasMap = link.unusable.has('port') || ports.some((port) => (port?.vlan_to_vni ?? []).length > 0)
    const isPort = listed.has(link.name) || byName.get(link.spec.master ?? '')?.section === 'bridges'
    yield* proxyWithoutNeighbours(link)
    yield* missWithoutEffect(link)
    if (link.spec.external === true && !hasMap) {
      yield* nothingGivesVni(link, isPort)
      yield* emptyFilter(link)
    }
    // Whoever suppresses questions on the port has a control plane that tells the answers.
    if (sendsToNobody(link) && !ports.some((port) => port?.neigh_suppress === true)) {
      empty.push(link)
    }
  }
  yield* nothingToSendTo(empty)
}

/** Whether the file states nothing for the list, for certain. */
function hasNone(link: VxlanDeclaration, key: 'remotes' | 'fdb' | 'vnis'): boolean {
  return isUnstated(link, key) || link.spec[key]?.length === 0
}

function drops(link: VxlanDeclaration, key: VxlanKey, message: string, suggestion: string): Finding[] {
  return [warningAt('drops-frames', pathOf(link, key), 'key', message, suggestion)]
}

/** With `l3miss` some program is meant to add the missing neighbours. */
function proxyWithoutNeighbours(link: VxlanDeclaration): Finding[] {
  const { name, spec } = link
  if (spec.proxy !== true || spec.l3miss === true || link.unusable.has('neighbours') || asksFor(spec, 'neighbours')) {
    return []
  }
  const neighbours = (spec.neighbours ?? []).length
  const vteps = vtepsOf(link).size
  if (neighbours > 0 && neighbours >= vteps) {
    return []
  }
  const message =
    neighbours === 0
      ? `${name} has proxy and no neighbours: the kernel drops every ARP and neighbour request`
      : `${name} has proxy and ${countOf(neighbours, 'neighbour')} for ${countOf(vteps, 'VTEP')}: the kernel drops requests for all other addresses`
  const suggestion =
    'state in neighbours every address of the segment, also those of other hosts, or remove proxy; ignore this if another program adds them'
  return drops(link, 'proxy', message, suggestion)
}

/** The VTEPs that entries lead to; behind each there is at least one address. */
function vtepsOf(link: VxlanDeclaration): ReadonlySet<string> {
  const stated = entriesOf(link).map(({ spec }) => spec.dst)
  return new Set([link.spec.remote, ...stated].filter((address) => address !== undefined))
}

/** A miss is reported only where nothing else takes the frame. */
function missWithoutEffect(link: VxlanDeclaration): Finding[] {
  const { name, spec } = link
  const noEffect = (key: VxlanKey, why: string, suggestion: string): Finding =>
    warningAt('no-effect', pathOf(link, key), 'key', `${key} of ${name} has no effect: ${why}`, suggestion)
  const floods =
    (['group', 'remote'] as const).find((key) => spec[key] !== undefined) ??
    ((spec.remotes ?? []).length > 0 ? 'remotes' : undefined)
  const hasNeither = isOff(link, 'proxy') && isOff(link, 'rsc')
  return [
    // An external link looks for the entry of each VNI.
    ...(spec.l2miss === true && floods !== undefined && isPlain(link)
      ? [
          noEffect(
            'l2miss',
            `frames to unknown MAC addresses go to ${floods}, so that none is a miss`,
            `remove l2miss, or ${floods}`,
          ),
        ]
      : []),
    ...(spec.l3miss === true && hasNeither
      ? [
          noEffect(
            'l3miss',
            'without proxy or rsc the kernel looks up no neighbours',
            'state proxy: true, or remove l3miss',
          ),
        ]
      : []),
  ]
}

function isOff(link: VxlanDeclaration, key: 'proxy' | 'rsc'): boolean {
  return link.spec[key] === false || isUnstated(link, key)
}

/** With `l2miss` some program is meant to add the missing entries. A link that learns sends to those that it heard from. */
function sendsToNobody(link: VxlanDeclaration): boolean {
  const { learning, l2miss } = link.spec
  const hasNoDefault = isUnstated(link, 'group') && isUnstated(link, 'remote')
  const isEmpty = hasNoDefault && hasNone(link, 'remotes') && hasNone(link, 'fdb')
  return learning === false && l2miss !== true && isEmpty && isPlain(link)
}

function nothingToSendTo([first, ...others]: readonly VxlanDeclaration[]): Finding[] {
  if (first === undefined) {
    return []
  }
  const more = others.length === 0 ? '' : `, and so have ${countOf(others.length, 'other link')}`
  return drops(
    first,
    'learning',
    `${first.name} has learning: false and no group, remote, remotes or fdb${more}: the kernel drops every frame`,
    'state remotes or fdb; ignore this if another program adds the entries, as FRR does for EVPN',
  )
}

function nothingGivesVni(link: VxlanDeclaration, isPort: boolean): Finding[] {
  const hasEntries = !(['remotes', 'fdb', 'vnis'] as const).every((key) => hasNone(link, key))
  return isPort && !hasEntries
    ? drops(
        link,
        'external',
        `${link.name} is external, and its port has no vlan_to_vni: frames from the bridge get no VNI, so the kernel drops them`,
        'state vlan_to_vni and vlan_tunnel: true in port; ignore this if filters of tc give the VNI',
      )
    : []
}

function emptyFilter(link: VxlanDeclaration): Finding[] {
  return link.spec.vnifilter === true && hasNone(link, 'vnis')
    ? drops(
        link,
        'vnifilter',
        `${link.name} has vnifilter and no vnis: the kernel drops every packet`,
        'state vnis, such as vnis: [10010], or vlan_to_vni in port; ignore this if another program adds them',
      )
    : []
}
