import { expect, test } from 'vitest'
import { type Attachments, nothingAttached } from '../../../src/agent/kernel/attachments.ts'
import { survey } from '../../../src/agent/kernel/survey.ts'
import {
  ClosedError,
  KernelError,
  type Route,
  type RtnetlinkClient,
  TimeoutError,
  type TrafficControl,
} from '../../../src/rtnetlink/index.ts'

const traffic = (
  ifindex: number,
  handle: number,
  kind: string,
  more: Partial<TrafficControl> = {},
): TrafficControl => ({
  family: 0,
  ifindex,
  handle,
  parent: 0xffffffff,
  info: 0,
  attributes: { kind, options: Buffer.alloc(4) },
  ...more,
})
const filter = (parent: number, handle: number, kind: string): TrafficControl =>
  traffic(5, handle, kind, { parent, info: 8 })
const route = (protocol: number, oif: number, flags = 0): Route =>
  ({ family: 2, protocol, flags, attributes: { oif } }) as unknown as Route

/** A kernel with these answers; without any it knows none of the questions. */
function kernel(answers: Partial<Record<keyof RtnetlinkClient, (query: never) => unknown[]>>): RtnetlinkClient {
  const refuse = async (): Promise<never> => {
    throw Object.assign(Object.create(KernelError.prototype), { code: 'EOPNOTSUPP' })
  }
  const questions = ['listQdiscs', 'listFilters', 'listMdb', 'listRoutes', 'listNexthops', 'listProxies'] as const
  return Object.fromEntries(
    questions.map((name) => {
      const answer = answers[name]
      return [name, answer === undefined ? refuse : async (query: never) => answer(query)]
    }),
  ) as unknown as RtnetlinkClient
}

async function found(client: RtnetlinkClient, index: number): Promise<Attachments> {
  const answer = (await survey(client, [index])).get(index)
  if (answer === undefined || answer instanceof Error) {
    throw answer ?? new Error('no answer')
  }
  return answer
}

test('what a kernel does not know is taken for absent', async () => {
  expect([...(await survey(kernel({}), [5]))]).toEqual([[5, nothingAttached]])
})

const refused = (code: string, operation = 'list qdiscs') => new KernelError({ operation, code })

function throwing(error: Error): () => never {
  return () => {
    throw error
  }
}

test('any other refusal is that of the links for which it was asked', async () => {
  const client = kernel({ listQdiscs: throwing(refused('ENOBUFS')) })
  expect([...(await survey(client, [5, 6]))]).toEqual([
    [5, refused('ENOBUFS')],
    [6, refused('ENOBUFS')],
  ])
})

test.each([
  ['a dump that was interrupted each time', refused('EINTR', 'list nexthops')],
  ['a question without an answer', new TimeoutError('list nexthops', 30_000)],
])('%s about one link leaves the others', async (_what, error) => {
  const client = kernel({
    listNexthops: ({ oif }: { readonly oif: number }) => (oif === 5 ? throwing(error)() : []),
  })
  expect([...(await survey(client, [5, 6]))]).toEqual(
    expect.arrayContaining([
      [5, error],
      [6, nothingAttached],
    ]),
  )
})

test('nothing hangs on a link that is gone', async () => {
  const client = kernel({
    listRoutes: ({ oif }: { readonly oif: number }) =>
      oif === 5 ? throwing(refused('ENODEV', 'list routes'))() : [route(3, oif)],
  })
  const found = await survey(client, [5, 6])
  expect(found.get(5)).toEqual(nothingAttached)
  expect(found.get(6)).toMatchObject({ routes: [route(3, 6), route(3, 6)] })
})

test('a closed socket ends it all', async () => {
  const client = kernel({ listQdiscs: throwing(new ClosedError('list qdiscs')) })
  await expect(survey(client, [5])).rejects.toThrow(ClosedError)
})

test('qdiscs are those that somebody attached, with their filters: no classifiers, no hash tables, none twice', async () => {
  const byParent: Readonly<Record<number, TrafficControl[]>> = {
    65536: [filter(0x10000, 0, 'u32'), filter(0x10000, 0x80000000, 'u32'), filter(0x10000, 0x80000800, 'u32')],
    4294967282: [filter(0xfffffff2, 0x80100800, 'u32'), filter(0xfffffff2, 1, 'flower')],
    4294967283: [filter(0xfffffff3, 0x80100800, 'u32'), filter(0xfffffff3, 1, 'flower')],
  }
  const client = kernel({
    listQdiscs: () => [
      traffic(5, 0, 'noqueue'),
      traffic(5, 0x10000, 'htb'),
      traffic(5, 0xffff0000, 'clsact'),
      traffic(6, 0x10000, 'htb'),
    ],
    listFilters: ({ parent }: { readonly parent: number }) => byParent[parent] ?? [],
  })
  expect((await found(client, 5)).qdiscs).toEqual([
    { kind: 'htb', filters: 1 },
    { kind: 'clsact', filters: 3 },
  ])
})

test('routes are those by the link that somebody added', async () => {
  const multipath = { ...route(4, 0), attributes: { multipath: [{ flags: 0, hops: 0, ifindex: 5, attributes: {} }] } }
  const client = kernel({
    listRoutes: ({ family }: { readonly family: number }) =>
      family === 2 ? [route(2, 5), route(3, 5), route(4, 6), route(4, 5, 0x200), multipath] : [],
  })
  expect((await found(client, 5)).routes).toEqual([route(3, 5), multipath])
})

test('for many links routes and nexthops are read once, and found for each', async () => {
  const asked: unknown[] = []
  const note = (query: unknown): void => {
    asked.push(query)
  }
  const client = kernel({
    listRoutes: (query: { readonly family: number }) => {
      note(query)
      return query.family === 2 ? [route(3, 5), route(3, 24), route(3, 99)] : []
    },
    listNexthops: (query) => {
      note(query)
      return [{ attributes: { id: 1, oif: 7 } }]
    },
  })
  const answers = await survey(
    client,
    Array.from({ length: 20 }, (_, index) => index + 5),
  )
  expect(asked).toEqual([{ family: 2 }, { family: 10 }, undefined])
  expect(answers.size).toBe(20)
  expect(answers.get(5)).toEqual({ ...nothingAttached, routes: [route(3, 5)] })
  expect(answers.get(24)).toEqual({ ...nothingAttached, routes: [route(3, 24)] })
  expect(answers.get(7)).toMatchObject({ nexthops: [{ attributes: { id: 1 } }] })
})
