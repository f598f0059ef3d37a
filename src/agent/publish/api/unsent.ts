/** How much memory answers take that their readers have not taken yet. */
import type { Socket } from 'node:net'
import { Busy } from './busy.ts'
import type { Peer } from './peer.ts'
import { kindOf } from './places.ts'

/** Bytes. */
export interface UnsentLimits {
  readonly perPeer: number
  readonly inAll: number
}

/** The open connections of peers without privileges, and what is still to be written to them. */
export class Unsent {
  readonly #limits: UnsentLimits
  readonly #peers = new Map<Socket, Peer>()

  constructor(limits: UnsentLimits) {
    this.#limits = limits
  }

  /** Counts what is written to the connection, until it closes. */
  watch(socket: Socket, peer: Peer): void {
    if (!peer.isPrivileged) {
      this.#peers.set(socket, peer)
      socket.once('close', () => this.#peers.delete(socket))
    }
  }

  /** Throws Busy when the peer, or all together, are to read first what they have asked for. */
  refuseMore(peer: Peer): void {
    if (peer.isPrivileged) {
      return
    }
    let own = 0
    let inAll = 0
    for (const [{ writableLength }, { name }] of this.#peers) {
      inAll += writableLength
      own += name === peer.name ? writableLength : 0
    }
    if (own >= this.#limits.perPeer) {
      throw new Busy(
        429,
        `${peer.name} has not read ${mebibytes(own)} of earlier answers, and one ${kindOf(peer)} may leave ${mebibytes(this.#limits.perPeer)} unread; read them, or close those connections`,
      )
    }
    if (inAll >= this.#limits.inAll) {
      throw new Busy(
        503,
        `others have not read ${mebibytes(inAll)} of earlier answers, and no more is kept for them; try again later, or ask as root`,
      )
    }
  }
}

function mebibytes(bytes: number): string {
  return `${Math.round(bytes / 1024 / 1024)} MiB`
}
