/** Requests that a connection sends ahead of their answers: a few, and one after another. Source: pipelining, RFC 9112 §9.3.2. */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

/** A request that waits until the one before it on its connection is answered. */
interface Waiting {
  readonly request: IncomingMessage
  readonly response: ServerResponse
}

/**
 * The listener, called for a request only when the answer before it on the same connection is out: Node calls it for all at once, so
 * that 28 KB of requests make a thousand answers. A connection with more than `most` waiting is closed: no answer can be sent ahead of
 * the earlier ones.
 * @param onFlood told of such a connection before it is closed
 */
export function inOrder(
  listener: RequestListener,
  most: number,
  onFlood: (socket: Socket) => void = () => {},
): RequestListener {
  const lines = new WeakMap<Socket, Waiting[]>()
  const begin = ({ request, response }: Waiting, line: Waiting[]): void => {
    response.once('close', () => {
      const next = line.shift()
      if (next === undefined) {
        lines.delete(request.socket)
      } else if (!request.socket.destroyed) {
        begin(next, line)
      }
    })
    listener(request, response)
  }
  return (request, response) => {
    const { socket } = request
    if (socket.destroyed) {
      // The rest of what came with the request for which it was closed.
      return
    }
    const line = lines.get(socket)
    if (line === undefined) {
      const empty: Waiting[] = []
      lines.set(socket, empty)
      begin({ request, response }, empty)
    } else if (line.length < most) {
      line.push({ request, response })
    } else {
      onFlood(socket)
      socket.destroy()
    }
  }
}
