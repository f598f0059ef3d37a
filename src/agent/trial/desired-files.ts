/** The desired files: as they were read last, and what they said when they were last valid. */
import type { Path } from '../desired/finding.ts'
import { InvalidDesiredState } from '../desired/issue.ts'
import type { ReadLimits } from '../desired/limits.ts'
import type { LoadedDesired, Position } from '../desired/load.ts'
import type { PushedText } from '../desired/pushed-text.ts'
import type { DesiredState } from '../desired/schema.ts'
import { type FilesReading, isValid, readFiles } from './files-reading.ts'

/** How they are read. */
export interface DesiredFilesOptions {
  /** A directory, or one file. */
  readonly path: string
  /** How much is read of the files; by default as limitsFor() says. */
  readonly limits?: ReadLimits | undefined
  /** Reads them; for tests. */
  readonly readFiles?: typeof readFiles
}

/** What is read with them: files that operators of the fleet pushed to this host. */
export type PushedTexts = () => readonly PushedText[]

export class DesiredFiles {
  readonly path: string
  readonly #limits: ReadLimits | undefined
  readonly #readFiles: typeof readFiles
  readonly #pushed: PushedTexts
  #taken: FilesReading | undefined
  #hash: string | undefined
  #readingSince: string | undefined

  constructor(options: DesiredFilesOptions, pushed: PushedTexts = () => []) {
    this.path = options.path
    this.#limits = options.limits
    this.#readFiles = options.readFiles ?? readFiles
    this.#pushed = pushed
  }

  /** As taken up last; undefined: not yet. */
  get taken(): FilesReading | undefined {
    return this.#taken
  }

  /** Since when they are being read, as ISO 8601; undefined: they are not. */
  get readingSince(): string | undefined {
    return this.#readingSince
  }

  /** Of their state when they were last valid. */
  get hash(): string | undefined {
    return this.#hash
  }

  /** Their state with all that is known of it; undefined while they are invalid. */
  get valid(): LoadedDesired | undefined {
    return this.#taken !== undefined && isValid(this.#taken) ? this.#taken : undefined
  }

  /** Throws InvalidDesiredState. */
  get state(): DesiredState {
    const { valid, taken } = this
    if (valid === undefined) {
      throw new InvalidDesiredState(taken !== undefined && !isValid(taken) ? taken.issues : [])
    }
    return valid.state
  }

  /** Reads them, which may take minutes. Nothing changes before the reading is taken up. */
  async read(): Promise<FilesReading> {
    this.#readingSince = new Date().toISOString()
    try {
      return await this.#readFiles(this.path, this.#limits, this.valid, this.#pushed())
    } finally {
      this.#readingSince = undefined
    }
  }

  /** What they say with other files pushed than there are. Takes nothing up. */
  readWith(pushed: readonly PushedText[]): Promise<FilesReading> {
    return this.#readFiles(this.path, this.#limits, undefined, pushed)
  }

  take(reading: FilesReading): void {
    this.#taken = reading
    this.#hash = this.valid?.hash ?? this.#hash
  }

  /** As if they had not been read, but for what they said when they were last valid. */
  forget(): void {
    this.#taken = undefined
  }

  /** Where in them something of the state with this hash stands; undefined when that is not theirs. */
  locate(path: Path, hash: string | undefined): Position | undefined {
    return this.valid?.hash === hash ? this.valid?.locate(path) : undefined
  }
}
