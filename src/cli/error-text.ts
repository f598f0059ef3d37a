/** Errors as sentences. */
import { printable } from './printable.ts'

/** What went wrong, and what to do where that is known. */
export function errorText(error: unknown): string {
  const text = printable(error instanceof Error ? error.message : String(error))
  if (!isForbidden(error)) {
    return text
  }
  // By name: the classes come with the whole netlink library, which need not have been loaded.
  const isFromKernel = error.name === 'KernelError' || error.name === 'SystemCallError'
  return `${text}; ${isFromKernel ? 'this needs root or CAP_NET_ADMIN' : 'run it with sudo'}`
}

/** A refusal that nobody on the way has explained yet: from a netlink request, or from a file. */
function isForbidden(error: unknown): error is Error {
  return (
    error instanceof Error &&
    'code' in error &&
    (error.code === 'EPERM' || error.code === 'EACCES') &&
    (error.name === 'KernelError' || error.name === 'SystemCallError' || 'syscall' in error)
  )
}
