/** A Transport over an AF_NETLINK socket of family NETLINK_ROUTE. Source: netlink(7), linux/netlink.h. */
import { closeSync } from 'node:fs'
import { ClosedError, SystemCallError } from '../errors.ts'
import { writeU16 } from '../wire/codec.ts'
import { attachFilter, bind, recvfrom, send, setsockopt, socket } from './libc.ts'
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
/** After so many datagrams in one go the event loop gets its turn. */
const datagramsPerTurn = 256
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

class NetlinkSocket implements Transport {
  readonly #fd: number
  readonly #readiness: Readiness
  readonly #buffer = Buffer.alloc(bufferSize)
  readonly #sender = Buffer.alloc(12)
  readonly #senderLength = Uint32Array.of(12)
  #datagramListener: (datagram: Buffer) => void = () => {}
  #overrunListener: () => void = () => {}
  #isClosed = false
  #sending = 0

  constructor(fd: number) {
    this.#fd = fd
    this.#readiness = watchReadable(fd, () => this.#readSome())
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

  drain(): void {
    for (let datagrams = 0; datagrams < datagramsPerDrain && !this.#isClosed; datagrams += 1) {
      if (!this.#readOne()) {
        return
      }
    }
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
      this.#closeWhenIdle()
    }
  }

  /** The descriptor's number may be given to another file as soon as it is closed, so no thread may still be sending on it. */
  #closeWhenIdle(): void {
    if (this.#isClosed && this.#sending === 0) {
      closeSync(this.#fd)
    }
  }

  #readSome(): void {
    for (let datagrams = 0; datagrams < datagramsPerTurn; datagrams += 1) {
      if (this.#isClosed) {
        return
      }
      if (!this.#readOne()) {
        this.#readiness.arm()
        return
      }
    }
    setImmediate(() => this.#readSome())
  }

  /** False when there is nothing to read. */
  #readOne(): boolean {
    const length = recvfrom(this.#fd, this.#buffer, MSG_DONTWAIT | MSG_TRUNC, this.#sender, this.#senderLength)
    if (typeof length === 'number') {
      if (length > bufferSize) {
        this.#overrunListener()
      } else if (this.#sender.readUInt32BE(4) === 0) {
        // Port 0 is the kernel; a datagram from any other process is not to be believed.
        this.#datagramListener(this.#buffer.subarray(0, length))
      }
      return true
    }
    if (length === 'ENOBUFS') {
      this.#overrunListener()
      return true
    }
    if (length === 'EAGAIN') {
      return false
    }
    if (length === 'EINTR' || length === 'EINVAL') {
      // EINVAL: a read that found a dump to go on with, which a thread that was sending the next request had ended meanwhile. Nothing is
      // lost. Source: netlink_recvmsg() and netlink_dump(), net/netlink/af_netlink.c; seen on Linux 6.18.
      return true
    }
    throw new SystemCallError('read from a netlink socket', length)
  }
}
