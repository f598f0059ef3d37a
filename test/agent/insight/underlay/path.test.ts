import { expect, test } from 'vitest'
import { noPath, whyNoRoute } from '../../../../src/agent/insight/underlay/path.ts'
import { KernelError } from '../../../../src/rtnetlink/index.ts'

const refused = (code: string): KernelError => new KernelError({ operation: 'look up the route to 10.0.2.9', code })

test.each([
  ['ENETUNREACH', 'there is no route to 10.0.2.9'],
  ['EACCES', 'a prohibit route leads to 10.0.2.9'],
  // Of no known meaning: the kernel's own words, which name the destination already.
  ['ENOBUFS', 'cannot look up the route to 10.0.2.9: ENOBUFS'],
])('of a refusal with %s the path says: %s', (code, problem) => {
  expect(whyNoRoute(refused(code), '10.0.2.9')).toBe(problem)
  expect(noPath(refused(code), '10.0.2.9')).toEqual({ isResolved: false, problem })
})

test('what is no refusal is thrown', () => {
  const error = new Error('the socket is closed')
  expect(() => noPath(error, '10.0.2.9')).toThrow(error)
})
