/** Tells systemd how the service does: sd_notify(3) as a datagram to $NOTIFY_SOCKET (docs/decisions/0002-notify-by-datagram.md). */
import { openUnixDatagramSocket, sendDatagram } from './libc.ts'

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
  return (...assignments) => {
    sendDatagram(fd, address, assignments.join('\n'))
  }
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
