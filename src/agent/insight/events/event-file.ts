/** Events on the disk, a JSON line each: two files of a bounded size, the older of which goes when the newer one is full. */
import { closeSync, fstatSync, openSync, renameSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Logger } from 'pino'
import type { OverlayEvent } from '../../answers/overlay-event.ts'
import { asOwnerOf } from '../../host/as-owner.ts'
import { makeDirectory, readTextFile } from '../../host/files.ts'
import { StartupError } from '../../host/startup-error.ts'
import type { EventLog } from './event-log.ts'

/** How large one of the two files may become, in bytes. */
export const largestFile = 8 * 1024 * 1024

/** As many events are written in one go. */
const batch = 1000

const mode = 0o640

export class EventFile {
  readonly #path: string
  readonly #log: EventLog
  readonly #logger: Logger
  readonly #largest: number
  readonly #unfollow: () => void
  #file: number
  #size: number
  #position: number
  #hasFailed = false

  /**
   * Appends what comes to the log, and what it recalled not once more. Throws StartupError when the file cannot be written.
   * @param path of the newer file; the older one is beside it, with `.1` behind its name
   */
  constructor(path: string, log: EventLog, logger: Logger, largest = largestFile) {
    this.#path = path
    this.#log = log
    this.#logger = logger
    this.#largest = largest
    try {
      makeDirectory(dirname(path), 0o755)
      this.#file = openToAppend(path)
    } catch (error) {
      throw new StartupError(
        `cannot write events to ${path}: ${(error as Error).message}; choose another with --event-file`,
        {
          cause: error,
        },
      )
    }
    this.#size = fstatSync(this.#file).size
    this.#position = log.end
    this.#unfollow = log.follow(() => this.#write())
  }

  close(): void {
    this.#write()
    this.#unfollow()
    closeSync(this.#file)
  }

  #write(): void {
    try {
      while (this.#position < this.#log.end) {
        const { events, next } = this.#log.read(this.#position, batch)
        const lines = events.map((event) => `${JSON.stringify(event)}\n`).join('')
        this.#size += writeSync(this.#file, lines)
        this.#position = next
        if (this.#size > this.#largest) {
          this.#turnOver()
        }
      }
      this.#hasFailed = false
    } catch (error) {
      if (!this.#hasFailed) {
        this.#hasFailed = true
        this.#logger.error({ err: error, path: this.#path }, 'cannot write events; they are kept in memory only')
      }
      // What could not be written is not tried again and again: a full disk is no reason to stand still.
      this.#position = this.#log.end
    }
  }

  #turnOver(): void {
    closeSync(this.#file)
    asOwnerOf(dirname(this.#path), () => renameSync(this.#path, `${this.#path}.1`))
    this.#file = openToAppend(this.#path)
    this.#size = 0
  }
}

function openToAppend(path: string): number {
  return asOwnerOf(dirname(path), () => openSync(path, 'a', mode))
}

/** What an earlier run has left, the oldest first, `most` at most. Lines that are no events, as one cut by a crash, are passed over. */
export function recallEvents(path: string, most: number): OverlayEvent[] {
  const events: OverlayEvent[] = []
  for (const file of [`${path}.1`, path]) {
    const text = readTextFile(file) ?? ''
    for (const line of text.split('\n').slice(-most - 1)) {
      const event = parseEvent(line)
      if (event !== undefined) {
        events.push(event)
      }
    }
  }
  return events.slice(-most)
}

function parseEvent(line: string): OverlayEvent | undefined {
  try {
    const event = JSON.parse(line) as Partial<OverlayEvent>
    const isWhole =
      typeof event.id === 'string' && typeof event.kind === 'string' && !Number.isNaN(Date.parse(`${event.at}`))
    return isWhole ? (event as OverlayEvent) : undefined
  } catch {
    return undefined
  }
}
