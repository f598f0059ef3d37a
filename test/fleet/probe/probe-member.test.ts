import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Exchange, probeMember, type Reply } from '../../../src/fleet/probe/probe-member.ts'
import { searchSize } from '../../../src/fleet/probe/size-search.ts'

const plan = { count: 1, small: 100, full: 1450 }

/** A way that lets through packets up to a size, in each direction. */
function way(there: number, back: number): { exchange: Exchange; sizes: number[] } {
  const sizes: number[] = []
  const exchange: Exchange = async ({ size, answerSize }) => {
    sizes.push(size)
    return size <= there && answerSize <= back ? { kind: 'answer', ms: 0.5 } : { kind: 'lost' }
  }
  return { exchange, sizes }
}

test('a healthy member takes three probes', async () => {
  const { exchange, sizes } = way(9000, 9000)
  expect(await probeMember(exchange, plan)).toEqual({
    ...{ state: 'up', sent: 1, roundTripsMs: [0.5] },
    sizes: { passes: 1450, backPasses: 1450 },
  })
  expect(sizes).toEqual([100, 1450, 1450])
})

test('the largest size that passes is found in each direction, whatever it is, with few probes', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 100, max: 9000 }), fc.integer({ min: 100, max: 9000 }), async (there, back) => {
      const { exchange, sizes } = way(there, back)
      const { sizes: found } = await probeMember(exchange, { ...plan, full: 8950 })
      const most = Math.min(8950, there)
      expect(found?.passes).toBe(most)
      expect(found?.fails).toBe(there >= 8950 ? undefined : there + 1)
      expect(found?.backPasses).toBe(Math.min(most, back))
      expect(found?.backFails).toBe(back >= most ? undefined : back + 1)
      expect(sizes.length).toBeLessThan(70)
    }),
  )
})

test('what was found of sizes last is confirmed with few probes', async () => {
  const { exchange, sizes } = way(1350, 9000)
  const { sizes: known } = await probeMember(exchange, plan)
  sizes.length = 0
  expect((await probeMember(exchange, { ...plan, known })).sizes).toEqual(known)
  expect(sizes.length).toBeLessThanOrEqual(8)
})

test('a member that is silent is asked three times', async () => {
  const { exchange, sizes } = way(0, 0)
  expect(await probeMember(exchange, { ...plan, count: 20 })).toEqual({ state: 'down', sent: 3, roundTripsMs: [] })
  expect(sizes).toEqual([100, 100, 100])
})

test('repeated requests say so, so that the other end knows that we do not hear it', async () => {
  const repeated: boolean[] = []
  await probeMember(async ({ isRepeated }) => {
    repeated.push(isRepeated)
    return { kind: 'lost' }
  }, plan)
  expect(repeated).toEqual([false, true, true])
})

test.each([
  { reply: { kind: 'deaf' }, outcome: { state: 'deaf', sent: 1 } },
  { reply: { kind: 'failed', error: 'EPERM' }, outcome: { state: 'down', sent: 3, error: 'EPERM' } },
] as { reply: Reply; outcome: object }[])('$reply.kind', async ({ reply, outcome }) => {
  expect(await probeMember(async () => reply, plan)).toMatchObject(outcome)
})

test('the search for a size ends, whatever is answered', async () => {
  let trials = 0
  const sizes = await searchSize({ passes: 0, fails: 65_535 }, async () => {
    trials += 1
    return Math.random() < 0.5
  })
  expect(trials).toBeLessThanOrEqual(17)
  expect(sizes.fails - sizes.passes).toBe(1)
})
