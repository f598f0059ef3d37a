/** What can go wrong between this library and the kernel: four classes, each with what its catcher needs. */
import { constants } from 'node:os'

// Of two names for one number the alphabetically first is the usual one (EAGAIN, EWOULDBLOCK), ...
const errnoNames = new Map<number, string>(
  Object.entries(constants.errno)
    .toReversed()
    .map(([name, number]) => [number, name]),
)
// Those that Node has no name for, with those that vxlan (EPFNOSUPPORT) and bridges (EXFULL) answer with. Source: asm-generic/errno.h.
const unnamed: Readonly<Record<number, string>> = {
  ...{ 15: 'ENOTBLK', 44: 'ECHRNG', 45: 'EL2NSYNC', 46: 'EL3HLT', 47: 'EL3RST', 48: 'ELNRNG', 49: 'EUNATCH' },
  ...{ 50: 'ENOCSI', 51: 'EL2HLT', 52: 'EBADE', 53: 'EBADR', 54: 'EXFULL', 55: 'ENOANO', 56: 'EBADRQC', 57: 'EBADSLT' },
  ...{ 59: 'EBFONT', 64: 'ENONET', 65: 'ENOPKG', 66: 'EREMOTE', 68: 'EADV', 69: 'ESRMNT', 70: 'ECOMM', 73: 'EDOTDOT' },
  ...{ 76: 'ENOTUNIQ', 77: 'EBADFD', 78: 'EREMCHG', 79: 'ELIBACC', 80: 'ELIBBAD', 81: 'ELIBSCN', 82: 'ELIBMAX' },
  ...{ 83: 'ELIBEXEC', 85: 'ERESTART', 86: 'ESTRPIPE', 87: 'EUSERS', 94: 'ESOCKTNOSUPPORT', 96: 'EPFNOSUPPORT' },
  ...{ 108: 'ESHUTDOWN', 109: 'ETOOMANYREFS', 112: 'EHOSTDOWN', 117: 'EUCLEAN', 118: 'ENOTNAM', 119: 'ENAVAIL' },
  ...{ 120: 'EISNAM', 121: 'EREMOTEIO', 123: 'ENOMEDIUM', 124: 'EMEDIUMTYPE', 126: 'ENOKEY', 127: 'EKEYEXPIRED' },
  ...{ 128: 'EKEYREVOKED', 129: 'EKEYREJECTED', 130: 'EOWNERDEAD', 131: 'ENOTRECOVERABLE', 132: 'ERFKILL' },
  ...{ 133: 'EHWPOISON' },
}
for (const [number, name] of Object.entries(unnamed)) {
  errnoNames.set(Number(number), name)
}
// ... but for 95 the networking code says EOPNOTSUPP rather than ENOTSUP.
errnoNames.set(95, 'EOPNOTSUPP')
// Internal to the kernel, yet some drivers let it out.
errnoNames.set(524, 'ENOTSUPP')

/** The symbol of a positive errno, `EEXIST` for 17. Source: asm-generic/errno.h. */
export function errnoName(errno: number): string {
  return errnoNames.get(errno) ?? `errno ${errno}`
}

/** Bytes that are not what their place in a message calls for. The path holds kernel names, outermost first. */
export class DecodeError extends Error {
  override readonly name = 'DecodeError'

  constructor(
    readonly path: readonly string[],
    readonly expected: string,
    readonly got: string,
  ) {
    super(`${path.length > 0 ? `${path.join(': ')}: ` : ''}expected ${expected}, got ${got}`)
  }

  /** The same error as seen from one layer further out. */
  within(name: string): DecodeError {
    const outer = new DecodeError([name, ...this.path], this.expected, this.got)
    outer.cause = this.cause ?? this
    return outer
  }
}

/** A value that has no place in a message: a number out of range, text that is no address. */
export class EncodeError extends Error {
  override readonly name = 'EncodeError'
}

/** What was being done when the kernel refused, and all it said. Source: struct nlmsgerr, enum nlmsgerr_attrs, linux/netlink.h. */
export interface Refusal {
  /** In words, naming the object: `create link vxlan0`. */
  readonly operation: string
  /** The errno's symbol, for code to branch on. */
  readonly code: string
  /** Where NLMSGERR_ATTR_OFFS points, by kernel names: `IFLA_LINKINFO: IFLA_INFO_DATA: IFLA_VXLAN_ID`. */
  readonly attribute?: string
  /** NLMSGERR_ATTR_MSG, the kernel's own sentence. */
  readonly kernelMessage?: string
}

/** The kernel answered a request with an error. */
export class KernelError extends Error {
  override readonly name = 'KernelError'
  /** The errno's symbol: `EEXIST`. */
  readonly code: string

  constructor(readonly refusal: Refusal) {
    const { operation, code, attribute, kernelMessage } = refusal
    super(`cannot ${operation}: ${[code, attribute, kernelMessage].filter(Boolean).join(': ')}`)
    this.code = code
  }
}

/** No answer within the time allowed. The request may have taken effect all the same. */
export class TimeoutError extends Error {
  override readonly name = 'TimeoutError'

  constructor(
    readonly operation: string,
    readonly waitedMs: number,
  ) {
    super(`cannot ${operation}: no answer from the kernel within ${waitedMs} ms`)
  }
}

/** The socket was closed before the answer came, or before the request was sent. */
export class ClosedError extends Error {
  override readonly name = 'ClosedError'

  constructor(readonly operation: string) {
    super(`cannot ${operation}: the netlink socket is closed`)
  }
}

/** A system call failed: `cannot bind a netlink socket: EPERM`. */
export class SystemCallError extends Error {
  override readonly name = 'SystemCallError'

  constructor(
    readonly operation: string,
    /** The errno's symbol. */
    readonly code: string,
  ) {
    super(`cannot ${operation}: ${code}`)
  }
}
