/**
 * The state in force: the files' when they are valid, else the last valid one, across restarts too; or, in place of either, one
 * that is on trial, that returned from before a trial, or that was confirmed after one (docs/guides/confirm.md).
 */
import type { Logger } from 'pino'
import type { DesiredStatus, RollbackReason } from '../answers/desired-status.ts'
import type { FilesChange } from '../answers/status-change.ts'
import { hashOf } from '../desired/canonical.ts'
import type { Path } from '../desired/finding.ts'
import type { Position } from '../desired/load.ts'
import type { PushedText } from '../desired/pushed-text.ts'
import type { DesiredState } from '../desired/schema.ts'
import { PushedFiles } from '../fleet/pushed-files.ts'
import { type Clock, systemClock } from '../host/clock.ts'
import type { Candidate } from './candidate.ts'
import { DeletionHold } from './deletion-hold.ts'
import { describeSituation } from './describe.ts'
import { DesiredFiles } from './desired-files.ts'
import type { EnforcedStateOptions, Reading, Word } from './enforced-state-options.ts'
import { FilesNews } from './files-news.ts'
import type { FilesReading } from './files-reading.ts'
import { isValid } from './files-reading.ts'
import { heldChangeIsOver, whyItGivesWay } from './gives-way.ts'
import { type HashedState, hashed } from './hashed-state.ts'
import { NotPossibleNow } from './not-possible-now.ts'
import { orTell } from './or-tell.ts'
import { begun, confirmed, held, type Override, OverrideFile, rolledBack, type Trial } from './override.ts'
import { refuseSecondReturn, trialToConfirm } from './refusals.ts'
import { stateToReturnTo } from './return-state.ts'
import { StateRecord } from './state-record.ts'
import { leftMs, openWindow } from './window.ts'

/** Decides what is in force, and remembers it in the state directory. */
export class EnforcedState {
  readonly stateDir: string
  /** Files that operators of the fleet pushed to this host. */
  readonly pushed: PushedFiles
  readonly #log: Logger
  readonly #files: DesiredFiles
  readonly #clock: Clock
  readonly #overrides: OverrideFile
  readonly #record: StateRecord
  readonly #news: FilesNews
  readonly #hold: DeletionHold
  #enforced: (HashedState & { readonly since: string }) | undefined
  /** The trial that this process rolled back last. */
  #returnedFrom: string | undefined

  /** Reads what an earlier process left behind. A damaged file is told and passed over. */
  constructor(options: EnforcedStateOptions) {
    const { stateDir, log, clock = systemClock(), logsIssues = true } = options
    this.stateDir = stateDir
    this.pushed = new PushedFiles(stateDir, (error) =>
      log.error({ err: error }, 'cannot read the files that were pushed to this host; going on without them'),
    )
    this.#files = new DesiredFiles(options, () => this.pushed.texts)
    this.#log = log
    this.#clock = clock
    this.#overrides = new OverrideFile(stateDir)
    this.#record = new StateRecord(stateDir)
    this.#news = new FilesNews(logsIssues ? log : undefined)
    this.#hold = new DeletionHold(options.deletions, clock, options.madeLinks ?? (() => []))
    orTell(this.#log, () => this.#overrides.read())
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

  /** Milliseconds until a deletion has waited for as long as it is to; undefined when none waits for a time, or broken files keep it waiting. */
  get deletionLeftMs(): number | undefined {
    return this.#files.valid === undefined ? undefined : this.#hold.leftMs
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
      heldUntil: this.#hold.until,
      toBeDeleted: this.#hold.pending,
    })
  }

  /** Hash of what the files said when they were last valid; undefined: never in this run. */
  get filesHash(): string | undefined {
    return this.#files.hash
  }

  /** Where in the files something of the enforced state stands; undefined while it is not the files' state. */
  locate(path: Path): Position | undefined {
    return this.#files.locate(path, this.#isHoldingDown ? this.#files.hash : this.#enforced?.hash)
  }

  /** Reads the files, which may take minutes. Nothing changes before the reading is taken up. */
  async read(): Promise<Reading> {
    const trialId = this.trial?.id
    return { files: await this.#files.read(), trialId }
  }

  /** What the files would say with other ones pushed. Takes nothing up. */
  readWith(pushed: readonly PushedText[]): Promise<FilesReading> {
    return this.#files.readWith(pushed)
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

  /**
   * Decides what is in force from now on, after a reading was taken up or any of what follows was done.
   * @param word what somebody said: then no deletion waits
   */
  decide(word: Word = 'reload'): void {
    const { override } = this
    const why = override && whyItGivesWay(override, this.#files, word, this.#hold)
    if (why !== undefined) {
      this.#log.info(`${why}: the state that was ${override?.what} gives way to theirs`)
      this.#overrides.set(undefined)
    }
    if (this.override === undefined) {
      this.#enforceFiles(word !== 'reload' || why === heldChangeIsOver)
    } else if (this.override.what === 'held') {
      this.#hold.keep(this.override.files)
      this.#enforce(this.#enforced ?? hashed(this.override.state))
    } else {
      this.#hold.clear()
      this.#enforce(hashed(this.override.state))
    }
  }

  /** Has nothing in force, and nothing on trial, until the files are read again; settling it is what remains to be done. */
  clear(): void {
    this.#overrides.set(undefined)
    this.#hold.clear()
    this.#files.forget()
    this.#enforce(hashed({ vxlans: {}, bridges: {} }))
  }

  /** Decides, keeps it for a restart, and tells of the files. @param word see {@link decide} */
  settle(word: Word = 'reload'): void {
    this.decide(word)
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
    const before = stateToReturnTo(hashOf(state), {
      ofTrial: this.trial?.before,
      enforced: this.#knownState(),
      previous: () => this.#record.previous(),
      ownsNothing,
    })
    const window = openWindow(seconds, this.#clock)
    const trial = begun({ state, before, window, files: this.#knownFilesHash, candidate: candidate?.path })
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
    const trial = trialToConfirm(this.override, this.#clock)
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
    refuseSecondReturn(this.override)
    const { trial } = this
    // While deletions wait, the state before the change is the one on record still.
    const before = trial?.before ?? (this.#isHoldingDown ? this.#record.lastValid() : this.#record.previous())
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
    return this.override?.state ?? (this.#isHoldingDown ? undefined : this.#enforced?.state) ?? this.#lastValid()
  }

  #lastValid(): DesiredState | undefined {
    return orTell(this.#log, () => this.#record.lastValid())
  }

  get #isHoldingDown(): boolean {
    return this.#hold.pending.length > 0
  }

  /** The files' state, with what stays of the one before; while they are broken, the last valid one. */
  #enforceFiles(isMeant: boolean): void {
    const files = this.#files.valid
    if (files === undefined) {
      this.#enforce(this.#enforced ?? hashed(this.#lastValid()))
      return
    }
    if (isMeant) {
      this.#hold.clear()
      this.#enforce(files)
      return
    }
    const before = this.#enforced ?? (this.#record.isLastValid(files.hash) ? files : hashed(this.#lastValid()))
    const admission = this.#hold.admit(before?.state, files)
    if ('state' in admission) {
      this.#enforce(admission.state)
    } else {
      this.#overrides.set(held(before?.state, admission.losses, files.hash))
      this.#enforce(before)
    }
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
      if (this.#enforced !== undefined && this.trial === undefined && !this.#isHoldingDown) {
        this.#record.takeUp(this.#enforced.state, this.#enforced.hash)
      }
      // After the record: with the override gone, that is what a start with broken files falls back on.
      this.#overrides.flush()
    } catch (error) {
      this.#log.error({ err: error }, 'cannot keep the state in force for a restart; trying again at the next reload')
    }
  }
}
