/** What members of one VNI disagree about, and what two of them cannot both have. Pure. */
import { someOf } from '../../agent/facts/count-of.ts'
import { grouped } from '../../agent/facts/grouped.ts'
import { familyOf } from '../../agent/facts/ip-text.ts'
import { encapsulationOverhead } from '../../agent/facts/vxlan.ts'
import { addressOf, type Member, type PublishedVtep } from '../records/node-record.ts'
import type { FindingCode, FleetFinding } from './finding.ts'

/** A VTEP and the host that has it. */
export interface MemberVtep {
  readonly node: string
  readonly vtep: PublishedVtep
}

/** The VTEPs of all members, by VNI. */
export function vtepsByVni(members: Iterable<Member>): Map<number, MemberVtep[]> {
  const all = Array.from(members, ({ node, record }) => record.vteps.map((vtep) => ({ node, vtep }))).flat()
  return grouped(all, ({ vtep }) => vtep.vni)
}

/** What is wrong among the members of one VNI. */
export function* checkVni(vni: number, vteps: readonly MemberVtep[]): Generator<FleetFinding> {
  yield* differing(vni, vteps, {
    code: 'other-port',
    severity: 'error',
    what: 'UDP port',
    valueOf: ({ dstport }) => String(dstport),
    remedy: (most) =>
      `where a link learns, frames to learned addresses go to the wrong port and are lost; set dstport: ${most} on all of them`,
  })
  yield* differing(vni, vteps, {
    code: 'other-mtu',
    severity: 'warning',
    what: 'MTU',
    valueOf: ({ mtu }) => String(mtu),
    remedy: () => 'packets that are too large for one of them are lost without a word; set the same mtu on all of them',
  })
  for (const [flag, word] of [
    ['gbp', 'group-based policy (gbp)'],
    ['gpe', 'the generic protocol extension (gpe)'],
  ] as const) {
    yield* differing(vni, vteps, {
      code: 'other-extension',
      severity: 'error',
      what: word,
      valueOf: ({ flags }) => (flags.includes(flag) ? 'on' : 'off'),
      remedy: () => `those without it drop the frames of those with it; set ${flag} alike on all of them`,
    })
  }
  yield* differing(vni, vteps, {
    code: 'other-learning',
    severity: 'warning',
    what: 'learning',
    valueOf: ({ flags }) => (flags.includes('learning') ? 'on' : 'off'),
    remedy: () => 'those without it flood what the others send to one VTEP; set learning alike on all of them',
  })
  yield* differing(vni, vteps, {
    code: 'group-and-head-end',
    severity: 'error',
    what: 'flooding',
    valueOf: ({ group }) => (group === true ? 'to a multicast group' : 'to each VTEP'),
    remedy: () => 'frames reach only some of the members, or some of them twice; use remotes: fleet alone',
  })
  yield* mtuTooLarge(vni, vteps)
  yield* noCommonFamily(vni, vteps)
  yield* sharedBetween(vni, vteps, 'duplicate-mac', 'MAC address', ({ mac }) => [mac])
  yield* sharedBetween(vni, vteps, 'duplicate-address', 'overlay address', ({ addresses }) =>
    addresses.map((each) => each.slice(0, each.indexOf('/'))),
  )
}

interface Difference {
  readonly code: FindingCode
  readonly severity: FleetFinding['severity']
  readonly what: string
  readonly valueOf: (vtep: PublishedVtep) => string
  readonly remedy: (mostCommon: string) => string
}

function* differing(vni: number, vteps: readonly MemberVtep[], difference: Difference): Generator<FleetFinding> {
  const byValue = [...grouped(vteps, ({ vtep }) => difference.valueOf(vtep))].sort(
    ([, one], [, other]) => other.length - one.length,
  )
  const [most, ...others] = byValue
  if (most === undefined || others.length === 0) {
    return
  }
  const parts = byValue.map(([value, holders]) => `${someOf(nodesOf(holders))} ${value}`)
  yield {
    code: difference.code,
    severity: difference.severity,
    vni,
    nodes: others.flatMap(([, holders]) => nodesOf(holders)),
    message: `VNI ${vni}: ${difference.what} differs (${parts.join(', ')}): ${difference.remedy(most[0])}`,
  }
}

/** Each frame must pass the underlay of either end. */
function* mtuTooLarge(vni: number, vteps: readonly MemberVtep[]): Generator<FleetFinding> {
  const rooms = vteps.flatMap(({ node, vtep }) =>
    vtep.underlayMtu === undefined
      ? []
      : [{ node, room: vtep.underlayMtu - encapsulationOverhead(familyOf(addressOf(vtep))) }],
  )
  const [smallest] = rooms.sort((one, other) => one.room - other.room)
  const larger = smallest === undefined ? [] : vteps.filter(({ vtep }) => vtep.mtu > smallest.room)
  if (smallest !== undefined && larger.length > 0) {
    yield {
      code: 'mtu-too-large',
      severity: 'error',
      vni,
      nodes: [...new Set([...nodesOf(larger), smallest.node])],
      message: `VNI ${vni}: the underlay of ${smallest.node} lets through packets of ${smallest.room} bytes, and the link of ${someOf(nodesOf(larger))} takes larger ones: those are lost or fragmented on the way; set mtu: ${smallest.room} on all of them`,
    }
  }
}

function* noCommonFamily(vni: number, vteps: readonly MemberVtep[]): Generator<FleetFinding> {
  const byFamily = grouped(vteps, ({ vtep }) => familyOf(addressOf(vtep)))
  const [[first, some] = [], [second, others] = []] = [...byFamily]
  if (some !== undefined && others !== undefined) {
    const has = (family: readonly MemberVtep[], node: string): boolean => family.some((each) => each.node === node)
    const only = [
      nodesOf(some).filter((node) => !has(others, node)),
      nodesOf(others).filter((node) => !has(some, node)),
    ]
    if (only.every((nodes) => nodes.length > 0)) {
      yield {
        code: 'no-common-family',
        severity: 'error',
        vni,
        nodes: only.flat(),
        message: `VNI ${vni}: ${someOf(only[0] ?? [])} can be reached by ${first} alone, ${someOf(only[1] ?? [])} by ${second} alone: no frame passes between them; give all of them a VTEP of one family`,
      }
    }
  }
}

function* sharedBetween(
  vni: number,
  vteps: readonly MemberVtep[],
  code: FindingCode,
  what: string,
  valuesOf: (vtep: PublishedVtep) => readonly string[],
): Generator<FleetFinding> {
  const holders = grouped(
    vteps.flatMap(({ node, vtep }) => valuesOf(vtep).map((value) => ({ node, value }))),
    ({ value }) => value,
  )
  for (const [value, all] of holders) {
    const nodes = [...new Set(all.map(({ node }) => node))]
    if (nodes.length > 1) {
      const message = `VNI ${vni}: ${someOf(nodes)} have the same ${what} ${value}: frames for it go to one of them alone; change it on all but one`
      yield { code, severity: 'error', vni, nodes, message }
    }
  }
}

function nodesOf(vteps: readonly MemberVtep[]): string[] {
  return [...new Set(vteps.map(({ node }) => node))]
}
