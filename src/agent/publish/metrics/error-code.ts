/** The `code` that an error is counted under: one of a bounded set, whatever an error says. */
import { constants } from 'node:os'
import { TimeoutError } from '../../../rtnetlink/index.ts'
import { other } from './largest.ts'

/** Codes that are there from the start, since a series that begins at 1 shows no increase: what the kernel refuses requests with. */
export const usualCodes = [
  'EBUSY',
  'EEXIST',
  'EINVAL',
  'ENODEV',
  'ENOENT',
  'EOPNOTSUPP',
  'EPERM',
  'timeout',
  other,
] as const

/** ENOTSUPP is the kernel's own, and known to no libc. */
const symbols: ReadonlySet<string> = new Set([...Object.keys(constants.errno), 'ENOTSUPP'])

/** The errno's symbol of the error, or of the first of its causes that has one; `timeout`; else `other`. */
export function errorCode(error: unknown): string {
  // Causes may go round in a circle.
  let cause = error
  for (let depth = 0; depth < 5 && cause instanceof Error; depth += 1) {
    const { code } = cause as NodeJS.ErrnoException
    if (cause instanceof TimeoutError) {
      return 'timeout'
    }
    if (code !== undefined && symbols.has(code)) {
      return code
    }
    cause = cause.cause
  }
  return other
}
