/** Waits for all netlink sockets of the process on one thread: idle costs nothing, and an arrival wakes the event loop at once. */
import { closeSync, readSync, writeSync } from 'node:fs'
import { eventfd, poll } from './libc.ts'

const POLLIN = 0x1

interface Watch {
  readonly fd: number
  readonly onReadable: () => void
  isArmed: boolean
}

const watches = new Set<Watch>()
let wakeFd: number | undefined
let isPolling = false
let hasExited = false

/** One socket's place among those waited for. */
export interface Readiness {
  /** Calls `onReadable` once, as soon as there is something to read (or an error to be told by reading). */
  arm(): void
  /** Forgets the socket; it must still be open. */
  release(): void
}

/** Adds a socket to those waited for, unarmed. */
export function watchReadable(fd: number, onReadable: () => void): Readiness {
  const watch: Watch = { fd, onReadable, isArmed: false }
  watches.add(watch)
  return {
    arm() {
      watch.isArmed = true
      pollOrWake()
    },
    release() {
      watches.delete(watch)
      wake()
    },
  }
}

// Without this, the exit of the process would wait for ever for the polling thread.
process.once('exit', () => {
  hasExited = true
  wake()
})

function wake(): void {
  if (isPolling && wakeFd !== undefined) {
    writeSync(wakeFd, new Uint8Array(BigUint64Array.of(1n).buffer))
  }
}

function pollOrWake(): void {
  if (isPolling) {
    wake()
  } else {
    startPoll()
  }
}

function startPoll(): void {
  if (watches.size === 0 || hasExited) {
    closeWakeFd()
    return
  }
  wakeFd ??= eventfd()
  const armed = [...watches].filter((watch) => watch.isArmed)
  const pollfds = new PollfdArray([wakeFd, ...armed.map((watch) => watch.fd)])
  isPolling = true
  poll(pollfds.bytes, pollfds.count, () => {
    isPolling = false
    if (pollfds.isReady(0)) {
      readSync(wakeFd as number, new Uint8Array(8))
    }
    for (const [index, watch] of armed.entries()) {
      if (pollfds.isReady(index + 1) && watches.has(watch)) {
        watch.isArmed = false
        watch.onReadable()
      }
    }
    // A reader that has read everything has armed its socket again and so may have started the next poll.
    if (!isPolling) {
      startPoll()
    }
  })
}

function closeWakeFd(): void {
  if (wakeFd !== undefined) {
    closeSync(wakeFd)
    wakeFd = undefined
  }
}

/** An array of struct pollfd: int fd, short events, short revents. */
class PollfdArray {
  readonly bytes: Uint8Array
  readonly #halves: Int16Array

  constructor(fds: readonly number[]) {
    const words = new Int32Array(fds.length * 2)
    this.bytes = new Uint8Array(words.buffer)
    this.#halves = new Int16Array(words.buffer)
    for (const [index, fd] of fds.entries()) {
      words[index * 2] = fd
      this.#halves[index * 4 + 2] = POLLIN
    }
  }

  get count(): number {
    return this.bytes.length / 8
  }

  /** Something to read, or an error that reading will tell. */
  isReady(index: number): boolean {
    return this.#halves[index * 4 + 3] !== 0
  }
}
