/** Leaving work to the daemon, where one runs. */
import { resolve } from 'node:path'
import type { AgentStatus } from '../agent/model/status.ts'
import type { Input } from './input.ts'
import { socket, stateDir } from './options.ts'

/** What the daemon answers; undefined when none runs. Rejects as `requestAgent` does. */
export async function byDaemon<T>(input: Input, ask: (socket: string) => Promise<T>): Promise<T | undefined> {
  const { AgentUnreachable } = await import('../agent/api/request.ts')
  try {
    return await ask(input.value(socket))
  } catch (error) {
    if (error instanceof AgentUnreachable && (error.code === 'ENOENT' || error.code === 'ECONNREFUSED')) {
      return undefined
    }
    throw error
  }
}

/** The daemon has its own state directory, so being asked to work in one is an error: two at work on one host would undo each other's work. */
export async function refuseStateDir(input: Input, path: string): Promise<void> {
  if (input.givenIn(stateDir) === 'command line') {
    const { pid } = await statusOfDaemon(path)
    throw new Error(
      `the daemon (pid ${pid}) is running and has a state directory of its own; leave --state-dir out, or stop the daemon first`,
    )
  }
}

export async function statusOfDaemon(path: string): Promise<AgentStatus> {
  const { requestAgent } = await import('../agent/api/request.ts')
  return requestAgent<AgentStatus>(path, 'GET', '/v1/status')
}

/** Whether these are the files that the daemon keeps. */
export function isKeptBy({ desired }: AgentStatus, path: string): boolean {
  return resolve(path) === resolve(desired.path)
}
