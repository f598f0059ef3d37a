/** The few libc calls that a netlink socket needs and Node lacks, through koffi (docs/decisions/0001-socket-over-koffi.md). */
import koffi from 'koffi'
import { errnoName, SystemCallError } from '../errors.ts'

const libc = koffi.load(null)
const socketFunction = libc.func('int socket(int domain, int type, int protocol)')
const bindFunction = libc.func('int bind(int fd, const void *address, unsigned int length)')
const setsockoptFunction = libc.func(
  'int setsockopt(int fd, int level, int name, const void *value, unsigned int length)',
)
koffi.struct('sock_fprog', { len: 'unsigned short', filter: 'const void *' })
const attachFilterFunction = libc.func(
  'int setsockopt(int fd, int level, int name, const sock_fprog *value, unsigned int length)',
)
const sendFunction = libc.func('intptr_t send(int fd, const void *bytes, size_t length, int flags)')
const recvfromFunction = libc.func(
  'intptr_t recvfrom(int fd, void *bytes, size_t length, int flags, void *address, void *addressLength)',
)
const pollFunction = libc.func('int poll(void *fds, unsigned long count, int timeoutMs)')
const eventfdFunction = libc.func('int eventfd(unsigned int initial, int flags)')

function check(result: number, operation: string): number {
  if (result < 0) {
    throw new SystemCallError(operation, errnoName(koffi.errno()))
  }
  return result
}

/** socket(2): a file descriptor. Throws SystemCallError. */
export function socket(domain: number, type: number, protocol: number): number {
  return check(socketFunction(domain, type, protocol), 'open a netlink socket')
}

/** bind(2). Throws SystemCallError. */
export function bind(fd: number, address: Buffer): void {
  check(bindFunction(fd, address, address.length), 'bind a netlink socket')
}

/** setsockopt(2) with an int. Gives the errno's symbol when the kernel refuses. */
export function setsockopt(fd: number, level: number, name: number, value: number): string | undefined {
  return setsockoptFunction(fd, level, name, Int32Array.of(value), 4) < 0 ? errnoName(koffi.errno()) : undefined
}

/** Sets SO_ATTACH_FILTER to a program of struct sock_filter. Gives the errno's symbol when the kernel refuses. */
export function attachFilter(fd: number, program: Buffer): string | undefined {
  const SOL_SOCKET = 1
  const SO_ATTACH_FILTER = 26
  const instructions = program.length / 8
  const sizeOfSockFprog = 16
  const result = attachFilterFunction(
    fd,
    SOL_SOCKET,
    SO_ATTACH_FILTER,
    { len: instructions, filter: program },
    sizeOfSockFprog,
  )
  return result < 0 ? errnoName(koffi.errno()) : undefined
}

/**
 * So many sends at a time, whatever asks for them: koffi takes 256 calls on threads, and throws at the next one, which may then be the one that
 * reads or waits. There are far fewer threads anyway.
 */
const mostSends = 64
let sends = 0
const waitingSends: (() => void)[] = []

/** send(2) on another thread: a request that keeps the kernel busy (deleting a vxlan link takes 20 ms) holds nothing up here. */
export async function send(fd: number, bytes: Buffer): Promise<void> {
  if (sends === mostSends) {
    // Its place is handed on by the one that ends.
    await new Promise<void>((resolve) => waitingSends.push(resolve))
  } else {
    sends += 1
  }
  try {
    await sendOnThread(fd, bytes)
  } finally {
    const next = waitingSends.shift()
    if (next === undefined) {
      sends -= 1
    } else {
      next()
    }
  }
}

function sendOnThread(fd: number, bytes: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    sendFunction.async(fd, bytes, bytes.length, 0, (error: Error | null, sent: number) => {
      if (error !== null) {
        reject(error)
      } else if (sent < 0) {
        reject(new SystemCallError('send to the kernel', errnoName(koffi.errno())))
      } else {
        resolve()
      }
    })
  })
}

/** Where recvfrom(2) puts a datagram and its sender. */
export interface ReceiveBuffer {
  readonly bytes: Buffer
  readonly address: Buffer
  readonly addressLength: Uint32Array
}

/** recvfrom(2): the datagram's length (its true one with MSG_TRUNC), or the errno's symbol. */
export function recvfrom(fd: number, flags: number, into: ReceiveBuffer): number | string {
  const { bytes, address, addressLength } = into
  return lengthOrErrno(recvfromFunction(fd, bytes, bytes.length, flags, address, addressLength))
}

/** As `recvfrom`, on another thread. `into` must stay untouched, and the descriptor open, until `done`. */
export function recvfromOnThread(
  fd: number,
  flags: number,
  into: ReceiveBuffer,
  done: (result: number | string) => void,
): void {
  const { bytes, address, addressLength } = into
  recvfromFunction.async(
    fd,
    bytes,
    bytes.length,
    flags,
    address,
    addressLength,
    (error: Error | null, length: number | bigint) => {
      if (error !== null) {
        throw error
      }
      done(lengthOrErrno(length))
    },
  )
}

function lengthOrErrno(length: number | bigint): number | string {
  return length < 0 ? errnoName(koffi.errno()) : Number(length)
}

/** poll(2) on another thread, without a timeout. `fds` holds struct pollfd records and must stay untouched until `done`. */
export function poll(fds: Uint8Array, count: number, done: (error: Error | null) => void): void {
  pollFunction.async(fds, count, -1, (error: Error | null) => done(error))
}

/** eventfd(2), close-on-exec and non-blocking. Throws SystemCallError. */
export function eventfd(): number {
  const EFD_CLOEXEC_NONBLOCK = 0o2004000
  return check(eventfdFunction(0, EFD_CLOEXEC_NONBLOCK), 'make an eventfd')
}
