import fc from 'fast-check'
import { expect, test } from 'vitest'
import { largest, type Sized } from '../../../../src/agent/publish/metrics/largest.ts'

interface Named extends Sized {
  readonly name: string
}

const fresh = (name: string, size: number): Named => ({ name, size, wasChosen: false })
const chosen = (name: string, size: number): Named => ({ name, size, wasChosen: true })

test.each<{ name: string; values: Named[]; most: number; choice: string }>([
  { name: 'all that there are, if these are few', values: [fresh('a', 1), fresh('b', 2)], most: 3, choice: 'a b' },
  {
    name: 'the largest, in the order given',
    values: [fresh('a', 5), fresh('b', 1), fresh('c', 9)],
    most: 2,
    choice: 'a c',
  },
  {
    name: 'among equals the first',
    values: [fresh('a', 1), fresh('b', 1), fresh('c', 1), fresh('d', 2)],
    most: 2,
    choice: 'a d',
  },
  {
    name: 'one that was chosen stays while another is less than twice as large',
    values: [fresh('a', 19), chosen('b', 10)],
    most: 1,
    choice: 'b',
  },
  {
    name: 'one more than twice as large takes its place',
    values: [fresh('a', 21), chosen('b', 10)],
    most: 1,
    choice: 'a',
  },
  { name: 'nothing of nothing', values: [], most: 2, choice: '' },
])('$name', ({ values, most, choice }) => {
  expect(
    largest(values, most)
      .map(({ name }) => name)
      .join(' '),
  ).toBe(choice)
})

test('what is chosen is never more than is allowed, and none left out is larger', () => {
  const values = fc.array(fc.record({ size: fc.nat(20), wasChosen: fc.constant(false) }))
  fc.assert(
    fc.property(values, fc.integer({ min: 1, max: 30 }), (all, most) => {
      const choice = largest(all, most)
      expect(choice).toHaveLength(Math.min(all.length, most))
      const least = Math.min(...choice.map(({ size }) => size))
      for (const value of all.filter((each) => !choice.includes(each))) {
        expect(value.size).toBeLessThanOrEqual(least)
      }
    }),
  )
})
