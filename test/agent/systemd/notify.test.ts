import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import koffi from 'koffi'
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { monotonicMicroseconds, NotifyQueue, notifier } from '../../../src/agent/systemd/notify.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'

const libc = koffi.load(null)
const socketFunction = libc.func('int socket(int domain, int type, int protocol)')
const bindFunction = libc.func('int bind(int fd, const void *address, unsigned int length)')
const recvFunction = libc.func('intptr_t recv(int fd, _Out_ void *bytes, size_t length, int flags)')
const closeFunction = libc.func('int close(int fd)')
const MSG_DONTWAIT = 0x40

/** A datagram socket as systemd has one, which Node itself cannot make; gives what has arrived. */
function listener(path: string): () => string | undefined {
  const fd = socketFunction(1, 2, 0) as number
  onTestFinished(() => {
    closeFunction(fd)
  })
  const name = Buffer.from(path.startsWith('@') ? `\0${path.slice(1)}` : `${path}\0`)
  const address = Buffer.concat([Buffer.from(new Uint16Array([1]).buffer), name])
  expect(bindFunction(fd, address, address.length)).toBe(0)
  return () => {
    const bytes = Buffer.alloc(512)
    const length = Number(recvFunction(fd, bytes, bytes.length, MSG_DONTWAIT))
    return length < 0 ? undefined : bytes.toString('utf8', 0, length)
  }
}

test.each([
  { kind: 'a path', socketPath: () => join(temporaryDirectory(), 'notify') },
  { kind: 'an abstract name', socketPath: () => `@vxagent-test-${process.pid}` },
])('tells systemd at $kind, one datagram a call, one assignment a line', ({ socketPath }) => {
  const path = socketPath()
  const received = listener(path)
  const notify = notifier(path)
  notify('RELOADING=1', 'MONOTONIC_USEC=5')
  notify('READY=1')
  expect(received()).toBe('RELOADING=1\nMONOTONIC_USEC=5')
  expect(received()).toBe('READY=1')
  expect(received()).toBeUndefined()
})

test.each([
  { name: 'there is no systemd', socketPath: undefined },
  { name: 'the address is no path', socketPath: 'vsock:2:1234' },
  { name: 'the path is longer than an address holds', socketPath: `/${'x'.repeat(200)}` },
  { name: 'nobody listens', socketPath: '/nowhere/at/all' },
])('does nothing and throws nothing when $name', ({ socketPath }) => {
  expect(() => notifier(socketPath)('READY=1')).not.toThrow()
})

test('the longest path that an address holds is used', () => {
  const directory = temporaryDirectory()
  const path = join(directory, 'x'.repeat(106 - directory.length))
  expect(path).toHaveLength(107)
  const received = listener(path)
  notifier(path)('READY=1')
  expect(received()).toBe('READY=1')
})

test('the clock for reloads counts microseconds', async () => {
  const before = monotonicMicroseconds()
  await sleep(5)
  const passed = monotonicMicroseconds() - before
  expect(passed).toBeGreaterThanOrEqual(4000n)
  expect(passed).toBeLessThan(5_000_000n)
})

describe('while systemd has no room', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  function queue(): { readonly sent: string[]; readonly queue: NotifyQueue; isFull: boolean } {
    const state = { sent: [] as string[], isFull: false, queue: undefined as unknown as NotifyQueue }
    state.queue = new NotifyQueue((text) => {
      if (state.isFull) {
        return 'full'
      }
      state.sent.push(text)
      return 'sent'
    })
    return state
  }

  test('what it is to know waits, in its order, and of several statuses the last', () => {
    const systemd = queue()
    systemd.isFull = true
    systemd.queue.send(['RELOADING=1', 'MONOTONIC_USEC=5'])
    systemd.queue.send(['STATUS=one'])
    systemd.queue.send(['STATUS=two'])
    systemd.queue.send(['READY=1'])
    vi.advanceTimersByTime(1000)
    expect(systemd.sent).toEqual([])
    systemd.isFull = false
    vi.advanceTimersByTime(100)
    expect(systemd.sent).toEqual(['RELOADING=1\nMONOTONIC_USEC=5', 'STATUS=two', 'READY=1'])
  })

  test('not more than a hundred messages wait', () => {
    const systemd = queue()
    systemd.isFull = true
    for (let count = 0; count < 1000; count += 1) {
      systemd.queue.send([`WATCHDOG=${count}`])
    }
    systemd.isFull = false
    vi.advanceTimersByTime(100)
    expect(systemd.sent).toHaveLength(100)
    expect(systemd.sent.at(-1)).toBe('WATCHDOG=999')
  })

  test('a status is sent when it says something new', () => {
    const systemd = queue()
    systemd.queue.send(['STATUS=one'])
    systemd.queue.send(['STATUS=one'])
    systemd.queue.send(['STOPPING=1', 'STATUS=two'])
    systemd.queue.send(['STATUS=two'])
    systemd.queue.send(['STATUS=one'])
    expect(systemd.sent).toEqual(['STATUS=one', 'STOPPING=1\nSTATUS=two', 'STATUS=one'])
  })
})
