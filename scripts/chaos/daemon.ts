/** The daemon in the middle of it: started, stopped, killed, watched over. */
import { readFileSync } from 'node:fs'
import type { Held } from '../../integration/support/command.ts'
import { eventually } from '../../integration/support/eventually.ts'
import type { Installation } from '../../integration/support/vxagent.ts'

/** In the end the host is as the files say, whatever they delete: nobody is there to say that it is meant. */
const asFilesSay = ['VXAGENT_DELETION_GUARD=off', 'VXAGENT_DELETION_DELAY=0']

/** Whether an error is about the files, which the mutator breaks. */
function isAboutFiles({ file, msg }: Record<string, unknown>): boolean {
  return file !== undefined || String(msg).startsWith('desired state is invalid')
}

/** An installation's daemon, and what is not to happen to it. */
export class Daemon {
  readonly #installation: Installation
  #isWanted = false
  #held: Held | undefined
  /** Megabytes. */
  peakMemory = 0
  readonly faults: string[] = []

  constructor(installation: Installation) {
    this.#installation = installation
  }

  async perform(what: 'start' | 'stop' | 'kill' | 'reload'): Promise<string> {
    switch (what) {
      case 'start':
        return this.start()
      case 'stop':
        return this.#end('SIGTERM')
      case 'kill':
        return this.#end('SIGKILL')
      case 'reload':
        // Until it says so the signal may end it.
        if (!this.#isReady) {
          return 'not ready'
        }
        process.kill(this.#installation.pid, 'SIGHUP')
        return 'ok'
    }
  }

  get #isReady(): boolean {
    return this.#isWanted && this.#held?.output().includes('"msg":"ready"') === true
  }

  /** Resolves when it has reconciled once. Throws with its log when that takes far too long. */
  async ready(): Promise<void> {
    await eventually(
      () => {
        if (!this.#isReady) {
          throw new Error(`the daemon is not ready: ${this.#held?.output()}`)
        }
      },
      { timeoutMs: 120_000, everyMs: 100 },
    )
  }

  start(): string {
    if (this.#isWanted) {
      return 'running'
    }
    this.#watch(this.#installation.start('env', ...asFilesSay))
    return 'ok'
  }

  #watch(held: Held): void {
    this.#isWanted = true
    this.#held = held
    void held.finished.then(({ code }) => {
      if (this.#isWanted && this.#held === held) {
        this.faults.push(`the daemon ended with ${code}: ${held.output().slice(-2000)}`)
        this.#isWanted = false
      }
    })
  }

  async #end(signal: 'SIGTERM' | 'SIGKILL'): Promise<string> {
    if (!this.#isWanted) {
      return 'not running'
    }
    this.#isWanted = false
    this.noteMemory()
    await this.#installation.stop(signal)
    return 'ok'
  }

  noteMemory(): void {
    try {
      const text = readFileSync(`/proc/${this.#installation.pid}/status`, 'utf8')
      this.peakMemory = Math.max(this.peakMemory, Number(/VmHWM:\s+(\d+)/.exec(text)?.[1] ?? 0) / 1024)
    } catch {
      // It has ended meanwhile.
    }
  }

  /** Lines of its log that should not be there. */
  unexpectedErrors(): string[] {
    return this.#installation
      .logged(/./)
      .filter((line) => Number(line['level']) >= 50 && !isAboutFiles(line))
      .map((line) => JSON.stringify(line))
  }
}
