/** Reading from a netlink socket without keeping the event loop; the kernel is a list of datagrams. */
import { fstatSync, openSync } from 'node:fs'
import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { SystemCallError } from '../../../src/rtnetlink/errors.ts'
import type { ReceiveBuffer } from '../../../src/rtnetlink/socket/libc.ts'
import { openNetlinkSocket } from '../../../src/rtnetlink/socket/netlink-socket.ts'
import type { Transport } from '../../../src/rtnetlink/socket/transport.ts'
import { clockTicksWhenLookedAt, turnsDuring } from '../../support/turns.ts'

/** A datagram of one byte. */
interface Datagram {
  readonly byte: number
  /** nl_pid of the sender, as the bytes in memory; the kernel's by default. */
  readonly port?: readonly number[]
  /** nl_groups: what it was sent to, as bytes. */
  readonly groups?: readonly number[]
  /** Its true length, of which as much is read as there is room for. */
  readonly length?: number
}

/** What waits in the socket: datagrams, of the kernel where only a byte is given, or errnos. */
let arrived: (Datagram | number | string)[] = []
/** Reads on another thread that have not come back. */
let threads: (() => void)[] = []
let readsHere = 0
let descriptor = 0
let opening: readonly number[] = []

vi.mock('../../../src/rtnetlink/socket/libc.ts', () => ({
  socket: (...parameters: readonly number[]) => {
    opening = parameters
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

/** Source: struct sockaddr_nl, linux/netlink.h. */
function receive({ bytes, address }: ReceiveBuffer): number | string {
  const next = arrived.shift() ?? 'EAGAIN'
  if (typeof next === 'string') {
    return next
  }
  const {
    byte,
    port = [0, 0, 0, 0],
    groups = [0, 0, 0, 0],
    length = 1,
  } = typeof next === 'number' ? { byte: next } : next
  bytes[0] = byte
  address.set([16, 0, 0, 0, ...port, ...groups])
  return length
}

beforeEach(() => {
  arrived = []
  threads = []
  readsHere = 0
})

function opened(): { readonly socket: Transport; readonly heard: (number | 'overrun')[] } {
  const socket = openNetlinkSocket()
  const heard: (number | 'overrun')[] = []
  socket.onDatagram((datagram) => heard.push(datagram[0] as number))
  socket.onOverrun(() => heard.push('overrun'))
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

describe.each([
  { where: 'read in the event loop', isDumping: false },
  { where: 'read on another thread', isDumping: true },
])('what is $where', ({ isDumping }) => {
  async function heardOf(all: typeof arrived): Promise<(number | 'overrun')[]> {
    const { socket, heard } = opened()
    socket.setDumping(isDumping)
    arrived = all
    const drained = socket.drain()
    comeBack()
    await drained
    return heard
  }

  test.each([{ port: [1, 0, 0, 0] }, { port: [0, 0, 0, 1] }, { port: [0xff, 0xff, 0xff, 0xff] }])(
    'is dropped when another process sent it, from port $port',
    async ({ port }) => {
      expect(await heardOf([1, { byte: 2, port }, 3])).toEqual([1, 3])
    },
  )

  test('is believed when the kernel sent it to a group', async () => {
    expect(await heardOf([{ byte: 1, groups: [4, 0, 0, 0] }])).toEqual([1])
  })

  test('is an overrun when the kernel dropped messages, and what follows is heard', async () => {
    expect(await heardOf([1, 'ENOBUFS', 2])).toEqual([1, 'overrun', 2])
  })

  test('is an overrun when a datagram is cut off at the end of the buffer', async () => {
    const room = 128 * 1024
    expect(await heardOf([{ byte: 1, length: room }, { byte: 2, length: room + 1 }, 3])).toEqual([1, 'overrun', 3])
  })

  test.each(['EINTR', 'EINVAL'])('is read again after %s', async (code) => {
    expect(await heardOf([1, code, 2])).toEqual([1, 2])
  })
})

test('the socket is one of rtnetlink that neither blocks nor goes to other programs', () => {
  opened()
  // AF_NETLINK, SOCK_RAW with SOCK_CLOEXEC and SOCK_NONBLOCK, NETLINK_ROUTE. Source: linux/net.h, x86 and arm64.
  expect(opening).toEqual([16, 0o3 | 0o2000000 | 0o4000, 0])
})

test('a read that fails for any other reason is an error that names it', async () => {
  const { socket } = opened()
  arrived = ['EBADF']
  const failure = await socket.drain().catch((error: unknown) => error)
  expect(failure).toBeInstanceOf(SystemCallError)
  expect(failure).toMatchObject({ message: expect.stringMatching(/read from a netlink socket.*EBADF/), code: 'EBADF' })
})
