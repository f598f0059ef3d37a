/** Errors as a person reads them, and as code branches on them. */
import { constants } from 'node:os'
import { describe, expect, test } from 'vitest'
import {
  ClosedError,
  DecodeError,
  errnoName,
  KernelError,
  type Refusal,
  SystemCallError,
  TimeoutError,
} from '../../src/rtnetlink/errors.ts'

describe('an errno', () => {
  test.each([
    [1, 'EPERM'],
    [2, 'ENOENT'],
    [11, 'EAGAIN'], // not EWOULDBLOCK
    [16, 'EBUSY'],
    [17, 'EEXIST'],
    [19, 'ENODEV'],
    [22, 'EINVAL'],
    [34, 'ERANGE'],
    [95, 'EOPNOTSUPP'], // not ENOTSUP
    [99, 'EADDRNOTAVAIL'],
    [105, 'ENOBUFS'],
    [524, 'ENOTSUPP'], // the kernel's own
  ])('%i is called %s', (errno, name) => {
    expect(errnoName(errno)).toBe(name)
  })

  test('has a name that stands for this number in libc', () => {
    const byName: Readonly<Record<string, number>> = constants.errno
    for (const errno of Object.values(byName)) {
      expect(byName[errnoName(errno)]).toBe(errno)
    }
  })

  test.each([0, 9999])('%i without a name is told by its number', (errno) => {
    expect(errnoName(errno)).toBe(`errno ${errno}`)
  })
})

test.each<readonly [refusal: Refusal, message: string]>([
  [{ operation: 'create link vxlan0', code: 'EEXIST' }, 'cannot create link vxlan0: EEXIST'],
  [
    { operation: 'create link vxlan0', code: 'ERANGE', attribute: 'IFLA_MTU' },
    'cannot create link vxlan0: ERANGE: IFLA_MTU',
  ],
  [
    { operation: 'create link vxlan0', code: 'ERANGE', kernelMessage: 'too large' },
    'cannot create link vxlan0: ERANGE: too large',
  ],
  [
    { operation: 'create link vxlan0', code: 'ERANGE', attribute: 'IFLA_MTU', kernelMessage: 'too large' },
    'cannot create link vxlan0: ERANGE: IFLA_MTU: too large',
  ],
  [{ operation: 'set MTU', code: 'EINVAL', kernelMessage: '' }, 'cannot set MTU: EINVAL'],
])('a refusal reads: what was done, the code, the attribute, the words of the kernel (%#)', (refusal, message) => {
  const error = new KernelError(refusal)
  expect(error.message).toBe(message)
  expect(error.code).toBe(refusal.code)
  expect(error.refusal).toEqual(refusal)
})

describe('a decode error', () => {
  test('names the way to the attribute, outermost first, and keeps its first cause', () => {
    const inner = new DecodeError([], '4 bytes', '1')
    const outer = inner.within('IFLA_VXLAN_ID').within('IFLA_INFO_DATA')
    expect(outer.message).toBe('IFLA_INFO_DATA: IFLA_VXLAN_ID: expected 4 bytes, got 1')
    expect(outer.path).toEqual(['IFLA_INFO_DATA', 'IFLA_VXLAN_ID'])
    expect(outer.cause).toBe(inner)
  })

  test('without a way says what was expected and what came', () => {
    expect(new DecodeError([], '4 bytes', '1').message).toBe('expected 4 bytes, got 1')
  })
})

test.each([
  [new TimeoutError('list links', 500), 'TimeoutError', 'cannot list links: no answer from the kernel within 500 ms'],
  [new ClosedError('list links'), 'ClosedError', 'cannot list links: the netlink socket is closed'],
  [new SystemCallError('bind a netlink socket', 'EPERM'), 'SystemCallError', 'cannot bind a netlink socket: EPERM'],
])('%o is named by its class and says what was not done', (error, name, message) => {
  expect(error.name).toBe(name)
  expect(error.message).toBe(message)
})

test('every error number of Linux has a name, those too that Node has none for', () => {
  // 41 and 58 are none. Source: asm-generic/errno.h.
  const numbers = Array.from({ length: 133 }, (_, index) => index + 1).filter((number) => ![41, 58].includes(number))
  expect(numbers.filter((number) => errnoName(number).startsWith('errno'))).toEqual([])
  expect([54, 95, 96].map(errnoName)).toEqual(['EXFULL', 'EOPNOTSUPP', 'EPFNOSUPPORT'])
})
