/** Metrics of probes through the overlay, for each VNI that is probed: at most 256 of them. Absent where there are none, or nobody says any more what they came to. */
import { Counter, Gauge, type Registry } from 'prom-client'
import type { AgentStatus } from '../../answers/status.ts'

const states = ['reachable', 'unreachable', 'unknown'] as const

/** Gives what reads them from a status. */
export function probeMetrics(registry: Registry): (status: Pick<AgentStatus, 'fleet'>) => void {
  const registers = [registry]
  const members = new Gauge({
    name: 'vxagent_probe_members',
    help: 'Other members of a VNI by what the last probe of each came to: reachable, unreachable (none of the last was answered), unknown (no fresh result).',
    labelNames: ['vni', 'state'] as const,
    registers,
  })
  const smaller = new Gauge({
    name: 'vxagent_probe_members_smaller',
    help: 'Of the reachable members, those to or from which a packet of the full size does not pass.',
    labelNames: ['vni'] as const,
    registers,
  })
  const counter = (name: string, help: string): Counter<'vni'> =>
    new Counter({ name: `vxagent_probe_${name}_total`, help, labelNames: ['vni'] as const, registers })
  const sent = counter(
    'sent',
    'Probes sent since the fleet process started, those that look for the size that passes left out.',
  )
  const answered = counter('answered', 'Of those, the ones that were answered in time.')
  const roundTrip = counter(
    'round_trip_seconds',
    'Sum of the round trips of those that were answered: divided by their number, the mean.',
  )
  const requests = new Counter({
    name: 'vxagent_probe_requests_total',
    help: 'Probes of others since the fleet process started: answered, or refused for what they are, whom they are of, or their rate.',
    labelNames: ['result'] as const,
    registers,
  })
  return ({ fleet }) => {
    const probes = fleet?.heard?.probes
    for (const each of [members, smaller, sent, answered, roundTrip, requests]) {
      each.reset()
    }
    if (probes === undefined) {
      return
    }
    for (const each of probes.vnis) {
      const vni = `${each.vni}`
      for (const state of states) {
        members.set({ vni, state }, each[state])
      }
      smaller.set({ vni }, each.smaller)
      sent.inc({ vni }, each.sent)
      answered.inc({ vni }, each.answered)
      roundTrip.inc({ vni }, each.roundTripSeconds)
    }
    requests.inc({ result: 'answered' }, probes.answeredRequests)
    requests.inc({ result: 'refused' }, probes.refusedRequests)
  }
}
