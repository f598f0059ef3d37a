import { expect, test } from 'vitest'
import { type SubscriptionListener, subscribe } from '../../../src/rtnetlink/client/subscription.ts'
import { link } from '../../../src/rtnetlink/messages/link.ts'
import { neighbour } from '../../../src/rtnetlink/messages/neighbour.ts'
import { FakeTransport, message } from '../../support/fake-transport.ts'

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
    message(24, 0, () => {}),
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

test('an overrun is told', () => {
  const { kernel, told } = listen()
  kernel.overrun()
  expect(told).toEqual(['overrun'])
})

test('what a listener throws is not swallowed', () => {
  const { kernel } = listen({
    onMessage: () => {
      throw new Error('of the listener')
    },
  })
  expect(() => kernel.deliver(newLink)).toThrow('of the listener')
})

test('closing closes the socket', () => {
  const kernel = new FakeTransport()
  subscribe([1], { onMessage: () => {}, onOverrun: () => {} }, kernel).close()
  expect(kernel.isClosed).toBe(true)
})
