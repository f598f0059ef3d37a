/** `vxagent status`: whether the host has what is declared, and if not, why. */
import type { AgentStatus } from '../../agent/answers/status.ts'
import { paintFor } from '../colour.ts'
import { socketOf } from '../daemon.ts'
import { exitCodes } from '../exit-codes.ts'
import { type Flag, json, logLevel, socket, stateDir } from '../options.ts'
import { complain, hint, widthOf, write, writeJson } from '../output.ts'
import { watchOptions } from '../watch.ts'
import type { Command, ExitCode } from './command.ts'

const ignoreHealth: Flag = {
  name: 'ignore-health',
  description: 'exit with 0 when the host is as declared, whether or not the overlay carries traffic',
}

export const status: Command = {
  name: 'status',
  summary: 'Say whether the host is as declared and its overlay carries traffic, and if not, why',
  details:
    'Asks the daemon. Two verdicts: converged, whether the kernel has what is declared; and health, whether a check of vxagent doctor found a fault that concerns a declared link. Exit codes: 0 converged and no fault seen; 3 not converged (also while a change of the files is held, or a link waits to be deleted) or no daemon; 5 converged, but a fault was found; 1 error (such as no permission to ask it).',
  isWatchable: true,
  options: [ignoreHealth, ...watchOptions],
  commonOptions: [socket, stateDir, json, logLevel],
  examples: [
    ['$0 status', 'every link, its state and the reason for it'],
    ['$0 status --json | jq .objects', 'for a script'],
    ['until $0 status --ignore-health >/dev/null; do sleep 1; done', 'wait until the links are as declared'],
  ],

  async run(input, io): Promise<ExitCode> {
    const { AgentUnreachable, requestAgent } = await import('../../agent/ask/request.ts')
    let answer: AgentStatus
    try {
      answer = await requestAgent<AgentStatus>(await socketOf(input), 'GET', '/v1/status')
    } catch (error) {
      if (error instanceof AgentUnreachable && error.code !== 'EACCES') {
        await complain(io, `vxagent: ${error.message}`)
        return exitCodes.notConverged
      }
      throw error
    }
    if (input.has(json)) {
      await writeJson(io.stdout, answer)
    } else {
      const [{ readLinks }, { statusLines }] = await Promise.all([import('../kernel.ts'), import('../views/status.ts')])
      // What the daemon says stands by itself, as where a container may ask it but not the kernel.
      const kernel = await readLinks().catch(() => undefined)
      const paint = paintFor(io.stdout, io.env)
      await write(io.stdout, statusLines(answer, { kernel, paint, width: widthOf(io.stdout), now: new Date() }))
      const { statusHint } = await import('../views/hints.ts')
      await hint(io, statusHint(answer))
    }
    if (!answer.converged) {
      return exitCodes.notConverged
    }
    const isImpaired = answer.health?.verdict === 'impaired' && !input.has(ignoreHealth)
    return isImpaired ? exitCodes.impaired : exitCodes.ok
  },
}
