/** The state directory: ours alone, and used by one agent at a time. */
import { closeSync, constants, ftruncateSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { makeDirectory, openToWrite, readTextFile } from './files.ts'
import { tryLock } from './libc.ts'
import { StartupError } from './startup-error.ts'

/** Who holds a state directory, or held it last: what its lock file says. */
export interface StateDirectoryHolder {
  /** Its process id; undefined when it has not written it yet. */
  readonly pid: string | undefined
  /** Where it is asked; undefined for a command, which nobody asks. */
  readonly socket: string | undefined
}

/** Who it is, in words: `the daemon at /run/vxagent/vxagent.sock (pid 4711)`. */
export function describeHolder({ pid, socket }: StateDirectoryHolder): string {
  return `${socket === undefined ? 'another vxagent' : `the daemon at ${socket}`}${pid === undefined ? '' : ` (pid ${pid})`}`
}

/** Another process has it. */
export class StateDirectoryInUse extends StartupError {
  constructor(
    readonly path: string,
    readonly holder: StateDirectoryHolder,
  ) {
    super(
      `the state directory ${path} is in use by ${describeHolder(holder)}; stop it first, or choose another directory with --state-dir`,
    )
  }
}

/** What the lock file says. It stays when its writer ends, so whether that one still runs is to be asked of itself. */
export function readHolder(path: string): StateDirectoryHolder {
  const [pid = '', socket = ''] = (readTextFile(join(path, 'lock')) ?? '').split('\n')
  return { pid: /^\d{1,10}$/.test(pid) ? pid : undefined, socket: socket.startsWith('/') ? socket : undefined }
}

/** Held until `release`, or until the process ends in whatever way. */
export interface StateDirectoryLock {
  release(): void
}

/**
 * Makes the directory if it is missing (mode 0700) and locks it. Throws StartupError when it cannot be written,
 * StateDirectoryInUse when another process holds it.
 * @param socket where the daemon that locks it is asked
 */
export function lockStateDirectory(path: string, socket?: string): StateDirectoryLock {
  const lockFile = join(path, 'lock')
  let fd: number
  try {
    makeDirectory(path, 0o700)
    fd = openToWrite(lockFile, constants.O_RDWR | constants.O_APPEND, 0o600)
  } catch (error) {
    throw new StartupError(
      `cannot write to the state directory ${path}: ${(error as Error).message}; choose another with --state-dir, or run as a user who may write there`,
      { cause: error },
    )
  }
  if (!tryLock(fd)) {
    closeSync(fd)
    throw new StateDirectoryInUse(path, readHolder(path))
  }
  ftruncateSync(fd)
  writeSync(fd, `${process.pid}\n${socket === undefined ? '' : `${socket}\n`}`)
  return { release: () => closeSync(fd) }
}
