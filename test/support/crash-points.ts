/**
 * Every moment at which a process may be killed while it applies a state: before and after each file that it writes, renames, removes
 * or syncs in its state directory, and before and after each datagram that it sends. Simulated within the process: what is on the disk at
 * that moment is copied, nothing more reaches the kernel, and whatever the victim does from then on is lost.
 */
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import type { Transport } from '../../src/rtnetlink/index.ts'

/** Functions that change the disk; the first argument is a path, or the descriptor of an open file. */
const changes = ['writeFileSync', 'renameSync', 'rmSync', 'fsyncSync'] as const

/** Victims whose steps are being counted. */
const active = new Set<CrashPoint>()
/** Paths of open files. */
const paths = new Map<number, string>()
let isWatching = false

function watchFiles(): void {
  if (isWatching) {
    return
  }
  isWatching = true
  const { openSync } = fs
  const replacements: Record<string, unknown> = {
    openSync: (...values: Parameters<typeof openSync>) => {
      const file = openSync(...values)
      paths.set(file, String(values[0]))
      return file
    },
  }
  for (const name of changes) {
    const original = fs[name] as (...values: unknown[]) => unknown
    replacements[name] = (...values: unknown[]) => {
      const [file] = values
      const path = typeof file === 'number' ? (paths.get(file) ?? '') : String(file)
      const victims = [...active].filter((victim) => victim.has(path))
      for (const victim of victims) {
        victim.pass(`before ${name} ${path}`)
      }
      const result = original(...values)
      for (const victim of victims) {
        victim.pass(`after ${name} ${path}`)
      }
      return result
    }
  }
  Object.assign(fs, replacements)
  syncBuiltinESMExports()
}

/** Kills one victim at one step. */
export class CrashPoint {
  readonly #step: number
  readonly #stateDir: string
  readonly #copy: string
  #steps = 0
  #lastStep = ''
  #crash = (): void => {}
  readonly #crashed = new Promise<void>((resolve) => {
    this.#crash = resolve
  })

  /**
   * @param step counted from 1
   * @param stateDir of the victim
   * @param copy an empty directory, for what the crash leaves of it
   */
  constructor(step: number, stateDir: string, copy: string) {
    this.#step = step
    this.#stateDir = stateDir
    this.#copy = copy
  }

  /** Whether the step was reached. */
  get hasCrashed(): boolean {
    return this.#steps >= this.#step
  }

  /** What came just before or just after the crash. */
  get lastStep(): string {
    return this.#lastStep
  }

  /** From the start of `work` until it is over, or the crash comes, steps are counted. */
  async during(work: () => Promise<void>): Promise<void> {
    watchFiles()
    active.add(this)
    try {
      const done = work()
      // What the dead process would still say of its end is of no interest.
      done.catch(() => {})
      await Promise.race([done, this.#crashed])
    } finally {
      active.delete(this)
    }
  }

  /** A socket of the victim's. */
  around(inner: Transport): Transport {
    const send = async (datagram: Buffer): Promise<void> => {
      this.pass('before a datagram')
      await (this.hasCrashed ? new Promise<never>(() => {}) : inner.send(datagram))
      this.pass('after a datagram')
    }
    return new Proxy(inner, {
      get: (target, key) => {
        if (key === 'send') {
          return send
        }
        const value = Reflect.get(target, key, target)
        return typeof value === 'function' ? value.bind(target) : value
      },
    })
  }

  /** Whether a file is in the victim's state directory. */
  has(path: string): boolean {
    return path.startsWith(this.#stateDir)
  }

  /** One step of the victim's. */
  pass(step: string): void {
    if (!active.has(this)) {
      return
    }
    this.#steps += 1
    this.#lastStep = step.replace(this.#stateDir, '')
    if (this.hasCrashed) {
      active.delete(this)
      fs.cpSync(this.#stateDir, this.#copy, { recursive: true })
      this.#crash()
    }
  }
}
