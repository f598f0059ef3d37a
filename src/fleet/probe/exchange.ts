/** A socket for the probes of one member: connected, so that the kernel drops what comes from elsewhere and tells of errors that concern it. */
import { randomBytes } from 'node:crypto'
import { createSocket, type Socket } from 'node:dgram'
import { familyOf } from '../../agent/facts/ip-text.ts'
import { openDeviceSocket } from '../../agent/host/device-socket.ts'
import { allNodes, nonceBytes, overheadBytes, readPacket, writePacket } from './packet.ts'
import type { Exchange, Reply } from './probe-member.ts'
import type { ProbeTarget } from './targets.ts'

/** The smallest probe: header and padding, an inner IP packet of a hundred bytes. */
export const smallSize = 100

/** A request on its way. */
interface Awaited {
  readonly nonce: Buffer
  readonly length: number
  readonly number: number
  readonly sentAt: number
  readonly end: (reply: Reply) => void
}

export class Exchanger {
  readonly #socket: Socket
  readonly #target: ProbeTarget
  readonly #nextNumber: () => number
  #awaited: Awaited | undefined
  /** The number of the first request, and that of the last one that was answered. */
  #first: number | undefined
  #answered: number | undefined

  private constructor(socket: Socket, target: ProbeTarget, nextNumber: () => number) {
    this.#socket = socket
    this.#nextNumber = nextNumber
    this.#target = target
    socket.on('message', (bytes) => this.#take(bytes))
    socket.on('error', (error) => this.#fail(error))
  }

  /** Rejects with NoDeviceSocket, or what the kernel says of the address. */
  static async open(target: ProbeTarget, nextNumber: () => number): Promise<Exchanger> {
    const { link, local, address, port } = target
    const socket = createSocket(familyOf(local) === 'IPv4' ? 'udp4' : 'udp6')
    try {
      const fd = openDeviceSocket(link.place.device, local, 0)
      await new Promise<void>((resolve, reject) => {
        socket.once('error', reject)
        socket.bind({ fd, exclusive: true }, () => {
          socket.connect(port, address, ((error?: Error) =>
            error === undefined ? resolve() : reject(error)) as () => void)
        })
      })
      socket.removeAllListeners('error')
    } catch (error) {
      closeQuietly(socket)
      throw error
    }
    return new Exchanger(socket, target, nextNumber)
  }

  readonly exchange: Exchange = ({ size, answerSize, timeoutMs, isRepeated }) =>
    new Promise((resolve) => {
      const { local, vni } = this.#target
      const overhead = overheadBytes[familyOf(local)]
      const nonce = randomBytes(nonceBytes)
      const number = this.#nextNumber()
      this.#first ??= number
      const [length, otherLength] = [size - overhead, answerSize - overhead]
      const timer = setTimeout(() => end({ kind: 'lost' }), timeoutMs)
      const end = (reply: Reply): void => {
        clearTimeout(timer)
        this.#awaited = undefined
        resolve(reply)
      }
      this.#awaited = { nonce, length: otherLength, number, sentAt: performance.now(), end }
      this.#socket.send(
        writePacket({ kind: 'request', vni, length, otherLength, isRepeated, number, nonce }),
        (error) => {
          if (error !== null) {
            this.#fail(error)
          }
        },
      )
    })

  /** The number of the last request that was answered; of none, the one before the first. */
  get answered(): number {
    return this.#answered ?? (this.#first ?? 1) - 1
  }

  close(): void {
    this.#awaited?.end({ kind: 'lost' })
    closeQuietly(this.#socket)
  }

  #take(bytes: Buffer): void {
    const packet = readPacket(bytes)
    const awaited = this.#awaited
    const isAwaited =
      packet?.kind === 'answer' &&
      packet.vni === this.#target.vni &&
      awaited?.nonce.equals(packet.nonce) === true &&
      awaited.length === packet.length
    if (isAwaited) {
      this.#answered = awaited.number
      awaited.end({ kind: 'answer', ms: performance.now() - awaited.sentAt })
    }
  }

  #fail(error: NodeJS.ErrnoException): void {
    this.#awaited?.end(
      error.code === 'ECONNREFUSED' ? { kind: 'deaf' } : { kind: 'failed', error: error.code ?? error.message },
    )
  }
}

/**
 * Sends one request to all that listen, by the multicast group of all nodes. It needs no neighbour, which in turn needs both directions: so the
 * other end hears it where only the way back fails. Nobody answers it. Rejects as `Exchanger.open` does.
 */
export async function tellAll({ link, local, port, vni }: ProbeTarget, number: number): Promise<void> {
  const socket = createSocket('udp6')
  const length = smallSize - overheadBytes.IPv6
  const nonce = randomBytes(nonceBytes)
  const packet = writePacket({ kind: 'request', vni, length, otherLength: length, isRepeated: true, number, nonce })
  try {
    const fd = openDeviceSocket(link.place.device, local, 0)
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject)
      socket.bind({ fd, exclusive: true }, () => {
        socket.send(packet, port, allNodes, (error) => (error === null ? resolve() : reject(error)))
      })
    })
  } finally {
    closeQuietly(socket)
  }
}

/** A socket that could not be bound is closed already. */
function closeQuietly(socket: Socket): void {
  try {
    socket.close()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_SOCKET_DGRAM_NOT_RUNNING') {
      throw error
    }
  }
}
