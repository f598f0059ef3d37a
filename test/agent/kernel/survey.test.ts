import { expect, test } from 'vitest'
import { survey } from '../../../src/agent/kernel/survey.ts'
import { KernelError, type Route, type RtnetlinkClient, type TrafficControl } from '../../../src/rtnetlink/index.ts'

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

test('what a kernel does not know is taken for absent', async () => {
  const none = { qdiscs: [], multicast: [], routes: [], nexthops: [], proxies: [] }
  expect([...(await survey(kernel({}), [5]))]).toEqual([[5, none]])
})

test('any other refusal is one', async () => {
  const client = kernel({
    listQdiscs: () => {
      throw Object.assign(Object.create(KernelError.prototype), { code: 'ENOBUFS' })
    },
  })
  await expect(survey(client, [5])).rejects.toMatchObject({ code: 'ENOBUFS' })
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
  expect((await survey(client, [5])).get(5)?.qdiscs).toEqual([
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
  expect((await survey(client, [5])).get(5)?.routes).toEqual([route(3, 5), multipath])
})

test('for many links the routing tables are read once', async () => {
  const asked: unknown[] = []
  const client = kernel({
    listRoutes: (query) => {
      asked.push(query)
      return []
    },
  })
  await survey(
    client,
    Array.from({ length: 20 }, (_, index) => index + 5),
  )
  expect(asked).toEqual([{ family: 2 }, { family: 10 }])
})
