/** The one seam between the protocol and the kernel. */

/** Whole netlink datagrams in and out. */
export interface Transport {
  /** Hands one datagram to the kernel; resolves when the kernel has worked through it. Rejects with SystemCallError. */
  send(datagram: Buffer): Promise<void>
  /** Whether a `send` is under way. */
  readonly isSending: boolean
  /** The listener's buffer is used again after it returns: what is to be kept must be copied. */
  onDatagram(listener: (datagram: Buffer) => void): void
  /** ENOBUFS, or a datagram larger than the buffer: messages are lost, so what they told must be dumped again. */
  onOverrun(listener: () => void): void
  /** Reads at once what has already arrived, without waiting for the event loop. */
  drain(): void
  /** Sets a socket filter, or with undefined takes it away. Gives false where that cannot be done, and everything passes. */
  filter(program: Buffer | undefined): boolean
  /** Nothing is sent or heard any more. */
  close(): void
}
