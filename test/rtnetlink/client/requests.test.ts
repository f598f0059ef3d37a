import { afterEach, describe, expect, test, vi } from 'vitest'
import { RtnetlinkClient } from '../../../src/rtnetlink/client/client.ts'
import { ClosedError, EncodeError, KernelError, SystemCallError, TimeoutError } from '../../../src/rtnetlink/errors.ts'
import { link } from '../../../src/rtnetlink/messages/link.ts'
import { ack, done, FakeTransport, message } from '../../support/fake-transport.ts'

const [RTM_NEWLINK, NLM_F_ACK, NLM_F_DUMP, NLM_F_DUMP_INTR] = [16, 0x4, 0x300, 0x10]

afterEach(() => {
  vi.useRealTimers()
})

function setup(options?: ConstructorParameters<typeof RtnetlinkClient>[1]): {
  client: RtnetlinkClient
  kernel: FakeTransport
} {
  const kernel = new FakeTransport()
  return { client: new RtnetlinkClient(kernel, options), kernel }
}

function linkMessage(sequence: number, ifname: string, flags = 0): Buffer {
  return message(RTM_NEWLINK, sequence, (writer) => link.encode({ index: 5, attributes: { ifname } }, writer), flags)
}

async function refusalOf(request: Promise<unknown>): Promise<KernelError> {
  const error = await request.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(KernelError)
  return error as KernelError
}

describe('a batch', () => {
  test('is one datagram for what was asked in one turn, with an ack asked for on the last message only', async () => {
    const { client, kernel } = setup()
    const requests = [1, 2, 3].map((index) => client.changeLink({ index, attributes: { mtu: 1400 } }))
    const sent = await kernel.requests()
    expect(kernel.sent).toHaveLength(1)
    expect(sent.map(({ header }) => (header.flags & NLM_F_ACK) !== 0)).toEqual([false, false, true])
    kernel.deliver(ack(sent[2]?.header.sequence ?? 0))
    await expect(Promise.all(requests)).resolves.toHaveLength(3)
  })

  test('has one refusal, and the others succeed', async () => {
    const { client, kernel } = setup()
    const requests = [1, 2, 3].map((index) => client.changeLink({ index, attributes: { mtu: 1400 } }))
    const [, second, third] = await kernel.requests()
    kernel.deliver(ack(second?.header.sequence ?? 0, 22))
    kernel.deliver(ack(third?.header.sequence ?? 0))
    const results = await Promise.allSettled(requests)
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
  })

  test('ends with a refusal, and what went before it has succeeded', async () => {
    const { client, kernel } = setup()
    const requests = [1, 2].map((index) => client.changeLink({ index, attributes: { mtu: 1400 } }))
    const [, last] = await kernel.requests()
    kernel.deliver(ack(last?.header.sequence ?? 0, 19))
    const results = await Promise.allSettled(requests)
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected'])
  })

  test('is bounded: what is too much goes into the next datagram', async () => {
    const { client, kernel } = setup()
    const requests = Array.from({ length: 300 }, (_, index) => client.changeLink({ index, attributes: { mtu: 1400 } }))
    const sent = await kernel.requests()
    expect(sent).toHaveLength(300)
    expect(kernel.sent.length).toBeGreaterThan(1)
    for (const datagram of kernel.sent) {
      kernel.deliver(ack(datagram.at(-1)?.header.sequence ?? 0))
    }
    await Promise.all(requests)
  })
})

test('a value that fits no message is refused before it is sent, and the others go on', async () => {
  const { client, kernel } = setup()
  const wrong = client.changeLink({ index: 1, attributes: { mtu: -1 } })
  const right = client.changeLink({ index: 2, attributes: { mtu: 1400 } })
  await expect(wrong).rejects.toThrow(EncodeError)
  const sent = await kernel.requests()
  expect(sent).toHaveLength(1)
  kernel.deliver(ack(sent[0]?.header.sequence ?? 0))
  await right
})

describe('a refusal', () => {
  test("has the operation, the code, and the kernel's sentence", async () => {
    const { client, kernel } = setup()
    const request = refusalOf(client.createLink({ attributes: { ifname: 'vxlan0' } }))
    const [sent] = await kernel.requests()
    kernel.deliver(ack(sent?.header.sequence ?? 0, 17, 'A VXLAN device with the specified VNI already exists'))
    const error = await request
    expect(error.code).toBe('EEXIST')
    expect(error.message).toBe(
      'cannot create link vxlan0: EEXIST: A VXLAN device with the specified VNI already exists',
    )
  })

  test('names the attribute that the kernel points at', async () => {
    const { client, kernel } = setup()
    const data = { id: 42, portRange: { low: 2000, high: 1000 } }
    const request = refusalOf(client.createLink({ attributes: { ifname: 'v', linkinfo: { kind: 'vxlan', data } } }))
    const [sent] = await kernel.requests()
    const at = sent?.payload.indexOf(Buffer.from([8, 0, 10, 0])) ?? 0
    kernel.deliver(ack(sent?.header.sequence ?? 0, 22, 'Invalid source port range', 16 + at))
    expect((await request).refusal.attribute).toBe('IFLA_LINKINFO: IFLA_INFO_DATA: IFLA_VXLAN_PORT_RANGE')
  })

  test('calls links by name where the names are known', async () => {
    const { client, kernel } = setup({ nameOfLink: (index) => (index === 7 ? 'vxlan0' : undefined) })
    const known = refusalOf(client.changeLink({ index: 7, attributes: { mtu: 9 } }))
    const unknown = refusalOf(client.changeLink({ index: 8, attributes: { mtu: 9 } }))
    for (const { header } of await kernel.requests()) {
      kernel.deliver(ack(header.sequence, 22))
    }
    expect((await known).message).toBe('cannot change link vxlan0: EINVAL')
    expect((await unknown).message).toBe('cannot change link 8: EINVAL')
  })
})

test('one link is looked up, and its description is the answer', async () => {
  const { client, kernel } = setup()
  const request = client.getLink({ name: 'vxlan0' })
  const [sent] = await kernel.requests()
  const sequence = sent?.header.sequence ?? 0
  kernel.deliver(linkMessage(sequence, 'vxlan0'))
  kernel.deliver(ack(sequence))
  expect((await request).attributes.ifname).toBe('vxlan0')
})

describe('a dump', () => {
  test('is gathered from many datagrams, and messages of others between them do not disturb it', async () => {
    const { client, kernel } = setup()
    const request = client.listLinks()
    const [sent] = await kernel.requests()
    const sequence = sent?.header.sequence ?? 0
    expect((sent?.header.flags ?? 0) & NLM_F_DUMP).toBe(NLM_F_DUMP)
    kernel.deliver(linkMessage(sequence, 'eth0'), linkMessage(sequence, 'eth1'))
    kernel.deliver(linkMessage(0, 'a notification'))
    kernel.deliver(linkMessage(sequence + 1000, "another's"))
    kernel.deliver(linkMessage(sequence, 'vxlan0'))
    kernel.deliver(done(sequence))
    expect((await request).map(({ attributes }) => attributes.ifname)).toEqual(['eth0', 'eth1', 'vxlan0'])
  })

  test('waits for the one before it, as the kernel does one at a time on a socket', async () => {
    const { client, kernel } = setup()
    const first = client.listLinks()
    const second = client.listAddresses()
    const [one, none] = await kernel.requests()
    expect(none).toBeUndefined()
    kernel.deliver(done(one?.header.sequence ?? 0))
    await first
    const [, two] = await kernel.requests()
    kernel.deliver(done(two?.header.sequence ?? 0))
    await expect(second).resolves.toEqual([])
  })

  test('runs beside requests that are no dump', async () => {
    const { client, kernel } = setup()
    const dump = client.listLinks()
    const change = client.changeLink({ index: 1, attributes: { mtu: 1400 } })
    const sent = await kernel.requests()
    expect(kernel.sent).toHaveLength(2)
    const isDump = (flags: number): boolean => (flags & NLM_F_DUMP) === NLM_F_DUMP
    const dumped = sent.find(({ header }) => isDump(header.flags))?.header.sequence ?? 0
    const changed = sent.find(({ header }) => !isDump(header.flags))?.header.sequence ?? 0
    kernel.deliver(linkMessage(dumped, 'eth0'))
    kernel.deliver(ack(changed))
    await change
    kernel.deliver(done(dumped))
    await expect(dump).resolves.toHaveLength(1)
  })

  test('is repeated when the kernel says that it was interrupted, and only the whole one counts', async () => {
    const { client, kernel } = setup()
    const request = client.listLinks()
    const [first] = await kernel.requests()
    kernel.deliver(linkMessage(first?.header.sequence ?? 0, 'stale', NLM_F_DUMP_INTR))
    kernel.deliver(done(first?.header.sequence ?? 0))
    const [, second] = await kernel.requests()
    kernel.deliver(linkMessage(second?.header.sequence ?? 0, 'fresh'))
    kernel.deliver(done(second?.header.sequence ?? 0))
    expect((await request).map(({ attributes }) => attributes.ifname)).toEqual(['fresh'])
    expect(client.counters.interruptedDumps).toBe(1)
  })

  test('is also repeated when only its end is marked', async () => {
    const { client, kernel } = setup()
    const request = client.listLinks()
    const [first] = await kernel.requests()
    kernel.deliver(done(first?.header.sequence ?? 0, { flags: NLM_F_DUMP_INTR }))
    const [, second] = await kernel.requests()
    kernel.deliver(done(second?.header.sequence ?? 0))
    await expect(request).resolves.toEqual([])
  })

  test('is given up after ten interruptions', async () => {
    const { client, kernel } = setup()
    const request = refusalOf(client.listLinks())
    for (let attempt = 0; attempt < 10; attempt += 1) {
      const sent = await kernel.requests()
      kernel.deliver(done(sent.at(-1)?.header.sequence ?? 0, { flags: NLM_F_DUMP_INTR }))
    }
    expect((await request).message).toBe('cannot list links: EINTR: the table changed during each of 10 dumps')
  })

  test('may end with an error', async () => {
    const { client, kernel } = setup()
    const request = refusalOf(client.listFdb())
    const [sent] = await kernel.requests()
    kernel.deliver(done(sent?.header.sequence ?? 0, { errno: 95, words: 'no such table' }))
    expect((await request).message).toBe('cannot list forwarding entries: EOPNOTSUPP: no such table')
  })

  test('passes over a message that cannot be read, and tells of it', async () => {
    const told: string[] = []
    const { client, kernel } = setup({ onUndecodable: ({ error }) => told.push(error.message) })
    const request = client.listLinks()
    const [sent] = await kernel.requests()
    const sequence = sent?.header.sequence ?? 0
    const broken = message(RTM_NEWLINK, sequence, (writer) => writer.append(Buffer.alloc(3)))
    kernel.deliver(linkMessage(sequence, 'eth0'), broken, linkMessage(sequence, 'eth1'))
    kernel.deliver(done(sequence))
    expect((await request).map(({ attributes }) => attributes.ifname)).toEqual(['eth0', 'eth1'])
    expect(told).toEqual(['struct ifinfomsg: expected 16 bytes, got 3'])
  })
})

describe('when no answer comes', () => {
  test('the request times out by name, and a late answer disturbs nobody', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const { client, kernel } = setup({ timeoutMs: 500 })
    const request = client.getLink({ name: 'vxlan0' }).catch((error: unknown) => error)
    const [sent] = await kernel.requests()
    await vi.advanceTimersByTimeAsync(499)
    await vi.advanceTimersByTimeAsync(2)
    const error = await request
    expect(error).toBeInstanceOf(TimeoutError)
    expect((error as Error).message).toBe('cannot look up link vxlan0: no answer from the kernel within 500 ms')
    kernel.deliver(ack(sent?.header.sequence ?? 0))

    const next = client.changeLink({ index: 1, attributes: { mtu: 1400 } })
    const [, second] = await kernel.requests()
    kernel.deliver(ack(second?.header.sequence ?? 0))
    await next
  })

  test('a dump that still brings messages does not time out', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const { client, kernel } = setup({ timeoutMs: 500 })
    const request = client.listLinks()
    const [sent] = await kernel.requests()
    for (let part = 0; part < 4; part += 1) {
      await vi.advanceTimersByTimeAsync(400)
      kernel.deliver(linkMessage(sent?.header.sequence ?? 0, `eth${part}`))
    }
    kernel.deliver(done(sent?.header.sequence ?? 0))
    await expect(request).resolves.toHaveLength(4)
  })
})

test('an overrun rejects what is in flight, since its answer may be lost, and the next request goes on', async () => {
  const { client, kernel } = setup()
  const lost = refusalOf(client.changeLink({ index: 1, attributes: { mtu: 1400 } }))
  await kernel.requests()
  kernel.overrun()
  expect((await lost).code).toBe('ENOBUFS')
  expect(client.counters.overruns).toBe(1)
  const next = client.changeLink({ index: 1, attributes: { mtu: 1400 } })
  const [, sent] = await kernel.requests()
  kernel.deliver(ack(sent?.header.sequence ?? 0))
  await next
})

test('a datagram that cannot be sent fails its requests, and the next one goes on', async () => {
  const { client, kernel } = setup()
  kernel.failure = new SystemCallError('send to the kernel', 'ENOBUFS')
  await expect(client.changeLink({ index: 1, attributes: { mtu: 1400 } })).rejects.toThrow(SystemCallError)
  const next = client.changeLink({ index: 1, attributes: { mtu: 1400 } })
  const [sent] = await kernel.requests()
  kernel.deliver(ack(sent?.header.sequence ?? 0))
  await next
})

test('closing rejects what is unanswered and what comes later, and closes the socket', async () => {
  const { client, kernel } = setup()
  const unanswered = client.listLinks().catch((error: unknown) => error)
  await kernel.requests()
  client.close()
  expect(await unanswered).toBeInstanceOf(ClosedError)
  await expect(client.changeLink({ index: 1 })).rejects.toThrow('cannot change link 1: the netlink socket is closed')
  expect(kernel.isClosed).toBe(true)
})
