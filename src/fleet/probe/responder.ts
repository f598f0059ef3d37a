/** Answers the probes of members on one link, and nobody else's: with as many bytes as came at most, and no more often than is allowed. */
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram'
import { familyOf, isLinkLocalIpv6 } from '../../agent/facts/ip-text.ts'
import { openDeviceSocket } from '../../agent/host/device-socket.ts'
import { allNodes, answerTo, markOf, overheadBytes, readPacket } from './packet.ts'
import type { Allowances } from './rate.ts'
import type { ProbeLink } from './targets.ts'

/** Requests of one member, and of all together: a command asks some tens at once, a round four a minute. */
export const answerRates = {
  perPeer: { perSecond: 20, atOnce: 80 },
  inAll: { perSecond: 500, atOnce: 1000 },
} as const

/** A request of a member. Size: of the inner IP packet, in bytes. */
export interface Hearing {
  readonly vni: number
  readonly node: string
  readonly size: number
  readonly number: number
  readonly isRepeated: boolean
}

export interface ResponderParts {
  /** The id of this host. */
  readonly self: string
  readonly link: ProbeLink
  readonly port: number
  /** The member that an address in the overlay of a VNI is of; undefined: nobody's. */
  readonly senderAt: (vni: number, address: string) => string | undefined
  readonly allowances: Allowances
  /** A request was heard. */
  readonly onHeard: (heard: Hearing) => void
  /** It was answered, or refused. */
  readonly onDone: (done: 'answered' | 'refused') => void
  /** The socket has failed. */
  readonly onError: (error: Error) => void
  readonly now: () => number
}

export class Responder {
  readonly link: ProbeLink
  readonly #parts: ResponderParts
  readonly #sockets: Socket[] = []
  readonly #mark: Buffer

  /** Opens a socket on each address of the link. Throws NoDeviceSocket; then none is open. */
  constructor(parts: ResponderParts) {
    this.#parts = parts
    this.link = parts.link
    this.#mark = markOf(parts.self)
    try {
      const { addresses } = parts.link.place
      for (const address of addresses) {
        this.#open(address, true)
      }
      if (addresses.some(isLinkLocalIpv6)) {
        // What goes to all is heard, and never answered.
        this.#open(allNodes, false)
      }
    } catch (error) {
      this.close()
      throw error
    }
  }

  close(): void {
    for (const socket of this.#sockets.splice(0)) {
      socket.close()
    }
  }

  #open(address: string, answers: boolean): void {
    const { link, port, onError } = this.#parts
    const fd = openDeviceSocket(link.place.device, address, port)
    const socket = createSocket(familyOf(address) === 'IPv4' ? 'udp4' : 'udp6')
    socket.on('error', onError)
    socket.on('message', (bytes, from) => this.#take(bytes, from, answers ? socket : undefined))
    this.#sockets.push(socket)
    socket.bind({ fd, exclusive: true })
  }

  #take(bytes: Buffer, { address: zoned, port }: RemoteInfo, answerBy: Socket | undefined): void {
    const { link, senderAt, allowances, onHeard, onDone, now } = this.#parts
    const packet = readPacket(bytes)
    const [address = ''] = zoned.split('%')
    const node = packet?.kind === 'request' && packet.vni === link.vni ? senderAt(link.vni, address) : undefined
    // Nothing can be sent to port 0, and what comes from there was forged.
    if (packet === undefined || node === undefined || port === 0 || !allowances.take(node, now())) {
      onDone('refused')
      return
    }
    onHeard({
      vni: link.vni,
      node,
      size: packet.length + overheadBytes[familyOf(address)],
      number: packet.number,
      // What goes to all is news for the one that it is meant for.
      isRepeated: packet.isRepeated && (answerBy !== undefined || packet.nonce.equals(this.#mark)),
    })
    // What the kernel does not send is lost, as any answer may be: the other end asks again.
    if (answerBy !== undefined) {
      answerBy.send(answerTo(packet), port, address, () => {})
      onDone('answered')
    }
  }
}
