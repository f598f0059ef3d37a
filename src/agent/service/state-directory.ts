/** The state directory: ours alone, and used by one agent at a time. */
import { closeSync, constants, ftruncateSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { makeDirectory, openToWrite, readTextFile } from './files.ts'
import { tryLock } from './libc.ts'
import { StartupError } from './startup-error.ts'

/** Another process has it. */
export class StateDirectoryInUse extends StartupError {
  /** @param holder its process id; empty where it has not written it yet */
  constructor(
    path: string,
    readonly holder: string,
  ) {
    super(
      `the state directory ${path} is in use by another vxagent${holder === '' ? '' : ` (pid ${holder})`}; stop it first, or choose another directory with --state-dir`,
    )
  }
}

/** Held until `release`, or until the process ends in whatever way. */
export interface StateDirectoryLock {
  release(): void
}

/**
 * Makes the directory if it is missing (mode 0700) and locks it. Throws StartupError when it cannot be written,
 * StateDirectoryInUse when another process holds it.
 */
export function lockStateDirectory(path: string): StateDirectoryLock {
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
    const holder = (readTextFile(lockFile) ?? '').trim()
    closeSync(fd)
    throw new StateDirectoryInUse(path, holder)
  }
  ftruncateSync(fd)
  writeSync(fd, `${process.pid}\n`)
  return { release: () => closeSync(fd) }
}
