/**
 * The daemon runs no other program, and the kernel is to hold it to that: execve and execveat are refused from then on, to all of its
 * threads. systemd's own filter cannot, since systemd needs execve to start it. Source: seccomp(2), linux/seccomp.h, linux/audit.h.
 */
import { packetFilter } from '../../rtnetlink/index.ts'
import { filterSystemCalls, renounceNewPrivileges } from './libc.ts'

const { assemble, JUMP_IF_AT_LEAST, JUMP_IF_EQUAL, LOAD_WORD, RETURN } = packetFilter

/** An architecture's number (AUDIT_ARCH_*), and those of its system calls. Source: asm/unistd.h. */
interface SystemCalls {
  readonly architecture: number
  readonly seccomp: number
  readonly execve: number
  readonly execveat: number
}

const systemCallsOf: Readonly<Record<string, SystemCalls>> = {
  x64: { architecture: 0xc000_003e, seccomp: 317, execve: 59, execveat: 322 },
  arm64: { architecture: 0xc000_00b7, seccomp: 277, execve: 221, execveat: 281 },
}

/** struct seccomp_data: where the number of the system call and that of the architecture stand. */
const offsets = { number: 0, architecture: 4 }
const EPERM = 1
const SECCOMP_RET_ALLOW = 0x7fff_0000
const SECCOMP_RET_ERRNO = 0x0005_0000
/** System calls of the x32 ABI, which has numbers of its own, execve among them. */
const x32Bit = 0x4000_0000

/** Refuses execve, execveat, and whatever is called by the rules of another architecture, with EPERM; lets all else pass. */
export function withoutExec({ architecture, execve, execveat }: SystemCalls): Buffer {
  return assemble([
    [LOAD_WORD, 0, 0, offsets.architecture],
    [JUMP_IF_EQUAL, 0, 5, architecture],
    [LOAD_WORD, 0, 0, offsets.number],
    [JUMP_IF_AT_LEAST, 3, 0, x32Bit],
    [JUMP_IF_EQUAL, 2, 0, execve],
    [JUMP_IF_EQUAL, 1, 0, execveat],
    [RETURN, 0, 0, SECCOMP_RET_ALLOW],
    [RETURN, 0, 0, SECCOMP_RET_ERRNO | EPERM],
  ])
}

/** Gives up running other programs for good. False where that cannot be had: another architecture, or a kernel without seccomp. */
export function renounceExec(architecture: string = process.arch): boolean {
  const systemCalls = systemCallsOf[architecture]
  return (
    systemCalls !== undefined &&
    renounceNewPrivileges() &&
    filterSystemCalls(systemCalls.seccomp, withoutExec(systemCalls))
  )
}
