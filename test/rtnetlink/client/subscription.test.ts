/** What the kernel tells unasked, as a listener hears it. */
import { describe, expect, test } from 'vitest'
import { type Subscription, type SubscriptionListener, subscribe } from '../../../src/rtnetlink/client/subscription.ts'
import { ClosedError } from '../../../src/rtnetlink/errors.ts'
import { NLM_F_ACK, NLM_F_REQUEST, NLMSG_NOOP } from '../../../src/rtnetlink/messages/constants.ts'
import type { RouteMessage } from '../../../src/rtnetlink/messages/index.ts'
import { link } from '../../../src/rtnetlink/messages/link.ts'
import { neighbour } from '../../../src/rtnetlink/messages/neighbour.ts'
import { ack, FakeTransport, message } from '../../support/fake-transport.ts'

function listen(listener: Partial<SubscriptionListener> = {}): { kernel: FakeTransport; told: string[] } {
  const kernel = new FakeTransport()
  const told: string[] = []
  subscribe(
    [1],
    {
      onMessage: ({ object, verb }) => told.push(`${object} ${verb}`),
      onOverrun: () => told.push('overrun'),
      onUndecodable: ({ error }) => told.push(error.message),
      ...listener,
    },
    kernel,
  )
  return { kernel, told }
}

const newLink = message(16, 0, (writer) => link.encode({ index: 1 }, writer))
const deletedLink = message(17, 0, (writer) => link.encode({ index: 1 }, writer))
const newNeighbour = message(28, 0, (writer) => neighbour.encode({ ifindex: 1 }, writer))

test('every message of a datagram is told, in its order', () => {
  const { kernel, told } = listen()
  kernel.deliver(newLink, newNeighbour, deletedLink)
  expect(told).toEqual(['link new', 'neighbour new', 'link delete'])
})

test('messages of types that the library does not know are passed over in silence', () => {
  const { kernel, told } = listen()
  kernel.deliver(
    message(32, 0, () => {}),
    newLink,
  )
  expect(told).toEqual(['link new'])
})

test('a message that cannot be read is told with its bytes, and the others of its datagram come through', () => {
  const broken = message(16, 0, (writer) => writer.append(Buffer.from('abc')))
  const bytes: Buffer[] = []
  const { kernel, told } = listen({ onUndecodable: (undecodable) => bytes.push(undecodable.bytes) })
  kernel.deliver(newLink, broken, newNeighbour)
  expect(told).toEqual(['link new', 'neighbour new'])
  expect(bytes).toEqual([broken])
})

test('a message is told by what can be told of it: the way to what is wrong', () => {
  const { kernel, told } = listen()
  kernel.deliver(
    newLink,
    message(28, 0, (writer) => writer.append(Buffer.concat([Buffer.alloc(12), Buffer.from([5, 0, 7, 0, 1, 0, 0, 0])]))),
  )
  expect(told).toContain('NDA_VNI: expected 4 bytes, got 1')
  expect(told).toContain('link new')
})

test('a datagram that breaks off is told, and what stood before the break comes through', () => {
  const broken = Buffer.from(newNeighbour)
  broken.writeUInt32LE(1000, 0)
  const { kernel, told } = listen()
  kernel.deliver(newLink, broken)
  expect(told.toSorted()).toEqual(['link new', `nlmsg_len: expected 16 to ${broken.length} bytes, got 1000`])
})

test('what cannot be read needs nobody to be told', () => {
  const kernel = new FakeTransport()
  const told: string[] = []
  subscribe([1], { onMessage: ({ object }) => told.push(object), onOverrun: () => {} }, kernel)
  kernel.deliver(
    message(16, 0, (writer) => writer.append(Buffer.from('abc'))),
    newNeighbour,
  )
  expect(told).toEqual(['neighbour'])
})

test('messages hold what the kernel said, also after its buffer is used again', () => {
  const messages: RouteMessage[] = []
  const { kernel } = listen({ onMessage: (each) => messages.push(each) })
  const named = (ifname: string): Buffer =>
    message(16, 0, (writer) =>
      link.encode({ index: 1, attributes: { ifname, physPortId: Buffer.from(ifname) } }, writer),
    )
  const [first, second] = [named('vxlan0'), named('vxlan1')]
  kernel.deliverIn(first)
  second.copy(first)
  kernel.deliverIn(first)
  expect(messages).toMatchObject(
    ['vxlan0', 'vxlan1'].map((ifname) => ({ value: { attributes: { ifname, physPortId: Buffer.from(ifname) } } })),
  )
})

test('an overrun is told, in its place among the messages, and what comes after it as well', () => {
  const { kernel, told } = listen()
  kernel.deliver(newLink)
  kernel.overrun()
  kernel.deliver(deletedLink)
  expect(told).toEqual(['link new', 'overrun', 'link delete'])
})

describe('what a listener throws is not swallowed', () => {
  const fail = (): never => {
    throw new Error('of the listener')
  }
  const broken = message(16, 0, (writer) => writer.append(Buffer.from('abc')))

  test.each<readonly [listener: keyof SubscriptionListener, occasion: (kernel: FakeTransport) => void]>([
    ['onMessage', (kernel) => kernel.deliver(newLink)],
    ['onOverrun', (kernel) => kernel.overrun()],
    ['onUndecodable', (kernel) => kernel.deliver(broken)],
  ])('%s', (listener, occasion) => {
    const { kernel } = listen({ [listener]: fail })
    expect(() => occasion(kernel)).toThrow('of the listener')
  })

  test('and does not end the subscription', () => {
    let isFirst = true
    const told: string[] = []
    const { kernel } = listen({
      onMessage: ({ verb }) => {
        if (isFirst) {
          isFirst = false
          fail()
        }
        told.push(verb)
      },
    })
    expect(() => kernel.deliver(newLink)).toThrow('of the listener')
    kernel.deliver(deletedLink)
    expect(told).toEqual(['delete'])
  })
})

test('what has arrived is handed on at once when asked for', async () => {
  const kernel = new FakeTransport()
  await subscribe([1], { onMessage: () => {}, onOverrun: () => {} }, kernel).drain()
  expect(kernel.drains).toBe(1)
})

test('closing closes the socket', () => {
  const kernel = new FakeTransport()
  const subscription = subscribe([1], { onMessage: () => {}, onOverrun: () => {} }, kernel)
  expect(kernel.isClosed).toBe(false)
  subscription.close()
  expect(kernel.isClosed).toBe(true)
})

describe('a ping', () => {
  function listening(): { kernel: FakeTransport; subscription: Subscription } {
    const kernel = new FakeTransport()
    const subscription = subscribe([1], { onMessage: () => {}, onOverrun: () => {} }, kernel)
    return { kernel, subscription }
  }

  test('asks for nothing but an ack, and resolves with it and not before', async () => {
    const { kernel, subscription } = listening()
    let isAnswered = false
    const pinged = subscription.ping().then(() => {
      isAnswered = true
    })
    const [sent] = await kernel.requests()
    expect(sent?.header).toMatchObject({ type: NLMSG_NOOP, flags: NLM_F_REQUEST | NLM_F_ACK })
    kernel.deliver(newLink)
    await kernel.requests()
    expect(isAnswered).toBe(false)
    kernel.deliver(ack(sent?.header.sequence ?? 0))
    await pinged
  })

  test('is answered by a loss, too, since that was heard', async () => {
    const { kernel, subscription } = listening()
    let isAnswered = false
    const pinged = subscription.ping().then(() => {
      isAnswered = true
    })
    await kernel.requests()
    expect(isAnswered).toBe(false)
    kernel.overrun()
    await pinged
    expect(kernel.sent).toHaveLength(1)
  })

  test('fails when it cannot be sent, and when the subscription ends', async () => {
    const { kernel, subscription } = listening()
    kernel.failure = new Error('EBADF')
    await expect(subscription.ping()).rejects.toThrow('EBADF')
    const pinged = subscription.ping()
    subscription.close()
    await expect(pinged).rejects.toThrow(ClosedError)
  })
})
