import { expect, test } from 'vitest'
import { DecodeError, errnoName, KernelError, TimeoutError } from '../../src/rtnetlink/errors.ts'

test.each([
  [17, 'EEXIST'],
  [11, 'EAGAIN'], // not EWOULDBLOCK
  [95, 'EOPNOTSUPP'], // not ENOTSUP
  [105, 'ENOBUFS'],
  [524, 'ENOTSUPP'],
  [9999, 'errno 9999'],
])('errno %i is called %s', (errno, name) => {
  expect(errnoName(errno)).toBe(name)
})

test.each([
  [{ operation: 'create link vxlan0', code: 'EEXIST' }, 'cannot create link vxlan0: EEXIST'],
  [
    { operation: 'create link vxlan0', code: 'ERANGE', attribute: 'IFLA_VXLAN_ID', kernelMessage: 'too large' },
    'cannot create link vxlan0: ERANGE: IFLA_VXLAN_ID: too large',
  ],
])('a refusal reads: what was done, the code, the attribute, the words of the kernel', (refusal, message) => {
  const error = new KernelError(refusal)
  expect(error.message).toBe(message)
  expect(error.code).toBe(refusal.code)
})

test('a decode error names the way to the attribute, outermost first, and keeps its cause', () => {
  const inner = new DecodeError([], '4 bytes', '1')
  const outer = inner.within('IFLA_VXLAN_ID').within('IFLA_INFO_DATA')
  expect(outer.message).toBe('IFLA_INFO_DATA: IFLA_VXLAN_ID: expected 4 bytes, got 1')
  expect(outer.cause).toBe(inner)
})

test('a timeout names the operation and how long it waited', () => {
  expect(new TimeoutError('list links', 500).message).toBe('cannot list links: no answer from the kernel within 500 ms')
})
