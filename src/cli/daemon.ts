/**
 * Which agent a command means: the one rule by which --socket and --state-dir are understood. docs/guides/operations.md states it.
 *
 * A daemon and its state directory belong together, so either of them names the agent: with --socket it is the daemon there, with
 * --state-dir the one that keeps that directory, with neither the daemon at the default socket. Where no daemon runs, the command does
 * the work itself, in the state directory. Where both are named, or a daemon runs that keeps another directory, the command refuses: two
 * agents at work on one host would undo each other's work, and what one would do is not what the other's record says. It refuses, too,
 * where --socket alone is given and no daemon answers there: a mistyped path must not mean the default state directory.
 */
import { statSync } from 'node:fs'
import { resolve } from 'node:path'
import type { AgentStatus } from '../agent/answers/status.ts'
import type { Input } from './input.ts'
import { socket, stateDir } from './options.ts'

/** The agent that a command means. */
export interface MeantAgent {
  /** Where its daemon is, if one runs. */
  readonly socket: string
  /** The state directory, an absolute path. */
  readonly stateDir: string
}

/**
 * The agent that the options mean. Rejects with an error that names the daemon when --state-dir is not the directory of the daemon that
 * runs, and as `requestAgent` does.
 */
export async function meantAgent(input: Input): Promise<MeantAgent> {
  const path = await socketOf(input)
  if (input.givenIn(stateDir) !== undefined) {
    return { socket: path, stateDir: resolve(input.value(stateDir)) }
  }
  const daemon = await daemonAtSocket(input)
  return { socket: path, stateDir: daemon?.stateDir ?? resolve(input.value(stateDir)) }
}

/**
 * The state directory itself, whichever daemon runs, for a command that works on what its record says: the one that is given, or else that
 * of the daemon. Rejects as `requestAgent` does.
 */
export async function namedStateDir(input: Input): Promise<string> {
  const daemon = input.givenIn(stateDir) === undefined ? await daemonAtSocket(input) : undefined
  return daemon?.stateDir ?? resolve(input.value(stateDir))
}

/**
 * The socket of the agent that the options mean, whether or not a daemon runs there. Rejects as `meantAgent` does; asks nobody unless
 * --state-dir is given.
 */
export async function socketOf(input: Input): Promise<string> {
  const here = input.value(socket)
  if (input.givenIn(stateDir) === undefined) {
    return here
  }
  const wanted = resolve(input.value(stateDir))
  const daemon = await statusAt(here)
  if (daemon !== undefined && isSame(daemon.stateDir, wanted)) {
    return here
  }
  const keeper = await socketOfKeeper(wanted)
  if (keeper !== undefined && input.givenIn(socket) === undefined) {
    return keeper
  }
  if (daemon !== undefined) {
    throw new Error(
      `${describeDaemon(here, daemon)} keeps the state directory ${daemon.stateDir}, not ${wanted}; ${remedy(input, keeper)}`,
    )
  }
  return here
}

function remedy(input: Input, keeper: string | undefined): string {
  const name = input.givenIn(stateDir) === 'environment' ? stateDir.variable : `--${stateDir.name}`
  const leaveOut = `leave ${name} out to ask this daemon`
  return keeper === undefined
    ? `${leaveOut}, or stop it first`
    : `${leaveOut}, or give --${socket.name} ${keeper} for the one that keeps that directory`
}

/** What the daemon answers; undefined when none runs. Rejects as `meantAgent` and `requestAgent` do. */
export async function byDaemon<T>(input: Input, ask: (socket: string) => Promise<T>): Promise<T | undefined> {
  const path = await socketOf(input)
  try {
    return await ask(path)
  } catch (error) {
    const isAbsent = await meansNoDaemon(input, error, withStateDir)
    if (isAbsent) {
      return undefined
    }
    throw error
  }
}

/** How a command that needs a state directory goes on without a daemon, for `meansNoDaemon`. */
const withStateDir = `give --${stateDir.name} to work without a daemon`

/**
 * Whether an error of `requestAgent` means that no daemon runs, and the command may do without. Rejects where the socket is what says
 * which agent is meant.
 * @param otherwise what to do to go on without a daemon
 */
export async function meansNoDaemon(input: Input, error: unknown, otherwise: string): Promise<boolean> {
  const { AgentUnreachable } = await import('../agent/ask/request.ts')
  const reasons = new Map([
    ['ENOENT', 'there is no such socket'],
    ['ECONNREFUSED', 'nobody listens there'],
  ])
  const reason = error instanceof AgentUnreachable ? reasons.get(error.code) : undefined
  const origin = input.givenIn(socket)
  if (reason !== undefined && origin !== undefined && input.givenIn(stateDir) === undefined) {
    const name = origin === 'environment' ? socket.variable : `--${socket.name}`
    throw new Error(
      `no daemon answers at ${input.value(socket)}, as ${name} says: ${reason}; correct the path, start the daemon, or ${otherwise}`,
      { cause: error },
    )
  }
  return reason !== undefined
}

/** Rejects where --socket is given and no daemon answers there. One that is not given may be of a daemon that is to be started yet. */
export async function requireNamedDaemon(input: Input): Promise<void> {
  if (input.givenIn(socket) !== undefined) {
    await statusOfDaemon(input.value(socket)).catch((error: unknown) =>
      meansNoDaemon(input, error, `leave --${socket.name} out for the daemon at ${socket.fallback}`),
    )
  }
}

/** The daemon at the socket that the options name, where that says which agent is meant. Rejects as `meansNoDaemon` does. */
async function daemonAtSocket(input: Input): Promise<AgentStatus | undefined> {
  try {
    return await statusOfDaemon(input.value(socket))
  } catch (error) {
    const isAbsent = await meansNoDaemon(input, error, withStateDir)
    if (isAbsent || isForbidden(error)) {
      return undefined
    }
    throw error
  }
}

/** Whether this user may not ask the daemon. */
function isForbidden(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EACCES'
}

export async function statusOfDaemon(path: string): Promise<AgentStatus> {
  const { requestAgent } = await import('../agent/ask/request.ts')
  return requestAgent<AgentStatus>(path, 'GET', '/v1/status')
}

/** Which daemon it is, for an error. */
export function describeDaemon(path: string, { pid }: AgentStatus): string {
  return `the daemon at ${path} (pid ${pid})`
}

/** Whether these are the files that the daemon keeps. */
export function isKeptBy({ desired }: AgentStatus, path: string): boolean {
  return resolve(path) === resolve(desired.path)
}

/** Undefined when no daemon runs there, or this user may not ask it. */
async function statusAt(path: string): Promise<AgentStatus | undefined> {
  const { AgentUnreachable } = await import('../agent/ask/request.ts')
  try {
    return await statusOfDaemon(path)
  } catch (error) {
    if (error instanceof AgentUnreachable && ['ENOENT', 'ECONNREFUSED', 'EACCES'].includes(error.code)) {
      return undefined
    }
    throw error
  }
}

/** Where the daemon is asked that keeps a state directory: its lock names it, and it says so itself. */
async function socketOfKeeper(directory: string): Promise<string | undefined> {
  const { readHolder } = await import('../agent/host/state-directory.ts')
  try {
    const { socket: path } = readHolder(directory)
    const daemon = path === undefined ? undefined : await statusAt(path)
    return daemon !== undefined && isSame(daemon.stateDir, directory) ? path : undefined
  } catch {
    // A directory that this user may not read, or whose lock is no file: what is done there says so.
    return undefined
  }
}

/** Whether two paths are of one directory, by whatever name. */
function isSame(one: string, other: string): boolean {
  if (resolve(one) === resolve(other)) {
    return true
  }
  try {
    const [a, b] = [statSync(one), statSync(other)]
    return a.dev === b.dev && a.ino === b.ino
  } catch {
    return false
  }
}
