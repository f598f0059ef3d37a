/** Rules on the forwarding entries of one link among each other: what its table cannot hold. */
import { zeroMac } from '../../facts/zero-mac.ts'
import { effectiveDstport, pathOf, type VxlanDeclaration } from '../declaration.ts'
import { errorAt, type Finding, warningAt } from '../finding.ts'
import type { FdbSpec } from '../schema/forwarding.ts'
import { type Entry, placeOf, wordsOf } from './forwarding-entry.ts'

/** What the table as a whole cannot hold: an entry twice, entries of one MAC address that are not alike, more than `maxaddr`. */
export function* checkTable(link: VxlanDeclaration, entries: readonly Entry[]): Generator<Finding> {
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

/** The entry that was there first; undefined: the link's default entry. */
function wordsOfFirst({ name, spec }: VxlanDeclaration, first: Entry | undefined): string {
  return first === undefined ? `${spec.group === undefined ? 'remote' : 'group'} of ${name} itself` : wordsOf(first)
}
