import { expect, test } from 'vitest'
import { despiteShortage, despiteShortageOfOne } from '../../../../src/agent/reconcile/apply/memory-shortage.ts'
import { addEntries, replaceEntries } from '../../../../src/agent/reconcile/apply/perform-entries.ts'
import { KernelError, type NeighbourRequest, type NeighbourRequests } from '../../../../src/rtnetlink/index.ts'

const refusal = (code: string): KernelError => new KernelError({ operation: 'add forwarding entry', code })

/** A kernel that answers each attempt for each place with the next code; undefined, and when there is none: it took it. */
function kernel(answers: Record<number, (string | undefined)[]>) {
  const sent: number[][] = []
  return {
    sent,
    send: async (places: readonly number[]) => {
      sent.push([...places])
      return places.map((place) => {
        const code = answers[place]?.shift()
        return code === undefined ? undefined : refusal(code)
      })
    },
  }
}

test('what found no memory is sent again, and nothing else', async () => {
  const { send, sent } = kernel({ 1: ['ENOMEM', 'ENOMEM'], 2: ['EEXIST'], 3: ['ENOMEM'] })
  const errors = await despiteShortage(5, send)
  expect(sent).toEqual([[0, 1, 2, 3, 4], [1, 3], [1]])
  expect(errors.map((error) => error?.code)).toEqual([undefined, undefined, 'EEXIST', undefined, undefined])
})

test('a lasting shortage is an error after some attempts', async () => {
  const { send, sent } = kernel({ 0: Array(9).fill('ENOMEM') })
  expect((await despiteShortage(1, send)).map((error) => error?.code)).toEqual(['ENOMEM'])
  expect(sent).toHaveLength(4)
})

const entries = [1, 2, 3].map((last) => ({
  key: `02:00:00:00:00:0${last}`,
  request: { family: 7, attributes: { lladdr: `02:00:00:00:00:0${last}`, dst: '10.0.2.9' } } as NeighbourRequest,
}))
const addressesOf = (requests: NeighbourRequests): unknown[] =>
  Array.from({ length: requests.length }, (_, at) => requests.at(at)?.attributes?.lladdr)

/** A client whose kernel has no memory for the second entry at first. */
function shortClient() {
  const sent: unknown[][] = []
  const answer = async (requests: NeighbourRequests) => {
    sent.push(addressesOf(requests))
    return sent.length === 1 ? [undefined, refusal('ENOMEM'), undefined] : [undefined]
  }
  const client = { addNeighbours: answer, replaceNeighbours: answer }
  return { sent, kernel: { client } as never }
}

test('entries that are added for which there was no memory at once are there in the end', async () => {
  const { sent, kernel } = shortClient()
  const observer = { withoutEvents: () => Promise.reject(new Error('not for so few')) } as never
  const action = { kind: 'addEntries', table: 'fdb', entries } as never
  expect(await addEntries(kernel, observer, 5, action)).toEqual({ present: [], refused: undefined })
  expect(sent[1]).toEqual(['02:00:00:00:00:02'])
})

test('so are entries that are replaced', async () => {
  const { sent, kernel } = shortClient()
  await replaceEntries(kernel, 5, { kind: 'replaceEntries', table: 'fdb', entries } as never)
  expect(sent[1]).toEqual(['02:00:00:00:00:02'])
})

test('so is a link', async () => {
  const codes = ['ENOMEM', 'ENOMEM']
  let attempts = 0
  await despiteShortageOfOne(async () => {
    attempts += 1
    const code = codes.shift()
    if (code !== undefined) {
      throw refusal(code)
    }
  })
  expect(attempts).toBe(3)
})

test.each([
  { name: 'a lasting shortage', code: 'ENOMEM', attempts: 4 },
  { name: 'another refusal', code: 'EEXIST', attempts: 1 },
])('$name of a link is an error after $attempts attempts', async ({ code, attempts }) => {
  let made = 0
  const request = async () => {
    made += 1
    throw refusal(code)
  }
  await expect(despiteShortageOfOne(request)).rejects.toMatchObject({ code })
  expect(made).toBe(attempts)
})
