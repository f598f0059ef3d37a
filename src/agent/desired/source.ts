/** The desired state that is enforced: the files' when they are valid, else the last valid one, across restarts too. */
import { join } from 'node:path'
import type { Logger } from 'pino'
import { readJsonFile, writeFileAtomically } from '../service/files.ts'
import type { Path } from './finding.ts'
import { formatIssue, InvalidDesiredState, type Issue } from './issue.ts'
import { type LoadedDesired, loadDesired, type Position } from './load.ts'
import { type DesiredState, desiredStateSchema } from './schema.ts'

/** How the files stand, and what is enforced. */
export interface DesiredStatus {
  /** The file or directory that is watched. */
  readonly path: string
  /** False: `issues` says why, and the last valid state (from `enforcedSince`) is enforced meanwhile. */
  readonly isValid: boolean
  /** Errors when not valid; warnings in any case. */
  readonly issues: readonly Issue[]
  readonly files: readonly string[]
  /** Where the enforced state comes from; `none`: there never was a valid one. */
  readonly enforcing: 'current' | 'last valid' | 'none'
  /** ISO 8601, UTC: when the enforced state was taken up. */
  readonly enforcedSince?: string
}

/** Reads the files again and again, and remembers what last was valid. */
export class DesiredSource {
  readonly #path: string
  readonly #lastValidPath: string
  readonly #log: Logger
  #enforced: DesiredState | undefined
  #status: DesiredStatus
  #reported = ''
  #isSaved = false
  #locate: LoadedDesired['locate'] = () => undefined

  /** @param path a file or a directory */
  constructor(path: string, stateDir: string, log: Logger) {
    this.#path = path
    this.#lastValidPath = join(stateDir, 'last-valid.json')
    this.#log = log
    this.#status = { path, isValid: false, issues: [], files: [], enforcing: 'none' }
  }

  get status(): DesiredStatus {
    return this.#status
  }

  /** Where in the files something of the enforced state stands; undefined while it is not the files' state. */
  locate(path: Path): Position | undefined {
    return this.#status.enforcing === 'current' ? this.#locate(path) : undefined
  }

  /** What is to be enforced: undefined as long as there never was a valid state. */
  async load(): Promise<DesiredState | undefined> {
    try {
      const { state, files, warnings, locate } = await loadDesired([this.#path])
      this.#locate = locate
      const isSame = JSON.stringify(state) === JSON.stringify(this.#enforced)
      this.#isSaved &&= isSame
      this.#enforced = state
      const wasCurrent = isSame && this.#status.enforcing === 'current'
      const enforcedSince = wasCurrent ? this.#status.enforcedSince : undefined
      this.#status = {
        path: this.#path,
        isValid: true,
        issues: warnings,
        files,
        enforcing: 'current',
        enforcedSince: enforcedSince ?? new Date().toISOString(),
      }
    } catch (error) {
      if (!(error instanceof InvalidDesiredState)) {
        throw error
      }
      this.#fallBack(error)
    }
    this.#report()
    this.#save()
    return this.#enforced
  }

  /** Keeps the state for a start with broken files. That it cannot be kept does not keep it from being enforced. */
  #save(): void {
    if (this.#isSaved || this.#enforced === undefined) {
      return
    }
    try {
      writeFileAtomically(this.#lastValidPath, `${JSON.stringify(this.#enforced)}\n`, { mode: 0o600, isDurable: true })
      this.#isSaved = true
    } catch (error) {
      this.#log.error(
        { err: error },
        'cannot keep the desired state for a restart with broken files; trying again at the next reload',
      )
    }
  }

  #fallBack(error: InvalidDesiredState): void {
    const enforcedSince = this.#status.enforcedSince ?? new Date().toISOString()
    this.#enforced ??= this.#readLastValid()
    this.#status = {
      path: this.#path,
      isValid: false,
      issues: error.issues,
      files: [],
      ...(this.#enforced === undefined
        ? { enforcing: 'none' as const }
        : { enforcing: 'last valid' as const, enforcedSince }),
    }
  }

  #readLastValid(): DesiredState | undefined {
    try {
      return readJsonFile(this.#lastValidPath, desiredStateSchema)
    } catch (error) {
      // One more thing that is broken must not keep the agent from starting and saying so.
      this.#log.error({ err: error }, 'cannot fall back on the last valid desired state')
      return undefined
    }
  }

  /** Logs each issue when it is new, and says when they are gone. */
  #report(): void {
    const { issues, isValid, enforcing, files } = this.#status
    const report = [isValid, enforcing, ...issues.map(formatIssue)].join('\n')
    if (report === this.#reported) {
      return
    }
    this.#reported = report
    for (const issue of issues) {
      const { severity, code, file, line, column } = issue
      this.#log[severity === 'error' ? 'error' : 'warn']({ code, file, line, column }, formatIssue(issue))
    }
    if (isValid) {
      this.#log.info({ files: files.length }, 'desired state is valid')
    } else {
      const meanwhile =
        enforcing === 'none' ? 'there is no earlier one to enforce' : 'the last valid one stays in force'
      this.#log.error(
        { errors: issues.filter(({ severity }) => severity === 'error').length },
        `desired state is invalid; ${meanwhile}`,
      )
    }
  }
}
