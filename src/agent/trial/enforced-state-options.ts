/** How the state in force is decided, and of what. */
import type { Logger } from 'pino'
import type { Clock } from '../host/clock.ts'
import type { DeletionPolicy } from './deletion-policy.ts'
import type { DesiredFilesOptions } from './desired-files.ts'
import type { FilesReading } from './files-reading.ts'

export interface EnforcedStateOptions extends DesiredFilesOptions {
  /** Must be this process's alone as long as anything is changed. */
  readonly stateDir: string
  readonly log: Logger
  readonly clock?: Clock
  /** Whether what is wrong with the files goes to the log; false where whoever asked is told. */
  readonly logsIssues?: boolean
  /** When deletions wait that the files ask for; undefined: never. */
  readonly deletions?: DeletionPolicy
  /** Names of the links that vxagent has made. */
  readonly madeLinks?: () => readonly string[]
}

/**
 * What somebody said. `reload`: nothing. `apply`: deletions that wait need not wait. `apply the files`: nor is a state that was rolled back to
 * or confirmed to stand in the files' place any longer.
 */
export type Word = 'reload' | 'apply' | 'apply the files'

/** The files as read, not yet taken up. */
export interface Reading {
  readonly files: FilesReading
  /** The trial that was on when the reading began. */
  readonly trialId: string | undefined
}
