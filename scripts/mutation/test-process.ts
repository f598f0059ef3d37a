/** The process that runs the tests: started when needed, and replaced by a new one when it is stuck. */
import { type ChildProcess, fork } from 'node:child_process'
import { join } from 'node:path'
import process from 'node:process'
import type { Answer, Order, RecordOrder } from './order.ts'

export class TestProcess {
  #child: ChildProcess | undefined

  /** Undefined when no answer came in time. */
  run(order: Order | RecordOrder, timeoutMs: number): Promise<Answer | undefined> {
    this.#child ??= fork(join(import.meta.dirname, 'runner.mjs'), {
      // A group of its own: the workers, of which one may be stuck, end with it.
      detached: true,
      stdio: ['ignore', 'record' in order ? 'inherit' : 'ignore', 'record' in order ? 'inherit' : 'ignore', 'ipc'],
    })
    const child = this.#child
    return new Promise((resolve) => {
      const end = (answer?: Answer): void => {
        clearTimeout(timer)
        child.removeAllListeners()
        if (answer === undefined) {
          this.close()
        }
        resolve(answer)
      }
      const timer = setTimeout(() => end(), timeoutMs)
      child.once('message', (answer) => end(answer as Answer))
      child.once('exit', () => end({ failed: ['the whole process'] }))
      child.send(order)
    })
  }

  close(): void {
    const pid = this.#child?.pid
    this.#child = undefined
    if (pid !== undefined) {
      try {
        process.kill(-pid, 'SIGKILL')
      } catch {
        // It has ended.
      }
    }
  }
}
