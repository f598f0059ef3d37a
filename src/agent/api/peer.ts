/** Who is at the other end of the socket. */
import type { Socket } from 'node:net'
import { peerUserId } from '../service/libc.ts'

/** The asker may look, and may not change what the host is to have. */
export class Forbidden extends Error {
  override readonly name = 'Forbidden'
}

/**
 * Whether root is asking, or the user that the agent runs as. The group of the socket may look at everything; it is not to get, by
 * way of the agent, the right to change the network.
 */
export function mayDecide(socket: Socket): boolean {
  // Node has no word for it: the handle of a connected Unix socket tells its descriptor.
  const { _handle: handle } = socket as Socket & { readonly _handle?: { readonly fd?: number } | null }
  const uid = handle?.fd === undefined || handle.fd < 0 ? undefined : peerUserId(handle.fd)
  return uid === 0 || (uid !== undefined && uid === process.geteuid?.())
}
