/** Rules on the forwarding entries of one link: `remotes`, `fdb`, and the default entry that the link itself makes. */
import { familyOf, type IpFamily, isLinkLocalIpv6, isMulticast } from '../../facts/ip-text.ts'
import { zeroMac } from '../../facts/zero-mac.ts'
import { effectiveDstport, familyOfUnderlay, isUnstated, pathOf, type VxlanDeclaration } from '../declaration.ts'
import { errorAt, type Finding, type Path, warningAt } from '../finding.ts'
import { isLinksOwn } from '../links-own.ts'
import type { FdbSpec } from '../schema/forwarding.ts'
import { isPlain } from './metadata.ts'

/** An entry, and where it is stated. */
interface Entry {
  readonly link: VxlanDeclaration
  readonly list: 'remotes' | 'fdb'
  readonly index: number
  readonly spec: FdbSpec
}

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

function entriesOf(link: VxlanDeclaration): Entry[] {
  const { remotes = [], fdb = [] } = link.spec
  return [
    ...remotes.map((remote, index): Entry => {
      const spec = { mac: zeroMac, ...(typeof remote === 'string' ? { dst: remote } : remote) }
      return { link, list: 'remotes', index, spec }
    }),
    ...fdb.map((spec, index): Entry => ({ link, list: 'fdb', index, spec })),
  ]
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

/** What the table as a whole cannot hold: an entry twice, entries of one MAC address that are not alike, more than `maxaddr`. */
function* checkTable(link: VxlanDeclaration, entries: readonly Entry[]): Generator<Finding> {
  const firstOfMac = new Map<string, Entry | undefined>()
  const ways = new Map<string, Entry | undefined>()
  for (const spec of defaultEntries(link)) {
    firstOfMac.set(macKey(spec), undefined)
    ways.set(wayKey(link, spec), undefined)
  }
  for (const entry of entries) {
    const { spec } = entry
    const first = firstOfMac.get(macKey(spec))
    if (!hasManyWays(spec.mac)) {
      if (first !== undefined) {
        yield isSame(link, spec, first.spec) ? statedTwice('fdb-twice', entry, first) : macTwice(entry, first)
      }
    } else {
      const way = wayKey(link, spec)
      const isFirst = !firstOfMac.has(macKey(spec))
      const before = ways.get(way)
      if (before !== undefined && isSame(link, spec, before.spec)) {
        yield statedTwice('remote-twice', entry, before)
      } else if (ways.has(way)) {
        yield wayTwice(entry, before)
      } else if (!isFirst && (spec.nhid !== undefined || first?.spec.nhid !== undefined)) {
        yield besideNexthop(entry, first)
      }
      ways.set(way, ways.get(way) ?? entry)
      if (first !== undefined && kindOf(spec) !== kindOf(first.spec)) {
        yield unlike(entry, first)
      }
    }
    firstOfMac.set(macKey(spec), first ?? entry)
  }
  yield* tooMany(link, firstOfMac.size)
}

/** The entry that `group` or `remote` makes. It has the ifindex of `dev`, so that the kernel would take the same one without: and send twice (6.18). */
function defaultEntries({ spec: { group, remote, dev } }: VxlanDeclaration): FdbSpec[] {
  const dst = group ?? remote
  const entry = dst === undefined ? [] : [{ mac: zeroMac, dst }]
  return dev === undefined ? entry : entry.flatMap((each) => [each, { ...each, via: dev }])
}

function macKey({ mac, src_vni: source = 0 }: FdbSpec): string {
  return `${mac} ${source}`
}

/** The kernel's identity of an entry among those of its MAC address. Source: vxlan_fdb_find_rdst, drivers/net/vxlan/vxlan_core.c. */
function wayKey(link: VxlanDeclaration, spec: FdbSpec): string {
  const { dst, port = effectiveDstport(link), vni = link.spec.id ?? 0, via, nhid } = spec
  return [macKey(spec), dst, port, vni, via, nhid].join(' ')
}

/** Whether the MAC address is all zeros, or a group: one that may be in several places. */
function hasManyWays(mac: string): boolean {
  return mac === zeroMac || Number.parseInt(mac.slice(0, 2), 16) % 2 === 1
}

/** Whether two entries are one to the kernel, and live and are marked alike. */
function isSame(link: VxlanDeclaration, left: FdbSpec, right: FdbSpec): boolean {
  return wayKey(link, left) === wayKey(link, right) && kindOf(left) === kindOf(right)
}

/** It counts once, so that nothing goes wrong; but another VTEP may have been meant. */
function statedTwice(code: 'fdb-twice' | 'remote-twice', entry: Entry, first: Entry): Finding {
  const { dst, nhid } = entry.spec
  const message = `${wordsOf(entry)} is the same as ${wordsOf(first)}, to ${dst ?? `nexthop ${nhid}`}; it counts once`
  return warningAt(code, placeOf(entry), 'value', message, 'remove one of the two, or state the VTEP that was meant')
}

function macTwice(entry: Entry, first: Entry): Finding {
  const message = `${wordsOf(entry)} is for ${entry.spec.mac}, as is ${wordsOf(first)}: a MAC address is behind one VTEP`
  return errorAt('fdb-twice', placeOf(entry, 'mac'), 'value', message, 'remove one of the two')
}

function wayTwice(entry: Entry, first: Entry | undefined): Finding {
  const { link, spec } = entry
  const message = `${wordsOf(entry)} leads to ${spec.dst ?? `nexthop ${spec.nhid}`}, as does ${wordsOfFirst(link, first)}`
  return errorAt('remote-twice', placeOf(entry), 'value', message, 'remove one of the two')
}

/**
 * "Cannot replace an existing non nexthop fdb with a nexthop", "Cannot append to a nexthop fdb"; a destination after a nexthop the
 * kernel takes, and forgets (6.18).
 */
function besideNexthop(entry: Entry, first: Entry | undefined): Finding {
  const { link, spec } = entry
  const message = `${wordsOf(entry)} is for ${spec.mac}, as is ${wordsOfFirst(link, first)}: an entry with nhid is the only one of its MAC address`
  return errorAt(
    'nhid-and-destination',
    placeOf(entry),
    'value',
    message,
    'put all its VTEPs into one nexthop group, or none',
  )
}

/** The state and the flags of the one stated last become those of all (6.18). */
function unlike(entry: Entry, first: Entry): Finding {
  const message = `${wordsOf(entry)} is ${kindOf(entry.spec)}, but ${wordsOf(first)} is ${kindOf(first.spec)}: to the kernel all entries of a MAC address are alike`
  return errorAt('fdb-state-clash', placeOf(entry), 'value', message, 'state the same state and flags on both')
}

function kindOf({ state = 'permanent', router, extern_learn: externLearn, sticky }: FdbSpec): string {
  return [state, router && 'router', externLearn && 'extern_learn', sticky && 'sticky'].filter(Boolean).join(', ')
}

/** ENOSPC (6.18). The limit is one of MAC addresses, and the default entry counts. */
function tooMany(link: VxlanDeclaration, count: number): Finding[] {
  const { maxaddr = 0 } = link.spec
  return maxaddr > 0 && count > maxaddr
    ? [
        errorAt(
          'maxaddr-exceeded',
          pathOf(link, 'maxaddr'),
          'value',
          `maxaddr of ${link.name} is ${maxaddr}, but ${count} MAC addresses are declared for it`,
          `at least ${count}; what the link learns counts, too`,
        ),
      ]
    : []
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

/** The entry that was there first; undefined: the link's default entry. */
function wordsOfFirst({ name, spec }: VxlanDeclaration, first: Entry | undefined): string {
  return first === undefined ? `${spec.group === undefined ? 'remote' : 'group'} of ${name} itself` : wordsOf(first)
}

function wordsOf({ link, list, index }: Entry): string {
  return `entry ${index + 1} of ${list} of ${link.name}`
}

function placeOf({ link, list, index }: Entry, ...key: Path): Path {
  return pathOf(link, list, index, ...key)
}

/** An entry of `remotes` may be the address alone. */
function placeOfDst(entry: Entry): Path {
  const isText = entry.list === 'remotes' && typeof entry.link.spec.remotes?.[entry.index] === 'string'
  return isText ? placeOf(entry) : placeOf(entry, 'dst')
}
