/** What is new in the desired files: to the log at once, and kept until it is taken. */
import type { Logger } from 'pino'
import type { DesiredStatus } from '../answers/desired-status.ts'
import { type FilesChange, filesChanges } from '../answers/status-change.ts'
import { logFiles, logWaiting } from './files-log.ts'
import type { FilesReading } from './files-reading.ts'

export class FilesNews {
  readonly #log: Logger | undefined
  /** As they stood when they were looked at last. */
  #before: DesiredStatus | undefined
  #changes: readonly FilesChange[] = []

  /** @param log undefined where whoever asked is told of the files */
  constructor(log: Logger | undefined) {
    this.#log = log
  }

  /** @param reading as taken up last; undefined: they were not read yet, and there is nothing to say */
  note(reading: FilesReading | undefined, status: DesiredStatus): void {
    if (reading === undefined) {
      return
    }
    const changes = filesChanges(this.#before, status)
    this.#before = status
    this.#changes = [...this.#changes, ...changes]
    if (this.#log !== undefined) {
      logWaiting(this.#log, changes)
      if (changes.some(({ what }) => what === 'files' || what === 'issues')) {
        logFiles(this.#log, reading, status.enforcing)
      }
    }
  }

  /** What has changed since this was asked last. */
  take(): readonly FilesChange[] {
    const changes = this.#changes
    this.#changes = []
    return changes
  }
}
