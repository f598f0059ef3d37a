/** Daemons beside the one that a command means: a link that is not in its record may be theirs. */
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { AgentStatus } from '../agent/answers/status.ts'
import type { MeantAgent } from './daemon.ts'

/** A daemon, and the socket at which it answers. */
export interface OtherDaemon {
  readonly socket: string
  readonly status: Pick<AgentStatus, 'pid' | 'stateDir'>
}

/** __SO_ACCEPTCON: the socket is listened at. Source: unix_seq_show(), net/unix/af_unix.c. */
const listening = 0x10000
const stream = 1

/**
 * Paths of sockets at which programs listen.
 * @param table /proc/net/unix, which has those of one network namespace: that of the links
 */
export function listeningPaths(table: string): string[] {
  return table.split('\n').flatMap((line) => {
    const [, , , flags = '', type = '', , , ...path] = line.trim().split(/ +/)
    const isListening = (Number.parseInt(flags, 16) & listening) !== 0 && Number.parseInt(type, 16) === stream
    return isListening && path[0]?.startsWith('/') === true ? [path.join(' ')] : []
  })
}

/** The daemons of this network namespace that keep another state directory than `meant`, as far as this user may ask them. */
export async function otherDaemons(
  { socket, stateDir }: MeantAgent,
  table = readTable(),
): Promise<readonly OtherDaemon[]> {
  const { requestAgent } = await import('../agent/ask/request.ts')
  // A daemon keeps `state.json` beside its socket. Other programs are not asked.
  const paths = listeningPaths(table).filter((path) => path !== socket && existsSync(join(dirname(path), 'state.json')))
  const found = await Promise.all(
    paths.map(async (path): Promise<OtherDaemon | undefined> => {
      const status = await requestAgent<AgentStatus>(path, 'GET', '/v1/status').catch(() => undefined)
      return status?.stateDir === undefined ? undefined : { socket: path, status }
    }),
  )
  return found.filter((daemon) => daemon !== undefined).filter(({ status }) => status.stateDir !== stateDir)
}

/** How the one is asked that may have made a link which another record does not have; undefined when there is none. */
export function otherDaemonsHint(daemons: readonly OtherDaemon[]): string | undefined {
  const named = daemons.map(
    ({ socket, status: { pid, stateDir } }) =>
      `the daemon at ${socket} (pid ${pid}), which keeps ${stateDir}: vxagent status --socket ${socket}`,
  )
  return named.length === 0 ? undefined : `another vxagent runs here and may have created it: ${named.join('; ')}`
}

/** After a conflict with a link that may be another daemon's. */
export async function conflictHint(
  found: readonly { readonly kind: string }[],
  agent: MeantAgent,
): Promise<string | undefined> {
  return found.some(({ kind }) => kind === 'conflict') ? otherDaemonsHint(await otherDaemons(agent)) : undefined
}

function readTable(): string {
  try {
    return readFileSync('/proc/net/unix', 'utf8')
  } catch {
    return ''
  }
}
