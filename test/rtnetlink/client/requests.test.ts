/** Many requests at once: which datagrams they make, and which answer belongs to which of them. */
import { describe, expect, test } from 'vitest'
import { EncodeError } from '../../../src/rtnetlink/errors.ts'
import {
  change,
  clientOnFakeTransport,
  linkMessage,
  reasonOf,
  refusalOf,
} from '../../support/client-on-fake-transport.ts'
import { ack, done } from '../../support/fake-transport.ts'

const [NLM_F_ACK, NLM_F_DUMP] = [0x4, 0x300]

async function fates(requests: readonly Promise<unknown>[]): Promise<string[]> {
  return (await Promise.allSettled(requests)).map(({ status }) => status)
}

describe('a batch', () => {
  test('is one datagram for what was asked in one turn, with an ack asked for on the last message only', async () => {
    const { client, kernel } = clientOnFakeTransport()
    const requests = [1, 2, 3].map((index) => change(client, index))
    const sent = await kernel.requests()
    expect(kernel.sent).toHaveLength(1)
    expect(sent.map(({ header }) => (header.flags & NLM_F_ACK) !== 0)).toEqual([false, false, true])
    kernel.deliver(ack(await kernel.sequence(2)))
    expect(await fates(requests)).toEqual(['fulfilled', 'fulfilled', 'fulfilled'])
  })

  test('is not done before the answer to its last message', async () => {
    const { client, kernel } = clientOnFakeTransport()
    let isDone = false
    const requests = [1, 2].map((index) => change(client, index).then(() => (isDone = true)))
    const last = await kernel.sequence(1)
    expect(isDone).toBe(false)
    kernel.deliver(ack(last))
    await Promise.all(requests)
  })

  test('has one refusal in its middle, and the others succeed', async () => {
    const { client, kernel } = clientOnFakeTransport()
    const outcome = fates([1, 2, 3].map((index) => change(client, index)))
    kernel.deliver(ack(await kernel.sequence(1), 22))
    kernel.deliver(ack(await kernel.sequence(2)))
    expect(await outcome).toEqual(['fulfilled', 'rejected', 'fulfilled'])
  })

  test('has several refusals in one datagram, each for its own request', async () => {
    const { client, kernel } = clientOnFakeTransport()
    const codes = [1, 2, 3, 4].map(async (index) => (await refusalOf(change(client, index))).code)
    const sequences = (await kernel.requests()).map(({ header }) => header.sequence)
    kernel.deliver(...[1, 17, 19, 22].map((errno, index) => ack(sequences[index] ?? 0, errno)))
    expect(await Promise.all(codes)).toEqual(['EPERM', 'EEXIST', 'ENODEV', 'EINVAL'])
  })

  test('ends with a refusal, and what went before it has succeeded', async () => {
    const { client, kernel } = clientOnFakeTransport()
    const outcome = fates([1, 2].map((index) => change(client, index)))
    kernel.deliver(ack(await kernel.sequence(1), 19))
    expect(await outcome).toEqual(['fulfilled', 'rejected'])
  })

  test('holds 128 messages at most, so that their refusals fit any receive buffer', async () => {
    const { client, kernel } = clientOnFakeTransport()
    const requests = Array.from({ length: 300 }, (_, index) => change(client, index))
    await kernel.requests()
    expect(kernel.sent.map(({ length }) => length)).toEqual([128, 128, 44])
    for (const datagram of kernel.sent) {
      kernel.deliver(ack(datagram.at(-1)?.header.sequence ?? 0))
    }
    await Promise.all(requests)
  })

  test('holds 32 KiB at most, though a larger message still goes, alone', async () => {
    const { client, kernel } = clientOnFakeTransport()
    const requests = [10_000, 10_000, 10_000, 10_000, 40_000, 100].map((length, index) =>
      client.changeLink({ index, attributes: { ifalias: 'x'.repeat(length) } }),
    )
    await kernel.requests()
    expect(kernel.sent.map(({ length }) => length)).toEqual([3, 1, 1, 1])
    for (const datagram of kernel.sent) {
      kernel.deliver(ack(datagram.at(-1)?.header.sequence ?? 0))
    }
    await Promise.all(requests)
  })

  test('gathers what is asked while the kernel is busy with the one before', async () => {
    const { client, kernel } = clientOnFakeTransport()
    const release = kernel.hold()
    const requests = [change(client, 1)]
    await kernel.request(0)
    requests.push(change(client, 2))
    await new Promise((resolve) => setImmediate(resolve))
    requests.push(change(client, 3))
    expect(await kernel.requests()).toHaveLength(1)
    release()
    kernel.deliver(ack(await kernel.sequence(0)))
    kernel.deliver(ack(await kernel.sequence(2)))
    expect(kernel.sent.map(({ length }) => length)).toEqual([1, 2])
    await Promise.all(requests)
  })

  test('has no dump among its messages, and order is kept around one', async () => {
    const { client, kernel } = clientOnFakeTransport()
    const before = change(client, 1)
    const dump = client.listLinks()
    await Promise.resolve()
    const after = [2, 3].map((index) => change(client, index))
    const sent = await kernel.requests()
    expect(kernel.sent.map(({ length }) => length)).toEqual([1, 1, 2])
    expect(sent.map(({ header }) => header.flags & (NLM_F_DUMP | NLM_F_ACK))).toEqual([
      NLM_F_ACK,
      NLM_F_DUMP,
      0,
      NLM_F_ACK,
    ])
    kernel.deliver(ack(await kernel.sequence(0)), done(await kernel.sequence(1)), ack(await kernel.sequence(3)))
    await Promise.all([before, dump, ...after])
  })
})

describe('a dump that waits to be sent', () => {
  test.each([
    ['with requests before it', 1],
    ['with requests after it', 0],
  ])('%s goes alone', async (_where, before) => {
    const { client, kernel } = clientOnFakeTransport()
    const release = kernel.hold()
    const requests: Promise<unknown>[] = [change(client, 1)]
    await kernel.requests()
    requests.push(...(before === 1 ? [change(client, 2)] : []), client.listLinks())
    await kernel.requests()
    requests.push(change(client, 3))
    release()
    const sent = await kernel.requests()
    expect(kernel.sent.map(({ length }) => length)).toEqual(sent.map(() => 1))
    for (const { header } of sent) {
      kernel.deliver((header.flags & NLM_F_DUMP) === 0 ? ack(header.sequence) : done(header.sequence))
    }
    await Promise.all(requests)
  })
})

describe('an answer', () => {
  test('belongs to its request whatever the order in which answers come', async () => {
    const { client, kernel } = clientOnFakeTransport()
    const dump = client.listLinks()
    await kernel.requests()
    const refused = refusalOf(change(client, 1))
    await kernel.requests()
    const looked = client.getLink({ index: 5 })
    const [dumped, changed, asked] = [await kernel.sequence(0), await kernel.sequence(1), await kernel.sequence(2)]
    kernel.deliver(linkMessage(dumped, 'eth0'))
    kernel.deliver(ack(changed, 19), linkMessage(asked, 'vxlan0'))
    kernel.deliver(linkMessage(dumped, 'eth1'))
    kernel.deliver(ack(asked))
    kernel.deliver(done(dumped))
    expect((await refused).code).toBe('ENODEV')
    expect((await looked).attributes.ifname).toBe('vxlan0')
    expect((await dump).map(({ attributes }) => attributes.ifname)).toEqual(['eth0', 'eth1'])
  })

  test('to a later request tells that an earlier one, of which no refusal came, has succeeded', async () => {
    const { client, kernel } = clientOnFakeTransport()
    const earlier = change(client, 1)
    await kernel.requests()
    const later = refusalOf(change(client, 2))
    kernel.deliver(ack(await kernel.sequence(1), 19))
    await earlier
    expect((await later).code).toBe('ENODEV')
  })

  test('leaves later requests waiting', async () => {
    const { client, kernel } = clientOnFakeTransport()
    const [first, second] = [refusalOf(change(client, 1)), refusalOf(change(client, 2))]
    kernel.deliver(ack(await kernel.sequence(0), 22))
    expect((await first).code).toBe('EINVAL')
    kernel.deliver(ack(await kernel.sequence(1), 19))
    expect((await second).code).toBe('ENODEV')
  })

  test('to nobody disturbs nobody', async () => {
    const { client, kernel } = clientOnFakeTransport()
    let isDone = false
    const request = change(client, 1).then(() => {
      isDone = true
    })
    const sequence = await kernel.sequence(0)
    kernel.deliver(ack(0, 22), ack(sequence + 1, 22), linkMessage(sequence + 1, 'eth0'), done(sequence + 1))
    await kernel.requests()
    expect(isDone).toBe(false)
    kernel.deliver(ack(sequence))
    await request
    expect(client.counters).toMatchObject({ requests: 1 })
  })

  test('of success may have a warning of the kernel', async () => {
    const { client, kernel } = clientOnFakeTransport()
    const request = change(client, 1)
    kernel.deliver(ack(await kernel.sequence(0), 0, 'deprecated'))
    await expect(request).resolves.toBeUndefined()
  })
})

test('no two requests have one sequence number, and none has 0, which notifications have', async () => {
  const { client, kernel } = clientOnFakeTransport()
  const requests = Array.from({ length: 50 }, (_, index) => change(client, index))
  const sequences = (await kernel.requests()).map(({ header }) => header.sequence)
  expect(new Set(sequences).size).toBe(50)
  expect(sequences).not.toContain(0)
  kernel.deliver(ack(await kernel.sequence(49)))
  await Promise.all(requests)
  expect(client.counters.requests).toBe(50)
})

test('a value that fits no message is refused before it is sent, and the others go on', async () => {
  const { client, kernel } = clientOnFakeTransport()
  const first = change(client, 1)
  const wrong = reasonOf(client.changeLink({ index: 2, attributes: { ifname: 'vxlan0', mtu: -1 } }))
  const last = change(client, 3)
  expect(await wrong).toBeInstanceOf(EncodeError)
  expect(((await wrong) as Error).message).toBe('IFLA_MTU: -1 is no u32: expected a whole number from 0 to 4294967295')
  const sent = await kernel.requests()
  expect(sent.map(({ payload }) => payload.readInt32LE(4))).toEqual([1, 3])
  kernel.deliver(ack(await kernel.sequence(1)))
  await Promise.all([first, last])
})

describe('a question for one object', () => {
  test('has the message that came as its answer, also where others share the datagram', async () => {
    const { client, kernel } = clientOnFakeTransport()
    const requests = [client.getLink({ name: 'eth0' }), client.getLink({ name: 'vxlan0' })]
    const [first, last] = [await kernel.sequence(0), await kernel.sequence(1)]
    expect(kernel.sent).toHaveLength(1)
    kernel.deliver(linkMessage(first, 'eth0'))
    kernel.deliver(linkMessage(last, 'vxlan0'), ack(last))
    const links = await Promise.all(requests)
    expect(links.map(({ attributes }) => attributes.ifname)).toEqual(['eth0', 'vxlan0'])
  })

  test('is refused in its words when its answer cannot be read', async () => {
    const { client, kernel } = clientOnFakeTransport()
    const request = refusalOf(client.getLink({ name: 'vxlan0' }))
    kernel.deliver(ack(await kernel.sequence(0)))
    expect((await request).message).toBe('cannot look up link vxlan0: ENODATA: no readable answer came')
  })
})
