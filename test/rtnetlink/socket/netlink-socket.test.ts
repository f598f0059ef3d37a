/** Reading from a netlink socket without keeping the event loop; the kernel is a list of datagrams. */
import { fstatSync, openSync } from 'node:fs'
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import type { ReceiveBuffer } from '../../../src/rtnetlink/socket/libc.ts'
import { openNetlinkSocket } from '../../../src/rtnetlink/socket/netlink-socket.ts'
import type { Transport } from '../../../src/rtnetlink/socket/transport.ts'
import { clockTicksWhenLookedAt, turnsDuring } from '../../support/turns.ts'

/** What waits in the socket: datagrams of one byte, or errnos. */
let arrived: (number | string)[] = []
/** Reads on another thread that have not come back. */
let threads: (() => void)[] = []
let readsHere = 0
let descriptor = 0

vi.mock('../../../src/rtnetlink/socket/libc.ts', () => ({
  socket: () => {
    descriptor = openSync('/dev/null', 'r')
    return descriptor
  },
  bind: () => {},
  setsockopt: () => undefined,
  recvfrom: (_fd: number, _flags: number, into: ReceiveBuffer) => {
    readsHere += 1
    return receive(into)
  },
  recvfromOnThread: (_fd: number, _flags: number, into: ReceiveBuffer, done: (result: number | string) => void) => {
    const result = receive(into)
    threads.push(() => done(result))
  },
}))
vi.mock('../../../src/rtnetlink/socket/poller.ts', () => ({
  watchReadable: () => ({ arm: () => {}, release: () => {} }),
}))

function receive({ bytes }: ReceiveBuffer): number | string {
  const next = arrived.shift() ?? 'EAGAIN'
  if (typeof next === 'string') {
    return next
  }
  bytes[0] = next
  return 1
}

beforeEach(() => {
  arrived = []
  threads = []
  readsHere = 0
})

function opened(): { readonly socket: Transport; readonly heard: number[] } {
  const socket = openNetlinkSocket()
  const heard: number[] = []
  socket.onDatagram((datagram) => heard.push(datagram[0] as number))
  onTestFinished(() => socket.close())
  return { socket, heard }
}

function isOpen(): boolean {
  try {
    fstatSync(descriptor)
    return true
  } catch {
    return false
  }
}

/** Lets the reads on threads come back, one after the other, until there are no more. */
function comeBack(): void {
  for (let next = threads.shift(); next !== undefined; next = threads.shift()) {
    next()
  }
}

test('a long queue is drained in slices, in its order', async () => {
  clockTicksWhenLookedAt()
  const { socket, heard } = opened()
  arrived = Array.from({ length: 200 }, (_, number) => number)
  expect(await turnsDuring(() => socket.drain())).toBeGreaterThan(5)
  expect(heard).toEqual(Array.from({ length: 200 }, (_, number) => number))
})

test('a short one is drained at once', () => {
  const { socket, heard } = opened()
  arrived = [1, 2, 3]
  void socket.drain()
  expect(heard).toEqual([1, 2, 3])
})

test('an end that never comes is not waited for', async () => {
  clockTicksWhenLookedAt()
  const { socket } = opened()
  socket.onDatagram(() => arrived.push(1))
  arrived = [1]
  await socket.drain()
  expect(arrived).toHaveLength(1)
})

test('while a dump is under way everything is read on another thread, in its order', async () => {
  const { socket, heard } = opened()
  socket.setDumping(true)
  arrived = [1, 2, 3]
  const drained = socket.drain()
  comeBack()
  await drained
  expect(heard).toEqual([1, 2, 3])
  expect(readsHere).toBe(0)
  socket.setDumping(false)
  arrived = [4]
  await socket.drain()
  expect(heard).toEqual([1, 2, 3, 4])
  expect(readsHere).toBe(2)
})

test('what a thread has read comes before what is read after it', async () => {
  const { socket, heard } = opened()
  socket.setDumping(true)
  arrived = [1, 2]
  const first = socket.drain()
  socket.setDumping(false)
  const second = socket.drain()
  expect(heard).toEqual([])
  comeBack()
  await Promise.all([first, second])
  expect(heard).toEqual([1, 2])
})

test('is closed when no thread reads from it any more, and nobody waits for ever', async () => {
  const { socket, heard } = opened()
  socket.setDumping(true)
  arrived = [1]
  const drained = socket.drain()
  socket.close()
  await drained
  expect(isOpen()).toBe(true)
  comeBack()
  expect(isOpen()).toBe(false)
  expect(heard).toEqual([])
})
