/** `vxagent doctor`: what keeps the overlay from carrying traffic, as far as this host sees. */
import type { HealthReport } from '../../agent/answers/health.ts'
import { paintFor } from '../colour.ts'
import { didYouMean } from '../did-you-mean.ts'
import { exitCodes } from '../exit-codes.ts'
import { json, logLevel, socket } from '../options.ts'
import { widthOf, write, writeJson } from '../output.ts'
import { byDaemonOr } from '../overlay.ts'
import { printable } from '../printable.ts'
import { UsageError } from '../usage-error.ts'
import { watchOptions } from '../watch.ts'
import type { Command } from './command.ts'

export const doctor: Command = {
  name: 'doctor',
  // yargs takes LINK|VTEP for one argument with two names, and gives it under both.
  operands: {
    name: 'SUBJECT',
    description: 'findings about this vxlan, VTEP, group or MAC address only',
    suggestion: 'link',
  },
  summary: 'Run every health check, and say what is wrong, what it means and what to do',
  details:
    'Checks the underlay device, source address, routes, next hops, multicast groups, counters, MTUs and doubled addresses of every vxlan on this host, declared or not, and says of each check what it looked at. It sends nothing, and names what cannot be seen from this host. Asks the daemon, which has watched the counters; without one reads the kernel twice within two seconds. Exit codes: 0 no fault seen, warnings or not; 5 a fault; 1 error.',
  working: 'checking',
  isWatchable: true,
  options: [...watchOptions],
  commonOptions: [socket, json, logLevel],
  examples: [
    ['$0 doctor', 'the whole overlay'],
    ['$0 doctor vxlan0', 'one link'],
    ['$0 doctor 10.0.2.254', 'one VTEP'],
    ["$0 doctor --json | jq '.checks[].findings[]'", 'for a script'],
  ],

  async run(input, io) {
    const [subject, ...more] = input.operands
    if (more.length > 0) {
      throw new UsageError('say one link, VTEP or MAC address, or none')
    }
    const { answer, isOfDaemon } = await byDaemonOr<HealthReport>(input, '/v1/health', async () => {
      const { examineHealth } = await import('../../agent/run/look.ts')
      return examineHealth()
    })
    const { narrowed } = await import('../../agent/insight/health/report.ts')
    if (subject !== undefined && !isLookedAt(subject, answer)) {
      const known = [...answer.links, ...answer.vteps]
      throw new Error(
        `no check looks at ${printable(subject)}: it is no vxlan or VTEP of this host${didYouMean(subject, known)}; vxagent tunnels shows which there are, and vxagent status why a declared one is not`,
      )
    }
    const report = subject === undefined ? answer : narrowed(answer, subject)
    if (input.has(json)) {
      await writeJson(io.stdout, report)
    } else {
      const { doctorLines } = await import('../views/doctor.ts')
      const view = { paint: paintFor(io.stdout, io.env), width: widthOf(io.stdout), now: new Date(), isOfDaemon }
      await write(io.stdout, doctorLines(report, view))
    }
    return report.faults > 0 ? exitCodes.impaired : exitCodes.ok
  },
}

/** Whether the checks look at it, so that no finding about it means something. Any MAC address may turn up in a table. */
function isLookedAt(subject: string, { links, vteps, checks }: HealthReport): boolean {
  return (
    links.includes(subject) ||
    vteps.includes(subject) ||
    /^([0-9a-f]{2}:){5}[0-9a-f]{2}$/.test(subject) ||
    checks.some(({ findings }) => findings.some((finding) => finding.links.includes(subject)))
  )
}
