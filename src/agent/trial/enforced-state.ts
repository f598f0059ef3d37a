/**
 * The state in force: the files' when they are valid, else the last valid one, across restarts too; or, in place of either, one
 * that is on trial, that returned from before a trial, or that was confirmed after one (docs/guides/confirm.md).
 */
import { randomUUID } from 'node:crypto'
import type { Logger } from 'pino'
import type { DesiredStatus, RollbackReason } from '../answers/desired-status.ts'
import type { FilesChange } from '../answers/status-change.ts'
import { hashOf } from '../desired/canonical.ts'
import type { Path } from '../desired/finding.ts'
import type { Position } from '../desired/load.ts'
import type { DesiredState } from '../desired/schema.ts'
import { type Clock, systemClock } from '../host/clock.ts'
import type { Candidate } from './candidate.ts'
import { describeSituation } from './describe.ts'
import { DesiredFiles, type DesiredFilesOptions } from './desired-files.ts'
import { FilesNews } from './files-news.ts'
import { type FilesReading, isValid } from './files-reading.ts'
import { type HashedState, hashed } from './hashed-state.ts'
import { NotPossibleNow } from './not-possible-now.ts'
import { confirmed, type Override, OverrideFile, returnedInstead, rolledBack, type Trial } from './override.ts'
import { stateToReturnTo } from './return-state.ts'
import { StateRecord } from './state-record.ts'
import { leftMs, openWindow } from './window.ts'

export interface EnforcedStateOptions extends DesiredFilesOptions {
  /** Must be this process's alone as long as anything is changed. */
  readonly stateDir: string
  readonly log: Logger
  readonly clock?: Clock
  /** Whether what is wrong with the files goes to the log; false where whoever asked is told. */
  readonly logsIssues?: boolean
}

/** The files as read, not yet taken up. */
export interface Reading {
  readonly files: FilesReading
  /** The trial that was on when the reading began. */
  readonly trialId: string | undefined
}

/** Decides what is in force, and remembers it in the state directory. */
export class EnforcedState {
  readonly stateDir: string
  readonly #log: Logger
  readonly #files: DesiredFiles
  readonly #clock: Clock
  readonly #overrides: OverrideFile
  readonly #record: StateRecord
  readonly #news: FilesNews
  #enforced: (HashedState & { readonly since: string }) | undefined
  /** The trial that this process rolled back last. */
  #returnedFrom: string | undefined

  /** Reads what an earlier process left behind. A damaged file is told and passed over. */
  constructor(options: EnforcedStateOptions) {
    const { stateDir, log, clock = systemClock(), logsIssues = true } = options
    this.stateDir = stateDir
    this.#files = new DesiredFiles(options)
    this.#log = log
    this.#clock = clock
    this.#overrides = new OverrideFile(stateDir)
    this.#record = new StateRecord(stateDir)
    this.#news = new FilesNews(logsIssues ? log : undefined)
    this.#orTell(() => this.#overrides.read())
  }

  /** What is to be enforced: undefined as long as there never was a valid state. */
  get state(): DesiredState | undefined {
    return this.#enforced?.state
  }

  /** What stands in place of the files' state. */
  get override(): Override | undefined {
    return this.#overrides.current
  }

  get trial(): Trial | undefined {
    return this.override?.what === 'trial' ? this.override : undefined
  }

  /** Milliseconds until the trial's window ends; undefined without one. */
  get windowLeftMs(): number | undefined {
    return this.trial && leftMs(this.trial.window, this.#clock)
  }

  get status(): DesiredStatus {
    return describeSituation({
      path: this.#files.path,
      files: this.#files.taken,
      readingSince: this.#files.readingSince,
      filesHash: this.#knownFilesHash,
      enforced: this.#enforced,
      override: this.override,
      leftMs: this.windowLeftMs,
    })
  }

  /** Where in the files something of the enforced state stands; undefined while it is not the files' state. */
  locate(path: Path): Position | undefined {
    return this.#files.locate(path, this.#enforced?.hash)
  }

  /** Reads the files, which may take minutes. Nothing changes before the reading is taken up. */
  async read(): Promise<Reading> {
    const trialId = this.trial?.id
    return { files: await this.#files.read(), trialId }
  }

  /** Takes up what the files say. What is in force follows when it is settled. */
  take({ files, trialId }: Reading): void {
    this.#files.take(files)
    const { override } = this
    if (isValid(files) && override?.what === 'rolled back' && trialId !== undefined && trialId === this.#returnedFrom) {
      // The trial ended while they were being read. What they said at its end waits until they change again.
      this.#overrides.set({ ...override, files: files.hash })
    }
  }

  /** The files' state. Throws InvalidDesiredState. */
  validFiles(): DesiredState {
    return this.#files.state
  }

  /** Decides what is in force from now on, after a reading was taken up or any of what follows was done. */
  decide(): void {
    const { override } = this
    const hasChanged = this.#files.hash !== undefined && this.#files.hash !== override?.files
    if (override !== undefined && override.what !== 'trial' && hasChanged) {
      this.#log.info(`the files have changed: the state that was ${override.what} gives way to theirs`)
      this.#overrides.set(undefined)
    }
    this.#enforce(hashed(this.override?.state) ?? this.#filesState())
  }

  /** Has nothing in force, and nothing on trial, until the files are read again; settling it is what remains to be done. */
  clear(): void {
    this.#overrides.set(undefined)
    this.#files.forget()
    this.#enforce(hashed({ vxlans: {}, bridges: {} }))
  }

  /** Decides, keeps it for a restart, and tells of the files. */
  settle(): void {
    this.decide()
    this.#save()
    this.#news.note(this.#files.taken, this.status)
  }

  /** What is different in the files since this was asked last. */
  takeChanges(): readonly FilesChange[] {
    return this.#news.take()
  }

  /**
   * Puts a state on trial: the files', or one from elsewhere. What is in force now returns if the window ends unconfirmed; a trial
   * within a trial returns to what the first returns to, as in NETCONF (RFC 6241 §8.4.1). The trial is on the disk when this
   * returns. Throws InvalidDesiredState or NotPossibleNow, or when it cannot be written; nothing has changed then.
   * @param ownsNothing whether vxagent has made nothing so far, which is then what a first state returns to
   */
  begin(seconds: number, { candidate, ownsNothing }: { candidate?: Candidate; ownsNothing: boolean }): Trial {
    const state = candidate?.state ?? this.validFiles()
    const trial: Trial = {
      version: 1,
      what: 'trial',
      at: new Date().toISOString(),
      files: this.#knownFilesHash,
      state,
      ...(candidate !== undefined && { candidate: candidate.path }),
      id: randomUUID(),
      window: openWindow(seconds, this.#clock),
      before: stateToReturnTo(hashOf(state), {
        ofTrial: this.trial?.before,
        enforced: this.#knownState(),
        previous: () => this.#record.previous(),
        ownsNothing,
      }),
    }
    this.#overrides.replace(trial)
    this.#log.warn({ seconds }, 'a state is on trial: the one before returns unless it is confirmed')
    return trial
  }

  /** Takes back a trial that was begun and not applied. Throws when that cannot be written: then it ends as any other. */
  withdraw(earlier: Override | undefined): void {
    this.#overrides.replace(earlier)
  }

  /** Keeps the state on trial. Throws NotPossibleNow when there is none, or when it cannot be written; nothing has changed then. */
  confirm(): void {
    const { trial } = this
    if (trial === undefined) {
      throw new NotPossibleNow(`nothing to confirm: no state is on trial${returnedInstead(this.override)}`)
    }
    if (leftMs(trial.window, this.#clock) === 0) {
      throw new NotPossibleNow(
        'too late to confirm: the window has ended; the state before returns with vxagent rollback, with the next vxagent apply, or when the daemon starts',
      )
    }
    this.#record.takeUp(trial.state)
    const files = this.#knownFilesHash
    this.#overrides.replace(hashOf(trial.state) === files ? undefined : confirmed(trial, files))
    this.#log.info('the state on trial is confirmed')
  }

  /**
   * Returns to the state before: that of before the trial, or without one the previous one. It stays until the files change.
   * Throws NotPossibleNow when there is none, or when it has returned already.
   */
  rollBack(): void {
    if (this.#enforced === undefined) {
      // Nothing was settled yet in this process.
      this.decide()
    }
    const { trial } = this
    if (this.override?.what === 'rolled back') {
      throw new NotPossibleNow(`nothing to roll back: no state is on trial${returnedInstead(this.override)}`)
    }
    const before = trial === undefined ? this.#record.previous() : trial.before
    if (before === undefined) {
      throw new NotPossibleNow('nothing to roll back to: there was no desired state before the one in force')
    }
    this.#return(before, 'asked for')
  }

  /** Rolls back a trial whose window has ended, be it hours ago or in an earlier boot. Whether it did. */
  endWindowIfOver(): boolean {
    const { trial } = this
    if (trial === undefined || leftMs(trial.window, this.#clock) > 0) {
      return false
    }
    this.#return(trial.before, trial.window.bootId === this.#clock.bootId ? 'not confirmed' : 'reboot')
    return true
  }

  #return(state: DesiredState, why: RollbackReason): void {
    this.#returnedFrom = this.trial?.id
    // Not written first: a full disk must not keep it from returning. A trial that stays on the disk ends in the same way.
    this.#overrides.set(rolledBack(state, why, this.#knownFilesHash))
    this.#log.warn({ why }, 'the state before returns, and stays until the files change')
  }

  /** What the files said when they were last looked at, by this process or an earlier one. */
  get #knownFilesHash(): string {
    return this.#files.hash ?? this.override?.files ?? this.#enforced?.hash ?? ''
  }

  /** Known before the first settling too. */
  #knownState(): DesiredState | undefined {
    return this.override?.state ?? this.#enforced?.state ?? this.#lastValid()
  }

  #lastValid(): DesiredState | undefined {
    return this.#orTell(() => this.#record.lastValid())
  }

  /** The files' state; while they are broken, the last valid one. */
  #filesState(): HashedState | undefined {
    return this.#files.valid ?? this.#enforced ?? hashed(this.#lastValid())
  }

  #enforce(wanted: HashedState | undefined): void {
    if (wanted !== undefined) {
      const { state, hash } = wanted
      // The same state stays the same object: what was made of it for 100,000 entries need not be made again.
      if (hash !== this.#enforced?.hash) {
        this.#enforced = { state, hash, since: this.override?.at ?? new Date().toISOString() }
      }
    }
  }

  /** That it cannot be kept does not keep the state from being enforced. */
  #save(): void {
    try {
      if (this.#enforced !== undefined && this.trial === undefined) {
        this.#record.takeUp(this.#enforced.state, this.#enforced.hash)
      }
      // After the record: with the override gone, that is what a start with broken files falls back on.
      this.#overrides.flush()
    } catch (error) {
      this.#log.error({ err: error }, 'cannot keep the state in force for a restart; trying again at the next reload')
    }
  }

  #orTell<T>(read: () => T): T | undefined {
    try {
      return read()
    } catch (error) {
      // One more thing that is broken must not keep the agent from starting and saying so.
      this.#log.error(
        { err: error },
        'cannot read what an earlier run left in the state directory; going on without it',
      )
      return undefined
    }
  }
}
