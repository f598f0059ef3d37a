/** Asking the fleet process, for the commands of `vxagent fleet`. */
import type { Service } from '../agent/ask/request.ts'
import type { FleetReport, NoFleet } from '../fleet/run/report.ts'
import type { ExitCode } from './commands/command.ts'
import { exitCodes } from './exit-codes.ts'
import { fleetSocket } from './fleet-options.ts'
import type { Input } from './input.ts'
import { json } from './options.ts'
import { complain, type Io, writeJson } from './output.ts'
import { printable } from './printable.ts'

const fleetProcess: Service = {
  name: 'the fleet process',
  refuser: 'the fleet process',
  absent: {
    ENOENT:
      'the fleet process is not running (no such socket); start it with systemctl enable --now vxagent-fleet, or vxagent fleet-agent',
    ECONNREFUSED:
      'the fleet process is not running (nobody listens there); start it with systemctl enable --now vxagent-fleet, or vxagent fleet-agent',
  },
}

/** Its answer. Rejects as `requestAgent` does. */
export async function askFleet<T>(input: Input, method: 'GET' | 'POST', path: string, sent?: unknown): Promise<T> {
  const { requestAgent } = await import('../agent/ask/request.ts')
  return requestAgent<T>(input.value(fleetSocket), method, path, sent, fleetProcess)
}

/** What it says of the fleet. Rejects as `requestAgent` does. */
export function askReport(input: Input): Promise<FleetReport | NoFleet> {
  return askFleet<FleetReport | NoFleet>(input, 'GET', '/v1/fleet')
}

/** Why there is no fleet to speak of, as a sentence. */
export function noFleetSentence({ noFleet }: NoFleet): string {
  return `this host is in no fleet: ${noFleet}`
}

/**
 * Shows the report; where there is none, says why, with the exit code of a host that is not as it should be. Rejects when this user may not
 * ask, and when the fleet process answers with an error.
 */
export async function withReport(
  input: Input,
  io: Io,
  show: (report: FleetReport) => Promise<ExitCode>,
): Promise<ExitCode> {
  const { AgentUnreachable } = await import('../agent/ask/request.ts')
  let answer: FleetReport | NoFleet
  try {
    answer = await askReport(input)
  } catch (error) {
    if (error instanceof AgentUnreachable && error.code !== 'EACCES') {
      await complain(io, `vxagent: ${printable(error.message)}`)
      return exitCodes.notConverged
    }
    throw error
  }
  if (!('noFleet' in answer)) {
    return show(answer)
  }
  if (input.has(json)) {
    await writeJson(io.stdout, answer)
  } else {
    await complain(io, `vxagent: ${printable(noFleetSentence(answer))}`)
  }
  return exitCodes.notConverged
}
