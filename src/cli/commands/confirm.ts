/** `vxagent confirm`: keep the state on trial. */
import { resolve } from 'node:path'
import type { DesiredStatus } from '../../agent/answers/desired-status.ts'
import type { ApplyReport } from '../../agent/answers/status.ts'
import { byDaemon } from '../daemon.ts'
import { exitCodes } from '../exit-codes.ts'
import type { Input } from '../input.ts'
import { logOfCommand } from '../log.ts'
import { desired, json, logLevel, socket, stateDir } from '../options.ts'
import { type Io, write, writeJson } from '../output.ts'
import { enforcedSentence } from '../views/enforced-state.ts'
import type { Command } from './command.ts'

export const confirm: Command = {
  name: 'confirm',
  summary: 'Keep the state that vxagent apply --confirm put on trial',
  details:
    'Where the daemon runs, it is asked; where it does not, the state directory is enough. Exit codes: 0 confirmed, 1 no state is on trial, the window has ended, or an error.',
  working: 'confirming',
  options: [],
  commonOptions: [stateDir, socket, json, logLevel],
  examples: [
    ['$0 confirm', 'all is well: keep it'],
    ['$0 apply --confirm 60 && ping -c 3 10.0.1.254 && $0 confirm', 'keep it only if the other side answers'],
  ],

  async run(input, io) {
    const status = (await byDaemon(input, confirmByDaemon)) ?? (await confirmHere(input, io))
    if (input.has(json)) {
      await writeJson(io.stdout, status)
    } else {
      await write(io.stdout, `${enforcedSentence(status, new Date()) ?? 'Confirmed: the state stays in force.'}\n`)
    }
    return exitCodes.ok
  },
}

async function confirmByDaemon(path: string): Promise<DesiredStatus> {
  const { requestAgent } = await import('../../agent/ask/request.ts')
  const { status } = await requestAgent<ApplyReport>(path, 'POST', '/v1/confirm')
  return status.desired
}

async function confirmHere(input: Input, io: Io): Promise<DesiredStatus> {
  const [{ confirmOnce }, { version }] = await Promise.all([
    import('../../agent/run/one-shot.ts'),
    import('../version.ts'),
  ])
  const log = await logOfCommand(input, io)
  return confirmOnce({ desired: input.value(desired), stateDir: resolve(input.value(stateDir)), version, log })
}
