/** The picture of the fleet's links, for those who follow it: made when something changed, once for all of them, and never for nobody. */
import type { Writable } from 'node:stream'
import type { FleetPicture } from '../../answers/fleet.ts'

/** Milliseconds for which changes are gathered. */
const gatherMs = 20
/** So often something is said in any case, in milliseconds, so that a connection that is dead shows. */
const sayEveryMs = 15_000

export class FleetWatch {
  readonly #look: () => FleetPicture
  readonly #followers = new Set<() => void>()
  #timer: NodeJS.Timeout | undefined
  /** The last one that anybody was to be told, and how it differs from others: how long ago something was heard is another each time. */
  #last = { text: '', identity: '' }

  /** @param look makes the picture */
  constructor(look: () => FleetPicture) {
    this.#look = look
  }

  /** As it is now. */
  picture(): FleetPicture {
    return this.#look()
  }

  /** Something changed that may be in the picture. */
  notice(): void {
    if (this.#followers.size > 0) {
      this.#timer ??= setTimeout(() => {
        this.#timer = undefined
        this.#tell()
      }, gatherMs)
    }
  }

  /** Writes the picture to `output`, and again whenever it is another one, until that closes. A slow reader is told the last one only. */
  stream(output: Writable): void {
    if (output.destroyed) {
      return
    }
    let told = ''
    let isWaiting = false
    const tell = (): void => {
      const { text, identity } = this.#last
      if (isWaiting || told === identity) {
        return
      }
      told = identity
      isWaiting = !output.write(`data: ${text}\n\n`)
      if (isWaiting) {
        output.once('drain', () => {
          isWaiting = false
          tell()
        })
      }
    }
    this.#followers.add(tell)
    const timer = setInterval(() => {
      if (!isWaiting) {
        output.write(': still here\n\n')
      }
    }, sayEveryMs)
    output.once('close', () => {
      this.#followers.delete(tell)
      clearInterval(timer)
    })
    output.write('retry: 1000\n\n')
    this.#tell()
  }

  close(): void {
    clearTimeout(this.#timer)
    this.#followers.clear()
  }

  #tell(): void {
    if (this.#followers.size === 0) {
      return
    }
    const { heardMsAgo, ...rest } = this.#look()
    const identity = JSON.stringify(rest)
    if (identity !== this.#last.identity) {
      const text = heardMsAgo === undefined ? identity : JSON.stringify({ ...rest, heardMsAgo })
      this.#last = { text, identity }
    }
    for (const tell of this.#followers) {
      tell()
    }
  }
}
