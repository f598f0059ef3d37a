/** A Transport over an AF_NETLINK socket of family NETLINK_ROUTE. Source: netlink(7), linux/netlink.h. */
import { closeSync } from 'node:fs'
import { ClosedError, SystemCallError } from '../errors.ts'
import { writeU16 } from '../wire/codec.ts'
import { attachFilter, bind, type ReceiveBuffer, recvfrom, recvfromOnThread, send, setsockopt, socket } from './libc.ts'
import { type Readiness, watchReadable } from './poller.ts'
import type { Transport } from './transport.ts'

const AF_NETLINK = 16
const SOCK_RAW = 3
const SOCK_CLOEXEC = 0o2000000
const SOCK_NONBLOCK = 0o4000
const NETLINK_ROUTE = 0
const MSG_DONTWAIT = 0x40
const MSG_TRUNC = 0x20

const SOL_SOCKET = 1
const SO_RCVBUF = 8
const SO_RCVBUFFORCE = 33
const SO_DETACH_FILTER = 27
const SOL_NETLINK = 270
const NETLINK_ADD_MEMBERSHIP = 1
const NETLINK_CAP_ACK = 10
const NETLINK_EXT_ACK = 11
const NETLINK_GET_STRICT_CHK = 12

/** The kernel fills datagrams of a dump up to 32 KiB when asked with that much room; one message may hold an attribute of 64 KiB. */
const bufferSize = 128 * 1024
/** After reading for so long in one go, in milliseconds, the event loop gets its turn. */
const msPerTurn = 20
/** More than the receive buffer of a subscription holds. So many at once come faster than they are read, and their end may never come. */
const datagramsPerDrain = 131_072

/** How to open a netlink socket. */
export interface NetlinkSocketOptions {
  /** Multicast groups to join: RTNLGRP_*. */
  readonly groups?: readonly number[]
  /** Bytes that may wait to be read before the kernel drops messages. More than net.core.rmem_max takes CAP_NET_ADMIN. */
  readonly receiveBuffer?: number
}

/** Opens a socket in the calling thread's network namespace. Throws SystemCallError. */
export function openNetlinkSocket({ groups = [], receiveBuffer = 1 << 20 }: NetlinkSocketOptions = {}): Transport {
  const fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE)
  try {
    for (const option of [NETLINK_EXT_ACK, NETLINK_CAP_ACK, NETLINK_GET_STRICT_CHK]) {
      // Absent before Linux 4.20; what they give is then missing, nothing else.
      setsockopt(fd, SOL_NETLINK, option, 1)
    }
    if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, receiveBuffer) !== undefined) {
      setsockopt(fd, SOL_SOCKET, SO_RCVBUF, receiveBuffer)
    }
    bind(fd, kernelAddress())
    for (const group of groups) {
      const refusal = setsockopt(fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, group)
      if (refusal !== undefined) {
        throw new SystemCallError(`join rtnetlink multicast group ${group}`, refusal)
      }
    }
  } catch (error) {
    closeSync(fd)
    throw error
  }
  return new NetlinkSocket(fd)
}

/** struct sockaddr_nl with port and groups 0: for bind, "choose a port for me"; as a sender, the kernel. */
function kernelAddress(): Buffer {
  const address = Buffer.alloc(12)
  writeU16(address, AF_NETLINK, 0)
  return address
}

/** Room for one datagram and its sender. */
function receiveBuffer(): ReceiveBuffer {
  return { bytes: Buffer.alloc(bufferSize), address: Buffer.alloc(12), addressLength: Uint32Array.of(12) }
}

/** Someone who waits until all that had arrived is read. */
interface Waiter {
  readonly resolve: () => void
  /** The number of the datagram after which the wait ends in any case. */
  readonly lastDatagram: number
}

class NetlinkSocket implements Transport {
  readonly #fd: number
  readonly #readiness: Readiness
  readonly #buffer = receiveBuffer()
  /** For reads on another thread: one is filled while the other is taken in. Made when first needed. */
  #threadBuffers: readonly [filled: ReceiveBuffer, next: ReceiveBuffer] | undefined
  #datagramListener: (datagram: Buffer) => void = () => {}
  #overrunListener: () => void = () => {}
  #waiters: Waiter[] = []
  /** Datagrams read so far. */
  #datagrams = 0
  #isClosed = false
  #isDumping = false
  #isReadingOnThread = false
  #isTurnDue = false
  #sending = 0

  constructor(fd: number) {
    this.#fd = fd
    this.#readiness = watchReadable(fd, () => this.#read())
    this.#readiness.arm()
  }

  async send(datagram: Buffer): Promise<void> {
    if (this.#isClosed) {
      throw new ClosedError('send to the kernel')
    }
    this.#sending += 1
    try {
      await send(this.#fd, datagram)
    } finally {
      this.#sending -= 1
      this.#closeWhenIdle()
    }
  }

  get isSending(): boolean {
    return this.#sending > 0
  }

  onDatagram(listener: (datagram: Buffer) => void): void {
    this.#datagramListener = listener
  }

  onOverrun(listener: () => void): void {
    this.#overrunListener = listener
  }

  drain(): Promise<void> {
    if (this.#isClosed) {
      return Promise.resolve()
    }
    return new Promise((resolve) => {
      this.#waiters.push({ resolve, lastDatagram: this.#datagrams + datagramsPerDrain })
      this.#read()
    })
  }

  setDumping(isDumping: boolean): void {
    this.#isDumping = isDumping
  }

  filter(program: Buffer | undefined): boolean {
    if (this.#isClosed) {
      return false
    }
    const refusal =
      program === undefined ? setsockopt(this.#fd, SOL_SOCKET, SO_DETACH_FILTER, 0) : attachFilter(this.#fd, program)
    return refusal === undefined
  }

  close(): void {
    if (!this.#isClosed) {
      this.#isClosed = true
      this.#readiness.release()
      this.#letGo(() => true)
      this.#closeWhenIdle()
    }
  }

  /** The descriptor's number may be given to another file as soon as it is closed, so no thread may still be using it. */
  #closeWhenIdle(): void {
    if (this.#isClosed && this.#sending === 0 && !this.#isReadingOnThread) {
      closeSync(this.#fd)
    }
  }

  /** One turn of reading. Datagrams are taken in one after the other, in the kernel's order, wherever they are read. */
  #read(): void {
    if (this.#isClosed || this.#isReadingOnThread) {
      return
    }
    if (this.#isDumping) {
      this.#readOnThread()
      return
    }
    const endMs = performance.now() + msPerTurn
    do {
      const result = recvfrom(this.#fd, MSG_DONTWAIT | MSG_TRUNC, this.#buffer)
      if (result === 'EAGAIN') {
        this.#noteEmpty()
        return
      }
      this.#take(result, this.#buffer)
    } while (!this.#isClosed && performance.now() < endMs)
    this.#readInNextTurn()
  }

  #readInNextTurn(): void {
    this.#letGo(({ lastDatagram }) => this.#datagrams >= lastDatagram)
    if (!this.#isTurnDue) {
      this.#isTurnDue = true
      setImmediate(() => {
        this.#isTurnDue = false
        this.#read()
      })
    }
  }

  #readOnThread(): void {
    this.#threadBuffers ??= [receiveBuffer(), receiveBuffer()]
    const [into, next] = this.#threadBuffers
    this.#threadBuffers = [next, into]
    this.#isReadingOnThread = true
    recvfromOnThread(this.#fd, MSG_DONTWAIT | MSG_TRUNC, into, (result) => {
      this.#isReadingOnThread = false
      if (this.#isClosed) {
        this.#closeWhenIdle()
      } else if (result === 'EAGAIN') {
        this.#noteEmpty()
      } else {
        // The kernel works on the next part of the dump while this one is taken in.
        this.#readOnThread()
        this.#take(result, into)
        this.#letGo(({ lastDatagram }) => this.#datagrams >= lastDatagram)
      }
    })
  }

  #noteEmpty(): void {
    this.#readiness.arm()
    this.#letGo(() => true)
  }

  /** Ends the wait of those who have nothing more to wait for. */
  #letGo(isOver: (waiter: Waiter) => boolean): void {
    if (this.#waiters.length > 0) {
      const over = this.#waiters.filter(isOver)
      this.#waiters = this.#waiters.filter((waiter) => !over.includes(waiter))
      for (const { resolve } of over) {
        resolve()
      }
    }
  }

  /** Hands on what a read gave: a datagram of that length, or the errno's symbol. */
  #take(result: number | string, { bytes, address }: ReceiveBuffer): void {
    this.#datagrams += 1
    if (typeof result === 'number') {
      if (result > bufferSize) {
        this.#overrunListener()
      } else if (address.readUInt32BE(4) === 0) {
        // Port 0 is the kernel; a datagram from any other process is not to be believed.
        this.#datagramListener(bytes.subarray(0, result))
      }
    } else if (result === 'ENOBUFS') {
      this.#overrunListener()
    } else if (result !== 'EINTR' && result !== 'EINVAL') {
      // EINVAL: a read that found a dump to go on with, which a thread that was sending the next request had ended meanwhile. Nothing is
      // lost. Source: netlink_recvmsg() and netlink_dump(), net/netlink/af_netlink.c; seen on Linux 6.18.
      throw new SystemCallError('read from a netlink socket', result)
    }
  }
}
