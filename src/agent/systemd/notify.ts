/** Tells systemd how the service does: sd_notify(3) as a datagram to $NOTIFY_SOCKET (docs/decisions/0002-notify-by-datagram.md). */
import { openUnixDatagramSocket, sendDatagram } from '../host/libc.ts'

const AF_UNIX = 1
/** struct sockaddr_un's sun_path. */
const longestPath = 108

/** Sends `KEY=VALUE` assignments, one a line. Does nothing outside systemd. */
export type Notify = (...assignments: readonly string[]) => void

/** @param socketPath `$NOTIFY_SOCKET`: a path, or an abstract name after `@`; undefined outside systemd */
export function notifier(socketPath: string | undefined): Notify {
  const address = socketPath === undefined ? undefined : socketAddress(socketPath)
  const fd = address === undefined ? undefined : openUnixDatagramSocket()
  if (address === undefined || fd === undefined) {
    return () => {}
  }
  const queue = new NotifyQueue((text) => sendDatagram(fd, address, text))
  return (...assignments) => queue.send(assignments)
}

/** How soon it is tried again when systemd has no room, and how many messages may wait until then. */
const retryMs = 100
const mostWaiting = 100

/**
 * Sends in order, and again what systemd has no room for: a lost READY=1 would leave it waiting for ever. A status is sent when it says
 * something new; of those that wait the last counts.
 */
export class NotifyQueue {
  readonly #transmit: (text: string) => 'sent' | 'full' | 'refused'
  #waiting: string[] = []
  #timer: NodeJS.Timeout | undefined
  #status = ''

  constructor(transmit: (text: string) => 'sent' | 'full' | 'refused') {
    this.#transmit = transmit
  }

  send(assignments: readonly string[]): void {
    const status = assignments.find((assignment) => assignment.startsWith('STATUS='))
    const isStatusAlone = status !== undefined && assignments.length === 1
    if (isStatusAlone && status === this.#status) {
      return
    }
    this.#status = status ?? this.#status
    if (isStatusAlone) {
      this.#waiting = this.#waiting.filter((text) => !isStatus(text))
    }
    this.#waiting = [...this.#waiting, assignments.join('\n')].slice(-mostWaiting)
    this.#flush()
  }

  #flush(): void {
    clearTimeout(this.#timer)
    while (this.#waiting.length > 0 && this.#transmit(this.#waiting[0] ?? '') !== 'full') {
      this.#waiting.shift()
    }
    if (this.#waiting.length > 0) {
      this.#timer = setTimeout(() => this.#flush(), retryMs).unref()
    }
  }
}

function isStatus(text: string): boolean {
  return text.startsWith('STATUS=') && !text.includes('\n')
}

/** Microseconds on the monotonic clock, which `RELOADING=1` must carry. */
export function monotonicMicroseconds(): bigint {
  return process.hrtime.bigint() / 1000n
}

/** struct sockaddr_un. An abstract name starts with a NUL and has no NUL at its end. */
function socketAddress(socketPath: string): Buffer | undefined {
  const isAbstract = socketPath.startsWith('@')
  if (!isAbstract && !socketPath.startsWith('/')) {
    return undefined
  }
  const path = Buffer.from(isAbstract ? `\0${socketPath.slice(1)}` : `${socketPath}\0`)
  if (path.length > longestPath) {
    return undefined
  }
  return Buffer.concat([new Uint8Array(Uint16Array.of(AF_UNIX).buffer), path])
}
