/** Rules on the forwarding entries of one link: `remotes`, `fdb`, and the default entry that the link itself makes. */
import { familyOf, type IpFamily, isLinkLocalIpv6, isMulticast } from '../../facts/ip-text.ts'
import { familyOfUnderlay, isUnstated, pathOf, type VxlanDeclaration } from '../declaration.ts'
import { errorAt, type Finding, warningAt } from '../finding.ts'
import { isLinksOwn } from '../links-own.ts'
import { type Entry, entriesOf, placeOf, placeOfDst, wordsOf } from './forwarding-entry.ts'
import { checkTable } from './forwarding-table.ts'
import { isPlain } from './metadata.ts'

/** What is wrong with the forwarding entries. Linear in their number: 100,000 are a normal case. */
export function* checkForwarding(link: VxlanDeclaration): Generator<Finding> {
  // What is the link's own entry anyway needs no rule of its own: it is not made a second time.
  const entries = entriesOf(link).filter(({ spec }) => !isLinksOwn(spec, link.spec))
  const family = familyOfUnderlay(link)
  const rulesOfOne = [destinationBesideNhid, destinationMissing, ownVia, otherFamily, withoutVia, sourceVni]
  for (const entry of entries) {
    const finding = firstFinding(rulesOfOne, entry, family)
    if (finding !== undefined) {
      yield finding
    }
  }
  yield* checkTable(link, entries)
  yield* exclusiveButLearning(link)
}

type Rule = (entry: Entry, family: IpFamily | undefined) => Finding | undefined

function firstFinding(rules: readonly Rule[], entry: Entry, family: IpFamily | undefined): Finding | undefined {
  for (const rule of rules) {
    const finding = rule(entry, family)
    if (finding !== undefined) {
      return finding
    }
  }
  return undefined
}

/** "DST, VNI, ifindex and port are mutually exclusive with NH_ID" (6.18). */
function destinationBesideNhid(entry: Entry): Finding | undefined {
  const { spec } = entry
  if (spec.nhid === undefined) {
    return undefined
  }
  const key = (['dst', 'vni', 'port', 'via'] as const).find((each) => spec[each] !== undefined)
  const message = `${wordsOf(entry)} has nhid and ${key}: the nexthop group says where it leads`
  return key && errorAt('nhid-and-destination', placeOf(entry, key), 'key', message, `remove ${key}, or nhid`)
}

/** EINVAL, even where the link has a remote (6.18). */
function destinationMissing(entry: Entry): Finding | undefined {
  return entry.spec.dst === undefined && entry.spec.nhid === undefined
    ? errorAt(
        'no-destination',
        placeOf(entry),
        'value',
        `${wordsOf(entry)} says neither dst nor nhid: it leads nowhere`,
        'state the VTEP, such as dst: 10.0.2.254',
      )
    : undefined
}

function ownVia(entry: Entry): Finding | undefined {
  const { link, spec } = entry
  return spec.via === link.name
    ? errorAt(
        'own-dev',
        placeOf(entry, 'via'),
        'value',
        `via of ${wordsOf(entry)} is ${link.name} itself`,
        'name the underlay interface, such as eth1',
      )
    : undefined
}

/** EAFNOSUPPORT, on an external link, too (6.18). */
function otherFamily(entry: Entry, family: IpFamily | undefined): Finding | undefined {
  const { dst } = entry.spec
  return dst !== undefined && family !== undefined && familyOf(dst) !== family
    ? errorAt(
        'mixed-families',
        placeOfDst(entry),
        'value',
        `${wordsOf(entry)} leads to ${dst}, but the underlay of ${entry.link.name} is ${family}`,
        `state an ${family} address, or an ${familyOf(dst)} address as local of the link`,
      )
    : undefined
}

/** Such entries the kernel takes; it sends by whichever interface has the first such route, whatever `dev` says (6.18). */
function withoutVia(entry: Entry): Finding | undefined {
  const { dst, via } = entry.spec
  if (dst === undefined || via !== undefined) {
    return undefined
  }
  const suggestion = `dst: ${dst.includes(':') ? `"${dst}"` : dst}, via: ${entry.link.spec.dev ?? 'eth1'}`
  if (isLinkLocalIpv6(dst)) {
    const message = `${wordsOf(entry)} leads to ${dst}, which is link-local and so means nothing without via`
    return errorAt('link-local-without-via', placeOfDst(entry), 'value', message, suggestion)
  }
  const message = `${wordsOf(entry)} leads to the group ${dst} without via: it goes where the routing table sends multicast, whatever dev says`
  return isMulticast(dst)
    ? warningAt('multicast-without-via', placeOfDst(entry), 'value', message, suggestion)
    : undefined
}

/**
 * Without `external` the kernel keeps the entry and does not show its src_vni (6.18). With it, frames are looked up by MAC address
 * and VNI, and none has VNI 0. Source: vxlan_xmit, drivers/net/vxlan/vxlan_core.c.
 */
function sourceVni(entry: Entry): Finding | undefined {
  const { link, spec } = entry
  if (spec.src_vni !== undefined && isPlain(link)) {
    const message = `${wordsOf(entry)} has src_vni, but ${link.name} is not external: all its frames are of its one VNI`
    return errorAt('src-vni-without-external', placeOf(entry, 'src_vni'), 'key', message, 'remove src_vni')
  }
  return link.spec.external === true && (spec.src_vni ?? 0) === 0
    ? warningAt(
        'no-effect',
        placeOf(entry),
        'value',
        `${wordsOf(entry)} has no effect: ${link.name} is external, and without src_vni the entry is for frames of VNI 0`,
        'state the VNI of the frames, such as src_vni: 10010',
      )
    : undefined
}

function exclusiveButLearning(link: VxlanDeclaration): Finding[] {
  const isLearning = link.spec.learning === true || isUnstated(link, 'learning')
  return link.spec.fdb_exclusive === true && isLearning
    ? [
        warningAt(
          'exclusive-but-learning',
          pathOf(link, 'fdb_exclusive'),
          'key',
          `fdb_exclusive of ${link.name} does not keep the kernel from learning: what it learns by itself stays`,
          'state learning: false as well, or remove fdb_exclusive',
        ),
      ]
    : []
}
