import { expect, test } from 'vitest'
import { countOf } from '../../../src/agent/facts/count-of.ts'

test('one is singular, none and many are plural', () => {
  expect([0, 1, 2].map((count) => countOf(count, 'file'))).toEqual(['0 files', '1 file', '2 files'])
})
