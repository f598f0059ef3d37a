import { expect, test } from 'vitest'
import { doesMembershipFollow, isAtLeast, parseKernelRelease } from '../../../src/agent/host/kernel-release.ts'

test.each([
  { release: '6.15.0', is: true },
  { release: '6.18.44-generic', is: true },
  { release: '7.0', is: true },
  { release: '10.1.2', is: true },
  { release: '6.14.99', is: false },
  { release: '6.8.0-45-generic', is: false },
  { release: '5.15.0', is: false },
  { release: '5.99', is: false },
  { release: 'unknown', is: false },
  { release: '', is: false },
])('on $release membership follows a change of group: $is', ({ release, is }) => {
  expect(doesMembershipFollow(parseKernelRelease(release))).toBe(is)
})

test('compares numbers, not text', () => {
  expect(isAtLeast(parseKernelRelease('6.9.1'), 6, 10)).toBe(false)
  expect(isAtLeast(parseKernelRelease('6.10.1'), 6, 9)).toBe(true)
})
