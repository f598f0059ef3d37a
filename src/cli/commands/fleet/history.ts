/** `vxagent fleet history`: what was pushed, by whom and when. */
import { paintFor } from '../../colour.ts'
import { exitCodes } from '../../exit-codes.ts'
import { operatorOptions, withStore } from '../../operator.ts'
import { desired, json, logLevel, maxFileSize } from '../../options.ts'
import { widthOf, write, writeJson } from '../../output.ts'
import { readFileName } from '../../push-options.ts'
import type { Command } from '../command.ts'

export const fleetHistory: Command = {
  name: 'fleet history',
  operands: { name: 'NAME', description: 'the pushed file; without it, how all of them stand on their hosts' },
  summary: 'Show what was pushed to the fleet: each revision, by whom and when',
  details:
    'Reads etcd, with the certificate of an operator or of a host of the fleet. PUSHED is the time by the clock of the machine that pushed; the order is that of the store. The last 32 revisions of a file are kept, with their texts (--json). Exit codes: 0 done, 1 error, such as a file that was never pushed.',
  working: 'asking etcd',
  options: operatorOptions,
  commonOptions: [desired, maxFileSize, json, logLevel],
  examples: [
    ['$0 fleet history --cert ops.crt --key ops.key', 'each file with the hosts that have not taken it'],
    ['$0 fleet history tenants.yaml --cert ops.crt --key ops.key', 'the revisions of one file'],
  ],

  run: (input, io) =>
    withStore(input, async (open) => {
      const { historyOf, lastPush, reports } = await import('../../../fleet/operate/push-history.ts')
      const { historyLines, pushReportLines, standingLines } = await import('../../views/fleet-push.ts')
      const view = { paint: paintFor(io.stdout, io.env), width: widthOf(io.stdout) }
      if (input.operands.length === 0) {
        const all = await reports(open)
        if (input.has(json)) {
          await writeJson(io.stdout, all)
        } else {
          const nothing = all.length === 0 ? ['No file was pushed to this fleet.\n'] : []
          await write(io.stdout, [...nothing, ...pushReportLines(all, view.paint)])
        }
        return exitCodes.ok
      }
      const name = readFileName(input.operands)
      await lastPush(open, name)
      const [history, [now]] = await Promise.all([historyOf(open, name), reports(open, name)])
      if (input.has(json)) {
        await writeJson(io.stdout, { name, revisions: history, now })
      } else {
        await write(io.stdout, historyLines(history, view))
        await write(io.stdout, ['\n', ...standingLines(now?.hosts ?? [], view)])
      }
      return exitCodes.ok
    }),
}
