/** What the benches use of the peer packages, which are installed on demand. */
declare module 'netlink' {
  interface RtNetlink {
    getNeighbors(filter: { family: number; ifindex: number }): Promise<unknown[]>
    addMembership(group: number): void
    on(event: 'message', listener: (messages: readonly { readonly kind: string }[]) => void): void
  }
  const netlink: { createRtNetlink(options?: { ref: boolean }): RtNetlink }
  export default netlink
}

declare module 'node-netlink' {
  interface Message {
    readonly header: { readonly nlmsg_type: bigint }
  }
  interface Socket {
    talk(
      message: { header: { nlmsg_type: bigint; nlmsg_flags: number }; payload: Buffer },
      options: { timeout: number },
    ): Promise<unknown[]>
    on(event: 'message', listener: (message: Message) => void): void
  }
  const netlink: {
    readonly NLM_F_REQUEST: number
    readonly NLM_F_DUMP: number
    readonly NLM_F_ACK: number
    open(options: { family: number; groups?: number }): Promise<Socket>
  }
  export default netlink
}
