/**
 * The libc calls that the services need and Node lacks, through koffi: a lock that a crash gives back, a datagram to systemd, a socket of one
 * device, and giving up rights for good.
 */
import { closeSync } from 'node:fs'
import koffi from 'koffi'

const libc = koffi.load(null)
const flockFunction = libc.func('int flock(int fd, int operation)')
const socketFunction = libc.func('int socket(int domain, int type, int protocol)')
const sendtoFunction = libc.func(
  'intptr_t sendto(int fd, const void *bytes, size_t length, int flags, const void *address, unsigned int addressLength)',
)
const prctlFunction = libc.func(
  'int prctl(int option, unsigned long a, unsigned long b, unsigned long c, unsigned long d)',
)
koffi.struct('seccomp_program', { len: 'unsigned short', filter: 'const void *' })
const seccompFunction = libc.func(
  'long syscall(long number, unsigned int operation, unsigned int flags, const seccomp_program *program)',
)
const setfsuidFunction = libc.func('int setfsuid(unsigned int uid)')
const setfsgidFunction = libc.func('int setfsgid(unsigned int gid)')
const bindFunction = libc.func('int bind(int fd, const void *address, unsigned int length)')
const setsockoptFunction = libc.func(
  'int setsockopt(int fd, int level, int name, const void *value, unsigned int length)',
)
const getsockoptFunction = libc.func('int getsockopt(int fd, int level, int name, void *value, void *length)')

const LOCK_EX = 2
const LOCK_NB = 4

/** Takes an exclusive lock on an open file, held until it is closed or the process ends. False when another process has it. */
export function tryLock(fd: number): boolean {
  return flockFunction(fd, LOCK_EX | LOCK_NB) === 0
}

const AF_UNIX = 1
const SOCK_DGRAM = 2
const SOCK_CLOEXEC = 0o2000000
const MSG_DONTWAIT = 0x40
const MSG_NOSIGNAL = 0x4000

/** A datagram socket of family AF_UNIX; undefined when none can be had. */
export function openUnixDatagramSocket(): number | undefined {
  const fd = socketFunction(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)
  return fd < 0 ? undefined : fd
}

const SOCK_NONBLOCK = 0o4000

/** A UDP socket of a family (AF_INET or AF_INET6); a negative number is an errno. */
export function openUdpSocket(family: number): number {
  return orErrno(socketFunction(family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0))
}

/** setsockopt(2). 0, or a negative errno. */
export function setSocketOption(fd: number, level: number, name: number, value: Uint8Array): number {
  return orErrno(setsockoptFunction(fd, level, name, value, value.length))
}

/** bind(2) to a sockaddr. 0, or a negative errno. */
export function bindSocket(fd: number, address: Buffer): number {
  return orErrno(bindFunction(fd, address, address.length))
}

function orErrno(result: number): number {
  return result < 0 ? -koffi.errno() : result
}

const EAGAIN = 11
const ENOBUFS = 105

/** Sends one datagram without waiting: `full` when there is no room for it at present, `refused` when nobody takes it. */
export function sendDatagram(fd: number, address: Buffer, text: string): 'sent' | 'full' | 'refused' {
  const bytes = Buffer.from(text)
  const sent = sendtoFunction(fd, bytes, bytes.length, MSG_DONTWAIT | MSG_NOSIGNAL, address, address.length)
  if (Number(sent) === bytes.length) {
    return 'sent'
  }
  return [EAGAIN, ENOBUFS].includes(koffi.errno()) ? 'full' : 'refused'
}

const SOL_SOCKET = 1
const SO_NETNS_COOKIE = 71

/** The number of this process's network namespace, never given twice in one boot; undefined before Linux 5.14. */
export function networkNamespaceCookie(): bigint | undefined {
  const fd = openUnixDatagramSocket()
  if (fd === undefined) {
    return undefined
  }
  const value = new BigUint64Array(1)
  const refused = getsockoptFunction(fd, SOL_SOCKET, SO_NETNS_COOKIE, value, Uint32Array.of(8)) < 0
  closeSync(fd)
  return refused ? undefined : value[0]
}

const SO_PEERCRED = 17

/** The user id of the process at the other end of a connected Unix socket, as of its connect; undefined when there is none. */
export function peerUserId(fd: number): number | undefined {
  // struct ucred: pid, uid, gid.
  const credentials = new Uint32Array(3)
  const refused = getsockoptFunction(fd, SOL_SOCKET, SO_PEERCRED, credentials, Uint32Array.of(12)) < 0
  return refused ? undefined : credentials[1]
}

const PR_SET_NO_NEW_PRIVS = 38
const SECCOMP_SET_MODE_FILTER = 1
/** For all threads of the process, and not just the calling one. */
const SECCOMP_FILTER_FLAG_TSYNC = 1
const sizeOfSockFilter = 8

/** From now on no program that is run by this process gains rights by it. False when the kernel refuses. */
export function renounceNewPrivileges(): boolean {
  return prctlFunction(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) === 0
}

/**
 * Has the kernel put each system call of this process, and of all that come of it, through a program of struct sock_filter, for good.
 * Takes `renounceNewPrivileges` first. False when the kernel refuses. Source: seccomp(2).
 * @param number of the system call seccomp on this architecture
 */
export function filterSystemCalls(number: number, program: Buffer): boolean {
  const filter = { len: program.length / sizeOfSockFilter, filter: program }
  return Number(seccompFunction(number, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, filter)) === 0
}

/** A user and group. */
interface Identity {
  readonly uid: number
  readonly gid: number
}

/**
 * From now on this thread's rights to files are that user's; gives whose they were. Another one than root lacks the capabilities that
 * are about files, and keeps the others. Node's synchronous file operations are done in the thread that calls them. Source: setfsuid(2).
 */
export function setFileSystemUser({ uid, gid }: Identity): Identity {
  // The group first: with the user go the rights to change it, and come back with root.
  const gidBefore = setfsgidFunction(gid)
  const uidBefore = setfsuidFunction(uid)
  setfsgidFunction(gid)
  return { uid: uidBefore, gid: gidBefore }
}
