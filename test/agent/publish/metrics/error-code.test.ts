import { expect, test } from 'vitest'
import { errorCode } from '../../../../src/agent/publish/metrics/error-code.ts'
import { KernelError, SystemCallError, TimeoutError } from '../../../../src/rtnetlink/index.ts'

const circle = new Error('a circle')
circle.cause = circle

test.each<{ name: string; error: unknown; code: string }>([
  {
    name: "the kernel's own",
    error: new KernelError({ operation: 'create link', code: 'EEXIST' }),
    code: 'EEXIST',
  },
  { name: 'of a system call', error: new SystemCallError('bind', 'EPERM'), code: 'EPERM' },
  { name: 'of a file', error: Object.assign(new Error('disk'), { code: 'ENOSPC' }), code: 'ENOSPC' },
  {
    name: 'of the cause',
    error: new Error('outer', { cause: new KernelError({ operation: 'change link', code: 'EOPNOTSUPP' }) }),
    code: 'EOPNOTSUPP',
  },
  { name: 'timeout', error: new TimeoutError('list links', 30_000), code: 'timeout' },
  {
    name: 'other, for an errno without a name',
    error: new KernelError({ operation: '', code: 'errno 600' }),
    code: 'other',
  },
  {
    name: 'other, for a code of another kind',
    error: Object.assign(new Error(), { code: 'ERR_ASSERTION' }),
    code: 'other',
  },
  { name: 'other, for what has none', error: new Error('none'), code: 'other' },
  { name: 'other, for a circle of causes', error: circle, code: 'other' },
  { name: 'other, for what is no error', error: 'EPERM', code: 'other' },
])('$name', ({ error, code }) => {
  expect(errorCode(error)).toBe(code)
})
