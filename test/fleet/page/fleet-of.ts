/** A fleet of any number of hosts as the fleet process reports it: all entries there, but for what a test says is wrong. */
import { DestinationSet } from '../../../src/fleet/members/destinations.ts'
import type { ProbeDirection } from '../../../src/fleet/probe/directions.ts'
import type { FleetReport, NodeReport } from '../../../src/fleet/run/report.ts'
import { report, vtep } from '../members/report.ts'

/** What is wrong of some hosts, by their numbers, which begin with 0. */
export interface Wrong {
  /** Numbers of hosts whose entries the kernel of a host lacks. */
  readonly missing?: Readonly<Record<number, readonly number[]>>
  /** Hosts that say nothing, and those whose records are gone. */
  readonly silent?: readonly number[]
  readonly gone?: readonly number[]
  readonly vni?: number
  /** What probes show, by the numbers of sender and receiver: `3-4`. */
  readonly probes?: Readonly<Record<string, Partial<ProbeDirection>>>
}

export const nameOf = (number: number): string =>
  `rack${String(Math.floor(number / 20)).padStart(2, '0')}-h${String(number % 20).padStart(2, '0')}`
export const addressOf = (number: number): string => `10.1.${Math.floor(number / 250)}.${1 + (number % 250)}`

/** The report of a fleet with `count` hosts in one VNI. */
export function fleetOf(
  count: number,
  { missing = {}, silent = [], gone = [], vni = 42, probes = {} }: Wrong = {},
  parts: Partial<FleetReport> = {},
): FleetReport {
  const numbers = Array.from({ length: count }, (_, number) => number)
  const all = new DestinationSet(numbers.map(addressOf))
  const nodes = numbers.map((number): NodeReport => {
    const lacks = (missing[number] ?? []).map(addressOf)
    const [node, local] = [nameOf(number), addressOf(number)]
    const mac = `02:00:00:00:${(256 + (number >> 8)).toString(16).slice(1)}:${(256 + (number & 255)).toString(16).slice(1)}`
    const isGone = gone.includes(number)
    return {
      node,
      isSelf: number === 0,
      state: isGone ? 'gone' : 'present',
      ...(isGone && { goneSince: '2026-12-01T00:00:00.000Z', removedAt: '2026-12-01T00:05:00.000Z' }),
      record: {
        v: 1,
        id: node,
        instance: 'i',
        boot: 'b',
        agent: '0.1.0',
        vteps: [vtep({ vni, local, mac, link: 'vxlan0' })],
      },
      revision: 10,
      claims: [{ vni, address: local }],
      macs: [],
      ...(!silent.includes(number) &&
        !isGone && {
          says: {
            v: 1,
            applied: 10,
            mode: 'live',
            agent: '0.1.0',
            vnis: [
              {
                vni,
                hash: all.hashWithout([local, ...lacks]),
                missing: lacks.slice(0, 16),
                missingCount: lacks.length,
              },
            ],
            problems: [],
          },
        }),
    }
  })
  const directions = Object.entries(probes).map(([ends, probe]): ProbeDirection => {
    const [from = '', to = ''] = ends.split('-').map((end) => nameOf(Number(end)))
    const fresh = { witness: from, ageSeconds: 12, mostAgeSeconds: 40 }
    return { vni, from, to, way: 'overlay', state: 'reachable', ...fresh, ...probe }
  })
  return report({
    node: nameOf(0),
    nodes,
    probes: { isOn: true, every: 60, members: 3, without: [], directions, directionCount: directions.length },
    ...parts,
  })
}
