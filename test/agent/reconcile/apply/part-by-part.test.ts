import { expect, test } from 'vitest'
import { PartlyRefused, partByPart } from '../../../../src/agent/reconcile/apply/part-by-part.ts'
import type { ActionOf } from '../../../../src/agent/reconcile/plan/action.ts'
import { partsOf } from '../../../../src/agent/reconcile/plan/parts.ts'
import { KernelError } from '../../../../src/rtnetlink/index.ts'

const changeVnis: ActionOf<'changeVnis'> = {
  ...{ kind: 'changeVnis', link: 'vxlan0', reason: 'test' },
  add: [{ first: 100, last: 199, value: undefined }],
  remove: [],
}

/** A kernel that takes each request as a whole, or refuses it for the sake of one number. */
function kernel(codes: Readonly<Record<number, string>>) {
  const taken = new Set<number>()
  let requests = 0
  return {
    taken,
    requests: () => requests,
    work: async (action: ActionOf<'changeVnis'>): Promise<void> => {
      requests += 1
      const numbers = [...partsOf(action)].map((part) => Number(part.replace('vni ', '')))
      const bad = numbers.find((number) => number in codes)
      if (bad !== undefined) {
        throw new KernelError({ operation: `add VNI ${bad}`, code: codes[bad] ?? '' })
      }
      for (const number of numbers) {
        taken.add(number)
      }
    },
  }
}

async function refusedBy(codes: Readonly<Record<number, string>>) {
  const { taken, requests, work } = kernel(codes)
  const error: unknown = await partByPart(changeVnis, work).catch((reason: unknown) => reason)
  return { error, taken, requests: requests() }
}

test('what is taken is one request', async () => {
  expect(await refusedBy({})).toMatchObject({ error: undefined, requests: 1 })
})

test('what one number is refused for is done for all others, in few requests', async () => {
  const { error, taken, requests } = await refusedBy({ 150: 'EEXIST' })
  expect(error).toBeInstanceOf(PartlyRefused)
  const [only, ...others] = (error as PartlyRefused).refused
  expect(only && [...partsOf(only.action)]).toEqual(['vni 150'])
  expect(only?.error.message).toBe('cannot add VNI 150: EEXIST')
  expect(others).toEqual([])
  expect(taken.size).toBe(99)
  expect(requests).toBeLessThan(20)
})

test('numbers that are refused for one reason are one failure, those for another are another', async () => {
  const { error, taken } = await refusedBy({ 110: 'EEXIST', 111: 'EEXIST', 150: 'ENOMEM' })
  const { refused } = error as PartlyRefused
  expect(refused.map(({ action, error: { message } }) => [[...partsOf(action)].join(), message])).toEqual([
    ['vni 110,vni 111', 'cannot add VNI 110, and 1 more: EEXIST'],
    ['vni 150', 'cannot add VNI 150: ENOMEM'],
  ])
  expect(taken.size).toBe(97)
})

test('what is refused whatever the part is asked for once', async () => {
  const { error, requests } = await refusedBy({ 150: 'EPERM' })
  expect(error).toBeInstanceOf(KernelError)
  expect(requests).toBe(1)
})
