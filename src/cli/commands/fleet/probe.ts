/** `vxagent fleet probe`: probes the other members now, and says what passes in each direction. */
import { setTimeout as delay } from 'node:timers/promises'
import type { ProbeChoice, ProbeOrder, ProbeResult } from '../../../fleet/run/probe-parts.ts'
import type { FleetReport } from '../../../fleet/run/report.ts'
import { paintFor } from '../../colour.ts'
import { exitCodes } from '../../exit-codes.ts'
import { askFleet, askReport, withReport } from '../../fleet.ts'
import { fleetSocket } from '../../fleet-options.ts'
import type { Input } from '../../input.ts'
import { json, logLevel, type ValueOption, wholeNumber } from '../../options.ts'
import { widthOf, write, writeJson } from '../../output.ts'
import { UsageError } from '../../usage-error.ts'
import type { Command } from '../command.ts'

const size: ValueOption<number | undefined> = {
  name: 'size',
  placeholder: 'BYTES',
  description: 'size of the large probe, an IP packet in the overlay; by default the MTU of the link',
  fallback: undefined,
  read: wholeNumber(100, 65_535),
}
const count: ValueOption<number> = {
  name: 'count',
  placeholder: 'N',
  description: 'small probes to each member, from which loss and round trip come',
  fallback: 5,
  read: wholeNumber(1, 20),
}

/** So many members at a time: the fleet process takes no more in one order. */
const atOnce = 16

/** Who did not answer may have heard: what it says in the store is waited for, and looked at as often. */
const wordMs = 2_500
const mostWords = 12

export const fleetProbe: Command = {
  name: 'fleet probe',
  operands: {
    name: 'SUBJECT',
    description: 'a member, or a VNI: all of its members. Default: all members of all VNIs',
  },
  summary: 'Probe the other members through the overlay, and say what passes in each direction',
  details:
    'For root, or the user that the fleet process runs as. A probe is a UDP packet from an address of this host in the overlay to one of the other: it goes through the vxlan of both kernels. Each member is sent small ones, then one as large as the VNI carries, in each direction; where that one does not pass, the largest size that does is looked for. An answer shows that both directions work. Of a member that does not answer, what it says in the store tells whether it has heard the probes; without its word the direction is unknown. Members of earlier versions, with probe: off, or whose link has no address that probes could go to do not answer. Exit codes: 0 every member is reachable in both directions, and the full size passes; 3 otherwise, also when some do not answer probes; 1 error.',
  working: 'probing',
  options: [size, count, fleetSocket],
  commonOptions: [json, logLevel],
  examples: [
    ['sudo $0 fleet probe', 'all members of all VNIs of this host'],
    ['sudo $0 fleet probe ubuntu --count 20', 'one member: loss and round trip of 20 probes'],
    ['sudo $0 fleet probe 42 --size 1400', 'whether 1400 bytes pass to all members of VNI 42'],
  ],

  async run(input, io) {
    const subject = subjectOf(input)
    const choice = await askFleet<ProbeChoice>(input, 'POST', '/v1/probe/choice')
    const chosen = narrowed(choice, subject)
    const results = await probeAll(input, chosen)
    if (results.some(({ state }) => state !== 'up')) {
      await untilClear(input, results)
    }
    return withReport(input, io, async (report: FleetReport) => {
      const { areAllWell, probeRows, probeLines } = await import('../../views/fleet-probe.ts')
      const rows = probeRows(report, results, chosen.silent)
      if (input.has(json)) {
        await writeJson(io.stdout, { node: report.node, directions: rows, without: chosen.without })
      } else {
        await write(
          io.stdout,
          probeLines(rows, chosen.without, { paint: paintFor(io.stdout, io.env), width: widthOf(io.stdout) }),
        )
      }
      return areAllWell(rows) ? exitCodes.ok : exitCodes.notConverged
    })
  },
}

function subjectOf({ operands }: Input): string | undefined {
  if (operands.length > 1) {
    throw new UsageError('fleet probe takes one NODE or VNI at most')
  }
  return operands[0]
}

/** The part of it that is about a member, or a VNI. To probe nothing would be to say that all is well. */
function narrowed(choice: ProbeChoice, subject: string | undefined): ProbeChoice {
  if (!choice.isOn) {
    throw new Error('probes are off on this host: remove probe: off from the fleet: section of its file')
  }
  const isNode = [...choice.targets, ...choice.silent].some(({ node }) => node === subject)
  const vni = isNode || subject === undefined || !/^\d+$/.test(subject) ? undefined : Number(subject)
  const isMeant = (each: { readonly vni: number; readonly node: string }): boolean =>
    subject === undefined || (isNode ? each.node === subject : each.vni === vni)
  const chosen = {
    ...choice,
    targets: choice.targets.filter(isMeant),
    silent: choice.silent.filter(isMeant),
    without: isNode ? [] : choice.without.filter((each) => subject === undefined || each.vni === vni),
  }
  if (chosen.targets.length + chosen.silent.length === 0) {
    const [first] = chosen.without
    throw new Error(
      first !== undefined
        ? `there is nobody to probe: ${first.link}: ${first.why}`
        : subject === undefined
          ? 'there is nobody to probe: no other member has a VNI of this host; vxagent fleet nodes shows the members'
          : `there is no other member ${subject}, and no VNI ${subject} with one, that this host floods to; vxagent fleet nodes shows the members`,
    )
  }
  return chosen
}

async function probeAll(input: Input, { targets, perSecond }: ProbeChoice): Promise<ProbeResult[]> {
  const results: ProbeResult[] = []
  const wanted = input.value(size)
  const vnis = new Map<number, string[]>()
  for (const { vni, node } of targets) {
    vnis.set(vni, [...(vnis.get(vni) ?? []), node])
  }
  for (const [vni, nodes] of vnis) {
    const pause = 1000 / (perSecond[vni] ?? 1)
    const batch = Math.max(1, Math.min(atOnce, perSecond[vni] ?? 1))
    for (let first = 0; first < nodes.length; first += batch) {
      const some = nodes.slice(first, first + batch)
      const order: ProbeOrder = {
        vni,
        nodes: some,
        count: input.value(count),
        ...(wanted !== undefined && { size: wanted }),
      }
      const [answers] = await Promise.all([
        askFleet<ProbeResult[]>(input, 'POST', '/v1/probe', order),
        first + batch < nodes.length ? delay(pause * some.length) : undefined,
      ])
      results.push(...answers)
    }
  }
  return results
}

/** Waits until each member that did not answer has said whether it heard, or long enough. */
async function untilClear(input: Input, results: readonly ProbeResult[]): Promise<void> {
  const silent = new Set(results.flatMap(({ vni, node, state }) => (state === 'up' ? [] : [`${vni} ${node}`])))
  for (let word = 0; word < mostWords; word += 1) {
    await delay(wordMs)
    const report = await askReport(input)
    const isOpen =
      !('noFleet' in report) &&
      report.probes.directions.some(
        ({ vni, from, to, isOpen: open }) =>
          open === true && (silent.has(`${vni} ${from}`) || silent.has(`${vni} ${to}`)),
      )
    if (!isOpen) {
      return
    }
  }
}
