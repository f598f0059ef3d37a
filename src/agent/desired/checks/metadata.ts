/** Rules on links without a VNI of their own (`external`), and on what needs them: `gpe`, `vnifilter`, `vnis`. */
import { familyOf } from '../../facts/ip-text.ts'
import { familyOfUnderlay, isUnstated, pathOf, type VxlanDeclaration } from '../declaration.ts'
import { errorAt, type Finding, warningAt } from '../finding.ts'
import { overlapsOf } from '../ranges.ts'
import type { VniSpec } from '../schema/forwarding.ts'
import type { VxlanKey } from '../schema.ts'

/** What is wrong with which VNIs a link takes. */
export function* checkMetadata(link: VxlanDeclaration): Generator<Finding> {
  yield* idMissing(link)
  yield* idAndExternal(link)
  yield* remoteOfExternal(link)
  yield* gpeConflicts(link)
  yield* vnifilterWithoutExternal(link)
  yield* vnisWithoutVnifilter(link)
  for (const [index, entry] of (link.spec.vnis ?? []).entries()) {
    yield* destinationOfVni(link, entry, index)
  }
  yield* vnisTwice(link)
}

/** Whether the link is not `external`, for certain. */
export function isPlain(link: VxlanDeclaration): boolean {
  return link.spec.external === false || isUnstated(link, 'external')
}

function idMissing(link: VxlanDeclaration): Finding[] {
  return isUnstated(link, 'id') && isPlain(link)
    ? [
        errorAt(
          'missing-key',
          pathOf(link, 'id'),
          'key',
          `${link.name} has no id`,
          'state the VNI of the segment, such as id: 42, or external: true for a link that serves many',
        ),
      ]
    : []
}

/** The kernel accepts both (6.18), and then finds the link for that one VNI only, whose frames an external link does not take for its own. */
function idAndExternal(link: VxlanDeclaration): Finding[] {
  return link.spec.id !== undefined && link.spec.external === true
    ? [
        errorAt(
          'id-and-external',
          pathOf(link, 'id'),
          'key',
          `${link.name} is external and has an id: the VNIs of an external link come with its packets`,
          'remove id, or external',
        ),
      ]
    : []
}

/** The kernel makes a default entry for VNI 0 (6.18), of which there are no frames; with vnifilter it makes one for each VNI. */
function remoteOfExternal(link: VxlanDeclaration): Finding[] {
  const { external, remote } = link.spec
  return external === true && remote !== undefined && isUnstated(link, 'vnifilter')
    ? [
        warningAt(
          'no-effect',
          pathOf(link, 'remote'),
          'key',
          `remote of ${link.name} has no effect: an external link sends where its metadata or its forwarding entries say`,
          'state entries in remotes or fdb, each with its src_vni',
        ),
      ]
    : []
}

/** Keys that VXLAN_F_ALLOWED_GPE, include/net/vxlan.h, leaves out, and the value at which each stands in the way. `learning` is on by default. */
const againstGpe: readonly (readonly [key: VxlanKey, value: boolean | string])[] = [
  ['gbp', true],
  ['proxy', true],
  ['rsc', true],
  ['l2miss', true],
  ['l3miss', true],
  ['remcsumtx', true],
  ['remcsumrx', true],
  ['remcsumnopartial', true],
  ['ttl', 'inherit'],
  ['learning', true],
]

/** "VXLAN GPE does not support this combination of attributes" (6.18). */
function gpeConflicts(link: VxlanDeclaration): Finding[] {
  if (link.spec.gpe !== true) {
    return []
  }
  const found = againstGpe
    .filter(([key, value]) => link.spec[key] === value)
    .map(([key, value]) =>
      errorAt(
        'gpe-conflict',
        pathOf(link, key),
        'key',
        `${link.name} has gpe, with which the kernel takes no ${key}: ${value}`,
        `remove ${key}, or gpe`,
      ),
    )
  const missing = (what: string, suggestion: string): Finding =>
    errorAt('gpe-conflict', pathOf(link, 'gpe'), 'key', `${link.name} has gpe, which needs ${what}`, suggestion)
  return [
    ...found,
    ...(isPlain(link) ? [missing('external: true', 'state external: true instead of an id')] : []),
    ...(isUnstated(link, 'learning')
      ? [missing('learning: false', 'state learning: false: it is on where it is not stated')]
      : []),
    // Packets of a gpe link have no Ethernet header. "FDB add only supported for Ethernet devices"; a mac is ignored (6.18).
    ...(['mac', 'fdb', 'remotes'] as const)
      .filter((key) => link.spec[key] !== undefined)
      .map((key) =>
        errorAt(
          'gpe-conflict',
          pathOf(link, key),
          'key',
          `${link.name} has gpe, and so no Ethernet addresses: ${key} means nothing to it`,
          `remove ${key}, or gpe`,
        ),
      ),
  ]
}

/** "vxlan vnifilter only valid in collect metadata mode" (6.18). */
function vnifilterWithoutExternal(link: VxlanDeclaration): Finding[] {
  return link.spec.vnifilter === true && isPlain(link)
    ? [
        errorAt(
          'vnifilter-without-external',
          pathOf(link, 'vnifilter'),
          'key',
          `vnifilter of ${link.name} needs external: true`,
          'state external: true instead of an id',
        ),
      ]
    : []
}

/** EOPNOTSUPP (6.18). */
function vnisWithoutVnifilter(link: VxlanDeclaration): Finding[] {
  const isOff = link.spec.vnifilter === false || isUnstated(link, 'vnifilter')
  return link.spec.vnis !== undefined && isOff
    ? [
        errorAt(
          'vnis-without-vnifilter',
          pathOf(link, 'vnis'),
          'key',
          `vnis of ${link.name} needs vnifilter: true`,
          'state vnifilter: true and external: true',
        ),
      ]
    : []
}

/** "Local interface required for multicast remote group"; another family is accepted, and no socket sends it (6.18). */
function destinationOfVni(link: VxlanDeclaration, entry: VniSpec, index: number): Finding[] {
  if (typeof entry !== 'object') {
    return []
  }
  const { vni, group, remote } = entry
  const path = (key: string) => pathOf(link, 'vnis', index, key)
  const findings: Finding[] = []
  if (group !== undefined && remote !== undefined) {
    const message = `VNI ${vni} of ${link.name} has both group and remote; the kernel keeps one of them only`
    findings.push(errorAt('group-and-remote', path('remote'), 'key', message, 'remove one of the two'))
  }
  if (group !== undefined && isUnstated(link, 'dev')) {
    const message = `VNI ${vni} of ${link.name} has a group, but the link no dev: the kernel cannot tell where to join it`
    const suggestion = 'state the underlay interface, such as dev: eth1'
    findings.push(errorAt('group-without-dev', path('group'), 'value', message, suggestion))
  }
  const [family, far] = [familyOfUnderlay(link), group ?? remote]
  if (far !== undefined && family !== undefined && familyOf(far) !== family) {
    const message = `VNI ${vni} of ${link.name} is sent to ${far}, but the underlay is ${family}`
    const key = group === undefined ? 'remote' : 'group'
    findings.push(errorAt('mixed-families', path(key), 'value', message, `state an ${family} address`))
  }
  return findings
}

function* vnisTwice(link: VxlanDeclaration): Generator<Finding> {
  const ranges = (link.spec.vnis ?? []).map((entry) => (typeof entry === 'object' ? entry.vni : entry))
  for (const { index, earlier, number } of overlapsOf(ranges)) {
    const message = `VNI ${number} stands twice in vnis of ${link.name}: entries ${earlier + 1} and ${index + 1}`
    yield errorAt('vni-twice', pathOf(link, 'vnis', index), 'value', message, 'remove it from one of the two')
  }
}
