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
  /**
   * Reads what has already arrived without waiting to be told of it, and resolves when nothing is left. A long queue is read in
   * slices, between which the event loop turns.
   */
  drain(): Promise<void>
  /**
   * Says whether a dump is under way. Each read then makes the kernel produce the next part, which takes long for a large table and
   * waits for the RTNL lock, so reads are done on another thread meanwhile.
   */
  setDumping(isDumping: boolean): void
  /** Sets a socket filter, or with undefined takes it away. Gives false where that cannot be done, and everything passes. */
  filter(program: Buffer | undefined): boolean
  /** Nothing is sent or heard any more. */
  close(): void
}
