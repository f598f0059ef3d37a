/** Who is at the other end of a connection. */
import { isIPv6, type Socket } from 'node:net'
import { peerUserId } from '../../host/libc.ts'

/** The asker may look, and may not change what the host is to have. */
export class Forbidden extends Error {
  override readonly name = 'Forbidden'
}

/** A user of the socket, or an address on a TCP port: what limits are counted by. */
export interface Peer {
  /** As messages name it: `uid 1000`, `192.0.2.7`. */
  readonly name: string
  /**
   * Whether it is root, or the user that the agent runs as. The group of the socket may look at everything; it is not to get, by way of
   * the agent, the right to change the network.
   */
  readonly isPrivileged: boolean
  /** Whether it is the user that the fleet process runs as, which may hand over what the fleet says, and nothing else. */
  readonly isFleetProcess?: boolean
}

/**
 * The user who connected to the Unix socket. Source: SO_PEERCRED, unix(7).
 * @param fleetUser uid of the user that the fleet process runs as; undefined: there is none
 */
export function userOf(socket: Socket, fleetUser: () => number | undefined = () => undefined): Peer {
  // Node has no word for it: the handle of a connected Unix socket tells its descriptor.
  const { _handle: handle } = socket as Socket & { readonly _handle?: { readonly fd?: number } | null }
  const uid = handle?.fd === undefined || handle.fd < 0 ? undefined : peerUserId(handle.fd)
  const isPrivileged = uid === 0 || (uid !== undefined && uid === process.geteuid?.())
  return {
    name: uid === undefined ? 'an unknown user' : `uid ${uid}`,
    isPrivileged,
    ...(uid !== undefined && !isPrivileged && uid === fleetUser() && { isFleetProcess: true }),
  }
}

/** The address that connected to a TCP port, which says nothing about privileges. One host has a /64 of IPv6 to choose from. */
export function addressOf({ remoteAddress = 'an unknown address' }: Pick<Socket, 'remoteAddress'>): Peer {
  return { name: networkOf(remoteAddress), isPrivileged: false }
}

function networkOf(address: string): string {
  // An IPv4 peer of a socket that takes both.
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)
  if (mapped?.[1] !== undefined) {
    return mapped[1]
  }
  const [bare = ''] = address.split('%')
  if (!isIPv6(bare)) {
    return address
  }
  const [head = '', tail] = bare.split('::')
  const [left, right] = [head.split(':').filter(Boolean), (tail ?? '').split(':').filter(Boolean)]
  const groups = [...left, ...Array<string>(8 - left.length - right.length).fill('0'), ...right]
  return `${groups.slice(0, 4).join(':')}::/64`
}
