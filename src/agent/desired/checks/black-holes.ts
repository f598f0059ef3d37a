/**
 * Keys with which the kernel drops frames silently unless something else is stated as well. Warnings: another program may provide it.
 * Source: vxlan_xmit, arp_reduce, neigh_reduce and vxlan_rcv in drivers/net/vxlan/vxlan_core.c.
 */
import { countOf } from '../../facts/count-of.ts'
import { isUnstated, pathOf, type VxlanDeclaration } from '../declaration.ts'
import { type Finding, warningAt } from '../finding.ts'
import type { Declarations } from '../membership.ts'
import type { VxlanKey } from '../schema.ts'
import { isPlain } from './metadata.ts'

/** What drops frames of a vxlan as it is declared. A link with `gpe` carries no Ethernet frames, and has rules of its own. */
export function checkBlackHoles(
  link: VxlanDeclaration,
  { listed, byName }: Pick<Declarations, 'listed' | 'byName'>,
): Finding[] {
  if (link.spec.gpe === true) {
    return []
  }
  const ports = [link.spec.port, ...(listed.get(link.name) ?? []).map(({ spec }) => spec)]
  const hasMap = link.unusable.has('port') || ports.some((port) => (port?.vlan_to_vni ?? []).length > 0)
  const isPort = listed.has(link.name) || byName.get(link.spec.master ?? '')?.section === 'bridges'
  return [
    ...proxyWithoutNeighbours(link),
    ...missWithoutEffect(link),
    ...nothingToSendTo(link),
    ...(link.spec.external !== true || hasMap ? [] : [...nothingGivesVni(link, isPort), ...emptyFilter(link)]),
  ]
}

function drops(link: VxlanDeclaration, key: VxlanKey, message: string, suggestion: string): Finding[] {
  return [warningAt('drops-frames', pathOf(link, key), 'key', message, suggestion)]
}

/** With `l3miss` some program is meant to add the missing neighbours. */
function proxyWithoutNeighbours(link: VxlanDeclaration): Finding[] {
  const { name, spec } = link
  if (spec.proxy !== true || spec.l3miss === true || link.unusable.has('neighbours')) {
    return []
  }
  const neighbours = (spec.neighbours ?? []).length
  const vteps = vtepsOf(spec).size
  if (neighbours > 0 && neighbours >= vteps) {
    return []
  }
  const message =
    neighbours === 0
      ? `${name} has proxy and no neighbours: the kernel drops every ARP and neighbour request`
      : `${name} has proxy and ${countOf(neighbours, 'neighbour')} for ${countOf(vteps, 'VTEP')}: the kernel drops requests for all other addresses`
  const suggestion = 'state in neighbours every address of the segment, also those of other hosts; or remove proxy'
  return drops(link, 'proxy', message, suggestion)
}

/** The VTEPs that entries lead to; behind each there is at least one address. */
function vtepsOf({ remote, remotes = [], fdb = [] }: VxlanDeclaration['spec']): ReadonlySet<string> {
  const stated = remotes.map((entry) => (typeof entry === 'string' ? entry : entry.dst))
  return new Set([remote, ...stated, ...fdb.map(({ dst }) => dst)].filter((address) => address !== undefined))
}

/** A miss is reported only where nothing else takes the frame. */
function missWithoutEffect(link: VxlanDeclaration): Finding[] {
  const { name, spec } = link
  const noEffect = (key: VxlanKey, why: string, suggestion: string): Finding =>
    warningAt('no-effect', pathOf(link, key), 'key', `${key} of ${name} has no effect: ${why}`, suggestion)
  const floods = (['group', 'remote', 'remotes'] as const).find((key) => spec[key] !== undefined)
  const hasNeither = isOff(link, 'proxy') && isOff(link, 'rsc')
  return [
    ...(spec.l2miss === true && floods !== undefined
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
function nothingToSendTo(link: VxlanDeclaration): Finding[] {
  const { name, spec } = link
  const hasNone = (['group', 'remote', 'remotes', 'fdb'] as const).every((key) => isUnstated(link, key))
  return spec.learning === false && spec.l2miss !== true && hasNone && isPlain(link)
    ? drops(
        link,
        'learning',
        `${name} has learning: false and no group, remote, remotes or fdb: the kernel drops every frame`,
        'state remotes or fdb; ignore this if another program adds the entries, as FRR does for EVPN',
      )
    : []
}

function nothingGivesVni(link: VxlanDeclaration, isPort: boolean): Finding[] {
  const hasEntries = !(['remotes', 'fdb', 'vnis'] as const).every((key) => isUnstated(link, key))
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
  return link.spec.vnifilter === true && isUnstated(link, 'vnis')
    ? drops(
        link,
        'vnifilter',
        `${link.name} has vnifilter and no vnis: the kernel drops every packet`,
        'state vnis, such as vnis: [10010], or vlan_to_vni in port; ignore this if another program adds them',
      )
    : []
}
