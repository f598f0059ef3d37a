/** What goes wrong on the way: no answer, an overrun, a socket that does not send, one that is closed. */
import { afterEach, describe, expect, test, vi } from 'vitest'
import { ClosedError, SystemCallError, TimeoutError } from '../../../src/rtnetlink/errors.ts'
import {
  change,
  clientOnFakeTransport,
  linkMessage,
  reasonOf,
  refusalOf,
} from '../../support/client-on-fake-transport.ts'
import { ack, done, message } from '../../support/fake-transport.ts'

const NLMSG_ERROR = 2

afterEach(() => {
  vi.useRealTimers()
})

describe('when no answer comes', () => {
  function withTimeout(timeoutMs: number): ReturnType<typeof clientOnFakeTransport> {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    return clientOnFakeTransport({ timeoutMs })
  }

  test('a request waits its time and no longer, and is named', async () => {
    const { client, kernel } = withTimeout(500)
    let reason: unknown
    const request = reasonOf(client.getLink({ name: 'vxlan0' })).then((error) => {
      reason = error
    })
    await kernel.requests()
    await vi.advanceTimersByTimeAsync(499)
    expect(reason).toBeUndefined()
    await vi.advanceTimersByTimeAsync(1)
    await request
    expect(reason).toBeInstanceOf(TimeoutError)
    expect(reason).toMatchObject({ operation: 'look up link vxlan0', waitedMs: 500 })
    expect((reason as Error).message).toBe('cannot look up link vxlan0: no answer from the kernel within 500 ms')
  })

  test('each request is rejected by its own name', async () => {
    const { client, kernel } = withTimeout(500)
    const reasons = [change(client, 1), change(client, 2), client.listLinks()].map(reasonOf)
    await kernel.requests()
    await vi.advanceTimersByTimeAsync(500)
    expect(await Promise.all(reasons)).toMatchObject([
      { operation: 'change link 1' },
      { operation: 'change link 2' },
      { operation: 'list links' },
    ])
  })

  test('a late answer disturbs nobody, and the next request has its whole time', async () => {
    const { client, kernel } = withTimeout(500)
    const late = reasonOf(change(client, 1))
    await kernel.requests()
    await vi.advanceTimersByTimeAsync(500)
    expect(await late).toBeInstanceOf(TimeoutError)
    const next = change(client, 2)
    await kernel.requests()
    await vi.advanceTimersByTimeAsync(499)
    kernel.deliver(ack(await kernel.sequence(0), 22))
    kernel.deliver(ack(await kernel.sequence(1)))
    await next
  })

  test('pings that are answered are no answer to anything else', async () => {
    const { client, kernel } = withTimeout(500)
    const links = reasonOf(client.listLinks())
    const changed = reasonOf(change(client, 1))
    await kernel.requests()
    for (let at = 2; at < 6; at += 1) {
      const pinged = client.ping()
      kernel.deliver(ack(await kernel.sequence(at)))
      await pinged
      await vi.advanceTimersByTimeAsync(100)
    }
    await vi.advanceTimersByTimeAsync(100)
    expect(await links).toBeInstanceOf(TimeoutError)
    expect(await changed).toBeInstanceOf(TimeoutError)
  })

  test('a ping that is not answered times out', async () => {
    const { client, kernel } = withTimeout(500)
    const pinged = reasonOf(client.ping())
    await kernel.requests()
    await vi.advanceTimersByTimeAsync(500)
    expect(await pinged).toMatchObject({ operation: 'reach the kernel' })
  })

  test('a dump that still brings messages does not time out', async () => {
    const { client, kernel } = withTimeout(500)
    const links = client.listLinks()
    const sequence = await kernel.sequence(0)
    for (let part = 0; part < 4; part += 1) {
      await vi.advanceTimersByTimeAsync(400)
      kernel.deliver(linkMessage(sequence, `eth${part}`))
    }
    kernel.deliver(done(sequence))
    await expect(links).resolves.toHaveLength(4)
  })

  test('a dump that stops half way is rejected, and the next one has its turn', async () => {
    const { client, kernel } = withTimeout(500)
    const [links, addresses] = [reasonOf(client.listLinks()), client.listAddresses()]
    kernel.deliver(linkMessage(await kernel.sequence(0), 'eth0'))
    await vi.advanceTimersByTimeAsync(500)
    expect(await links).toBeInstanceOf(TimeoutError)
    kernel.deliver(done(await kernel.sequence(1)))
    await expect(addresses).resolves.toEqual([])
  })

  test('an answer that cannot be read is told, and is none', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const told: string[] = []
    const { client, kernel } = clientOnFakeTransport({
      timeoutMs: 500,
      onUndecodable: ({ error }) => told.push(error.message),
    })
    const reason = reasonOf(change(client, 1))
    kernel.deliver(message(NLMSG_ERROR, await kernel.sequence(0), (writer) => writer.append(Buffer.alloc(2))))
    expect(told).toEqual(['expected 4 bytes, got 2'])
    await vi.advanceTimersByTimeAsync(500)
    expect(await reason).toBeInstanceOf(TimeoutError)
  })

  test('nothing is left running once all is answered', async () => {
    const { client, kernel } = withTimeout(500)
    const request = change(client, 1)
    const sequence = await kernel.sequence(0)
    expect(vi.getTimerCount()).toBe(1)
    kernel.deliver(ack(sequence))
    await request
    expect(vi.getTimerCount()).toBe(0)
  })
})

describe('an overrun', () => {
  test('rejects all that is in flight, since its answer may be lost, and the next request goes on', async () => {
    const { client, kernel } = clientOnFakeTransport()
    const [changed, links] = [refusalOf(change(client, 1)), refusalOf(client.listLinks())]
    await kernel.requests()
    kernel.overrun()
    const words = 'ENOBUFS: the receive buffer overflowed and the answer may be lost'
    expect((await changed).message).toBe(`cannot change link 1: ${words}`)
    expect((await links).message).toBe(`cannot list links: ${words}`)
    expect(client.counters.overruns).toBe(1)
    const next = change(client, 2)
    kernel.deliver(ack(await kernel.sequence(0), 22), ack(await kernel.sequence(2)))
    await next
  })

  test('spares what has not been sent yet', async () => {
    const { client, kernel } = clientOnFakeTransport()
    const release = kernel.hold()
    const lost = refusalOf(change(client, 1))
    await kernel.requests()
    const waiting = change(client, 2)
    kernel.overrun()
    expect((await lost).code).toBe('ENOBUFS')
    release()
    kernel.deliver(ack(await kernel.sequence(1)))
    await waiting
  })
})

describe('a datagram that cannot be sent', () => {
  test('fails each of its requests, and the next datagram goes', async () => {
    const { client, kernel } = clientOnFakeTransport()
    const failure = new SystemCallError('send to the kernel', 'ENOBUFS')
    kernel.failure = failure
    const reasons = [1, 2].map((index) => reasonOf(change(client, index)))
    expect(await Promise.all(reasons)).toEqual([failure, failure])
    const next = change(client, 3)
    kernel.deliver(ack(await kernel.sequence(0)))
    await next
  })

  test('spares what was sent before it', async () => {
    const { client, kernel } = clientOnFakeTransport()
    const earlier = client.listLinks()
    const dumped = await kernel.sequence(0)
    kernel.failure = new SystemCallError('send to the kernel', 'EPERM')
    expect(await reasonOf(change(client, 1))).toBeInstanceOf(SystemCallError)
    kernel.deliver(done(dumped))
    await expect(earlier).resolves.toEqual([])
  })

  test('fails a dump, and the next dump has its turn', async () => {
    const { client, kernel } = clientOnFakeTransport()
    kernel.failure = new SystemCallError('send to the kernel', 'EPERM')
    const [links, addresses] = [reasonOf(client.listLinks()), client.listAddresses()]
    expect(await links).toBeInstanceOf(SystemCallError)
    kernel.deliver(done(await kernel.sequence(0)))
    await expect(addresses).resolves.toEqual([])
  })
})

describe('closing', () => {
  test('rejects what is in flight, what waits to be sent and what waits for its turn; nothing more is sent', async () => {
    const { client, kernel } = clientOnFakeTransport()
    const release = kernel.hold()
    const reasons = [client.listLinks(), client.listAddresses()].map(reasonOf)
    await kernel.requests()
    reasons.push(reasonOf(change(client, 1)))
    client.close()
    const closed = (await Promise.all(reasons)) as ClosedError[]
    expect(closed.every((reason) => reason instanceof ClosedError)).toBe(true)
    expect(closed.map(({ message }) => message)).toEqual([
      'cannot list links: the netlink socket is closed',
      'cannot list addresses: the netlink socket is closed',
      'cannot change link 1: the netlink socket is closed',
    ])
    release()
    expect(await kernel.requests()).toHaveLength(1)
    expect(kernel.isClosed).toBe(true)
  })

  test('rejects what was asked in the same turn, unsent', async () => {
    const { client, kernel } = clientOnFakeTransport()
    const reason = reasonOf(change(client, 1))
    client.close()
    expect(await reason).toBeInstanceOf(ClosedError)
    expect(await kernel.requests()).toHaveLength(0)
  })

  test('rejects what is asked afterwards, and late answers disturb nobody', async () => {
    const { client, kernel } = clientOnFakeTransport()
    const unanswered = reasonOf(change(client, 1))
    const sequence = await kernel.sequence(0)
    client.close()
    expect(await unanswered).toBeInstanceOf(ClosedError)
    kernel.deliver(ack(sequence, 22))
    expect(await reasonOf(change(client, 2))).toBeInstanceOf(ClosedError)
    expect(await reasonOf(client.listLinks())).toBeInstanceOf(ClosedError)
  })

  test('leaves no clock running, so that the process may end', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const { client, kernel } = clientOnFakeTransport()
    const reason = reasonOf(change(client, 1))
    await kernel.requests()
    client.close()
    await reason
    expect(vi.getTimerCount()).toBe(0)
  })
})
